//! Every term of the search language, against rows that differ in what it asks.

use chrono::TimeDelta;
use domain::{
    Content, Direction, JudgedBy, Judgement, Label, NewDetection, Order, Origin, PageRequest, SearchQuery,
};
use store::{NewDecision, Store};

use super::app_words::{token, word};
use crate::fresh::Fresh;
use crate::samples::{decision, judgement, moderator, noon, scored, seconds};

/// Searches, and the numbers of the rows that match, newest first.
const SEARCHES: &[(&str, &[usize])] = &[
    ("", &[8, 7, 6, 5, 4, 3, 2, 1, 0]),
    // Words: any case, accents or none, in every text field, and text that is full of the index's own operators.
    ("casino", &[2, 0]),
    ("CASINO", &[2, 0]),
    ("senor", &[1]),
    ("SEÑOR", &[1]),
    ("free casino", &[0]),
    ("casi*", &[3, 2, 0]),
    ("\"free money\"", &[0]),
    ("\"money free\"", &[]),
    ("\"free mon\"", &[]),
    ("can't", &[1]),
    ("bit.ly/x", &[3]),
    ("https://bit.ly/x", &[3]),
    ("zoe", &[5, 4]),
    ("shop.example.com", &[6]),
    ("\"NOT near(\"", &[4]),
    ("casino -free", &[2]),
    ("-casino -zoe", &[8, 7, 6, 3, 1]),
    ("viagra", &[7]),
    ("ｖｉａｇｒａ & – ???", &[7]),
    ("垃圾", &[7]),
    ("圾垃", &[]),
    ("垃圾*", &[7]),
    ("ⓐ", &[2]),
    ("labelled:2025-02-13T00:00:00Z..2025-02-14T00:00:00Z", &[4]),
    // Verdict, label, feedback.
    ("is:spam", &[8, 7, 5, 4, 2, 0]),
    ("is:ham", &[6, 3, 1]),
    ("is:labelled", &[5, 4, 3, 0]),
    ("is:unlabelled", &[8, 7, 6, 2, 1]),
    ("label:spam", &[5, 3]),
    ("label:ham", &[4, 0]),
    ("is:disputed", &[4, 3, 0]),
    // What apps said, and what they were told.
    ("app:spam", &[6]),
    ("app:HAM", &[5, 0]),
    ("app:none", &[8, 7, 4, 3, 2, 1]),
    ("is:waiting", &[8, 7, 2, 1]),
    ("is:contested", &[6, 5, 0]),
    ("is:contested is:labelled", &[5, 0]),
    ("app:ham -is:disputed", &[5]),
    ("is:pending", &[5, 3]),
    ("is:failed", &[4]),
    ("by:ana", &[3, 0]),
    ("by:ANA", &[3, 0]),
    ("by:\"Ben Élan\"", &[5, 4]),
    ("by:élan@EXAMPLE.com", &[5, 4]),
    ("by:nobody", &[]),
    ("labelled:<1d", &[5, 4, 3]),
    ("labelled:>1d", &[0]),
    // Numbers.
    ("score:>90", &[8, 5]),
    ("score:>=90", &[8, 5, 2]),
    ("score:<10", &[6]),
    ("score:<=10", &[6, 1]),
    ("score:10..60", &[7, 4, 3, 1]),
    ("score:49.5", &[3]),
    ("score:>40 score:<60", &[4, 3]),
    ("is:spam score:<60", &[4]),
    // Senders.
    ("email:*@mail.ru", &[2, 0]),
    ("email:ana@mail.ru", &[0]),
    ("email:ANA@Mail.RU", &[0]),
    ("email:ana*", &[1, 0]),
    ("email:*a*@*.ru", &[2, 0]),
    ("email:*", &[8, 6, 2, 1, 0]),
    ("email:100%_sure@x.com", &[6]),
    ("email:100%*", &[6]),
    ("email:*_sure@x.com", &[6]),
    ("email:Éa@Example.com", &[8]),
    ("ip:203.0.113.42", &[0]),
    ("ip:203.0.113.0/24", &[1, 0]),
    ("ip:0.0.0.0/0", &[2, 1, 0]),
    ("ip:2001:db8::/32", &[3]),
    ("ip:::/0", &[3]),
    // Where from.
    ("site:blog.example.com", &[1, 0]),
    ("site:BLOG.example.com", &[1, 0]),
    ("site:*.example.com", &[2, 1, 0]),
    ("site:bl*", &[1, 0]),
    ("from:paste", &[8, 7, 6, 5, 4, 3]),
    ("from:api", &[2, 0]),
    ("from:import", &[1]),
    ("from:recheck", &[]),
    ("judged:fallback", &[6]),
    ("judged:detector", &[7]),
    ("judged:activelayer", &[8, 5, 4, 3, 2, 1, 0]),
    ("import:12", &[]),
    // Times. Row n was logged n days before noon; row 8 by a clock that lagged: two hours after row 7.
    ("after:2025-02-14", &[0]),
    ("after:2025-02-14T12:00:00Z", &[0]),
    ("after:2025-02-14T12:00:01Z", &[]),
    ("before:2025-02-14T12:00:00Z", &[8, 7, 6, 5, 4, 3, 2, 1]),
    ("after:2025-02-11 before:2025-02-13", &[3, 2]),
    ("age:<2d", &[2, 1, 0]),
    ("age:>2d", &[8, 7, 6, 5, 4, 3]),
    ("age:<3d age:>1d", &[3, 2]),
    ("age:<167h", &[6, 5, 4, 3, 2, 1, 0, 8]),
    ("age:<166h", &[8, 6, 5, 4, 3, 2, 1, 0]),
    ("casino age:<1d", &[0]),
    ("-age:<2d", &[8, 7, 6, 5, 4, 3]),
    // Ids.
    ("id:upstream-row3", &[3]),
    ("id:nothing", &[]),
    // Together.
    ("is:spam score:>80 site:blog.example.com casino", &[]),
    ("is:spam from:api email:*@mail.ru casino -free", &[2]),
    ("score:>=90 -is:labelled", &[8, 2]),
];

