//! The first administrator.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

use chrono::DateTime;
use domain::Role;
use tempfile::TempDir;

use crate::test_app::{PASSWORD, TestApp, add_user, browser, location};

/// The real program, started in a folder of its own.
struct Program {
    child: Running,
    folder: TempDir,
    address: String,
    link: String,
}

/// A process that does not outlive its test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may be gone already, and then there is nothing to kill.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Program {
    fn start() -> Self {
        Self::start_in(TempDir::new().unwrap())
    }

    fn start_in(folder: TempDir) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_gavel"))
            .args(["serve", "--listen", "127.0.0.1:0", "--log-level", "trace", "--log-format", "json"])
            .current_dir(folder.path())
            .env_remove("ACTIVELAYER_API_KEY")
            .stdout(Stdio::piped())
            .stderr(std::fs::File::create(folder.path().join("log")).unwrap())
            .spawn()
            .map(Running)
            .unwrap();
        let console = BufReader::new(child.0.stdout.take().unwrap());
        let mut lines = console.lines().map(|line| line.unwrap());
        let link = lines.find(|line| line.contains("/setup?token=")).expect("a link on the console");
        let link = link.trim().to_owned();
        let address = link.split("/setup").next().unwrap().to_owned();
        Self { child, folder, address, link }
    }

    /// Stops the program as an init system would; gives whether it ended well, and its log.
    fn stop(mut self) -> (bool, String, TempDir) {
        let pid = self.child.0.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        let status = self.child.0.wait().unwrap();
        let log = std::fs::read_to_string(self.folder.path().join("log")).unwrap();
        (status.success(), log, self.folder)
    }
}

#[tokio::test]
async fn the_link_on_the_console_creates_the_first_administrator_once() {
    let program = Program::start();
    let browser = browser();
    let page = |link: &str| browser.get(link).header("accept", "text/html").send();

    let setup = format!("{}/setup", program.address);
    for bad in
        [setup.clone(), format!("{setup}?token="), format!("{setup}?token=0123456789abcdef0123456789abcdef")]
    {
        let refused = page(&bad).await.unwrap();
        assert_eq!(refused.status(), 403, "{bad}");
        assert!(refused.text().await.unwrap().contains("This link has been used or has expired"));
    }
    let form = page(&program.link).await.unwrap();
    assert_eq!(form.status(), 200);
    let token = program.link.split("token=").nth(1).unwrap();
    assert!(
        form.text().await.unwrap().contains(&format!("value=\"{token}\"")),
        "the form carries the token on"
    );

    let post = |token: &str, email: &str, password: &str| {
        let fields = [("token", token), ("email", email), ("name", "Ana"), ("password", password)];
        browser.post(&setup).header("accept", "text/html").form(&fields).send()
    };
    assert_eq!(post("0123", "ana@example.com", PASSWORD).await.unwrap().status(), 403);
    let again = post(token, "ana", "short").await.unwrap();
    assert_eq!(again.status(), 422);
    let again = again.text().await.unwrap();
    for kept in
        ["value=\"ana\"", "value=\"Ana\"", token, "such as ana@example.com", "shorter than 12 characters"]
    {
        assert!(again.contains(kept), "{kept}: {again}");
    }
    let created = post(token, "ana@example.com", PASSWORD).await.unwrap();
    assert_eq!((created.status().as_u16(), location(&created)), (303, Some("/")));
    assert_eq!(page(&program.address).await.unwrap().status(), 200, "logged in");

    assert_eq!(page(&program.link).await.unwrap().status(), 403, "the link works once");
    assert_eq!(post(token, "eve@example.com", PASSWORD).await.unwrap().status(), 403);

    // The same run, down to the last log line at the finest level, told nobody what is secret.
    let check = [
        ("form[message]", "a very private message"),
        ("form[email]", "writer@example.org"),
        ("form[split]", "one"),
    ];
    let checked =
        browser.post(format!("{}/fn/checks/run", program.address)).form(&check).send().await.unwrap();
    assert_eq!(checked.status(), 200, "{}", checked.text().await.unwrap());
    let search = format!("{}/detections?q=private", program.address);
    assert_eq!(page(&search).await.unwrap().status(), 200);
    let secret = token.to_owned();
    let (stopped_well, log, folder) = program.stop();
    assert!(stopped_well);
    assert!(log.lines().count() > 10);
    for line in log.lines() {
        assert!(serde_json::from_str::<serde_json::Value>(line).is_ok(), "not JSON: {line}");
        for secret in [secret.as_str(), PASSWORD, "$argon2", "private", "writer@example.org"] {
            assert!(!line.contains(secret), "{secret} in the log: {line}");
        }
    }
    assert!(log.contains("Gavel is up") && log.contains("\"route\":\"/setup\"") && log.contains("stopped"));
    drop(folder);
}

#[tokio::test]
async fn each_start_makes_a_new_link() {
    let first = Program::start();
    let old = first.link.split("token=").nth(1).unwrap().to_owned();
    let (_, _, folder) = first.stop();
    let second = Program::start_in(folder);
    let old_link = format!("{}/setup?token={old}", second.address);
    assert_ne!(old_link, second.link);
    assert_eq!(browser().get(&old_link).send().await.unwrap().status(), 403);
    assert_eq!(browser().get(&second.link).send().await.unwrap().status(), 200);
    second.stop();
}

#[tokio::test]
async fn with_an_account_there_is_no_first_run() {
    let app = TestApp::start().await;
    assert_eq!(app.page("/setup").send().await.unwrap().status(), 403);
    let fields = [("token", ""), ("email", "eve@example.com"), ("name", "Eve"), ("password", PASSWORD)];
    assert_eq!(app.form("/setup", &fields).send().await.unwrap().status(), 403);
    assert_eq!(app.store.users().await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_account_made_on_the_command_line_meanwhile_closes_the_link() {
    let program = Program::start();
    let url = format!("sqlite://{}/data/gavel.db", program.folder.path().display());
    let store = store::open(&url).await.unwrap();
    add_user(&*store, "ana@example.com", Role::Admin, DateTime::UNIX_EPOCH).await;
    let token = program.link.split("token=").nth(1).unwrap();
    let fields = [("token", token), ("email", "eve@example.com"), ("name", "Eve"), ("password", PASSWORD)];
    let posted = browser().post(format!("{}/setup", program.address)).form(&fields).send().await.unwrap();
    assert_eq!(posted.status(), 403);
    assert_eq!(browser().get(&program.link).send().await.unwrap().status(), 403);
    assert_eq!(store.users().await.unwrap().len(), 1);
    program.stop();
}
