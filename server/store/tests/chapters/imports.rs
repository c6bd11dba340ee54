use std::sync::Arc;

use domain::{
    AtQuota, Content, DetectionId, FileFormat, Import, ImportId, ImportPlan, ImportRowState, ImportState,
    SearchQuery, UserId,
};
use store::{ImportTurn, NewImport, NewImportRow, SettledRow, Settlement, StagedRow, Store};

use crate::samples::{detection, moderator, noon, scored, seconds};

/// FNV-1a in the first eight bytes.
fn hash(text: &str) -> [u8; 32] {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    let mut hash = [0; 32];
    hash[..8].copy_from_slice(&text.bytes().fold(0xcbf2_9ce4_8422_2325, step).to_be_bytes());
    hash
}

fn row(number: u64, message: &str) -> NewImportRow {
    let content = Content { message: message.to_owned(), ..Content::default() };
    let fate = StagedRow::Check { content: Box::new(content), content_hash: hash(message) };
    NewImportRow { number, place: format!("line {}", number + 1), fate }
}

async fn upload(store: &dyn Store, by: UserId, site: &str) -> Import {
    let new = NewImport {
        user_id: Some(by),
        file_name: "comments.csv".to_owned(),
        file: "f1".to_owned(),
        bytes: 1000,
        format: FileFormat::Csv,
        plan: ImportPlan { site: Some(site.to_owned()), ..ImportPlan::default() },
        created_at: noon(),
    };
    store.create_import(&new).await.unwrap()
}

/// An import with so many different rows, ready to run.
async fn staged(store: &dyn Store, by: UserId, rows: u64) -> ImportId {
    let import = upload(store, by, "blog.example.com").await;
    assert!(store.plan_import(import.id, &import.plan, Some(by), noon()).await.unwrap());
    let rows: Vec<_> =
        (1..=rows).map(|number| row(number, &format!("text {} {number}", import.id.0))).collect();
    assert!(store.stage_import_rows(import.id, &rows, 500).await.unwrap());
    store.finish_reading(import.id, None).await.unwrap();
    import.id
}

async fn turn(store: &dyn Store, id: ImportId, from: &[ImportState], to: ImportState) -> bool {
    let turn = ImportTurn { id, from, to, reason: None, by: None, action: Some("import.moved"), at: noon() };
    store.turn_import(&turn).await.unwrap()
}

fn settlement(rows: Vec<SettledRow>) -> Settlement {
    Settlement { rows, per_minute: Some(40.0), at: noon() + seconds(60) }
}

fn judged(number: u64, score: f64) -> SettledRow {
    SettledRow { number, outcome: Ok(scored(&format!("import row {number}"), score)) }
}

pub(crate) async fn tell(store: Arc<dyn Store>) {
    let store = &*store;
    let ana = moderator(store, "Ana").await.id;
    staging(store, ana).await;
    running(store, ana).await;
    retrying(store, ana).await;
    turning(store, ana).await;
    let actions: Vec<_> =
        store.audit_events(None, 500).await.unwrap().into_iter().map(|event| event.action).collect();
    for action in ["import.uploaded", "import.planned", "import.finished", "import.retried", "import.moved"] {
        assert!(actions.iter().any(|recorded| recorded == action), "{action}");
    }
}

