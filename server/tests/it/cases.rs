//! `gavel import` and `gavel check` read every file alike, whatever it is: the same messages in the same order, or both refuse.

use std::{
    fs::File,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::Value;
use sqlx::SqlitePool;
use tempfile::TempDir;

fn gavel(folder: &TempDir, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gavel"));
    command.args(args).current_dir(folder.path()).env_remove("ACTIVELAYER_API_KEY");
    command
}

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("readers/tests/cases");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file() && path.extension().is_none_or(|end| end != "md"))
        .collect();
    files.sort();
    assert!(files.len() >= 20, "{files:?}");
    files
}

/// What `gavel check` takes for messages.
fn checked(folder: &TempDir, file: &Path) -> Vec<String> {
    let output = gavel(folder, &["check", "--no-log", "--json", "--format", "auto"])
        .stdin(Stdio::from(File::open(file).unwrap()))
        .output()
        .unwrap();
    let lines = String::from_utf8(output.stdout).unwrap();
    let objects = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    objects.filter_map(|object| Some(object["message"].as_str()?.to_owned())).collect()
}

/// What `gavel import` logged, in the order of the log; and what it said.
async fn imported(folder: &TempDir, file: &Path) -> (Vec<String>, String) {
    let url = format!("sqlite://{}/import.db", folder.path().display());
    let path = file.to_str().unwrap();
    let flags = ["import", path, "--database", &url, "--keep-duplicates", "--keep-known", "--wait"];
    let output = gavel(folder, &flags).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let pool = SqlitePool::connect(&url).await.unwrap();
    let messages = sqlx::query_scalar("SELECT message FROM detection_contents ORDER BY detection_id");
    let messages = messages.fetch_all(&pool).await.unwrap();
    pool.close().await;
    (messages, said)
}

#[tokio::test]
async fn both_take_the_same_for_messages() {
    for file in cases() {
        let folder = TempDir::new().unwrap();
        let name = file.file_name().unwrap().display().to_string();
        let (messages, said) = imported(&folder, &file).await;
        assert_eq!(checked(&folder, &file), messages, "{name}: {said}");
        let count = format!(": {} checked (", domain::paging::grouped(messages.len() as u64));
        assert!(messages.is_empty() || said.contains(&count), "{name}: {said}");
    }
}

#[test]
fn verdicts_come_while_more_is_typed() {
    let folder = TempDir::new().unwrap();
    let mut child = gavel(&folder, &["check", "--no-log", "--json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut typed = child.stdin.take().unwrap();
    let mut printed = BufReader::new(child.stdout.take().unwrap()).lines();
    for message in ["the first message", "and the second one"] {
        writeln!(typed, "{message}").unwrap();
        typed.flush().unwrap();
        // The input is still open: this waits for ever if verdicts come at its end.
        let object: Value = serde_json::from_str(&printed.next().unwrap().unwrap()).unwrap();
        assert_eq!(object["message"], message);
    }
    drop(typed);
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_site_is_a_host_whoever_asks() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("a.txt");
    std::fs::write(&file, "hello there\n").unwrap();
    let file = file.to_str().unwrap();
    for command in [
        vec!["import", file, "--site", "my blog"],
        vec!["check", "--site", "my blog", "hello"],
        vec!["token", "create", "--name", "x", "--site", "my blog"],
    ] {
        let output = gavel(&folder, &command).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(
            !output.status.success() && said.contains("written like blog.example.com"),
            "{command:?}: {said}"
        );
    }
    assert!(!folder.path().join("data").exists(), "nothing was begun");
}

#[test]
fn a_doubt_is_told_with_the_candidates_and_leaves_nothing_behind() {
    let folder = TempDir::new().unwrap();
    let rows: String = (0..40)
        .map(|row| {
            format!(
                "The garden in row {row} has roses and quite a few words about them,\
                 Somebody answered number {row} with as many words about the weather here\n"
            )
        })
        .collect();
    let file = folder.path().join("two.csv");
    std::fs::write(&file, format!("aaa,bbb\n{rows}")).unwrap();
    let (path, url) = (file.to_str().unwrap(), format!("sqlite://{}/two.db", folder.path().display()));
    let refused = gavel(&folder, &["import", path, "--database", &url, "--wait"]).output().unwrap();
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(!refused.status.success() && said.contains("--column message=\"aaa\""), "{said}");
    let kept = std::fs::read_dir(folder.path().join("two.db-imports")).unwrap();
    let kept: Vec<_> =
        kept.map(|file| file.unwrap().file_name()).filter(|name| name != "worker.lock").collect();
    assert!(kept.is_empty(), "{kept:?}");
    let chosen = ["import", path, "--database", &url, "--column", "message=bbb", "--wait"];
    let output = gavel(&folder, &chosen).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && said.contains("Import 1: 40 rows"), "{said}");
}
