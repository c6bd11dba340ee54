use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    Circumstances, DetectionId, Endpoint, Judgement, NewDetection, RuleAction, RuleId, SearchQuery,
};
use fastrand::Rng;

use super::*;

/// Each finds some of the rows and not others.
const SEARCHES: &[&str] = &[
    "casino",
    "free",
    "\"free casino\"",
    "cas*",
    "fre* -poker",
    "straße",
    "垃",
    "\"垃圾\"",
    "💰",
    "casino 💰",
    "win.test",
    "\"http://win.test\"",
    "ana@mail.test",
    "email:ana@mail.test",
    "email:*@mail.test",
    "email:*@MAIL.test",
    "email:an*@mail.test",
    "email:*",
    "-email:* casino",
    "email:*ana*",
    "ip:203.0.113.7",
    "ip:203.0.113.0/24",
    "ip:203.0.0.0/16",
    "ip:2001:db8::/32",
    "ip:2001:db8::1",
    "ip:::/0",
    "ip:0.0.0.0/0",
    "-ip:0.0.0.0/0 free",
    "site:blog.example.com",
    "site:*.example.com",
    "site:*",
    "-site:* casino",
    "from:api",
    "from:paste free",
    "lang:de",
    "-lang:de free",
    "casino free",
    "casino -free",
    "name:x",
    "anna",
    "\"anna lee\"",
    "score:>50 casino",
    "score:50",
    "is:spam free",
    "judged:detector -casino",
    "score:20..60",
    "free email:*@mail.test ip:203.0.113.0/24",
    "example",
    "blog*",
    "link:win.test",
    "link:shop.win.test",
    "link:test casino",
    "-link:win.test free",
    "link:win.test -link:shop.win.test",
    "link:203.0.113.9",
    "link:113.9",
    "link:[2001:db8::9]",
    "link:bücher.test",
];

fn some<T: Copy>(of: &[T], rng: &mut Rng) -> T {
    of[rng.usize(..of.len())]
}

fn content(rng: &mut Rng) -> Content {
    let words = [
        "casino",
        "Free",
        "FREE-casino",
        "poker",
        "Straße",
        "垃圾邮件",
        "💰",
        "http://win.test/x",
        "https://Shop.win.test:8443",
        "(http://notwin.test)",
        "http://203.0.113.9/",
        "http://[2001:db8::9]:80/x",
        "http://bücher.test",
        "wine",
        "castle",
    ];
    let message = (0..rng.usize(1..6)).map(|_| some(&words, rng)).collect::<Vec<_>>().join(" ");
    let emails =
        [None, Some("ana@mail.test"), Some("Bo@Mail.Test"), Some("anabel@mail.test"), Some("ana@other.test")];
    let ips = [
        None,
        Some("203.0.113.7"),
        Some("203.0.113.200"),
        Some("203.0.7.7"),
        Some("2001:db8::1"),
        Some("::ffff:203.0.113.7"),
    ];
    Content {
        message,
        email: some(&emails, rng).map(str::to_owned),
        name: some(&[None, Some("Anna Lee"), Some("x")], rng).map(str::to_owned),
        ip: some(&ips, rng).map(|ip| ip.parse().unwrap()),
        website_url: some(&[None, Some("https://blog.example.com/a")], rng).map(str::to_owned),
        ..Content::default()
    }
}

fn row(number: i64, rng: &mut Rng) -> NewDetection {
    let score = some(&[0.0, 30.0, 50.0, 80.5, 100.0], rng);
    NewDetection {
        created_at: DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::seconds(number),
        endpoint: Endpoint::Check,
        origin: some(Origin::ALL, rng),
        site: some(&[None, Some("blog.example.com"), Some("Shop.example.org")], rng).map(str::to_owned),
        content: content(rng),
        content_hash: [0; 32],
        judgement: Judgement {
            upstream_id: number.to_string(),
            is_spam: score >= 50.0,
            score,
            threshold: 50.0,
            execution_ms: 1.0,
            upstream_timestamp: String::new(),
            judged_by: some(&[JudgedBy::ActiveLayer, JudgedBy::Detector], rng),
            signals: Vec::new(),
            raw_answer: "{}".to_owned(),
        },
        circumstances: Circumstances {
            language: some(&[None, Some("de"), Some("en")], rng).map(str::to_owned),
            ..Circumstances::default()
        },
    }
}

