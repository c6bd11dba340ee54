//! `GET /detections/export`: who may, what it holds, and that it does no harm.

use chrono::{DateTime, Utc};
use domain::{Content, Endpoint, JudgedBy, Judgement, NewDetection, Origin, Role};
use moderation::{Clock, SystemClock};

use crate::test_app::{EMAIL, PASSWORD, TestApp, add_user};

fn row(number: usize, message: &str, name: &str) -> NewDetection {
    let at: DateTime<Utc> = "2025-02-14T12:00:00Z".parse().unwrap();
    NewDetection {
        created_at: at,
        endpoint: Endpoint::Check,
        origin: Origin::Api,
        site: Some("blog.example.com".to_owned()),
        content: Content { message: message.to_owned(), name: Some(name.to_owned()), ..Content::default() },
        content_hash: [0; 32],
        judgement: Judgement {
            upstream_id: format!("upstream-{number}"),
            is_spam: true,
            score: 80.0,
            threshold: 50.0,
            execution_ms: 1.0,
            upstream_timestamp: String::new(),
            judged_by: JudgedBy::ActiveLayer,
            signals: Vec::new(),
            raw_answer: "{\"is_spam\":true}".to_owned(),
        },
        circumstances: domain::Circumstances::default(),
    }
}

#[tokio::test]
async fn everything_that_matches_comes_whole_and_no_formula_with_it() {
    let app = TestApp::start_logged_in().await;
    let hostile = "=HYPERLINK(\"http://evil.example\";\"x\"),\r\n\"quoted\"\u{202e} <script>";
    let mut rows = vec![row(0, hostile, "＝1+1"), row(1, "casino", "@SUM(1)"), row(2, "\tcasino", "-2")];
    // More than one page of it.
    rows.extend((3..250).map(|number| row(number, &format!("casino number{number}"), "Zoë")));
    rows.push(row(250, "poker", "Ana"));
    app.store.insert_detections(&rows).await.unwrap();

    let answer =
        app.page("/detections/export?q=site%3Ablog.example.com+-poker&format=csv").send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
    assert!(header("content-type").starts_with("text/csv; charset=utf-8"));
    let disposition = header("content-disposition");
    assert!(disposition.starts_with("attachment; filename=\"gavel-detections-20"), "{disposition}");
    let bytes = answer.bytes().await.unwrap();
    // Excel takes a table without a mark for the machine's own encoding.
    let text = std::str::from_utf8(&bytes).unwrap().strip_prefix('\u{feff}').unwrap().to_owned();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let names = reader.headers().unwrap().clone();
    let column = |name: &str| names.iter().position(|known| known == name).unwrap();
    let records: Vec<_> = reader.records().map(Result::unwrap).collect();
    assert_eq!(records.len(), 250);
    let ids: Vec<i64> = records.iter().map(|record| record[0].parse().unwrap()).collect();
    assert!(ids.iter().rev().is_sorted() && ids[0] == 250 && ids[249] == 1, "newest first, each once");
    for record in &records {
        for cell in record {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r', '＝']), "{cell}");
        }
    }
    let oldest = &records[249];
    assert_eq!(oldest[column("message")], format!("'{hostile}"), "nothing is lost");
    assert_eq!((&oldest[column("name")], &oldest[column("detection_id")]), ("'＝1+1", "upstream-0"));
    assert_eq!(&records[0][column("name")], "Zoë");

    let lines = app.page("/detections/export?q=-poker&format=ndjson").send().await.unwrap();
    let lines = lines.text().await.unwrap();
    let objects: Vec<domain::Detection> =
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(objects.len(), 250);
    assert_eq!(objects[249].content.message, hostile, "as it is: JSON runs nowhere");

    let events = app.store.audit_events(None, 10).await.unwrap();
    let exported: Vec<_> = events.iter().filter(|event| event.action == "log.exported").collect();
    assert_eq!(exported.len(), 2);
    assert_eq!(exported[1].details["search"], "site:blog.example.com -poker");
}

#[tokio::test]
async fn a_workbook_comes_whole_and_says_how_far_it_is() {
    let app = TestApp::start_logged_in().await;
    let rows: Vec<_> =
        (0..250).map(|number| row(number, &format!("=casino number{number}"), "Zoë")).collect();
    app.store.insert_detections(&rows).await.unwrap();
    let answer = app.page("/detections/export?q=&format=xlsx&id=book").send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert!(answer.headers()["content-disposition"].to_str().unwrap().ends_with(".xlsx\""));
    let file = std::io::Cursor::new(answer.bytes().await.unwrap().to_vec());
    let mut reader = readers::RecordReader::open_file(file, None, readers::Choices::default()).unwrap();
    let message = reader.columns().iter().position(|column| column == "message").unwrap();
    let texts: Vec<_> =
        reader.by_ref().map(|record| record.unwrap().get(message).unwrap().to_owned()).collect();
    assert_eq!((texts.len(), texts[0].as_str()), (250, "=casino number249"));
    let progress = app.browser.get(app.url("/fn/detections/export-progress?id=book")).send().await.unwrap();
    let progress: domain::ExportProgress = serde_json::from_str(&progress.text().await.unwrap()).unwrap();
    assert_eq!((progress.state, progress.rows), (domain::ExportState::Done, 250));
}

#[tokio::test]
async fn nothing_is_a_table_with_names_and_nonsense_is_refused() {
    let app = TestApp::start_logged_in().await;
    let get = async |query: &str| {
        let answer = app.page(&format!("/detections/export?{query}")).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    let (status, table) = get("q=absent&format=csv").await;
    assert_eq!((status, table.lines().count()), (200, 1));
    assert_eq!(get("q=absent&format=ndjson").await, (200, String::new()));
    assert_eq!(get("q=score%3Ahigh&format=csv").await.0, 422);
    assert_eq!(get("q=&format=ods").await.0, 422);
    assert_eq!(get("q=").await.0, 400);
}

#[tokio::test]
async fn viewers_may_not_and_progress_is_ones_own() {
    let app = TestApp::start().await;
    add_user(&*app.store, "vera@example.com", Role::Viewer, SystemClock.now()).await;
    app.log_in("vera@example.com", PASSWORD).await;
    let refused = app.page("/detections/export?q=&format=csv").send().await.unwrap();
    assert_eq!(refused.status(), 403);

    app.log_in(EMAIL, PASSWORD).await;
    app.store.insert_detection(&row(0, "casino", "Ana")).await.unwrap();
    let progress = async || {
        let answer = app.browser.get(app.url("/fn/detections/export-progress?id=abc")).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    assert_eq!(progress().await.0, 404, "not begun");
    app.page("/detections/export?q=&format=ndjson&id=abc").send().await.unwrap().text().await.unwrap();
    let (status, json) = progress().await;
    assert_eq!(status, 200);
    let progress: domain::ExportProgress = serde_json::from_str(&json).unwrap();
    assert_eq!((progress.state, progress.rows), (domain::ExportState::Done, 1));
}
