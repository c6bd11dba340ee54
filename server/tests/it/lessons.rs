//! What the detector learnt: shown in Settings, taken along as a file, forgotten; by administrators only.

use std::process::Command;

use chrono::TimeDelta;
use domain::{
    Content, DetectionId, Endpoint, JudgedBy, Judgement, Label, NewDetection, Origin, Role, UserId,
};
use moderation::{Clock, SystemClock};
use serde_json::Value;
use store::{LabelOutcome, NewDecision};

use crate::test_app::{EMAIL, PASSWORD, TestApp, add_user};

const HOSTILE: &str = "<b>Our plumbers</b> fix \"taps\"\nin Norwich, ring the office for a visit";

async fn logged(app: &TestApp, message: &str) -> DetectionId {
    let new = NewDetection {
        created_at: SystemClock.now(),
        endpoint: Endpoint::Check,
        origin: Origin::Paste,
        site: None,
        content: Content { message: message.to_owned(), ..Content::default() },
        content_hash: [0; 32],
        circumstances: domain::Circumstances::default(),
        judgement: Judgement {
            upstream_id: format!("upstream-{message}"),
            is_spam: false,
            score: 20.0,
            threshold: 50.0,
            execution_ms: 1.0,
            upstream_timestamp: String::new(),
            judged_by: JudgedBy::Detector,
            signals: Vec::new(),
            raw_answer: "{}".to_owned(),
        },
    };
    app.store.insert_detection(&new).await.unwrap()
}

async fn label(app: &TestApp, detection_id: DetectionId, label: Label, user_id: UserId) {
    let now = SystemClock.now();
    let send_after = now + TimeDelta::days(1);
    let decision = NewDecision {
        detection_id,
        label,
        user_id,
        decided_at: now,
        send_after,
        seen_version: None,
        with: domain::LabelParts::default(),
    };
    assert!(matches!(app.store.decide(&decision).await.unwrap(), LabelOutcome::Decided(_)));
}

/// The page, once it tells what the worker has learnt.
async fn settings_telling(app: &TestApp, words: &str) -> String {
    for _ in 0..600 {
        let page = app.page("/settings").send().await.unwrap().text().await.unwrap();
        if page.contains(words) {
            return page;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("Settings never told: {words}");
}

#[tokio::test]
async fn an_administrator_sees_takes_along_and_resets() {
    let app = TestApp::start_logged_in().await;
    let ana = app.store.users().await.unwrap()[0].id;
    let (one, two) = (logged(&app, HOSTILE).await, logged(&app, "Thanks for the recipe").await);
    label(&app, one, Label::Spam, ana).await;
    label(&app, two, Label::Ham, ana).await;
    settings_telling(&app, "It uses 2 decisions.").await;
    // The test set of one's own is these labels, each judged before it was learnt.
    let page = settings_telling(&app, "By language").await;
    assert!(page.contains("How good is the detector here?") && page.contains("no site"), "{page}");
    assert!(!page.contains("Beside ActiveLayer"), "it judged nothing here");

    let answer = app.page("/settings/lessons").send().await.unwrap();
    let disposition = answer.headers()["content-disposition"].to_str().unwrap().to_owned();
    assert!(disposition.starts_with("attachment; filename=\"gavel-lessons-20"), "{disposition}");
    let file = answer.text().await.unwrap();
    let lines: Vec<Value> = file.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let told: Vec<_> = lines.iter().map(|line| (line["message"].as_str(), line["label"].as_str())).collect();
    assert_eq!(told, [(Some(HOSTILE), Some("spam")), (Some("Thanks for the recipe"), Some("ham"))]);
    assert_eq!(lines[0]["by"], format!("person:{}", ana.0));

    // The command line exports the same, and the measuring commands read it.
    let gavel = |line: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_gavel")).args(line).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(gavel(&["engine", "lessons", "--export", "--database", &app.database]), file);
    let folder = tempfile::tempdir().unwrap();
    let saved = folder.path().join("lessons.ndjson");
    std::fs::write(&saved, &file).unwrap();
    assert!(gavel(&["engine", "eval", "--corpus", saved.to_str().unwrap()]).contains("| lessons | 2 |"));

    let unsure = app.form("/fn/lessons/forget", &[]).send().await.unwrap();
    assert!(!app.actions().await.contains(&"lessons.forgotten".to_owned()), "{}", unsure.status());
    app.form("/fn/lessons/forget", &[("sure", "yes")]).send().await.unwrap();
    settings_telling(&app, "Nothing yet.").await;
    let actions = app.actions().await;
    assert!(
        actions.contains(&"lessons.exported".to_owned()) && actions.contains(&"lessons.forgotten".to_owned())
    );
    assert_eq!(app.page("/settings/lessons").send().await.unwrap().text().await.unwrap(), "");

    label(&app, logged(&app, "Buy taps").await, Label::Spam, ana).await;
    settings_telling(&app, "It uses 1 decision.").await;
    assert!(gavel(&["engine", "lessons", "--reset", "--database", &app.database]).contains("forgets"));
    settings_telling(&app, "Nothing yet.").await;
}

#[tokio::test]
async fn nobody_else_may() {
    let app = TestApp::start().await;
    add_user(&*app.store, "mo@example.com", Role::Moderator, SystemClock.now()).await;
    app.log_in("mo@example.com", PASSWORD).await;
    assert_eq!(app.page("/settings/lessons").send().await.unwrap().status(), 403);
    app.form("/fn/lessons/forget", &[("sure", "yes")]).send().await.unwrap();
    assert!(!app.actions().await.contains(&"lessons.forgotten".to_owned()));
    let page = app.page("/settings").send().await.unwrap().text().await.unwrap();
    assert!(!page.contains("What the detector has learned"));
    app.log_in(EMAIL, PASSWORD).await;
    let page = app.page("/settings").send().await.unwrap().text().await.unwrap();
    assert!(page.contains("What the detector has learned"));
}