pub(crate) async fn tell(fresh: &impl Fresh) {
    let store = fresh.store().await;
    let store = &*store;
    let scores = fill(store).await;
    for (search, numbers) in SEARCHES {
        let mut expected = numbers.to_vec();
        expected.sort_unstable_by(|a, b| b.cmp(a));
        check(store, search, &expected, &scores).await;
        // What a single term does not match, its negation does.
        let query = SearchQuery::parse(search).unwrap();
        if let [term] = &query.terms[..]
            && !term.negated
        {
            let rest: Vec<usize> = (0..scores.len()).rev().filter(|n| !expected.contains(n)).collect();
            check(store, &format!("-{search}"), &rest, &scores).await;
        }
    }
    ids(store).await;
}

/// Nine rows; returns their scores.
async fn fill(store: &dyn Store) -> Vec<f64> {
    let rows = rows();
    let mut ids = Vec::new();
    for row in &rows {
        ids.push(store.insert_detection(row).await.unwrap());
    }
    let (ana, ben) = (moderator(store, "Ana").await, ben(store).await);
    let days = TimeDelta::days;
    let decisions = [
        (0, Label::Ham, &ana, days(2)),
        (3, Label::Spam, &ana, days(0)),
        (4, Label::Ham, &ben, days(1)),
        (5, Label::Spam, &ben, days(0)),
    ];
    for (number, label, by, ago) in decisions {
        let new = NewDecision { decided_at: noon() - ago, ..decision(ids[number], label, by) };
        store.decide(&new).await.unwrap();
    }
    for item in store.due_feedback(noon() + seconds(10), 10).await.unwrap() {
        if item.detection_id == ids[0] {
            store.feedback_sent(item.id, noon()).await.unwrap();
        } else if item.detection_id == ids[4] {
            store.feedback_failed(item.id, noon(), "404").await.unwrap();
        }
    }
    let shop = token(store, "shop", domain::Fallback::Pass).await;
    // Against the verdict; against verdict and label; only against the verdict, as the moderator.
    for (number, label) in [(6, Label::Spam), (5, Label::Ham), (0, Label::Spam), (0, Label::Ham)] {
        store.app_said(&word(ids[number], shop, label, 9)).await.unwrap();
    }
    rows.iter().map(|row| row.judgement.score).collect()
}

async fn ben(store: &dyn Store) -> domain::User {
    let new = store::NewUser {
        email: "Élan@example.com".to_owned(),
        name: "Ben Élan".to_owned(),
        role: domain::Role::Moderator,
        password_hash: String::new(),
        created_at: noon(),
    };
    store.create_user(&new).await.unwrap()
}

