//! How many detections a second can be logged durably, by size of the batch that shares a commit.
//!
//! ```sh
//! cargo run --release -p store --example bench_insert -- target/bench-insert.db
//! ```
//!
//! Writes short made-up comments (8 to 30 words of a Zipf-like vocabulary, random senders and addresses) through
//! `append_detections`, behind whatever the file holds already, and prints rows a second. Every commit is synced to disk. Their
//! words are written after each batch, as the log's writer does, and are not in its time, but in the rows a second.
#![expect(clippy::print_stdout, reason = "it prints a table")]

use std::time::Instant;

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use domain::{
    ApiTokenId, Circumstances, Content, Endpoint, Fallback, JudgedBy, Judgement, NewDetection, Origin,
};
use store::{NewApiToken, Store, StoreError};

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Rows of a batch, and how many batches are written.
const SIZES: &[(usize, usize)] = &[(1, 1_000), (16, 500), (128, 300), (256, 150)];

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
}

fn row(at: DateTime<Utc>, chance: &mut Chance) -> NewDetection {
    let rank = |chance: &mut Chance| 50_000_f64.powf(chance.next()) as u32;
    let words: Vec<String> = (0..8 + chance.below(23)).map(|_| format!("w{}", rank(chance))).collect();
    let score = (chance.next() * 10_000.0).round() / 100.0;
    let sender = chance.below(100_000);
    NewDetection {
        created_at: at,
        endpoint: Endpoint::CheckComment,
        origin: Origin::Api,
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
            upstream_id: format!("{:016x}{:016x}", chance.0, chance.0.rotate_left(29)),
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
        // With everything that the gateway writes.
        circumstances: Circumstances {
            submission: None,
            token_id: Some(ApiTokenId(1)),
            took_ms: Some(14.0),
            language: Some("en".to_owned()),
            rule: None,
        },
    }
}

/// The token that the rows name.
async fn token(store: &dyn Store) -> Result<(), Failure> {
    let token = NewApiToken {
        name: "bench".to_owned(),
        hash: [1; 32],
        prefix: "gvl_bench".to_owned(),
        site: "site0.example.com".to_owned(),
        per_minute: None,
        fallback: Fallback::Pass,
        bounds: domain::TokenBounds::default(),
        created_by: None,
        created_at: Utc.timestamp_opt(1_740_000_000, 0).single().unwrap_or_default(),
    };
    // Behind an earlier run it is there.
    match store.create_api_token(&token).await {
        Ok(_) | Err(StoreError::Taken(_)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let file = std::env::args().nth(1).unwrap_or_else(|| "target/bench-insert.db".to_owned());
    let store = store::open(&format!("sqlite://{file}")).await?;
    token(&*store).await?;
    let mut chance = Chance(7);
    let mut at = Utc.timestamp_opt(1_740_000_000, 0).single().unwrap_or_default();
    println!("| rows a commit | commits | rows/s | commit, median | p99 |\n|---|---|---|---|---|");
    for &(size, batches) in SIZES {
        let (mut times, mut behind) = (Vec::new(), 0.0);
        for _ in 0..batches {
            at += TimeDelta::milliseconds(50);
            let batch: Vec<_> = (0..size).map(|_| row(at, &mut chance)).collect();
            let begun = Instant::now();
            store.append_detections(&batch).await?;
            times.push(begun.elapsed().as_secs_f64());
            let begun = Instant::now();
            while store.index_appended(128).await? > 0 {}
            behind += begun.elapsed().as_secs_f64();
        }
        let rate = (size * batches) as f64 / (times.iter().sum::<f64>() + behind);
        times.sort_by(f64::total_cmp);
        let (median, p99) = (times[batches / 2] * 1000.0, times[batches * 99 / 100] * 1000.0);
        println!("| {size} | {batches} | {rate:.0} | {median:.2} ms | {p99:.2} ms |");
    }
    store.close().await;
    Ok(())
}
