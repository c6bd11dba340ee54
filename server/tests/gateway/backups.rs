//! Backups of a Gavel at work: whole, with everything that was answered before, and a Gavel again when restored.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::json;
use store::backup::{Depth, inspect};
use tempfile::TempDir;

use crate::{
    house::{House, client},
    upstream::{KEY, Upstream},
};

fn gavel(folder: &Path, line: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gavel"));
    command.args(line).current_dir(folder).env_remove("ACTIVELAYER_API_KEY").stdin(Stdio::null());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn output(folder: &Path, line: &[&str]) -> Output {
    gavel(folder, line).output().unwrap()
}

/// Makes a backup and returns where it is.
fn back_up(folder: &Path, database: &str) -> PathBuf {
    let made = output(folder, &["backup", "--to", "backups", "--keep", "1000", "--database", database]);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    folder.join(String::from_utf8(made.stdout).unwrap().lines().next().unwrap())
}

fn mode(path: &Path) -> u32 {
    std::os::unix::fs::PermissionsExt::mode(&path.metadata().unwrap().permissions()) & 0o777
}

/// Names in the folder of backups: those of backups, and others.
fn names(folder: &Path) -> (Vec<PathBuf>, Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder.join("backups")) else { return (Vec::new(), Vec::new()) };
    entries.map(|entry| entry.unwrap().path()).partition(|path| {
        let name = path.file_name().unwrap().to_str().unwrap();
        name.starts_with("gavel-") && name.ends_with("Z.db")
    })
}

