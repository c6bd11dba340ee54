//! Imports by the real program, which is killed without warning again and again.

use std::{
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use domain::{Import, ImportId, ImportRowState, ImportState};
use serde_json::Value;
use sqlx::SqlitePool;
use store::Store;
use tempfile::TempDir;

use crate::{
    engine::{ENGINE_KEY, EngineProcess},
    house::{client, until},
};

const ROWS: usize = 2_000;
const KILLS: usize = 20;

/// Rows under way at once, as `moderation` has it: what each kill may let be asked again.
const UNDER_WAY: u64 = 4;

/// The real program on a database, with the engine as its upstream.
struct Program<'a> {
    folder: &'a Path,
    database: String,
    upstream: Vec<String>,
}

impl Program<'_> {
    fn command(&self, line: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gavel"));
        command.args(line).args(["--database", &self.database]).args(&self.upstream);
        command.current_dir(self.folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.env_remove("ACTIVELAYER_API_KEY").env_remove("ACTIVELAYER_BASE_URL");
        command
    }

    fn serve(&self) -> Child {
        self.command(&["serve", "--listen", "127.0.0.1:0", "--log-level", "error"]).spawn().unwrap()
    }
}

async fn import(store: &dyn Store) -> Import {
    store.import(ImportId(1)).await.unwrap().unwrap()
}

/// Checks that the upstream counted.
async fn spent(engine: &EngineProcess) -> u64 {
    let answer = client().get(engine.url("stats")).bearer_auth(ENGINE_KEY).send().await.unwrap();
    let stats: Value = answer.json().await.unwrap();
    stats["data"]["usage"]["used_requests"].as_u64().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_twenty_random_moments_every_row_is_in_the_log_exactly_once() {
    let folder = TempDir::new().unwrap();
    let engine = EngineProcess::start("127.0.0.1:0", &["delay:1:15"], 1_000_000, 1_000_000).await;
    let database = format!("sqlite://{}/gavel.db", folder.path().display());
    let base_url = format!("http://{}/api/v1", engine.address);
    let upstream = [
        "--activelayer-api-key",
        ENGINE_KEY,
        "--activelayer-base-url",
        &base_url,
        "--upstream-per-minute",
        "1000000",
    ];
    let program = Program {
        folder: folder.path(),
        database: database.clone(),
        upstream: upstream.map(str::to_owned).to_vec(),
    };
    let rows: String =
        (1..=ROWS).map(|row| format!("{{\"message\":\"row {row} of many, about the garden\"}}\n")).collect();
    std::fs::write(folder.path().join("rows.ndjson"), rows).unwrap();
    let staged =
        program.command(&["import", "rows.ndjson", "--site", "garden.example.com"]).status().unwrap();
    assert!(staged.success());
    let store = store::open(&database).await.unwrap();
    let begun = import(&*store).await;
    assert_eq!((begun.counts.rows(), begun.state), (ROWS as u64, ImportState::Running));

    let mut chance = fastrand::Rng::with_seed(7);
    for kill in 0..KILLS {
        let before = import(&*store).await.counts.checked();
        let mut serving = program.serve();
        until("progress", async || (import(&*store).await.counts.checked() > before).then_some(())).await;
        tokio::time::sleep(Duration::from_millis(chance.u64(0..250))).await;
        serving.kill().unwrap();
        serving.wait().unwrap();
        let after = import(&*store).await;
        assert_eq!(
            after.state,
            ImportState::Running,
            "kill {kill} came when all was over: {:?}",
            after.counts
        );
    }
    let mut serving = program.serve();
    until("the end", async || (import(&*store).await.state == ImportState::Done).then_some(())).await;
    serving.kill().unwrap();
    serving.wait().unwrap();

    let done = import(&*store).await;
    assert_eq!((done.counts.checked(), done.counts.failed, done.counts.waiting), (ROWS as u64, 0, 0));
    let raw = SqlitePool::connect(&database).await.unwrap();
    let count = async |sql: &'static str| -> i64 { sqlx::query_scalar(sql).fetch_one(&raw).await.unwrap() };
    assert_eq!(count("SELECT count(*) FROM detections WHERE import_id = 1").await, ROWS as i64);
    assert_eq!(count("SELECT count(*) FROM detections").await, ROWS as i64);
    assert_eq!(count("SELECT count(DISTINCT message) FROM detection_contents").await, ROWS as i64);
    let linked = "SELECT count(DISTINCT d.id) FROM import_rows r JOIN detections d ON d.id = r.detection_id
                  WHERE r.state = 'checked' AND r.content IS NULL";
    assert_eq!(count(linked).await, ROWS as i64);
    let asked = spent(&engine).await;
    let most = ROWS as u64 + KILLS as u64 * UNDER_WAY;
    assert!((ROWS as u64..=most).contains(&asked), "{asked} requests for {ROWS} rows");
    engine.stop().await;
}

/// The same content in three formats: what goes in is checked, left out or failed, and nothing else.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_command_imports_tables_json_and_mail_and_every_row_counts() {
    let folder = TempDir::new().unwrap();
    let table = "email,message\nann@example.com,Thanks for the article\nbob@example.com,\"Cheap pills, click\"\nann@example.com,\n";
    let json =
        "{\"message\":\"Thanks for the garden\"}\n{\"message\":\"Thanks for the garden\"}\n{\"broken\n";
    let mail = "From a@example.com Sat Feb 15 11:32:00 2025\nFrom: A <a@example.com>\nSubject: Offer\n\nBuy cheap pills now.\n\n\
                From b@example.com Sat Feb 15 11:33:00 2025\nFrom: B <b@example.com>\nSubject: Report\n\nThe weekly report.\n";
    let database = format!("sqlite://{}/gavel.db", folder.path().display());
    let program = Program { folder: folder.path(), database: database.clone(), upstream: Vec::new() };
    let expected = [
        ("comments.csv", table, [3, 2, 0, 1]),
        ("lines.ndjson", json, [3, 1, 1, 1]),
        ("mail.mbox", mail, [2, 2, 0, 0]),
    ];
    let store = store::open(&database).await.unwrap();
    for (place, (name, content, [rows, checked, skipped, failed])) in expected.into_iter().enumerate() {
        std::fs::write(folder.path().join(name), content).unwrap();
        let started = Instant::now();
        let output = program
            .command(&["import", name, "--wait"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .output()
            .unwrap();
        let (said, complained) =
            (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{name}: {said} {complained}");
        assert!(
            said.contains(&format!("done: {checked} checked")),
            "{name}: {said} ({:?})",
            started.elapsed()
        );
        let import = store.import(ImportId(place as i64 + 1)).await.unwrap().unwrap();
        let counts = import.counts;
        assert_eq!(
            (counts.rows(), counts.checked(), counts.skipped(), counts.failed),
            (rows, checked, skipped, failed),
            "{name}"
        );
        let bad = store.import_rows(import.id, ImportRowState::Failed, 0, 9).await.unwrap();
        assert!(bad.iter().all(|row| row.reason.as_ref().is_some_and(|reason| !reason.is_empty())));
        assert_eq!(import.file.is_some(), failed > 0, "{name}: kept only while failed rows need it");
    }
    let missing = program.command(&["import", "nowhere.csv"]).stderr(Stdio::piped()).output().unwrap();
    let words = String::from_utf8_lossy(&missing.stderr);
    assert!(!missing.status.success() && words.contains("nowhere.csv"), "{words}");
}
