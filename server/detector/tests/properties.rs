//! Any submission gets a verdict, and always the same one.

use activelayer::CheckRequest;
use chrono::DateTime;
use detector::{EVIDENCE_CAP, Evidence, Lesson, Signal, SiteKnowledge, Teacher, judge, judge_with};
use proptest::prelude::*;

/// Pieces that texts are made of: scripts, disguises, markup begun and not ended.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[a-z]{1,9}[ .,!?]",
        "[\u{400}-\u{4ff}a-z]{1,12} ",
        "[\u{4e00}-\u{4eff}\u{3040}-\u{30ff}]{1,8}",
        "[\u{200b}-\u{200f}\u{300}-\u{33f}\u{fe0f}]{1,5}",
        "[\u{1f100}-\u{1f9ff}\u{ff00}-\u{ff5e}\u{1d400}-\u{1d4ff}]{1,5}",
        "(https?://|www\\.|@|<a href=|&#x?[0-9a-f]{1,9};|=[0-9A-F]{2}|</?[a-z]{1,6}>?|<!--)",
        "[0-9$£%,.]{1,12}",
        "([a-z][ .-]){4,9}",
    ]
}

fn request(message: String, email: Option<String>, name: Option<String>) -> CheckRequest {
    CheckRequest { message, email, name, ..CheckRequest::default() }
}

proptest! {
    #[test]
    fn any_text_gets_one_verdict(
        pieces in prop::collection::vec(piece(), 0..60),
        email in any::<Option<String>>(),
        name in any::<Option<String>>(),
    ) {
        let request = request(pieces.concat(), email, name);
        let verdict = judge(&request);
        prop_assert!((0.0..=100.0).contains(&verdict.score));
        prop_assert!((0.5..=1.0).contains(&verdict.confidence));
        prop_assert_eq!(verdict.is_spam, verdict.score >= 50.0);
        for signal in &verdict.signals {
            prop_assert!(signal.weight.is_finite());
            if let Some((start, end)) = signal.span {
                prop_assert!(request.message.get(start..end).is_some(), "{signal:?}");
            }
        }
        prop_assert!(verdict.signals.is_sorted_by(|one, other| one.weight.abs() >= other.weight.abs()));
        prop_assert_eq!(judge(&request), verdict);
    }

    #[test]
    fn any_bytes_get_a_verdict(bytes in prop::collection::vec(any::<u8>(), 0..4_000)) {
        let verdict = judge(&request(String::from_utf8_lossy(&bytes).into_owned(), None, None));
        prop_assert!((0.0..=100.0).contains(&verdict.score));
    }

    #[test]
    fn whatever_was_taught_is_bounded_and_can_be_taken_back(
        taught in prop::collection::vec((prop::collection::vec(piece(), 0..20), 0_i64..4, any::<bool>()), 0..8),
        pieces in prop::collection::vec(piece(), 0..20),
    ) {
        let site = SiteKnowledge::default();
        for (detection, (pieces, who, is_spam)) in taught.iter().enumerate() {
            let teacher = if *who == 0 { Teacher::App(1) } else { Teacher::Person(*who) };
            let request = request(pieces.concat(), None, None);
            site.learn(&Lesson { detection: detection as i64, teacher, is_spam: *is_spam, request: &request });
        }
        let request = request(pieces.concat(), None, None);
        let now = DateTime::from_timestamp(1_740_744_000, 0).unwrap_or_default();
        let verdict = site.judge(&request, now, false);
        prop_assert!((0.0..=100.0).contains(&verdict.score));
        let told = verdict.signals.iter().filter(|signal| ["taught", "near_copy"].contains(&signal.name.as_str()));
        prop_assert!(told.map(|signal| signal.weight.abs()).sum::<f64>() <= EVIDENCE_CAP);
        prop_assert_eq!(&site.judge(&request, now, false), &verdict);
        (0..taught.len()).for_each(|detection| site.unlearn(detection as i64));
        prop_assert_eq!(site.judge(&request, now, false), judge(&request));
    }

    #[test]
    fn outside_evidence_is_bounded(weight in -1e6_f64..1e6) {
        let request = request("Could we meet on Friday to talk about the report?".into(), None, None);
        let evidence = Evidence { signals: vec![Signal::new("test", "Test", weight)], ..Evidence::default() };
        let verdict = judge_with(&request, &evidence);
        let added: f64 = verdict.signals.iter().filter(|s| s.name == "test").map(|s| s.weight).sum();
        prop_assert!(added.abs() <= EVIDENCE_CAP);
    }
}

#[test]
fn endless_texts_are_judged_by_their_start() {
    for unit in ["a", "free money ", "<b>", "&amp;", "\u{200b}", "我", "a b c d e ", "http://x.", "=20", "!"]
    {
        let verdict = judge(&request(unit.repeat(400_000), None, None));
        assert!(verdict.analysis.characters <= 3_000, "{unit}");
    }
}

#[test]
fn short_pleasantries_are_not_spam() {
    for text in
        ["Thanks, great article!", "Thanks!", "ok", ".", "👍", "Hello", "Great post, thank you for sharing!"]
    {
        let verdict = judge(&request(text.into(), None, None));
        assert!(!verdict.is_spam, "{text}: {verdict:?}");
    }
}

#[test]
fn disguise_does_not_help() {
    for word in ["v1agra", "v i a g r a", "ｖｉａｇｒａ", "v\u{200b}ia\u{200b}gra"] {
        let short = judge(&request(format!("Buy {word} online"), None, None));
        assert!(short.is_spam, "{word}: {short:?}");
        let verdict = judge(&request(format!("Buy cheap {word} online without prescription"), None, None));
        assert!(verdict.is_spam, "{word}: {verdict:?}");
        assert!(verdict.signals.iter().any(|signal| signal.name == "pills"), "{word}");
    }
}
