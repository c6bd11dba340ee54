//! `gavel demo-data`: what it fills is a log like any other.

use std::{path::Path, process::Command};

use sqlx::{Row, SqlitePool};
use tempfile::TempDir;

const UNTIL: &str = "2025-02-15T12:00:00Z";

/// Id, time, upstream id, sender, label, score and message of a row.
type Made = (i64, i64, String, Option<String>, Option<String>, f64, String);

fn fill(database: &str, more: &[&str]) -> Result<String, String> {
    let output = Command::new(env!("CARGO_BIN_EXE_gavel"))
        .args(["demo-data", "--database", database, "--rows", "3000", "--until", UNTIL])
        .args(more)
        .env("GAVEL_CORPORA", Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus"))
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    if output.status.success() { Ok(text(output.stdout)) } else { Err(text(output.stderr)) }
}

async fn numbers(pool: &SqlitePool, sql: &'static str) -> Vec<Vec<i64>> {
    let rows = sqlx::query(sql).fetch_all(pool).await.unwrap();
    rows.iter().map(|row| (0..row.len()).map(|column| row.get(column)).collect()).collect()
}

#[tokio::test]
async fn what_is_counted_equals_a_recount() {
    let folder = TempDir::new().unwrap();
    let url = |name: &str| format!("sqlite://{}/{name}.db", folder.path().display());
    let said = fill(&url("one"), &[]).unwrap();
    assert!(said.contains("3,000 detections"), "{said}");
    let one = SqlitePool::connect(&url("one")).await.unwrap();

    let hours =
        numbers(&one, "SELECT hour, first_id, last_id, spam, ham FROM check_hours ORDER BY hour").await;
    let recount =
        "SELECT created_at / 3600000, min(id), max(id), sum(is_spam), sum(1 - is_spam) FROM detections
                   GROUP BY 1 ORDER BY 1";
    assert_eq!(hours, numbers(&one, recount).await);
    assert!(hours.len() > 100, "spread over many hours");

    // As many as it says, of every kind, and every row has its contents and its words.
    let kinds = "SELECT count(*), count(DISTINCT site), count(DISTINCT email) > 100, count(label) > 30,
                        sum(disputed) > 5, sum(judged_by = 'fallback') > 0, sum(is_spam) BETWEEN 900 AND 2100,
                        (SELECT count(*) FROM detection_contents), (SELECT count(*) FROM detections_fts_docsize)
                 FROM detections";
    assert_eq!(numbers(&one, kinds).await, [[3000, 8, 1, 1, 1, 1, 1, 3000, 3000]]);

    // Decisions, feedback and record agree with the labels; nothing waits to be sent or asked.
    let past = "SELECT (SELECT count(*) FROM label_decisions) - count(label),
                       (SELECT count(*) FROM feedback_outbox WHERE state IN ('sent', 'failed')) - count(label),
                       (SELECT count(*) FROM audit_events WHERE action = 'detection.labelled') - count(label),
                       sum(feedback = 'pending'), sum(judged_by = 'fallback') - (SELECT count(*) FROM rechecks WHERE due_at IS NULL)
                FROM detections";
    assert_eq!(numbers(&one, past).await, [[0, 0, 0, 0, 0]]);

    // The schema is that of a log that grew by itself.
    let schema = "SELECT name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY name";
    store::open(&url("fresh")).await.unwrap().close().await;
    let fresh = SqlitePool::connect(&url("fresh")).await.unwrap();
    let schema_of = async |pool: &SqlitePool| -> Vec<(String, Option<String>)> {
        sqlx::query_as(schema).fetch_all(pool).await.unwrap()
    };
    assert_eq!(schema_of(&one).await, schema_of(&fresh).await);
}

#[tokio::test]
async fn the_same_seed_makes_the_same_log_and_none_is_filled_by_accident() {
    let folder = TempDir::new().unwrap();
    let url = |name: &str| format!("sqlite://{}/{name}.db", folder.path().display());
    for (name, seed) in [("one", "7"), ("same", "7"), ("other", "8")] {
        fill(&url(name), &["--seed", seed]).unwrap();
    }
    let refusal = fill(&url("one"), &[]).unwrap_err();
    assert!(refusal.contains("not empty") && refusal.contains("--add"), "{refusal}");
    fill(&url("other"), &["--add"]).unwrap();

    let all = async |name: &str| -> Vec<Made> {
        let pool = SqlitePool::connect(&url(name)).await.unwrap();
        let all =
            "SELECT d.id, d.created_at, d.upstream_id, d.email, d.label, d.score, c.message FROM detections d
                   JOIN detection_contents c ON c.detection_id = d.id ORDER BY d.id";
        sqlx::query_as(all).fetch_all(&pool).await.unwrap()
    };
    let (one, same, other) = (all("one").await, all("same").await, all("other").await);
    assert!(one == same, "the same seed makes the same");
    assert_eq!(other.len(), 6000, "--add adds");
    assert!(one[..] != other[..3000], "another seed makes others");
    // The corpus is where the words come from.
    let known = |message: &str| {
        ["quince jelly", "velvet lottery"].iter().any(|words| message.to_lowercase().contains(words))
    };
    assert!(one.iter().filter(|row| known(&row.6)).count() > 1000);

    let empty = folder.path().join("empty");
    std::fs::create_dir(&empty).unwrap();
    let refusal = fill(&url("none"), &["--corpus", empty.to_str().unwrap()]).unwrap_err();
    assert!(refusal.contains("--corpus"), "{refusal}");
}
