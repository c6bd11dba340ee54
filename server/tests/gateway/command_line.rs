//! The real program: tokens on the command line, and secrets that stay out of logs.

use std::{
    io::{BufRead, BufReader, Read, Write},
    path::Path,
    process::{Child, Command, Output, Stdio},
};

use serde_json::json;
use tempfile::TempDir;

use crate::{
    house::{House, client, read},
    upstream::{KEY, Upstream},
};

fn command(folder: &Path, line: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gavel"));
    command.args(line).current_dir(folder).env_remove("ACTIVELAYER_API_KEY").stdin(Stdio::null());
    command
}

fn gavel(folder: &Path, line: &[&str]) -> Output {
    command(folder, line).output().unwrap()
}

fn succeeds(folder: &Path, line: &[&str]) -> String {
    let output = gavel(folder, line);
    assert!(output.status.success(), "{line:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn create_token(folder: &Path, on: &[&str], name: &str, more: &[&str]) -> Output {
    let line = ["token", "create", "--name", name, "--site", "blog.example.com"];
    gavel(folder, &[&line[..], more, on].concat())
}

// On threads of its own the server goes on while the command is waited for, also with a transaction that it has begun.
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_token_made_on_the_command_line_opens_the_gateway_until_it_is_revoked() {
    let upstream = Upstream::start().await;
    let house = House::before(&upstream).await;
    let folder = TempDir::new().unwrap();
    let on = ["--database", house.database.as_str()];
    let create = |name: &str, more: &[&str]| create_token(folder.path(), &on, name, more);
    let made = create("blog", &["--per-minute", "7", "--fallback", "engine"]);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let shown = String::from_utf8(made.stdout).unwrap();
    let token = shown.lines().last().unwrap().to_owned();
    assert!(token.starts_with("gvl_") && token.len() == 68, "{shown}");
    let ask = async || house.app.get(house.url("verify")).bearer_auth(&token).send().await.unwrap();
    assert_eq!(ask().await.status(), 200);

    let again = create("blog", &[]);
    let error = String::from_utf8(again.stderr).unwrap();
    assert!(
        !again.status.success()
            && error.contains("An active token has this name")
            && error.lines().count() == 1,
        "{error}"
    );
    assert!(!create("  ", &[]).status.success());
    assert!(!create("other", &["--fallback", "maybe"]).status.success());

    let list = succeeds(folder.path(), &[&["token", "list"][..], &on].concat());
    let row = list.lines().find(|line| line.starts_with("blog ")).unwrap();
    for part in ["blog.example.com", &token[..12], "7/min", "engine", "used 20"] {
        assert!(row.contains(part), "{part} in {row}");
    }
    assert!(!list.contains(&token));
    succeeds(folder.path(), &[&["token", "revoke", "--name", "blog"][..], &on].concat());
    assert_eq!(ask().await.status(), 401);
    let gone = gavel(folder.path(), &[&["token", "revoke", "--name", "blog"][..], &on].concat());
    assert!(!gone.status.success());
    assert!(String::from_utf8(gone.stderr).unwrap().contains("no token with the name blog is in force"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn bounds_and_another_secret_are_given_on_the_command_line() {
    let upstream = Upstream::start().await;
    let house = House::before(&upstream).await;
    let folder = TempDir::new().unwrap();
    let on = ["--database", house.database.as_str()];
    let create = |name: &str, more: &[&str]| create_token(folder.path(), &on, name, more);
    let last = |output: &[u8]| String::from_utf8_lossy(output).lines().last().unwrap_or_default().to_owned();
    let bounds = [
        "--expires",
        "9999-12-30",
        "--scope",
        "check,stats",
        "--scope",
        "decisions",
        "--network",
        "127.0.0.1,10.1.2.3/8",
    ];
    let made = create("kept", &bounds);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let first = last(&made.stdout);
    let ask = async |path: &str, token: &str| {
        let request = house.app.get(house.url(path)).bearer_auth(token);
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!((ask("stats", &first).await, ask("verify", &first).await), (200, 200));
    let word = json!({ "detection_id": "from-before", "is_spam": true });
    let tell = house.app.post(house.url("feedback")).bearer_auth(&first).json(&word);
    assert_eq!(tell.send().await.unwrap().status(), 403);

    let rotate =
        |more: &[&str]| gavel(folder.path(), &[&["token", "rotate", "kept"][..], more, &on].concat());
    let rotated = rotate(&[]);
    let shown = String::from_utf8(rotated.stdout).unwrap();
    assert!(
        rotated.status.success() && shown.contains(&format!("the old one ({}…) goes on until", &first[..12])),
        "{shown}"
    );
    let second = last(shown.as_bytes());
    assert_eq!((ask("stats", &first).await, ask("stats", &second).await), (200, 200));
    let list = succeeds(folder.path(), &[&["token", "list"][..], &on].concat());
    let row = list.lines().find(|line| line.starts_with("kept ")).unwrap();
    let old = format!("old secret {}… until 2", &first[..12]);
    for part in [
        "only check, stats, decisions",
        "from 127.0.0.1/32, 10.0.0.0/8",
        "expires after 9999-12-30",
        &old,
        &second[..12],
    ] {
        assert!(row.contains(part), "{part} in {row}");
    }
    let rotated = rotate(&["--overlap", "0s"]);
    let shown = String::from_utf8(rotated.stdout).unwrap();
    assert!(shown.contains("the old one opens nothing any more"), "{shown}");
    assert_eq!((ask("stats", &second).await, ask("stats", &last(shown.as_bytes())).await), (401, 200));

    for (more, words) in [
        (["--expires", "2020-01-01"], "The last day is over"),
        (["--expires", "soon"], "2027-01-31"),
        (["--scope", "everything"], "decisions"),
        (["--network", "nowhere"], "nowhere"),
    ] {
        let refused = create("wrong", &more);
        let error = String::from_utf8(refused.stderr).unwrap();
        assert!(!refused.status.success() && error.contains(words), "{error}");
    }
    assert!(!rotate(&["--overlap", "31days"]).status.success());
    let gone = gavel(folder.path(), &[&["token", "rotate", "nobody"][..], &on].concat());
    assert!(String::from_utf8(gone.stderr).unwrap().contains("no token with the name nobody is in force"));
}

/// A program that is ended with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
async fn no_secret_is_in_any_log_page_error_metric_or_file_however_much_is_logged() {
    let upstream = Upstream::start().await;
    let folder = TempDir::new().unwrap();
    let password = "correct horse battery";
    let line =
        ["user", "add", "--email", "ana@example.com", "--name", "Ana", "--role", "admin", "--password-stdin"];
    let mut adding = command(folder.path(), &line).stdin(Stdio::piped()).spawn().unwrap();
    adding.stdin.take().unwrap().write_all(password.as_bytes()).unwrap();
    assert!(adding.wait().unwrap().success());
    let create = ["token", "create", "--name", "shop", "--site", "shop.example.com"];
    let token = succeeds(folder.path(), &create).lines().last().unwrap().to_owned();
    let serve = ["serve", "--listen", "127.0.0.1:0", "--log-level", "trace", "--activelayer-base-url"];
    let mut command = command(folder.path(), &[&serve[..], &[&upstream.base_url()]].concat());
    let started =
        command.env("ACTIVELAYER_API_KEY", KEY).stdout(Stdio::null()).stderr(Stdio::piped()).spawn();
    let mut running = Running(started.unwrap());
    let mut log = BufReader::new(running.0.stderr.take().unwrap());
    let mut lines = String::new();
    let address = loop {
        let mut line = String::new();
        assert!(log.read_line(&mut line).unwrap() > 0, "{lines}");
        lines.push_str(&line);
        if let Some((_, rest)) = line.split_once("listening=") {
            break rest.split_whitespace().next().unwrap().to_owned();
        }
    };
    let rest = std::thread::spawn(move || {
        let mut rest = String::new();
        log.read_to_string(&mut rest).map(|_| rest)
    });
    let app = client();
    let url = |path: &str| format!("http://{address}/api/v1/{path}");
    let secret_message = "zanzibar-is-only-in-the-message";
    let body = json!({ "message": secret_message, "api_key": token });
    for request in [
        app.post(url("check")).json(&body),
        app.post(url("check")).bearer_auth(&token).json(&body),
        app.post(url("check")).header("x-api-key", &token).json(&body),
        app.post(format!("{}?api_key={token}", url("check"))).json(&body),
        app.get(format!("{}?api_key={token}", url("verify"))),
        app.get(format!("{}?api_key={token}x", url("stats"))),
        app.get(format!("{}?api_key={token}", url("nowhere"))),
    ] {
        let (status, text) = read(request.send().await.unwrap()).await;
        assert!(status < 500 && !text.contains(&token) && !text.contains(KEY), "{text}");
    }
    upstream.refuse(Some((500, &format!("{{\"error\":\"the key {KEY} broke\"}}"))));
    let (_, text) = read(app.post(url("check")).bearer_auth(&token).json(&body).send().await.unwrap()).await;
    assert!(!text.contains(KEY));
    // The key is as little in what people see as in what apps do: also when the upstream itself tells it.
    let browser = reqwest::Client::builder().cookie_store(true).build().unwrap();
    let form = [("email", "ana@example.com"), ("password", password)];
    let (status, page) =
        read(browser.post(format!("http://{address}/login")).form(&form).send().await.unwrap()).await;
    if status != 200 {
        drop(running);
        panic!("{status} for the log-in: {page}\n{}", rest.join().unwrap().unwrap());
    }
    let form = [("form[message]", "hi"), ("form[endpoint]", "check"), ("form[split]", "one")];
    let submitted = browser.post(format!("http://{address}/check")).form(&form).send().await.unwrap();
    let mut pages = read(submitted).await.1;
    for path in
        ["", "check", "detections", "detections/1", "stats", "settings", "api", "api/openapi.json", "nowhere"]
    {
        pages += &read(browser.get(format!("http://{address}/{path}")).send().await.unwrap()).await.1;
    }
    assert!(pages.contains("shop.example.com"), "the pages are those of somebody logged in");
    let metrics = read(app.get(format!("http://{address}/metrics")).send().await.unwrap()).await.1;
    // As a backup would find them: the program is still up, and part of it is in the write-ahead log.
    let data = folder.path().join("data");
    let files = [data.join("gavel.db-imports"), data].map(|folder| std::fs::read_dir(folder).unwrap());
    for path in files.into_iter().flatten().map(|file| file.unwrap().path()).filter(|path| path.is_file()) {
        let bytes = std::fs::read(&path).unwrap();
        for secret in [token.as_str(), KEY, password] {
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "a secret is in {}", path.display());
        }
    }
    drop(running);
    let log = lines + &rest.join().unwrap().unwrap();
    assert!(log.contains("/api/v1/check"), "the requests are in the log: {log}");
    for secret in [token.as_str(), KEY, secret_message] {
        assert!(!log.contains(secret), "{secret} is in the log");
        assert!(!metrics.contains(secret), "{secret} is in the metrics");
        let shown_to_moderators = secret == secret_message;
        assert!(shown_to_moderators || !pages.contains(secret), "{secret} is on a page");
    }
}
