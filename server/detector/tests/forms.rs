//! The shipped model on what forms get: messages written for these tests, on which nothing was trained.

use std::sync::LazyLock;

use activelayer::CheckRequest;
use detector::{Verdict, judge};
use serde_json::json;

fn lines(text: &'static str) -> Vec<&'static str> {
    text.lines().filter(|line| !line.is_empty()).collect()
}

fn linked_ham() -> Vec<&'static str> {
    lines(include_str!("fixtures/linked_ham.txt"))
}

fn judged(message: impl Into<String>) -> Verdict {
    judge(&CheckRequest::new(message))
}

/// What of the spam that was written for these tests is caught as it is; the second file is of the plain kind.
fn caught() -> &'static [&'static str] {
    static CAUGHT: LazyLock<Vec<&str>> = LazyLock::new(|| {
        let all = [include_str!("fixtures/spam.txt"), include_str!("fixtures/plain_spam.txt")];
        all.into_iter().flat_map(lines).filter(|text| judged(*text).is_spam).collect()
    });
    &CAUGHT
}

/// What share of caught spam stays caught when it is disguised; and what does not.
fn stays(disguise: impl Fn(&str) -> String) -> (f64, Vec<String>) {
    let caught = caught();
    let lost: Vec<String> =
        caught.iter().map(|text| disguise(text)).filter(|text| !judged(text).is_spam).collect();
    (1.0 - lost.len() as f64 / caught.len() as f64, lost)
}

#[test]
fn one_ordinary_link_is_no_spam() {
    let texts = linked_ham();
    assert_eq!(texts.len(), 60);
    let wrong: Vec<(&str, f64)> = texts
        .into_iter()
        .map(|text| (text, judged(text).score))
        .filter(|(_, score)| *score >= 50.0)
        .collect();
    assert!(wrong.len() <= 2, "{wrong:#?}");
}

#[test]
fn spam_of_today_is_caught() {
    let all = lines(include_str!("fixtures/spam.txt"));
    let missed: Vec<(&str, f64)> =
        all.iter().map(|text| (*text, judged(*text).score)).filter(|(_, score)| *score < 50.0).collect();
    assert!(missed.len() * 10 <= all.len(), "{missed:#?}");
}

/// Letters of Latin words that Cyrillic ones pass for, every other one of them.
fn lookalikes(text: &str) -> String {
    let mut turn = 0;
    let swap = |c: char| {
        let other = match c {
            'a' => 'а',
            'e' => 'е',
            'o' => 'о',
            'p' => 'р',
            'c' => 'с',
            'x' => 'х',
            _ => return c,
        };
        turn += 1;
        if turn % 2 == 0 { c } else { other }
    };
    text.split_inclusive(' ')
        .map(|word| if word.contains("://") || word.contains('.') { word.to_owned() } else { word.into() })
        .collect::<String>()
        .chars()
        .map(swap)
        .collect()
}

/// Every fifth word with its letters set apart.
fn dotted(text: &str) -> String {
    let dot = |(place, word): (usize, &str)| {
        if place % 5 == 2 && word.len() > 4 && word.bytes().all(|byte| byte.is_ascii_alphabetic()) {
            word.chars().map(String::from).collect::<Vec<_>>().join(".")
        } else {
            word.to_owned()
        }
    };
    text.split(' ').enumerate().map(dot).collect::<Vec<_>>().join(" ")
}

#[test]
fn disguise_buys_no_pass() {
    assert!(caught().len() >= 80);
    let zero_width = |text: &str| text.chars().flat_map(|c| [c, '\u{200b}']).collect::<String>();
    let wrapped = |text: &str| {
        let words: Vec<String> =
            text.split(' ').map(|word| format!("<span style=\"color:red\">{word}</span>")).collect();
        format!("<div><p>{}</p></div>", words.join(" "))
    };
    for (name, (share, lost)) in [
        ("zero-width", stays(zero_width)),
        ("look-alikes", stays(lookalikes)),
        ("dotted", stays(dotted)),
        ("wrapped in HTML", stays(wrapped)),
    ] {
        assert!(share >= 0.98, "{name}: {share} {lost:#?}");
    }
}

#[test]
fn padding_buys_no_pass() {
    let innocent = include_str!("fixtures/innocent.txt").trim();
    assert!(innocent.split_whitespace().count() >= 430);
    let half = innocent.floor_char_boundary(innocent.len() / 2);
    for (name, (share, lost)) in [
        ("after", stays(|text| format!("{text}\n\n{innocent}"))),
        ("before", stays(|text| format!("{innocent}\n\n{text}"))),
        ("around", stays(|text| format!("{} {text} {}", &innocent[..half], &innocent[half..]))),
    ] {
        assert!(share >= 0.8, "{name}: {share} {:#?}", lost.len());
    }
    assert!(!judged(innocent).is_spam);
}

fn with(extra: serde_json::Value) -> Verdict {
    let extra = extra.as_object().cloned().unwrap_or_default();
    let message = "Thanks for the recipe, my family loved it.".to_owned();
    judge(&CheckRequest { message, extra, ..CheckRequest::default() })
}

#[test]
fn a_filled_trap_alone_is_spam_and_ordinary_signals_are_nothing() {
    let trapped = with(json!({"data_type": "comment", "honeypot_signals": {"honeypot_filled": true}}));
    assert!(trapped.is_spam, "{trapped:?}");
    assert!(trapped.signals.iter().any(|signal| signal.name == "honeypot_filled" && signal.weight > 0.0));
    let plain = with(json!({"data_type": "comment"}));
    assert!(!plain.is_spam);
    let ordinary = with(json!({
        "data_type": "comment", "webdriver": false, "signals_stripped": false, "signal_integrity": "full",
        "honeypot_signals": {"honeypot_filled": false}, "behavioral_signals": {"mouse_moves": 40, "fill_time_ms": 31_000}
    }));
    assert_eq!(ordinary.score, plain.score);
    let steered = with(json!({"data_type": "comment", "webdriver": true}));
    assert!(steered.score > plain.score);
}
