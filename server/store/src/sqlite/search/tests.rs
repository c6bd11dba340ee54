//! Whichever index a plan walks, the answer is the same.

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use domain::{
    ApiTokenId, Circumstances, Content, Cursor, Direction, Endpoint, JudgedBy, Judgement, NewDetection,
    Order, Origin, PageRequest, RuleHit, RuleId, SearchQuery,
};

use super::super::SqliteStore;
use super::super::reach::Patience;
use super::page::keys;
use super::plan::{Plan, Source};
use crate::Detections;

const ROWS: i64 = 120;

/// Each matches some rows and not others; together they use every index.
const TERMS: &[&str] = &[
    "odd",
    "thir*",
    "\"odd third\"",
    "is:spam",
    "is:ham",
    "is:labelled",
    "is:unlabelled",
    "is:disputed",
    "is:waiting",
    "app:spam",
    "app:none",
    "is:contested",
    "is:late",
    "is:pending",
    "is:failed",
    "label:ham",
    "score:>50",
    "score:20..80",
    "email:*@mail.ru",
    "email:ana*",
    "email:ana3@mail.ru",
    "ip:203.0.113.0/28",
    "ip:203.0.113.3",
    "site:blog.example.com",
    "site:*.com",
    "site:b*",
    "from:api",
    "judged:fallback",
    "is:refused",
    "import:2",
    "email:*",
    "email:ana*@mail.ru",
    "email:*3@mail.ru",
    "ip:203.0.113.4/30",
    "judged:detector",
    "site:shop*org",
    "by:ana",
    "labelled:<60s",
    "labelled:2025-02-14",
    "labelled:2025-02-01..2025-02-14",
    "token:shop",
    "token:*",
    "lang:de",
    "age:<60s",
    "before:2025-02-14T12:01:30Z",
    "id:7",
    "rule:1",
    "rule:*",
    "reason:scam",
    "reason:none",
    "reason:*",
    "is:held",
    "judged:rule",
];

fn noon() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2025, 2, 14, 12, 0, 0).unwrap()
}

fn row(number: i64) -> NewDetection {
    let pick = |of: i64| number * 7 % of;
    let score = [0.0, 33.5, 50.0, 66.5, 100.0][usize::try_from(pick(5)).unwrap()];
    NewDetection {
        created_at: noon() + TimeDelta::seconds(number),
        endpoint: Endpoint::Check,
        origin: Origin::ALL[usize::try_from(pick(4)).unwrap()],
        site: [None, Some("blog.example.com"), Some("shop.example.org")][usize::try_from(pick(3)).unwrap()]
            .map(str::to_owned),
        content: Content {
            message: format!(
                "a row of {} {}",
                ["even", "odd"][usize::try_from(pick(2)).unwrap()],
                ["third", "rest"][usize::from(number % 3 != 0)]
            ),
            email: (pick(6) != 0)
                .then(|| format!("ana{}@mail.{}", pick(10), ["ru", "org"][usize::from(pick(4) == 0)])),
            ip: (pick(8) != 0).then(|| format!("203.0.113.{}", pick(40)).parse().unwrap()),
            ..Content::default()
        },
        content_hash: [0; 32],
        judgement: Judgement {
            upstream_id: format!("upstream-{number}"),
            is_spam: score >= 50.0,
            score,
            threshold: 50.0,
            execution_ms: 1.0,
            upstream_timestamp: String::new(),
            judged_by: JudgedBy::ALL[usize::try_from(pick(5)).unwrap()],
            signals: Vec::new(),
            raw_answer: "{}".to_owned(),
        },
        circumstances: Circumstances {
            submission: None,
            token_id: (pick(5) != 0).then(|| ApiTokenId(1 + i64::from(pick(4) == 0))),
            took_ms: None,
            language: [None, Some("de"), Some("en")][usize::try_from(pick(3)).unwrap()].map(str::to_owned),
            rule: (number % 5 < 3)
                .then(|| RuleHit { id: RuleId(1 + i64::from(number % 5 == 0)), held: number % 5 < 2 }),
        },
    }
}