fn rows() -> Vec<NewDetection> {
    let row = |number: i64, message: &str, score: f64| NewDetection {
        created_at: noon() - TimeDelta::days(number),
        judgement: judgement(&format!("upstream-row{number}"), score),
        ..scored(message, score)
    };
    let with = |mut row: NewDetection, change: &dyn Fn(&mut Content)| {
        change(&mut row.content);
        row
    };
    let email = |email: &'static str| move |content: &mut Content| content.email = Some(email.to_owned());
    let ip = |row: NewDetection, ip: &str| {
        let ip = ip.parse().unwrap();
        with(row, &|content| content.ip = Some(ip))
    };
    let site = |row, site: &str| NewDetection { site: Some(site.to_owned()), ..row };
    let from = |row, origin| NewDetection { origin, ..row };
    let judged = |row: NewDetection, judged_by| NewDetection {
        judgement: Judgement { judged_by, ..row.judgement.clone() },
        ..row
    };
    let shop = |content: &mut Content| {
        content.website_url = Some("https://shop.example.com/basket".to_owned());
        content.email = Some("100%_sure@x.com".to_owned());
    };
    let mut ahead = row(8, "late clock", 100.0);
    ahead.created_at = noon() - TimeDelta::days(7) + TimeDelta::hours(2);
    vec![
        site(
            from(
                ip(with(row(0, "Free money at the Casino!", 80.0), &email("Ana@mail.ru")), "203.0.113.42"),
                Origin::Api,
            ),
            "blog.example.com",
        ),
        site(
            from(
                ip(with(row(1, "I can't hear you, señor", 10.0), &email("ana@example.com")), "203.0.113.200"),
                Origin::Import,
            ),
            "blog.example.com",
        ),
        site(
            from(ip(with(row(2, "casino", 90.0), &email("boris.a@mail.ru")), "198.51.100.7"), Origin::Api),
            "Shop.Example.com",
        ),
        ip(row(3, "casinos: https://bit.ly/x", 49.5), "2001:db8::7"),
        with(row(4, "do NOT near( \"\" AND * ^ - : {x} OR", 50.0), &|content| {
            content.name = Some("Zoë".to_owned())
        }),
        with(row(5, "", 97.5), &|content| content.domain = Some("zoe.example".to_owned())),
        judged(with(row(6, "basket", 0.0), &shop), JudgedBy::Fallback),
        judged(row(7, "buy v\u{200b}ia\u{ad}gra 这是垃圾邮件", 60.0), JudgedBy::Detector),
        with(ahead, &email("Éa@example.com")),
    ]
}

/// The search in every order, page by page, and its count.
async fn check(store: &dyn Store, search: &str, expected: &[usize], scores: &[f64]) {
    let query = SearchQuery::parse(search).unwrap_or_else(|errors| panic!("{search}: {errors:?}"));
    for order in Order::ALL {
        let mut sorted = expected.to_vec();
        match order {
            Order::Newest => {}
            Order::Score => sorted.sort_by(|a, b| scores[*b].total_cmp(&scores[*a])),
            Order::Closest => {
                sorted.sort_by(|a, b| (scores[*a] - 50.0).abs().total_cmp(&(scores[*b] - 50.0).abs()));
            }
        }
        let mut found = Vec::new();
        let mut from = None;
        loop {
            let request = PageRequest { order: *order, from, limit: 2 };
            let page = store.search(&query, &request, noon()).await.unwrap();
            found.extend(page.rows.iter().map(|row| usize::try_from(row.id.0).unwrap() - 1));
            match page.after {
                Some(cursor) => from = Some((Direction::After, cursor)),
                None => break,
            }
        }
        assert_eq!(found, sorted, "{search} by {order}");
    }
    let count = store.count(&query, noon()).await.unwrap();
    assert_eq!((count.count, count.more), (expected.len() as u64, false), "{search}");
}

async fn ids(store: &dyn Store) {
    let newest = PageRequest { order: Order::Newest, from: None, limit: 50 };
    for row in store.search(&SearchQuery::default(), &newest, noon()).await.unwrap().rows {
        let query = SearchQuery::parse(&format!("id:{}", row.id.0)).unwrap();
        assert_eq!(store.search(&query, &newest, noon()).await.unwrap().rows, [row]);
    }
}
