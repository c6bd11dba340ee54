//! What was answered survives: a process is killed with SIGKILL right after a call returned, and the rows are there.

#[cfg(test)]
mod samples;

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use domain::{Budget, BudgetId, BudgetScope, BudgetSpan, DetectionId, FeedbackState, Label};
use store::{Counter, Store};
/// Names the database to the child process; the parent's run of the same test has none.
const DATABASE: &str = "GAVEL_CRASH_TEST_DATABASE";

/// Labels what the child logs and decides, then waits to be killed.
#[cfg(test)]
async fn child(url: &str) -> ! {
    let store = store::open(url).await.unwrap();
    let ana = samples::moderator(&*store, "Ana").await;
    let mut number = 0_u32;
    loop {
        number += 1;
        let new = samples::scored(&format!("message {number}"), 90.0);
        let id = store.insert_detection(&new).await.unwrap();
        samples::decide(&*store, id, Label::Ham, &ana).await;
        println!("decided {}", id.0);
    }
}

#[test]
fn sigkill_loses_nothing_that_was_answered() {
    let runtime =
        || tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    if let Ok(url) = std::env::var(DATABASE) {
        runtime().block_on(child(&url));
    }
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/gavel.db", folder.path().display());
    let mut process = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "sigkill_loses_nothing_that_was_answered", "--nocapture"])
        .env(DATABASE, &url)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
    let mut answered = Vec::new();
    while answered.len() < 20 {
        let line = lines.next().expect("the child goes on until it is killed").unwrap();
        answered.extend(line.rsplit_once("decided ").map(|(_, id)| id.parse::<i64>().unwrap()));
    }
    process.kill().unwrap();
    process.wait().unwrap();
    // What it still managed to print counts too.
    for line in lines.map_while(Result::ok) {
        answered.extend(line.strip_prefix("decided ").and_then(|id| id.parse::<i64>().ok()));
    }
    runtime().block_on(everything_is_there(&url, &answered));
}

#[cfg(test)]
async fn everything_is_there(url: &str, answered: &[i64]) {
    let store = store::open(url).await.unwrap();
    let waiting = store.due_feedback(samples::noon() + samples::seconds(10), u32::MAX).await.unwrap();
    for id in answered {
        let id = DetectionId(*id);
        let row = store.detection(id).await.unwrap().expect("logged");
        assert_eq!((row.label, row.feedback), (Some(Label::Ham), FeedbackState::Pending));
        assert_eq!(store.decisions(id).await.unwrap().len(), 1);
        assert_eq!(waiting.iter().filter(|item| item.detection_id == id).count(), 1, "feedback is queued");
    }
    // A row that was cut in the middle leaves nothing behind: labels and outbox agree.
    let labelled = store.outbox_counts().await.unwrap().pending;
    assert_eq!(labelled, waiting.len() as u64);
    assert!(waiting.len() >= answered.len());
}

/// As after a migration that emptied the full-text index.
#[tokio::test]
async fn an_emptied_index_of_words_is_filled_again() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/gavel.db", folder.path().display());
    let store = store::open(&url).await.unwrap();
    for number in 0..3 {
        let mut new = samples::scored(&format!("casino number{number}"), 90.0);
        new.content.email = Some(format!("ana{number}@mail.ru"));
        store.insert_detection(&new).await.unwrap();
    }
    store.close().await;
    let raw = sqlx::SqlitePool::connect(&url).await.unwrap();
    let empty = "INSERT INTO detections_fts (detections_fts) VALUES ('delete-all')";
    sqlx::query(empty).execute(&raw).await.unwrap();
    raw.close().await;

    let store = store::open(&url).await.unwrap();
    for (search, found) in [("casino", 3), ("email:*@mail.ru", 3), ("number1 email:ana1@mail.ru", 1)] {
        let query = domain::SearchQuery::parse(search).unwrap();
        assert_eq!(store.count(&query, samples::noon()).await.unwrap().count, found, "{search}");
    }
}

/// As in a log that was indexed before words were folded: it is searched at once, and each row is found as now once it is written
/// again, newest first, also when that was cut off in between.
#[tokio::test]
async fn an_older_index_of_words_is_folded_while_it_is_searched() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/gavel.db", folder.path().display());
    let store = store::open(&url).await.unwrap();
    for number in 0..10 {
        let new = samples::scored(&format!("Straße 🔥 number{number}"), 90.0);
        store.insert_detection(&new).await.unwrap();
    }
    assert_eq!(store.unfolded().await.unwrap(), None, "a new log is folded");
    store.close().await;
    let raw = sqlx::SqlitePool::connect(&url).await.unwrap();
    for sql in [
        "DELETE FROM detections_fts",
        "INSERT INTO detections_fts (rowid, message, keys)
         SELECT detection_id, message, '' FROM detection_contents ORDER BY detection_id",
        "UPDATE words_folded SET (below, last) = (11, 10)",
    ] {
        sqlx::query(sql).execute(&raw).await.unwrap();
    }
    raw.close().await;

    let store = store::open(&url).await.unwrap();
    let found = async |store: &dyn store::Store, search: &str| {
        let query = domain::SearchQuery::parse(search).unwrap();
        store.count(&query, samples::noon()).await.unwrap().count
    };
    assert_eq!(store.unfolded().await.unwrap(), Some(store::Unfolded { left: 10, of: 10 }));
    assert_eq!((found(&*store, "number3").await, found(&*store, "strasse 🔥").await), (1, 0));
    assert_eq!(store.refold_index(4).await.unwrap(), 4);
    assert_eq!(found(&*store, "strasse 🔥").await, 4);
    assert_eq!(found(&*store, "strasse number9").await, 1, "the newest first");
    store.close().await;
    let store = store::open(&url).await.unwrap();
    store.insert_detection(&samples::scored("Straße 🔥 new", 90.0)).await.unwrap();
    assert_eq!(store.unfolded().await.unwrap(), Some(store::Unfolded { left: 6, of: 10 }));
    while store.refold_index(4).await.unwrap() > 0 {}
    assert_eq!((store.unfolded().await.unwrap(), found(&*store, "strasse 🔥").await), (None, 11));
    while store.merge_index().await.unwrap() {}
    assert_eq!((found(&*store, "strasse 🔥").await, found(&*store, "straße").await), (11, 11));
}

