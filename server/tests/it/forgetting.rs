//! Rules and erasure on the command line, and what pages say of what is gone.

use std::process::{Command, Output, Stdio};

use chrono::TimeDelta;
use domain::{Circumstances, Content, DetectionId, Endpoint, JudgedBy, Judgement, NewDetection, Origin};
use moderation::{Clock, SystemClock};

use crate::test_app::TestApp;

async fn gavel(app: &TestApp, line: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gavel"));
    command
        .args(line)
        .args(["--database", &app.database])
        .env_remove("ACTIVELAYER_API_KEY")
        .stdin(Stdio::null());
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

async fn says(app: &TestApp, line: &[&str]) -> String {
    let output = gavel(app, line).await;
    assert!(output.status.success(), "{line:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

async fn logged(app: &TestApp, message: &str, days_ago: i64) -> DetectionId {
    let row = NewDetection {
        created_at: SystemClock.now() - TimeDelta::days(days_ago),
        endpoint: Endpoint::Check,
        origin: Origin::Api,
        site: Some("blog.example.com".to_owned()),
        content: Content {
            message: message.to_owned(),
            email: Some(format!("writer{days_ago}@example.com")),
            ..Content::default()
        },
        content_hash: [1; 32],
        judgement: Judgement {
            upstream_id: message.to_owned(),
            is_spam: true,
            score: 97.0,
            threshold: 50.0,
            execution_ms: 1.0,
            upstream_timestamp: "2026-11-17T12:00:00Z".to_owned(),
            judged_by: JudgedBy::Detector,
            signals: Vec::new(),
            raw_answer: "{}".to_owned(),
        },
        circumstances: Circumstances::default(),
    };
    app.store.insert_detection(&row).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_forgotten_is_no_longer_on_any_page_and_the_pages_say_so() {
    let app = TestApp::start_logged_in().await;
    let (old, asked) = (logged(&app, "oldmessage", 9).await, logged(&app, "askedmessage", 2).await);
    let kept = logged(&app, "keptmessage", 1).await;

    assert!(says(&app, &["retention", "list"]).await.contains("everything is kept for good"));
    assert!(!gavel(&app, &["retention", "set", "--all"]).await.status.success(), "after how many days?");
    assert!(!gavel(&app, &["retention", "set", "--content", "5"]).await.status.success(), "of which site?");
    says(&app, &["retention", "set", "blog.example.com", "--content", "5"]).await;
    says(&app, &["retention", "set", "--all", "--content", "30", "--personal", "7"]).await;
    let list = says(&app, &["retention", "list"]).await;
    assert!(
        list.contains("blog.example.com") && list.contains("all other sites") && list.contains("5 days"),
        "{list}"
    );
    let dry = says(&app, &["retention", "run", "--dry-run"]).await;
    assert!(
        dry.starts_with("Due: 1 messages; of 0 detections") && dry.contains("Nothing was forgotten"),
        "{dry}"
    );
    assert!(says(&app, &["retention", "run"]).await.starts_with("Forgot 1 messages"));
    says(&app, &["retention", "remove", "blog.example.com"]).await;
    assert!(!gavel(&app, &["retention", "remove", "blog.example.com"]).await.status.success());

    let email = "WRITER2@example.com";
    let dry = says(&app, &["erase", "--email", email, "--dry-run"]).await;
    assert!(dry.starts_with("Found 1 detections") && dry.contains("Nothing was erased"), "{dry}");
    assert!(!gavel(&app, &["erase", "--email", email]).await.status.success(), "why?");
    let erased = says(&app, &["erase", "--email", email, "--reason", "They asked."]).await;
    assert!(erased.starts_with("Erased 1 detections"), "{erased}");

    let page = async |path: &str| app.page(path).send().await.unwrap().text().await.unwrap();
    let log = page("/detections").await;
    assert!(log.contains("The message was forgotten.") && log.contains("keptmessage"), "{log}");
    for gone in ["oldmessage", "askedmessage"] {
        let found = page(&format!("/detections?q={gone}")).await;
        assert!(!found.contains("The message was forgotten."), "{gone} finds nothing");
    }
    let shown = page(&format!("/detections/{}", old.0)).await;
    assert!(shown.contains("The message was forgotten on ") && shown.contains(" after 5 days."), "{shown}");
    assert!(shown.contains("writer9@example.com"), "who wrote it is kept by this rule");
    let shown = page(&format!("/detections/{}", asked.0)).await;
    assert!(shown.contains("because somebody asked for it") && !shown.contains("writer2@"), "{shown}");
    assert!(page(&format!("/detections/{}", kept.0)).await.contains("keptmessage"));

    let events = app.store.audit_events(None, 100).await.unwrap();
    let actions: Vec<_> = events.iter().map(|event| event.action.as_str()).collect();
    for action in ["retention.set", "retention.run", "retention.removed", "person.erased"] {
        assert!(actions.contains(&action), "{actions:?}");
    }
    assert!(events.iter().all(|event| !event.details.to_string().contains("writer2")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_the_page_it_is_looked_at_first_and_then_done_by_somebody() {
    let app = TestApp::start_logged_in().await;
    logged(&app, "oldmessage", 9).await;
    logged(&app, "keptmessage", 1).await;
    let post = async |fields: &[(&str, &str)]| {
        let answer = app.form("/settings/privacy", fields).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    let rule = |site, wish| {
        [("retention[site]", site), ("retention[content]", "5"), ("retention[personal]", ""), ("wish", wish)]
    };
    let (status, page) = post(&rule("blog.example.com", "look")).await;
    assert!(status == 200 && page.contains("at once: 1 detections are from before"), "{status} {page}");
    assert!(app.store.retention_rules().await.unwrap().is_empty(), "looked at only");
    let (_, page) = post(&rule("", "look")).await;
    assert!(page.contains("at once: 1 detections are from before"), "no site has a rule yet: {page}");
    let (status, page) = post(&rule("blog.example.com", "set")).await;
    assert!(status == 200 && page.contains("The rule is set."), "{status} {page}");
    assert!(page.contains("blog.example.com") && page.contains("will be forgotten by"), "{page}");
    assert_eq!(app.store.retention_rules().await.unwrap().len(), 1);
    let (_, page) = post(&rule("", "look")).await;
    assert!(page.contains("at once: 0 detections are from before"), "that site has its own: {page}");

    let person = |reason, wish| {
        let who = "WRITER1@example.com";
        [("person[known_by]", "email"), ("person[who]", who), ("person[reason]", reason), ("wish", wish)]
    };
    let (status, page) = post(&person("", "look")).await;
    assert!(
        status == 200 && page.contains("Found 1 detections") && page.contains("Erase for good"),
        "{page}"
    );
    for (reason, said) in [(" ", "Say why"), ("writer1@example.com asked", "do not name the person")] {
        let (status, page) = post(&person(reason, "erase")).await;
        assert!(
            status == 422 && page.contains(said) && page.contains("Found 1 detections"),
            "{status} {page}"
        );
    }
    let (status, page) = post(&person("asked by letter", "erase")).await;
    assert!(status == 200 && page.contains("Erased 1 detections"), "{status} {page}");
    let (_, page) = post(&person("", "look")).await;
    assert!(page.contains("Found 0 detections") && !page.contains("Erase for good"), "{page}");

    let events = app.store.audit_events(None, 100).await.unwrap();
    for action in ["retention.set", "person.erased"] {
        let event = events.iter().find(|event| event.action == action).unwrap();
        assert_eq!(event.user_name.as_deref(), Some("ana"), "{event:?}");
        assert!(!format!("{event:?}").contains("writer1"));
    }
}
