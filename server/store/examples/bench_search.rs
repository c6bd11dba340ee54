//! How long the searches of a moderator take on a large log, straight at the store.
//!
//! ```sh
//! cargo run --release -p store --example bench_search -- 1000000 /tmp/bench.db
//! ```
//!
//! Fills the file with made-up rows if it has none (word frequencies follow Zipf's law; a thousand senders, twelve sites, one
//! row in fifty labelled), then prints the median and the 99th percentile of page and count of each search.
#![expect(clippy::print_stdout, reason = "it prints a table")]

use std::sync::Arc;
use std::time::Instant;

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use domain::paging::{COUNT_BOUND, PAGE_SIZE};
use domain::{
    Content, Cursor, DetectionId, Direction, Endpoint, JudgedBy, Judgement, Label, NewDetection, Order,
    Origin, PageRequest, Role, SearchQuery,
};
use store::{NewDecision, NewUser, Store};

type Failure = Box<dyn std::error::Error + Send + Sync>;

const RUNS: usize = 30;
const CHUNK: usize = 10_000;

const SEARCHES: &[(&str, &str, Order)] = &[
    ("first page", "", Order::Newest),
    ("deep page", "", Order::Newest),
    ("rare word", "w40000", Order::Newest),
    ("common word", "w1", Order::Newest),
    ("common word by score", "w1", Order::Score),
    ("two words", "w3 w50", Order::Newest),
    ("phrase", "\"w2 w1\"", Order::Newest),
    ("word start", "w39*", Order::Newest),
    ("word and filters", "w20 is:spam from:api score:>80", Order::Newest),
    ("word and rare filter", "w1 ip:10.0.7.0/28", Order::Newest),
    ("score range", "score:49..51", Order::Newest),
    ("lowest spam by score", "is:ham", Order::Score),
    ("sender wildcard", "email:*@mail7.ru", Order::Newest),
    ("one sender", "email:sender77@mail7.ru", Order::Newest),
    ("IP range", "ip:10.0.7.0/24", Order::Newest),
    ("label and age", "label:ham age:<30d", Order::Newest),
    ("nearest unlabelled", "is:unlabelled", Order::Closest),
    ("disputed", "is:disputed", Order::Newest),
    ("site", "site:site11.example.com -is:labelled", Order::Newest),
];

fn start() -> DateTime<Utc> {
    Utc.timestamp_opt(1_735_689_600, 0).single().unwrap_or_default()
}

/// A small generator of its own: the same rows on every machine.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn below(&mut self, end: u32) -> u32 {
        (self.next() * f64::from(end)) as u32
    }

    /// A rank from 1 to 50,000, the more often the lower.
    fn rank(&mut self) -> u32 {
        (50_000_f64.powf(self.next())) as u32
    }
}

fn row(number: i64, rows: i64, chance: &mut Chance) -> NewDetection {
    let words: Vec<String> = (0..8 + chance.below(40)).map(|_| format!("w{}", chance.rank())).collect();
    let score = (chance.next() * 1000.0).round() / 10.0;
    let sender = chance.below(1000);
    NewDetection {
        created_at: start() + TimeDelta::seconds(number * 86_400 * 365 / rows),
        endpoint: Endpoint::Check,
        origin: if chance.below(20) == 0 { Origin::Paste } else { Origin::Api },
        site: Some(format!("site{}.example.com", chance.below(12))),
        content: Content {
            message: words.join(" "),
            email: Some(format!("sender{sender}@mail{}.ru", sender % 70)),
            name: Some(format!("Sender {sender}")),
            ip: format!("10.{}.{}.{}", chance.below(4), chance.below(256), chance.below(256)).parse().ok(),
            ..Content::default()
        },
        content_hash: std::array::from_fn(|_| chance.below(256) as u8),
        judgement: Judgement {
            upstream_id: format!("{:016x}-{number:016x}", chance.0),
            is_spam: score >= 50.0,
            score,
            threshold: 50.0,
            execution_ms: 12.0,
            upstream_timestamp: "2025-01-01T00:00:00Z".to_owned(),
            judged_by: JudgedBy::ActiveLayer,
            signals: Vec::new(),
            raw_answer: format!(
                "{{\"is_spam\":{},\"total_score\":{score},\"threshold\":50.0}}",
                score >= 50.0
            ),
        },
    }
}

async fn fill(store: &dyn Store, rows: i64) -> Result<(), Failure> {
    let user = NewUser {
        email: "ana@example.com".to_owned(),
        name: "Ana".to_owned(),
        role: Role::Admin,
        password_hash: String::new(),
        created_at: start(),
    };
    let Some(ana) = store.create_first_user(&user).await? else { return Ok(()) };
    let mut chance = Chance(7);
    let begun = Instant::now();
    let mut number = 0;
    while number < rows {
        let chunk: Vec<_> = (0..CHUNK).map(|at| row(number + at as i64, rows, &mut chance)).collect();
        let ids = store.insert_detections(&chunk).await?;
        number += CHUNK as i64;
        for (id, new) in ids.iter().zip(&chunk).step_by(500) {
            let label = if chance.below(4) == 0 { Label::Spam } else { Label::Ham };
            let decided_at = new.created_at;
            let decision = NewDecision {
                detection_id: *id,
                label,
                user_id: ana.id,
                decided_at,
                send_after: decided_at,
                seen_version: None,
            };
            store.decide(&decision).await?;
        }
        if number % 100_000 == 0 {
            println!("{number} rows, {:.0} rows/s", number as f64 / begun.elapsed().as_secs_f64());
        }
    }
    Ok(())
}

async fn measure(store: &dyn Store, rows: i64) -> Result<(), Failure> {
    let now = start() + TimeDelta::days(365);
    println!("| search | matches | page, median | p99 | count, median | p99 |\n|---|---|---|---|---|---|");
    for (name, search, order) in SEARCHES {
        let query = SearchQuery::parse(search).map_err(|errors| format!("{errors:?}"))?;
        let deep = Cursor { key: 0.0, id: DetectionId(rows / 2) };
        let from = (*name == "deep page").then_some((Direction::After, deep));
        let request = PageRequest { order: *order, from, limit: PAGE_SIZE };
        let (mut pages, mut counts) = (Vec::new(), Vec::new());
        let mut matches = String::new();
        for _ in 0..RUNS {
            let begun = Instant::now();
            store.search(&query, &request, now).await?;
            pages.push(begun.elapsed().as_secs_f64() * 1000.0);
            let begun = Instant::now();
            matches = store.count(&query, COUNT_BOUND, now).await?.to_string();
            counts.push(begun.elapsed().as_secs_f64() * 1000.0);
        }
        println!("| {name} `{search}` | {matches} | {} | {} |", quantiles(pages), quantiles(counts));
    }
    let begun = Instant::now();
    let overview = store.overview(now).await?;
    println!("overview: {:.1} ms, {overview:?}", begun.elapsed().as_secs_f64() * 1000.0);
    Ok(())
}

fn quantiles(mut times: Vec<f64>) -> String {
    times.sort_by(f64::total_cmp);
    format!("{:.1} ms | {:.1} ms", times[times.len() / 2], times[times.len() * 99 / 100])
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let rows = arguments.next().unwrap_or_else(|| "100000".to_owned()).parse()?;
    let file = arguments.next().unwrap_or_else(|| "target/bench-search.db".to_owned());
    let store: Arc<dyn Store> = store::open(&format!("sqlite://{file}")).await?;
    fill(&*store, rows).await?;
    measure(&*store, rows).await?;
    store.close().await;
    Ok(())
}
