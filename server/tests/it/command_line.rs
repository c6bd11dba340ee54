//! The real program: its commands, and how it fails.

use std::{
    io::Write,
    net::TcpListener,
    path::Path,
    process::{Command, Output, Stdio},
};

use tempfile::TempDir;

use crate::test_app::{PASSWORD, TestApp};

/// Runs gavel in a folder, with something on standard input.
fn gavel(folder: &Path, line: &[&str], input: &str, environment: &[(&str, &str)]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_gavel"))
        .args(line)
        .current_dir(folder)
        .env_remove("ACTIVELAYER_API_KEY")
        .envs(environment.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that fails early may not read its input.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn succeeds(folder: &Path, line: &[&str], input: &str) -> String {
    let output = gavel(folder, line, input, &[]);
    assert!(output.status.success(), "{line:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The one line on standard error of a command that fails; log lines before it do not count.
fn fails(folder: &Path, line: &[&str], environment: &[(&str, &str)]) -> String {
    let output = gavel(folder, line, "", environment);
    assert!(!output.status.success(), "{line:?} succeeded");
    let errors = String::from_utf8(output.stderr).unwrap();
    let lines: Vec<_> = errors.lines().collect();
    assert_eq!(lines.len(), 1, "{line:?}: {errors}");
    lines[0].strip_prefix("gavel: ").expect("the program says who speaks").to_owned()
}

#[tokio::test]
async fn an_account_made_on_the_command_line_can_log_in() {
    let app = TestApp::wanted().without_accounts().start().await;
    let folder = TempDir::new().unwrap();
    let on = ["--database", app.database.as_str()];
    let add = [
        "user",
        "add",
        "--email",
        "mo@example.com",
        "--name",
        "Mo",
        "--role",
        "moderator",
        "--password-stdin",
    ];
    succeeds(folder.path(), &[&add[..], &on].concat(), &format!("{PASSWORD}\n"));
    assert_eq!(app.log_in("mo@example.com", PASSWORD).await.status(), 303);

    let list = succeeds(folder.path(), &[&["user", "list"][..], &on].concat(), "");
    assert!(list.contains("moderator") && list.contains("mo@example.com") && list.contains("Mo"), "{list}");

    let change = ["user", "password", "--email", "MO@example.com", "--password-stdin"];
    succeeds(folder.path(), &[&change[..], &on].concat(), "another horse battery\r\n");
    assert_eq!(app.page("/").send().await.unwrap().status(), 303, "the session ended");
    assert_eq!(app.log_in("mo@example.com", PASSWORD).await.status(), 401);
    assert_eq!(app.log_in("mo@example.com", "another horse battery").await.status(), 303);
    let actions = app.actions().await;
    assert_eq!(actions, ["user.created", "login", "user.password_changed", "login.refused", "login"]);
}

#[test]
fn accounts_are_refused_in_one_line() {
    let folder = TempDir::new().unwrap();
    let add = |email: &str, password: &str| {
        let line = ["user", "add", "--email", email, "--role", "viewer", "--password-stdin"];
        let output = gavel(folder.path(), &line, password, &[]);
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    assert_eq!(add("ana@example.com", PASSWORD).0, Some(0));
    for (email, password, expected) in [
        ("ana@example.com", PASSWORD, "already taken"),
        ("ANA@example.com", PASSWORD, "already taken"),
        ("ana", PASSWORD, "Give an e-mail address"),
        ("eve@example.com", "short\n", "shorter than 12 characters"),
        ("eve@example.com", "", "shorter than 12 characters"),
    ] {
        let (status, error) = add(email, password);
        assert_eq!(status, Some(1), "{email}");
        assert!(error.contains(expected) && error.lines().count() == 1, "{error}");
    }
    let missing = ["user", "password", "--email", "eve@example.com", "--password-stdin"];
    assert!(
        fails(folder.path(), &missing, &[]).contains("no account with the e-mail address eve@example.com")
    );
    let role = ["user", "add", "--email", "x@example.com", "--role", "god", "--password-stdin"];
    assert!(fails(folder.path(), &role, &[]).contains("god"));
}

#[test]
fn a_broken_setting_names_itself_its_value_and_what_is_expected() {
    let folder = TempDir::new().unwrap();
    let serve = ["serve", "--listen", "nowhere"];
    let line = fails(folder.path(), &serve, &[]);
    assert_eq!(
        line,
        "bad setting listen: \"nowhere\" from --listen; expected an IP address and a port such as 127.0.0.1:3000 or \
         [::1]:3000"
    );
    let line = fails(folder.path(), &["serve"], &[("GAVEL_COOKIE_SECURE", "perhaps")]);
    assert_eq!(
        line,
        "bad setting cookie_secure: \"perhaps\" from GAVEL_COOKIE_SECURE; expected auto or always or never"
    );

    std::fs::write(folder.path().join("gavel.toml"), "feedback_undo = 10\n").unwrap();
    let line = fails(folder.path(), &["serve"], &[]);
    assert!(
        line.starts_with("bad setting feedback_undo: \"10\" from gavel.toml; expected a time such as"),
        "{line}"
    );
    std::fs::write(folder.path().join("gavel.toml"), "listne = \"127.0.0.1:1\"\n").unwrap();
    assert!(fails(folder.path(), &["serve"], &[]).starts_with("gavel.toml: there is no setting \"listne\""));
    std::fs::write(folder.path().join("gavel.toml"), "listen = \n").unwrap();
    assert!(fails(folder.path(), &["user", "list"], &[]).starts_with("gavel.toml: line 1: "));
    assert!(
        fails(folder.path(), &["serve", "--config", "other.toml"], &[])
            .starts_with("cannot read other.toml: ")
    );

    std::fs::remove_file(folder.path().join("gavel.toml")).unwrap();
    let line = fails(folder.path(), &["serve"], &[("ACTIVELAYER_API_KEY", "se cret")]);
    assert_eq!(
        line,
        "bad setting activelayer_api_key: from ACTIVELAYER_API_KEY; expected a key of visible ASCII characters, without \
         spaces"
    );
    let far = [("ACTIVELAYER_API_KEY", "key"), ("ACTIVELAYER_BASE_URL", "http://api.example.com/v1")];
    let log = ["serve", "--log-level", "off", "--listen", "127.0.0.1:0"];
    assert!(fails(folder.path(), &log, &far).contains("the base URL must be https"));
    assert!(fails(folder.path(), &["serve", "--lisen", "x"], &[]).contains("unexpected argument '--lisen'"));
}

#[test]
fn a_port_in_use_ends_the_program_before_it_touches_the_database() {
    let folder = TempDir::new().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let line = fails(folder.path(), &["serve", "--listen", &address], &[]);
    assert!(line.starts_with(&format!("cannot listen on {address}: the port is in use")), "{line}");
    assert!(!folder.path().join("data").exists());
}

#[test]
fn a_bad_database_path_ends_the_program() {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("file"), "this is no folder").unwrap();
    std::fs::write(folder.path().join("text.db"), "this is no database, though it is long enough".repeat(99))
        .unwrap();
    for (url, expected) in [
        ("sqlite://file/gavel.db", "file/gavel.db"),
        ("sqlite://text.db", "text.db"),
        ("mysql://localhost/gavel", "mysql"),
        ("nonsense", "nonsense"),
    ] {
        let line = ["serve", "--log-level", "off", "--listen", "127.0.0.1:0", "--database", url];
        let line = fails(folder.path(), &line, &[]);
        assert!(line.starts_with("cannot open the database") && line.contains(expected), "{line}");
        fails(folder.path(), &["user", "list", "--database", url], &[]);
    }
}

#[tokio::test]
async fn a_database_of_another_making_ends_the_program() {
    let folder = TempDir::new().unwrap();
    succeeds(folder.path(), &["user", "list"], "");
    let url = format!("sqlite://{}/data/gavel.db", folder.path().display());
    let database = sqlx::SqlitePool::connect(&url).await.unwrap();
    let newest = "(SELECT max(version) FROM _sqlx_migrations)";
    let tampered = format!("UPDATE _sqlx_migrations SET checksum = x'00' WHERE version = {newest}");
    sqlx::query(sqlx::AssertSqlSafe(tampered)).execute(&database).await.unwrap();
    database.close().await;
    let serve = ["serve", "--log-level", "off", "--listen", "127.0.0.1:0"];
    let line = fails(folder.path(), &serve, &[]);
    assert!(line.contains("database"), "{line}");
}

#[test]
fn settings_win_in_order_and_secrets_stay_out_of_sight() {
    let folder = TempDir::new().unwrap();
    let file = "listen = \"127.0.0.1:1\"\nlog_format = \"json\"\nlogin_failures = 7\ntrusted_proxies = [\"10.0.0.0/8\"]\n";
    std::fs::write(folder.path().join("gavel.toml"), file).unwrap();
    let environment = [
        ("GAVEL_LISTEN", "127.0.0.1:2"),
        ("GAVEL_LOG_FORMAT", "text"),
        ("GAVEL_SESSION_LIFETIME", ""),
        ("ACTIVELAYER_API_KEY", "s3cr3t"),
        ("GAVEL_DATABASE", "postgres://gavel:hunter2@db/gavel"),
    ];
    let output = gavel(folder.path(), &["config", "--listen", "127.0.0.1:3"], "", &environment);
    let shown = String::from_utf8(output.stdout).unwrap();
    for line in [
        "# from the command line\nlisten = \"127.0.0.1:3\"",
        "# from the environment\nlog_format = \"text\"",
        "# from the file\nlogin_failures = 7",
        "# from the file\ntrusted_proxies = [\"10.0.0.0/8\"]",
        "# the default\nsession_lifetime = \"7d\"",
        "# from the environment\nactivelayer_api_key = \"redacted\"",
        "# from the environment\ndatabase = \"postgres://gavel:redacted@db/gavel\"",
    ] {
        assert!(shown.contains(line), "{line} in:\n{shown}");
    }
    assert!(!shown.contains("s3cr3t") && !shown.contains("hunter2"));
    let help = gavel(folder.path(), &["serve", "--help"], "", &environment);
    let help = String::from_utf8(help.stdout).unwrap();
    assert!(!help.contains("s3cr3t") && !help.contains("hunter2"), "{help}");
}

#[test]
fn shells_complete_commands_and_each_has_a_page_of_the_manual() {
    let folder = TempDir::new().unwrap();
    for shell in ["bash", "zsh", "fish"] {
        let script = succeeds(folder.path(), &["completions", shell], "");
        assert!(script.contains("retention") && script.contains("backup-to"), "{shell}");
    }
    succeeds(folder.path(), &["man", "--to", "pages"], "");
    for page in ["gavel", "gavel-serve", "gavel-backup", "gavel-retention-set"] {
        let text = std::fs::read_to_string(folder.path().join(format!("pages/{page}.1"))).unwrap();
        assert!(text.contains(".SH NAME"), "{page}");
    }
}

#[test]
fn the_listing_of_defaults_is_itself_a_settings_file() {
    let folder = TempDir::new().unwrap();
    let defaults = succeeds(folder.path(), &["config", "--defaults"], "");
    for known in [
        "# flag --listen, environment GAVEL_LISTEN\nlisten = \"127.0.0.1:3000\"",
        "environment ACTIVELAYER_API_KEY",
    ] {
        assert!(defaults.contains(known), "{defaults}");
    }
    let before = succeeds(folder.path(), &["config"], "");
    std::fs::write(folder.path().join("gavel.toml"), &defaults).unwrap();
    assert_eq!(succeeds(folder.path(), &["config"], ""), before, "it changes nothing");
}
