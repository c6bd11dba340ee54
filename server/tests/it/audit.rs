//! The audit record: its page, its files, and the check of its chain.

use std::process::Command;

use domain::Role;
use moderation::{Clock, SystemClock};
use sqlx::SqlitePool;

use crate::{
    people::act,
    test_app::{TestApp, add_user},
};

async fn page(app: &TestApp, path: &str) -> String {
    let answer = app.page(path).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    answer.text().await.unwrap()
}

fn gavel(app: &TestApp, line: &[&str]) -> (bool, String) {
    let command = Command::new(env!("CARGO_BIN_EXE_gavel"))
        .arg("audit")
        .args(line)
        .args(["--database", &app.database])
        .output()
        .unwrap();
    let (out, errors) = (String::from_utf8_lossy(&command.stdout), String::from_utf8_lossy(&command.stderr));
    (command.status.success(), format!("{out}{errors}"))
}

#[tokio::test]
async fn the_page_lists_filters_and_leads_on() {
    let app = TestApp::start_logged_in().await;
    let mo = add_user(&*app.store, "mo@example.com", Role::Moderator, SystemClock.now()).await;
    act(&app, mo.id.0, "role", "viewer").await;
    let all = page(&app, "/settings/audit").await;
    assert!(
        all.contains("user: role changed") && all.contains("before moderator") && all.contains("login"),
        "{all}"
    );
    let some = page(&app, "/settings/audit?who=1&action=login").await;
    assert!(!some.contains("before moderator") && some.contains("<td class=\"py-2 pr-4\">login<"), "{some}");
    assert!(page(&app, "/settings/audit?who=nobody").await.contains("There is no such entry."));
    assert_eq!(app.page("/settings/audit?who=x").send().await.unwrap().status(), 422);
    for _ in 0..30 {
        act(&app, mo.id.0, "role", "moderator").await;
        act(&app, mo.id.0, "role", "viewer").await;
    }
    let newest = page(&app, "/settings/audit").await;
    let older = newest.split("before=").nth(1).unwrap().split('"').next().unwrap();
    let older = page(&app, &format!("/settings/audit?who=&action=&before={older}")).await;
    assert!(
        older.contains("Newest")
            && older.contains("<td class=\"py-2 pr-4\">login<")
            && !older.contains("Older")
    );
}

#[tokio::test]
async fn the_files_hold_the_whole_record_and_taking_them_is_on_it() {
    let app = TestApp::start_logged_in().await;
    let path = "/settings/audit/file?format=csv&who=&action=";
    let answer = app.page(path).send().await.unwrap();
    assert!(answer.headers()["content-disposition"].to_str().unwrap().contains("gavel-audit-"));
    let csv = answer.text().await.unwrap();
    assert!(csv.starts_with("\u{feff}\"id\",\"at\",\"user_id\"") && csv.contains("\"login\""), "{csv}");
    let lines = page(&app, "/settings/audit/file?format=ndjson&action=login").await;
    let line: serde_json::Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
    assert_eq!((&line["action"], line["hash"].as_str().unwrap().len()), (&"login".into(), 64));
    assert_eq!(lines.lines().count(), 1);
    assert_eq!(app.actions().await, ["login", "audit.exported", "audit.exported"]);
    assert_eq!(app.page("/settings/audit/file?format=pdf").send().await.unwrap().status(), 422);
    let (done, exported) = gavel(&app, &["export", "--format", "ndjson"]);
    assert!(done && exported.lines().count() == 3, "{exported}");
    let (done, list) = gavel(&app, &["list", "--action", "audit.exported"]);
    assert!(done && list.lines().count() == 2 && list.contains("format ndjson"), "{list}");
}

#[tokio::test]
async fn a_changed_record_is_found_out() {
    let app = TestApp::start_logged_in().await;
    let mo = add_user(&*app.store, "mo@example.com", Role::Moderator, SystemClock.now()).await;
    act(&app, mo.id.0, "disable", "").await;
    act(&app, mo.id.0, "enable", "").await;
    let (done, said) = gavel(&app, &["verify"]);
    assert!(done && said.contains("All 3 entries are as Gavel wrote them"), "{said}");
    assert!(page(&app, "/settings/audit?check=yes").await.contains("All 3 entries"));
    let database = SqlitePool::connect(&app.database).await.unwrap();
    sqlx::query("UPDATE audit_events SET user_id = NULL WHERE id = 2").execute(&database).await.unwrap();
    let (done, said) = gavel(&app, &["verify"]);
    assert!(!done && said.contains("Entry 2 is not as Gavel wrote it"), "{said}");
    assert!(page(&app, "/settings/audit?check=yes").await.contains("Entry 2 is not as Gavel wrote it"));
    sqlx::query("DELETE FROM audit_events WHERE id = 2").execute(&database).await.unwrap();
    assert!(gavel(&app, &["verify"]).1.contains("Entries between 1 and 3 are missing."));
    sqlx::query("DELETE FROM audit_events WHERE id > 1").execute(&database).await.unwrap();
    assert!(gavel(&app, &["verify"]).1.contains("the record ends at 1, but Gavel wrote up to 3"));
    // Nobody is kept from working by that.
    assert_eq!(act(&app, mo.id.0, "disable", "").await.0, 200);
}