async fn filled() -> SqliteStore {
    let store = SqliteStore::open("sqlite::memory:").await.unwrap();
    let tokens = "INSERT INTO api_tokens (name, hash, prefix, site, fallback, created_at)
                  VALUES ('Shop', randomblob(32), '', '', 'pass', 0), ('blog', randomblob(32), '', '', 'pass', 0)";
    sqlx::query(tokens).execute(&store.writer).await.unwrap();
    let rules = "INSERT INTO rules (q, action, note, watched, created_at) VALUES ('a', 'spam', '', 0, 0), ('b', 'review', '', 0, 0)";
    sqlx::query(rules).execute(&store.writer).await.unwrap();
    for number in 1..=ROWS {
        store.insert_detection(&row(number)).await.unwrap();
    }
    for sql in [
        "INSERT INTO users (email, email_folded, name, role, password_hash, created_at)
         VALUES ('ana@x', 'ana@x', 'Ana', 'viewer', '', 0), ('ben@x', 'ben@x', 'Ben', 'viewer', '', 0)",
        "UPDATE detections SET import_id = id % 3 WHERE id % 4 <> 0",
        "UPDATE detections SET label = CASE id % 2 WHEN 0 THEN 'spam' ELSE 'ham' END, labelled_by = 1 + (id % 3 = 0),
                labelled_at = created_at WHERE id % 3 <> 1",
        "INSERT INTO label_decisions (detection_id, user_id, label, decided_at, send_after)
         SELECT id, labelled_by, label, labelled_at, labelled_at FROM detections WHERE label IS NOT NULL",
        "INSERT INTO label_reasons (decision_id, reason_id)
         SELECT id, 1 + detection_id % 2 FROM label_decisions WHERE detection_id % 5 <> 0",
        "UPDATE detections SET feedback = CASE id % 3 WHEN 0 THEN 'pending' ELSE 'failed' END WHERE id % 5 = 0",
        "UPDATE detections SET app_word = CASE id % 4 WHEN 0 THEN 'spam' ELSE 'ham' END WHERE id % 7 < 3",
        "UPDATE detections SET told = CASE id % 3 WHEN 0 THEN 'spam' WHEN 1 THEN 'ham' ELSE 'nothing' END WHERE id % 11 < 4",
    ] {
        sqlx::query(sql).execute(&store.writer).await.unwrap();
    }
    store
}

#[tokio::test]
async fn every_index_gives_the_same_answer() {
    let store = filled().await;
    // Every term by itself in every order; then each with a few others, in one order.
    let mut searches = Vec::new();
    for (index, first) in TERMS.iter().enumerate() {
        searches.extend(Order::ALL.iter().map(|order| ((*first).to_owned(), *order)));
        for distance in [1, 4, 9] {
            let second = TERMS[(index + distance) % TERMS.len()];
            let order = Order::ALL[(index + distance) % Order::ALL.len()];
            searches.extend([(format!("{first} {second}"), order), (format!("{first} -{second}"), order)]);
        }
    }
    let mut used = std::collections::BTreeSet::new();
    for (search, order) in searches {
        let query = SearchQuery::parse(&search).unwrap();
        let expected = answers(&store, &query, order, Source::Log).await;
        if TERMS.contains(&search.as_str()) {
            let all = usize::try_from(ROWS).unwrap();
            assert!((1..all).contains(&expected[0].len()), "{search} tells nothing");
        }
        let now = noon() + TimeDelta::seconds(ROWS);
        let plan = Plan::choose(&query, order, now, &store.readers).await.unwrap();
        for source in plan.sources() {
            let found = answers(&store, &query, order, source).await;
            assert_eq!(found, expected, "{search} by {order} over {source:?}");
            used.insert(format!("{source:?}"));
        }
    }
    assert_eq!(used.len(), 20, "every index was walked: {used:?}");
}