/// As when the program is killed between the beginning of a load and its end.
#[tokio::test]
async fn a_load_that_was_cut_off_is_finished_at_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let url = |name: &str| format!("sqlite://{}/{name}.db", folder.path().display());
    let schema = async |name: &str| -> Vec<(String, Option<String>)> {
        let raw = sqlx::SqlitePool::connect(&url(name)).await.unwrap();
        let all = "SELECT name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY name";
        let schema = sqlx::query_as(all).fetch_all(&raw).await.unwrap();
        raw.close().await;
        schema
    };
    store::open(&url("fresh")).await.unwrap().close().await;
    let store = store::open(&url("cut")).await.unwrap();
    store.begin_load().await.unwrap();
    let detections = (0..5).map(|number| samples::scored(&format!("row{number}"), 20.0 * f64::from(number)));
    store.load(store::Past { detections: detections.collect(), labels: Vec::new() }).await.unwrap();
    store.close().await;
    assert_ne!(schema("cut").await, schema("fresh").await, "nothing was cut off");

    let store = store::open(&url("cut")).await.unwrap();
    let query = domain::SearchQuery::parse("score:>30").unwrap();
    assert_eq!(store.count(&query, samples::noon()).await.unwrap().count, 3);
    store.close().await;
    assert_eq!(schema("cut").await, schema("fresh").await);
}

/// What is deleted is nowhere in the file any more: neither in the tables nor in the index of words.
#[tokio::test]
async fn what_is_deleted_is_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("gavel.db");
    let url = format!("sqlite://{}", file.display());
    let has =
        |word: &str| std::fs::read(&file).unwrap().windows(word.len()).any(|found| found == word.as_bytes());
    let store = store::open(&url).await.unwrap();
    let mut ids = Vec::new();
    for number in 0..300 {
        let word = if number == 150 { "zyxwunmistakable" } else { "usual" };
        let new = samples::scored(&format!("a {word} message {number} {}", "and more ".repeat(20)), 90.0);
        ids.push(store.insert_detection(&new).await.unwrap());
    }
    // With the last connection, all that was written ahead is copied into the database.
    store.close().await;
    assert!(has("zyxwunmistakable"), "in the message");
    assert!(has("nmistakable"), "in the index");

    let options: sqlx::sqlite::SqliteConnectOptions = url.parse().unwrap();
    let raw = sqlx::SqlitePool::connect_with(options.pragma("secure_delete", "ON").foreign_keys(true))
        .await
        .unwrap();
    sqlx::query("DELETE FROM detections WHERE id = ?").bind(ids[150].0).execute(&raw).await.unwrap();
    raw.close().await;
    let store = store::open(&url).await.unwrap();
    while store.merge_index().await.unwrap() {}
    store.close().await;
    assert!(!has("zyxwunmistakable") && !has("nmistakable"));
    let store = store::open(&url).await.unwrap();
    let query = domain::SearchQuery::parse("usual").unwrap();
    assert_eq!(store.count(&query, samples::noon()).await.unwrap().count, 299);
    assert!(!store.merge_index().await.unwrap(), "nothing is left to do");
}

#[tokio::test]
async fn programs_on_one_file_spend_one_budget_and_what_one_leaves_under_way_stays_spent() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/gavel.db", folder.path().display());
    let (one, other) = (store::open(&url).await.unwrap(), store::open(&url).await.unwrap());
    let ana = samples::moderator(&*one, "Ana").await;
    let budget = Budget {
        id: BudgetId(0),
        scope: BudgetScope::Site,
        subject: "shop.example.com".to_owned(),
        span: BudgetSpan::Day,
        checks: 50,
        hard: true,
    };
    let budget = one.set_budget(&budget, ana.id, samples::noon()).await.unwrap();
    let of = [Counter { time: budget.span.around(samples::noon(), None), budget }];
    let take = async |store: &dyn Store| {
        let mut held = Vec::new();
        while let Ok(place) = store.take_places(&of).await.unwrap() {
            held.push(place);
        }
        held
    };
    let _first = one.take_places(&of).await.unwrap().unwrap();
    let (of_one, of_other) = tokio::join!(take(&*one), take(&*other));
    assert_eq!(1 + of_one.len() + of_other.len(), 50);
    other.settle_places(&of_other, true).await.unwrap();
    drop(one);
    // The upstream may have judged what that one had under way.
    assert!(take(&*other).await.is_empty());
    assert_eq!(other.spent(&of[0]).await.unwrap(), 50);
}
