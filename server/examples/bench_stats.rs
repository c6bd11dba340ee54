//! How long the figures of the Stats page take, through HTTP.
//!
//! ```sh
//! make bench-stats                 # 1 million rows
//! make bench-stats ROWS=10000000   # 10 million as well
//! ```
//!
//! For each size it fills a database under target/ by `gavel demo-data` (180 days), starts `gavel serve` on it, logs in, and
//! asks what the page asks in the browser: its charts, what comes most often, what another threshold would do; then the
//! page itself, whole. Times are from the request to the last byte. The database is deleted afterwards.
#![expect(clippy::print_stdout, reason = "it prints a table")]

mod running;

use std::{path::PathBuf, time::Instant};

use running::{Database, Failure, Gavel, fill, quantiles, start};

/// How often each is asked; enough for a 99th percentile.
const RUNS: usize = 100;

/// Name, address, and what of the range, site and search is asked for.
const QUESTIONS: [(&str, &str, &str); 14] = [
    ("charts, today", "/fn/stats/charts", "range=today"),
    ("charts, 7 days", "/fn/stats/charts", "range=7d"),
    ("charts, 30 days", "/fn/stats/charts", "range=30d"),
    ("charts, 90 days", "/fn/stats/charts", "range=90d"),
    ("charts, all 180 days", "/fn/stats/charts", "from=FIRST&to=LAST"),
    ("charts, 30 days of a site", "/fn/stats/charts", "range=30d&site=blog.example.com"),
    ("charts, 30 days of a search", "/fn/stats/charts", "range=30d&q=score:40..60"),
    ("charts, 90 days of a word", "/fn/stats/charts", "range=90d&q=free"),
    ("most often, 30 days", "/fn/stats/tops", "range=30d"),
    ("most often, 30 days of a site", "/fn/stats/tops", "range=30d&site=blog.example.com"),
    ("threshold, 30 days", "/fn/stats/what-if", "range=30d&threshold=60"),
    ("threshold, 180 days", "/fn/stats/what-if", "from=FIRST&to=LAST&threshold=60"),
    ("the whole page, 30 days", "/stats", "range=30d"),
    ("the whole page, 90 days", "/stats", "range=90d"),
];

async fn times(gavel: &Gavel, address: &str) -> Result<(Vec<f64>, usize), Failure> {
    let (mut times, mut bytes) = (Vec::with_capacity(RUNS), 0);
    // Some to warm up: a page that was never read is the disk's time.
    for run in 0..RUNS + 3 {
        let begun = Instant::now();
        let answer = gavel.client.get(format!("{}{address}", gavel.url)).send().await?;
        let status = answer.status();
        bytes = answer.bytes().await?.len();
        if !status.is_success() {
            return Err(format!("{address}: {status}").into());
        }
        if run >= 3 {
            times.push(begun.elapsed().as_secs_f64() * 1000.0);
        }
    }
    Ok((times, bytes))
}

async fn measure(gavel: &str, rows: u64) -> Result<(), Failure> {
    let folder = PathBuf::from("target/bench-stats");
    std::fs::create_dir_all(&folder)?;
    let database = Database { file: folder.join(format!("{rows}.db")) };
    let begun = Instant::now();
    fill(gavel, &database, rows)?;
    let filled = begun.elapsed().as_secs_f64();
    let megabytes = std::fs::metadata(&database.file)?.len() / 1_000_000;
    let running = start(gavel, &database).await?;
    println!("\n{rows} rows, {megabytes} MB, filled in {filled:.0} s\n");
    println!("| figures | median | p99 | bytes |\n|---|---|---|---|");
    let last = moderation::Clock::now(&moderation::SystemClock).date_naive();
    let first = last - chrono::TimeDelta::days(180);
    for (name, path, query) in QUESTIONS {
        let query = query.replace("FIRST", &first.to_string()).replace("LAST", &last.to_string());
        // Server functions take the fields of one argument.
        let query = match path.starts_with("/fn") {
            true => query
                .split('&')
                .map(|pair| format!("asked[{}", pair.replacen('=', "]=", 1)))
                .collect::<Vec<_>>()
                .join("&"),
            false => query,
        };
        let (times, bytes) = times(&running, &format!("{path}?{query}")).await?;
        println!("| {name} | {} | {bytes} |", quantiles(times));
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let gavel = arguments.next().unwrap_or_else(|| "target/release/gavel".to_owned());
    for rows in arguments {
        measure(&gavel, rows.parse()?).await?;
    }
    Ok(())
}