fn rule(id: i64, q: &str) -> Rule {
    Rule {
        id: RuleId(id),
        q: q.to_owned(),
        site: None,
        action: RuleAction::Review,
        note: String::new(),
        watched: false,
        expires_at: None,
        created_by: None,
        created_at: DateTime::UNIX_EPOCH,
        hits: 0,
        last_hit_at: None,
    }
}

/// Whether a book says that some rule applies.
fn meets(book: &Book, row: &NewDetection, now: DateTime<Utc>) -> Option<i64> {
    let asked = |verdict| Asked {
        content: &row.content,
        site: row.site.as_deref(),
        origin: row.origin,
        token: None,
        language: row.circumstances.language.as_deref(),
        verdict,
    };
    let verdict =
        Verdict { label: row.judgement.verdict(), score: row.judgement.score, by: row.judgement.judged_by };
    book.first(&asked(None), now).or_else(|| book.first(&asked(Some(verdict)), now)).map(|rule| rule.id.0)
}

#[tokio::test]
async fn a_rule_meets_what_the_logs_search_finds() {
    let store = store::open("sqlite::memory:").await.unwrap();
    let mut rng = Rng::with_seed(7);
    let rows: Vec<NewDetection> = (1..=300).map(|number| row(number, &mut rng)).collect();
    let ids = store.insert_detections(&rows).await.unwrap();
    let now = rows[299].created_at;
    let mut some_met = 0;
    for (number, q) in (1..).zip(SEARCHES) {
        let query = SearchQuery::parse(q).unwrap();
        let found = store.matches_below(&query, None, 1_000, now).await.unwrap();
        let found: std::collections::BTreeSet<DetectionId> =
            found.into_iter().map(|detection| detection.id).collect();
        let book = Book::of(vec![rule(number, q)]);
        for (id, row) in ids.iter().zip(&rows) {
            assert_eq!(meets(&book, row, now).is_some(), found.contains(id), "{q}: {row:?}");
        }
        some_met += usize::from(!found.is_empty() && found.len() < rows.len());
    }
    assert!(some_met > SEARCHES.len() * 3 / 4, "{some_met} searches tell rows apart");
}

#[test]
fn of_many_rules_the_first_in_order_decides() {
    let mut rng = Rng::with_seed(11);
    let mut rules: Vec<Rule> = (1..).zip(SEARCHES).map(|(number, q)| rule(number, q)).collect();
    rules.retain(|rule| !rule.search().terms.iter().any(asks_verdict));
    let now = DateTime::UNIX_EPOCH;
    let book = Book::of(rules.clone());
    rule::sort(&mut rules);
    let single: Vec<(i64, Book)> =
        rules.iter().map(|rule| (rule.id.0, Book::of(vec![rule.clone()]))).collect();
    for number in 0..500 {
        let row = row(number, &mut rng);
        let first = single.iter().find(|(_, book)| meets(book, &row, now).is_some()).map(|(id, _)| *id);
        assert_eq!(meets(&book, &row, now), first, "{row:?}");
    }
    let ended = Rule { expires_at: Some(now), ..rule(1, "casino") };
    let watched = Rule { watched: true, ..rule(2, "casino") };
    let casino = NewDetection {
        content: Content { message: "casino".to_owned(), ..Content::default() },
        ..row(1, &mut rng)
    };
    assert_eq!(meets(&Book::of(vec![ended, watched]), &casino, now), None);
}
