//! What rules cost a check: `cargo run --release --package moderation --example bench_rules`.
//!
//! Ten thousand rules, of each kind as many; messages of 600 characters, of which one in ten meets a rule.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement for developers")]

use std::hint::black_box;
use std::time::Instant;

use domain::{Content, Origin, Rule, RuleAction, RuleId};
use fastrand::Rng;
use moderation::rules::{Asked, Book};

const CHECKS: usize = 2_000;

fn rule(id: i64) -> Rule {
    let q = match id % 6 {
        0 => format!("email:user{id}@mail.test"),
        1 => format!("email:*@domain{id}.test"),
        2 => format!("ip:10.{}.{}.0/24", id / 256 % 256, id % 256),
        3 => format!("word{id} lang:en"),
        4 => format!("link:host{id}.test"),
        _ => format!("\"first{id} second{id}\""),
    };
    Rule {
        id: RuleId(id),
        q,
        site: None,
        action: RuleAction::Spam,
        note: String::new(),
        watched: false,
        expires_at: None,
        created_by: None,
        created_at: chrono::DateTime::UNIX_EPOCH,
        hits: 0,
        last_hit_at: None,
    }
}

fn content(rng: &mut Rng) -> Content {
    let words = (0..100).map(|_| format!("text{}", rng.u32(..5_000))).collect::<Vec<_>>().join(" ");
    let hit = if rng.u8(..10) == 0 { format!(" word{}", rng.i64(0..1_600) * 6 + 3) } else { String::new() };
    Content {
        message: format!("{words} https://www.host{}.test/x{hit}", rng.u16(..)),
        email: Some(format!("someone{}@elsewhere{}.test", rng.u16(..), rng.u16(..))),
        ip: Some(format!("203.0.{}.{}", rng.u8(..), rng.u8(..)).parse().unwrap()),
        ..Content::default()
    }
}

fn main() {
    let mut rng = Rng::with_seed(5);
    let contents: Vec<Content> = (0..CHECKS).map(|_| content(&mut rng)).collect();
    println!("{:>8} {:>14} {:>16} {:>8}", "rules", "read them, ms", "a check, µs", "met");
    for rules in [0, 10, 1_000, 10_000] {
        let started = Instant::now();
        let book = Book::of((1..=rules).map(rule).collect());
        let filed = started.elapsed().as_secs_f64() * 1e3;
        let (started, mut met) = (Instant::now(), 0);
        for content in &contents {
            let asked = Asked {
                content,
                site: Some("shop.example.com"),
                origin: Origin::Api,
                token: Some("shop"),
                language: Some("en"),
                verdict: None,
            };
            met += usize::from(black_box(book.first(&asked, chrono::DateTime::UNIX_EPOCH)).is_some());
        }
        #[expect(clippy::cast_precision_loss, reason = "two thousand is exact")]
        let each = started.elapsed().as_secs_f64() * 1e6 / CHECKS as f64;
        println!("{rules:>8} {filed:>14.1} {each:>16.1} {met:>8}");
    }
}
