//! `gavel doctor` tells what is wrong, what to do, and nothing that is secret.

use std::{
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Command, Output, Stdio},
};

use serde_json::Value;
use tempfile::TempDir;

use crate::{
    house::House,
    upstream::{KEY, Upstream},
};

async fn doctor(folder: &Path, line: &[&str], environment: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gavel"));
    command.arg("doctor").args(line).current_dir(folder).env_remove("ACTIVELAYER_API_KEY");
    command.envs(environment.iter().copied()).stdin(Stdio::null());
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

fn state<'a>(findings: &'a [Value], about: &str) -> &'a str {
    let found = findings.iter().find(|finding| finding["about"] == about);
    found.unwrap_or_else(|| panic!("{about} in {findings:?}"))["state"].as_str().unwrap()
}

fn findings(output: &Output) -> Vec<Value> {
    let text = std::str::from_utf8(&output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn a_doctor_finds_what_is_wrong_and_says_what_to_do() {
    let folder = TempDir::new().unwrap();
    let fresh = doctor(folder.path(), &[], &[]).await;
    let text = String::from_utf8(fresh.stdout).unwrap();
    assert!(fresh.status.success(), "{text}");
    for line in [
        "ok       settings ",
        "warning  database     there is none at data/gavel.db yet",
        "warning  backups ",
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
    assert!(!folder.path().join("data").exists(), "it only looks");

    let upstream = Upstream::start().await;
    let house =
        House::in_a_file(&["--activelayer-base-url", &upstream.base_url(), "--activelayer-api-key", KEY])
            .await;
    let url = upstream.base_url();
    let healthy = ["--json", "--database", &house.database, "--activelayer-base-url", &url];
    let secrets = [("ACTIVELAYER_API_KEY", KEY), ("GAVEL_SMTP_PASSWORD", "pa55word")];
    let output = doctor(folder.path(), &healthy, &secrets).await;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    let found = findings(&output);
    for about in ["settings", "address", "database", "clock", "rights", "disk", "upstream"] {
        assert_eq!(state(&found, about), "ok", "{found:?}");
    }

    let file = house.database.strip_prefix("sqlite://").unwrap();
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o644)).unwrap();
    upstream.refuse_all(401, r#"{"message": "Invalid API key"}"#);
    let mail = ["--smtp-server", "127.0.0.1:1", "--smtp-tls", "none", "--alert-mail-to", "ops@example.com"];
    let sick = [&healthy[..], &mail, &["--smtp-user", "gavel", "--backup-to", "none"]].concat();
    let output = doctor(folder.path(), &sick, &secrets).await;
    assert_eq!(output.status.code(), Some(1));
    let found = findings(&output);
    for about in ["rights", "upstream", "mail", "backups"] {
        assert_eq!(state(&found, about), "problem", "{found:?}");
    }
    assert!(found.iter().all(|finding| finding["state"] == "ok" || finding["advice"] != Value::Null));
    let all = [output.stdout, output.stderr].concat();
    let all = String::from_utf8(all).unwrap();
    assert!(!all.contains(KEY) && !all.contains("pa55word"), "{all}");

    let own = format!("http://{}", house.address);
    let audit = folder.path().join("audit.ndjson").display().to_string();
    let output = doctor(folder.path(), &["--json", "--public-url", &own, "--audit-to", &audit], &[]).await;
    let found = findings(&output);
    assert_eq!((state(&found, "proxy"), state(&found, "audit")), ("ok", "ok"), "{found:?}");
    assert!(!std::path::Path::new(&audit).exists(), "it only looks");
    let other = url.trim_end_matches("/api/v1/");
    let nowhere = ["--json", "--public-url", other, "--audit-to", "syslog:none/log"];
    let found = findings(&doctor(folder.path(), &nowhere, &[]).await);
    assert_eq!((state(&found, "proxy"), state(&found, "audit")), ("problem", "problem"), "{found:?}");
    let silent = ["--json", "--public-url", "http://127.0.0.1:1", "--audit-to", "none/audit.ndjson"];
    let found = findings(&doctor(folder.path(), &silent, &[]).await);
    assert_eq!((state(&found, "proxy"), state(&found, "audit")), ("warning", "problem"), "{found:?}");

    let text = folder.path().join("text.db");
    std::fs::write(&text, "this is no database, though it is long enough".repeat(99)).unwrap();
    let url = format!("sqlite://{}", text.display());
    let output = doctor(folder.path(), &["--json", "--database", &url], &[]).await;
    assert_eq!((output.status.code(), state(&findings(&output), "database")), (Some(1), "problem"));
}