async fn ids(file: &Path) -> Vec<i64> {
    let url = format!("sqlite://{}?mode=ro&immutable=true", file.display());
    let database = sqlx::SqlitePool::connect(&url).await.unwrap();
    let ids = sqlx::query_scalar("SELECT id FROM detections ORDER BY id").fetch_all(&database).await.unwrap();
    database.close().await;
    ids
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_under_a_stream_of_checks_has_every_check_that_was_answered_before_it() {
    let upstream = Upstream::start().await;
    let house = Arc::new(
        House::in_a_file(&["--activelayer-base-url", &upstream.base_url(), "--activelayer-api-key", KEY])
            .await,
    );
    let folder = TempDir::new().unwrap();
    let (answered, is_over) = (Arc::<Mutex<Vec<i64>>>::default(), Arc::new(AtomicBool::new(false)));
    let mut apps = Vec::new();
    for app in 0..4 {
        let (house, answered, is_over) = (Arc::clone(&house), Arc::clone(&answered), Arc::clone(&is_over));
        apps.push(tokio::spawn(async move {
            let mut number = 0;
            while !is_over.load(Ordering::Relaxed) {
                number += 1;
                let answer = house.check(&format!("message {number} of app {app}")).await;
                assert_eq!(answer.status(), 200);
                let id = answer.headers()["x-gavel-detection"].to_str().unwrap().parse().unwrap();
                answered.lock().unwrap().push(id);
            }
        }));
    }
    for backup in 1..=4 {
        // However busy the machine is: in the midst of a stream of answers.
        while answered.lock().unwrap().len() < backup * 10 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let before = answered.lock().unwrap().clone();
        let (place, database) = (folder.path().to_owned(), house.database.clone());
        let file = tokio::task::spawn_blocking(move || back_up(&place, &database)).await.unwrap();
        let in_it = ids(&file).await;
        let missing: Vec<_> = before.iter().filter(|id| in_it.binary_search(id).is_err()).collect();
        assert!(missing.is_empty() && !before.is_empty(), "{missing:?} of {}", before.len());
        let found = inspect(&file, Depth::Full).await;
        assert_eq!((found.problems, found.tally.detections), (vec![], in_it.len() as u64));
        assert_eq!((mode(&file), mode(file.parent().unwrap())), (0o600, 0o700));
    }
    is_over.store(true, Ordering::Relaxed);
    for app in apps {
        app.await.unwrap();
    }
}

#[tokio::test]
async fn a_backup_that_is_killed_leaves_nothing_that_looks_whole() {
    let folder = TempDir::new().unwrap();
    let database = format!("sqlite://{}/gavel.db", folder.path().display());
    let demo = output(folder.path(), &["demo-data", "--rows", "4000", "--database", &database]);
    assert!(demo.status.success(), "{}", String::from_utf8_lossy(&demo.stderr));
    let begun = Instant::now();
    let rows = ids(&back_up(folder.path(), &database)).await.len();
    let takes = begun.elapsed();
    let mut cut_off = 0;
    for _ in 0..20 {
        let line = ["backup", "--to", "backups", "--keep", "1000", "--database", &database];
        let mut running = gavel(folder.path(), &line).spawn().unwrap();
        tokio::time::sleep(takes.mul_f64(fastrand::f64())).await;
        running.kill().unwrap();
        running.wait().unwrap();
        let (whole, others) = names(folder.path());
        cut_off += others.len();
        for file in whole {
            let found = inspect(&file, Depth::Full).await;
            assert_eq!((found.problems, found.tally.detections), (vec![], rows as u64), "{}", file.display());
        }
    }
    back_up(folder.path(), &database);
    let (whole, others) = names(folder.path());
    assert!(others.is_empty() && whole.len() >= 2, "{others:?}");
    assert!(cut_off > 0, "none of them was killed while it wrote: {takes:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restored_backup_serves_and_nothing_that_is_there_is_overwritten() {
    let house = House::in_a_file(&[]).await;
    let id = house.logged(&house.check("kept in the backup").await).await.id;
    let folder = TempDir::new().unwrap();
    let file = back_up(folder.path(), &house.database);
    let file = file.to_str().unwrap();
    let place = folder.path().join("new/gavel.db");
    let url = format!("sqlite://{}", place.display());
    let line = ["restore", file, "--database", &url];
    let restored = output(folder.path(), &line);
    assert!(restored.status.success(), "{}", String::from_utf8_lossy(&restored.stderr));
    assert_eq!((mode(&place), mode(place.parent().unwrap())), (0o600, 0o700));
    let before = std::fs::read(&place).unwrap();
    let again = output(folder.path(), &line);
    let error = String::from_utf8(again.stderr).unwrap();
    assert!(!again.status.success() && error.contains("exists; nothing was changed"), "{error}");
    assert_eq!(std::fs::read(&place).unwrap(), before);

    let serving = ["serve", "--listen", "127.0.0.1:0", "--log-format", "json", "--database", &url];
    let mut child = gavel(folder.path(), &serving).spawn().unwrap();
    let log = std::io::BufReader::new(child.stderr.take().unwrap());
    let address = std::io::BufRead::lines(log).map_while(Result::ok).find_map(|line| {
        let line: serde_json::Value = serde_json::from_str(&line).ok()?;
        line.pointer("/fields/listening").or(line.get("listening"))?.as_str().map(str::to_owned)
    });
    let address = address.unwrap();
    let ready = client().get(format!("http://{address}/readyz")).send().await.unwrap();
    assert_eq!(ready.status(), 200);
    let check = client().post(format!("http://{address}/api/v1/check")).bearer_auth(&house.token);
    let answer = check.json(&json!({ "message": "after it was restored" })).send().await.unwrap();
    let newer: i64 = answer.headers()["x-gavel-detection"].to_str().unwrap().parse().unwrap();
    assert!(newer > id.0, "the token of before opens it, and ids go on");
    child.kill().unwrap();
    child.wait().unwrap();

    let torn = folder.path().join("torn.db");
    std::fs::write(&torn, &before[..before.len() / 2]).unwrap();
    for (unfit, why) in
        [(torn.as_path(), "torn.db cannot be restored"), (Path::new("none.db"), "no such file")]
    {
        let place = format!("sqlite://{}/other/gavel.db", folder.path().display());
        let refused = output(folder.path(), &["restore", unfit.to_str().unwrap(), "--database", &place]);
        let error = String::from_utf8(refused.stderr).unwrap();
        assert!(!refused.status.success() && error.contains(why), "{error}");
        assert!(!folder.path().join("other/gavel.db").exists());
    }
}
