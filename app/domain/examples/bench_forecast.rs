//! Prints how far the quota forecast is off, on made-up usages: `make bench-forecast`.

#![expect(clippy::print_stdout, reason = "a benchmark prints")]

#[path = "../tests/synthetic/mod.rs"]
mod synthetic;

use std::time::Instant;

use domain::{Outlook, forecast::forecast};
use synthetic::usages;

fn main() {
    println!(
        "{:<28} {:>17} {:>17} {:>8} {:>13} {:>7}",
        "usage", "forecast", "truth", "off by", "4 of 5 within", "ms"
    );
    for usage in usages() {
        let samples = usage.samples();
        let started = Instant::now();
        let told = forecast(&samples);
        let took = started.elapsed().as_secs_f64() * 1000.0;
        let truth = usage.runs_out();
        let moment = |time: Option<chrono::DateTime<chrono::Utc>>| {
            time.map_or_else(|| "lasts".to_owned(), |time| time.format("%-d %b %Y %H:%M").to_string())
        };
        let off = match (told.runs_out(), truth) {
            (Some(at), Some(truth)) => format!("{:+.1} h", (at - truth).num_minutes() as f64 / 60.0),
            (None, None) => "right".to_owned(),
            _ => "wrong".to_owned(),
        };
        let span = match told.outlook {
            Outlook::RunsOut { earliest, latest: Some(latest), .. } => {
                format!("{:.1} days", (latest - earliest).num_hours() as f64 / 24.0)
            }
            Outlook::RunsOut { .. } => "open".to_owned(),
            _ => String::new(),
        };
        println!(
            "{:<28} {:>17} {:>17} {off:>8} {span:>13} {took:>7.2}",
            usage.name,
            moment(told.runs_out()),
            moment(truth)
        );
    }
}