/// What is kept in memory follows what happens to the log: rows change, go, and come with numbers below others.
#[tokio::test]
async fn counts_follow_every_change() {
    let store = filled().await;
    counts_are_right(&store).await;
    for sql in [
        "UPDATE detections SET is_spam = 1 - is_spam, score = 100 - score WHERE id % 5 = 1",
        "UPDATE detections SET label = NULL, labelled_by = NULL, labelled_at = NULL WHERE id % 4 = 0",
        "UPDATE detections SET feedback = 'none' WHERE id % 3 = 0",
        "UPDATE detections SET app_word = NULL, told = 'spam' WHERE id % 6 = 0",
        "UPDATE detections SET site = 'New.example.com', language = 'fr', token_id = NULL WHERE id % 8 = 0",
        "UPDATE detections SET origin = 'recheck', judged_by = 'detector', created_at = created_at + 5000 WHERE id % 9 = 0",
        "DELETE FROM detections WHERE id % 7 = 0",
        "INSERT INTO detections (id, created_at, endpoint, origin, content_hash, upstream_id, is_spam, score, threshold, judged_by)
         SELECT 14, created_at, endpoint, origin, content_hash, 'late', 1, 99, 50, judged_by FROM detections WHERE id = 13",
        "DELETE FROM detection_changes",
        "UPDATE detections SET is_spam = 1 - is_spam WHERE id % 2 = 0",
    ] {
        sqlx::query(sql).execute(&store.writer).await.unwrap();
        counts_are_right(&store).await;
    }
    store.insert_detection(&row(ROWS + 1)).await.unwrap();
    counts_are_right(&store).await;
}

async fn counts_are_right(store: &SqliteStore) {
    let now = noon() + TimeDelta::seconds(ROWS);
    for search in
        TERMS.iter().flat_map(|term| [(*term).to_owned(), format!("-{term}"), format!("{term} -odd")])
    {
        let query = SearchQuery::parse(&search).unwrap();
        // Row by row: some of these changes never happen, and no index of words follows them.
        let plan =
            Plan::choose(&query, Order::Newest, now, &store.readers).await.unwrap().with_source(Source::Log);
        let request = PageRequest { order: Order::Newest, from: None, limit: 500 };
        let listed =
            keys(&plan, &request, 500, Patience::endless(), &store.readers).await.unwrap().keys.len() as u64;
        let count = store.search_count(&query, now).await.unwrap();
        assert_eq!((count.count, count.more), (listed, false), "{search}");
        let facets = store.facts.facets(&query, now, &store.readers).await.unwrap();
        let spam_and_ham: u64 = facets.of(domain::Facet::Verdict).map(|value| value.count).sum();
        assert_eq!((facets.counted, spam_and_ham, facets.complete), (listed, listed, true), "{search}");
    }
}

/// The whole list, then what follows and precedes a place among ties.
async fn answers(store: &SqliteStore, query: &SearchQuery, order: Order, source: Source) -> Vec<Vec<Cursor>> {
    let now = noon() + TimeDelta::seconds(ROWS);
    let plan = Plan::choose(query, order, now, &store.readers).await.unwrap().with_source(source);
    let count = store.search_count(query, now).await.unwrap();
    if let Some(sum) = store.count_by_sums(query, now).await.unwrap() {
        assert_eq!(sum, count, "added up and counted alike: {query}");
    }
    let mut answers = Vec::new();
    let middle = match order {
        Order::Newest => Cursor { key: 0.0, id: domain::DetectionId(ROWS / 2) },
        Order::Score => Cursor { key: 66.5, id: domain::DetectionId(ROWS / 2) },
        Order::Closest => Cursor { key: 16.5, id: domain::DetectionId(ROWS / 2) },
    };
    for from in [None, Some((Direction::After, middle)), Some((Direction::Before, middle))] {
        let request = PageRequest { order, from, limit: 500 };
        let found = keys(&plan, &request, 500, Patience::of_a_page(), &store.readers).await.unwrap();
        assert!(found.stopped.is_none(), "a small log is looked at whole");
        answers.push(found.keys);
    }
    let listed = domain::BoundedCount { count: answers[0].len() as u64, more: false };
    assert_eq!(count, listed, "counted and listed alike over {source:?}: {query}");
    answers
}