/// Every row is kept, with what was found out about it; duplicates are found across batches and against the log.
async fn staging(store: &dyn Store, ana: UserId) {
    let mut logged = detection("in the log");
    logged.content_hash = hash("in the log");
    store.insert_detection(&logged).await.unwrap();
    let import = upload(store, ana, "Shop.example.com").await;
    assert_eq!((import.state, import.user_name.as_deref()), (ImportState::Uploaded, Some("Ana")));
    assert!(!store.stage_import_rows(import.id, &[row(1, "too early")], 1).await.unwrap());
    assert_eq!(store.last_plan("shop.EXAMPLE.com").await.unwrap(), None, "nothing was settled yet");

    assert!(store.plan_import(import.id, &import.plan, Some(ana), noon()).await.unwrap());
    assert_eq!(store.last_plan("shop.EXAMPLE.com").await.unwrap(), Some(import.plan.clone()));
    assert_eq!(store.imports_at_work().await.unwrap()[0].state, ImportState::Reading);
    let failed = StagedRow::Failed { reason: "The message is empty.".to_owned() };
    let first = [
        row(1, "one"),
        row(2, "one"),
        row(3, "in the log"),
        NewImportRow { number: 4, place: "line 5".to_owned(), fate: StagedRow::Old },
        NewImportRow { number: 5, place: "line 6".to_owned(), fate: failed },
    ];
    assert!(store.stage_import_rows(import.id, &first, 400).await.unwrap());
    assert_eq!(store.staged_to(import.id).await.unwrap(), 5);
    assert!(store.stage_import_rows(import.id, &[row(6, "two"), row(7, "one")], 900).await.unwrap());
    store.finish_reading(import.id, Some("The file breaks off at line 9.")).await.unwrap();

    let ready = store.import(import.id).await.unwrap().unwrap();
    assert_eq!((ready.state, ready.bytes_read), (ImportState::Ready, 900));
    assert_eq!(ready.problem.as_deref(), Some("The file breaks off at line 9."));
    let counts = ready.counts;
    assert_eq!((counts.waiting, counts.duplicates, counts.known, counts.old, counts.failed), (2, 2, 1, 1, 1));
    assert_eq!(counts.rows(), 7);
    let bad = store.import_rows(import.id, ImportRowState::Failed, 0, 9).await.unwrap();
    assert_eq!((bad.len(), bad[0].number, bad[0].place.as_str()), (1, 5, "line 6"));
    assert_eq!(bad[0].reason.as_deref(), Some("The message is empty."));

    // Other choices: the file is read again from its beginning.
    let all = ImportPlan { skip_duplicates: false, skip_known: false, ..ready.plan };
    assert!(store.plan_import(import.id, &all, Some(ana), noon()).await.unwrap());
    assert_eq!(store.staged_to(import.id).await.unwrap(), 0);
    assert!(store.stage_import_rows(import.id, &first, 400).await.unwrap());
    store.finish_reading(import.id, None).await.unwrap();
    let ready = store.import(import.id).await.unwrap().unwrap();
    assert_eq!((ready.counts.waiting, ready.counts.rows(), ready.bytes_read), (3, 5, 1000));
    assert_eq!(ready.problem, None);
}

/// A row is waiting, or in the log: the two change together, and never twice.
async fn running(store: &dyn Store, ana: UserId) {
    let id = staged(store, ana, 150).await;
    assert!(turn(store, id, &[ImportState::Ready], ImportState::Running).await);
    let first = store.waiting_rows(id, 0, 100, usize::MAX).await.unwrap();
    assert_eq!((first.len(), first[99].number), (100, 100));
    assert_eq!(first[0].content.message, format!("text {} 1", id.0));
    assert_eq!(store.waiting_rows(id, 0, 100, 1).await.unwrap().len(), 1, "bytes bound it, but one comes");
    assert_eq!(store.waiting_rows(id, 100, 100, usize::MAX).await.unwrap().len(), 50);

    let rows = (1..=100).map(|number| judged(number, if number % 4 == 0 { 10.0 } else { 90.0 })).collect();
    let ids = store.settle_import_rows(id, &settlement(rows)).await.unwrap();
    assert_eq!(ids.len(), 100);
    let half = store.import(id).await.unwrap().unwrap();
    assert_eq!((half.counts.waiting, half.counts.spam, half.counts.ham), (50, 75, 25));
    assert_eq!((half.state, half.per_minute), (ImportState::Running, Some(40.0)));
    assert_eq!(store.waiting_rows(id, 0, 1, usize::MAX).await.unwrap()[0].number, 101);

    // A row that is in the log already takes what would be logged with it down.
    let before = count(store, id).await;
    let again = settlement(vec![judged(101, 90.0), judged(100, 90.0)]);
    assert!(store.settle_import_rows(id, &again).await.is_err());
    assert_eq!(count(store, id).await, before);
    assert_eq!(store.import(id).await.unwrap().unwrap().counts, half.counts);

    let mut rest: Vec<_> = (101..150).map(|number| judged(number, 90.0)).collect();
    rest.push(SettledRow { number: 150, outcome: Err("The email must be valid.".to_owned()) });
    store.settle_import_rows(id, &settlement(rest)).await.unwrap();
    let done = store.import(id).await.unwrap().unwrap();
    assert_eq!((done.state, done.counts.checked(), done.counts.failed), (ImportState::Done, 149, 1));
    assert_eq!(done.finished_at, Some(noon() + seconds(60)));
    assert_eq!(count(store, id).await, 149);

    let checked = store.import_rows(id, ImportRowState::Checked, 0, 500).await.unwrap();
    let linked = checked.iter().filter_map(|row| row.detection_id).collect::<std::collections::HashSet<_>>();
    assert_eq!((checked.len(), linked.len()), (149, 149));
    let first = store.detection(DetectionId(ids[0].0)).await.unwrap().unwrap();
    assert_eq!(first.content.message, "import row 1");
    let results = store.import_results(id, 1000, 5).await.unwrap();
    assert_eq!((results.counted, results.scores.len()), (149, 20));
    assert_eq!((results.scores[18], results.scores[2]), ((124, 0), (0, 25)));
}

