//! `gavel check`: verdicts as a table and as JSON, logged or not.

use std::{
    io::Write,
    process::{Command, Output, Stdio},
};

use serde_json::Value;
use sqlx::SqlitePool;
use tempfile::TempDir;

const SPAM: &str = "WIN cash now!!! Claim your free prize at http://deals.example/win, buy cheap pills";
const HAM: &str = "Thank you for the article, the second table helped me a lot.";

/// Runs it in a folder of its own, where the database would be.
fn check(folder: &TempDir, args: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_gavel"))
        .arg("check")
        .args(args)
        .current_dir(folder.path())
        .env_remove("ACTIVELAYER_API_KEY")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that does not read its input may be gone already.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

fn objects(output: &Output) -> Vec<Value> {
    text(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

async fn logged(folder: &TempDir) -> Vec<(i64, String, Option<String>)> {
    let url = format!("sqlite://{}/data/gavel.db", folder.path().display());
    let pool = SqlitePool::connect(&url).await.unwrap();
    let rows = "SELECT id, origin, site FROM detections ORDER BY id";
    sqlx::query_as(rows).fetch_all(&pool).await.unwrap()
}

#[tokio::test]
async fn messages_of_the_line_are_judged_in_order_and_logged() {
    let folder = TempDir::new().unwrap();
    let output = check(&folder, &["--site", "notes.example.com", SPAM, HAM], b"");
    assert!(output.status.success(), "{}", text(&output.stderr));
    let lines: Vec<_> = text(&output.stdout).lines().collect();
    assert_eq!(lines.len(), 2);
    assert!(lines[0].starts_with("spam ") && lines[0].contains("message 1   WIN cash"), "{lines:?}");
    assert!(lines[1].starts_with("ham ") && lines[1].ends_with(HAM), "{lines:?}");
    assert!(text(&output.stderr).contains("2 messages: 1 spam, 1 ham, 0 failed"));
    let site = Some("notes.example.com".to_owned());
    assert_eq!(logged(&folder).await, [(1, "paste".to_owned(), site.clone()), (2, "paste".to_owned(), site)]);
}

#[tokio::test]
async fn standard_input_is_read_by_line_by_block_and_as_a_table() {
    let folder = TempDir::new().unwrap();
    let by_line = check(&folder, &["--json"], format!("{SPAM}\n\n{HAM}\n").as_bytes());
    let found = objects(&by_line);
    assert_eq!(found.len(), 2);
    assert_eq!((&found[0]["place"], &found[0]["verdict"]), (&"line 1".into(), &"spam".into()));
    assert_eq!((&found[1]["place"], &found[1]["message"]), (&"line 3".into(), &HAM.into()));
    assert_eq!((&found[1]["id"], &found[1]["judged_by"]), (&2.into(), &"detector".into()));
    assert!(found[0]["signals"].as_array().is_some_and(|signals| !signals.is_empty()));

    let by_block = check(&folder, &["--json", "--no-log", "--separator", "blank"], b"one\ntwo\n\nthree\n");
    let found = objects(&by_block);
    assert_eq!((&found[0]["message"], &found[1]["message"]), (&"one\ntwo".into(), &"three".into()));
    assert!(found[0]["id"].is_null());

    let table = format!("name,comment\nann,\"{HAM}\"\nbob,\nbroken\n");
    let as_table = check(&folder, &["--json", "--format", "auto"], table.as_bytes());
    assert_eq!(as_table.status.code(), Some(1));
    let found = objects(&as_table);
    assert_eq!((&found[0]["place"], &found[0]["verdict"]), (&"line 2".into(), &"ham".into()));
    assert_eq!(found[1]["error"], "column \"comment\": There is no message.");
    assert!(found[2]["error"].as_str().unwrap().starts_with("has 1 fields"), "{found:?}");
    assert!(
        text(&as_table.stderr).contains("2 of 3 messages could not be checked"),
        "{}",
        text(&as_table.stderr)
    );
    assert_eq!(logged(&folder).await.len(), 3);
}

#[test]
fn without_a_log_no_database_appears() {
    let folder = TempDir::new().unwrap();
    let output = check(&folder, &["--no-log", SPAM], b"");
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(text(&output.stdout).starts_with("spam "));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn what_cannot_be_read_is_told() {
    let folder = TempDir::new().unwrap();
    let output = check(&folder, &["--no-log"], b"");
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    assert!(text(&output.stderr).contains("the file is empty"), "{}", text(&output.stderr));
}