async fn count(store: &dyn Store, id: ImportId) -> u64 {
    let query = SearchQuery::parse(&format!("import:{}", id.0)).unwrap();
    store.count(&query, 10_000, noon()).await.unwrap().count
}

/// What the upstream would not judge waits again; what could not be read does not.
async fn retrying(store: &dyn Store, ana: UserId) {
    let id = staged(store, ana, 3).await;
    assert_eq!(store.retry_failed_rows(id, Some(ana), noon()).await.unwrap(), 0);
    assert!(turn(store, id, &[ImportState::Ready], ImportState::Running).await);
    let refused = |number| SettledRow { number, outcome: Err("asked 3 times".to_owned()) };
    store.settle_import_rows(id, &settlement(vec![judged(1, 90.0), refused(2), refused(3)])).await.unwrap();
    assert_eq!(store.import(id).await.unwrap().unwrap().state, ImportState::Done);
    assert_eq!(store.retry_failed_rows(id, Some(ana), noon()).await.unwrap(), 2);
    let again = store.import(id).await.unwrap().unwrap();
    assert_eq!((again.state, again.counts.waiting, again.counts.failed), (ImportState::Running, 2, 0));
    assert_eq!(store.waiting_rows(id, 0, 9, usize::MAX).await.unwrap().len(), 2);
}

async fn turning(store: &dyn Store, ana: UserId) {
    let id = staged(store, ana, 2).await;
    store.choose_at_quota(id, AtQuota::Stop).await.unwrap();
    assert_eq!(store.import(id).await.unwrap().unwrap().plan.at_quota, AtQuota::Stop);
    assert!(!turn(store, id, &[ImportState::Running], ImportState::Paused).await);
    assert!(turn(store, id, &[ImportState::Ready], ImportState::Running).await);
    assert!(turn(store, id, &[ImportState::Running], ImportState::Paused).await);
    assert!(!store.plan_import(id, &ImportPlan::default(), Some(ana), noon()).await.unwrap());
    // Answers that were under way are logged whatever the state.
    store.settle_import_rows(id, &settlement(vec![judged(1, 90.0)])).await.unwrap();
    assert_eq!(store.import(id).await.unwrap().unwrap().state, ImportState::Paused);
    assert!(turn(store, id, &[ImportState::Paused], ImportState::Cancelled).await);
    store.forget_import_file(id).await.unwrap();
    let given_up = store.import(id).await.unwrap().unwrap();
    assert_eq!((given_up.state, given_up.file, given_up.counts.waiting), (ImportState::Cancelled, None, 1));
    let listed = store.imports(None, 2).await.unwrap();
    assert_eq!((listed.len(), listed[0].id), (2, id));
    assert!(store.imports(Some(id), 9).await.unwrap().iter().all(|import| import.id < id));
}
