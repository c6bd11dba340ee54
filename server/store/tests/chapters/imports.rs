use domain::{
    AtQuota, Content, DetectionId, FeedbackState, FileAccount, FileFormat, Import, ImportId, ImportPlan,
    ImportRowState, ImportState, KnownLabels, Label, SearchQuery, TakenLabels, TakingBack, UserId,
};
use store::{
    ImportTurn, LabelOutcome, NewDecision, NewImport, NewImportRow, SettledRow, Settlement, StagedRow, Store,
};

use crate::fresh::Fresh;
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
    let fate = StagedRow::Check {
        content: Box::new(content),
        content_hash: hash(message),
        label: None,
        reasons: Vec::new(),
    };
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
    store.finish_reading(import.id, None, &FileAccount::default()).await.unwrap();
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

pub(crate) async fn tell(fresh: &impl Fresh) {
    let store = fresh.store().await;
    let store = &*store;
    let ana = moderator(store, "Ana").await.id;
    staging(store, ana).await;
    running(store, ana).await;
    retrying(store, ana).await;
    turning(store, ana).await;
    forgetting(store, ana).await;
    labelled(store, ana).await;
    let actions: Vec<_> =
        store.audit_events(None, 500).await.unwrap().into_iter().map(|event| event.action).collect();
    for action in [
        "import.uploaded",
        "import.planned",
        "import.finished",
        "import.retried",
        "import.moved",
        "import.labels_undone",
    ] {
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
    let mut account = FileAccount { rows: 7, ..FileAccount::default() };
    account.leave_out("repeated headers", "They name the columns again", 2, "line 5");
    store.finish_reading(import.id, Some("The file breaks off at line 9."), &account).await.unwrap();

    let ready = store.import(import.id).await.unwrap().unwrap();
    assert_eq!((ready.state, ready.bytes_read), (ImportState::Ready, 900));
    assert_eq!(store.import_account(import.id).await.unwrap(), Some(account));
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
    store.finish_reading(import.id, None, &FileAccount::default()).await.unwrap();
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
    store.count(&query, noon()).await.unwrap().count
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

/// What will not be checked any more is forgotten, bit by bit; what is in the log stays, and so do the counts.
async fn forgetting(store: &dyn Store, ana: UserId) {
    while store.forget_import_rows(100).await.unwrap() {}
    let id = staged(store, ana, 30).await;
    let other = staged(store, ana, 3).await;
    assert!(!store.forget_import_rows(100).await.unwrap(), "neither was given up");
    assert!(turn(store, id, &[ImportState::Ready], ImportState::Running).await);
    let refused = SettledRow { number: 2, outcome: Err("asked 3 times".to_owned()) };
    store.settle_import_rows(id, &settlement(vec![judged(1, 90.0), refused])).await.unwrap();
    assert!(turn(store, id, &[ImportState::Running], ImportState::Cancelled).await);
    let rows = async |state| store.import_rows(id, state, 0, 99).await.unwrap().len();
    let mut steps = 0;
    while store.forget_import_rows(10).await.unwrap() {
        steps += 1;
        assert_eq!(rows(ImportRowState::Waiting).await, [20, 10, 0, 0][steps - 1], "after {steps}");
    }
    assert!((3..=4).contains(&steps), "{steps}");
    assert_eq!((rows(ImportRowState::Checked).await, rows(ImportRowState::Failed).await), (1, 1));
    let counts = store.import(id).await.unwrap().unwrap().counts;
    assert_eq!((counts.rows(), counts.waiting, counts.checked(), counts.failed), (30, 28, 1, 1));
    assert_eq!(store.waiting_rows(other, 0, 9, usize::MAX).await.unwrap().len(), 3, "others keep theirs");

    // Done, with a failed row: it can be asked for again until it is forgotten.
    assert!(turn(store, other, &[ImportState::Ready], ImportState::Running).await);
    let refused = |number| SettledRow { number, outcome: Err("asked 3 times".to_owned()) };
    store
        .settle_import_rows(other, &settlement(vec![judged(1, 90.0), refused(2), refused(3)]))
        .await
        .unwrap();
    let ids = |imports: Vec<Import>| imports.into_iter().map(|import| import.id).collect::<Vec<_>>();
    let never_started = upload(store, ana, "late.example.com").await.id;
    let stale = ids(store.stale_imports(noon() + seconds(61), 100).await.unwrap());
    assert!(stale.contains(&other) && stale.contains(&never_started), "{stale:?}");
    assert!(!stale.contains(&id), "a cancelled one has nothing to let go of");
    assert!(!ids(store.stale_imports(noon() + seconds(60), 100).await.unwrap()).contains(&other));
    assert!(store.import_files().await.unwrap().contains(&"f1".to_owned()));

    store.forget_import(other).await.unwrap();
    assert_eq!(store.retry_failed_rows(other, Some(ana), noon()).await.unwrap(), 2);
    while store.forget_import_rows(10).await.unwrap() {}
    let again = store.waiting_rows(other, 0, 9, usize::MAX).await.unwrap();
    assert_eq!(again.len(), 2, "who asks again first keeps the rows");
    store.settle_import_rows(other, &settlement(vec![refused(2), refused(3)])).await.unwrap();
    store.forget_import(other).await.unwrap();
    while store.forget_import_rows(10).await.unwrap() {}
    assert_eq!(store.retry_failed_rows(other, Some(ana), noon()).await.unwrap(), 0);
    let failed = store.import_rows(other, ImportRowState::Failed, 0, 9).await.unwrap();
    assert_eq!(failed[1].reason.as_deref(), Some("asked 3 times"), "why stays");
}

/// An import of which each row says what it is, running.
async fn with_labels(
    store: &dyn Store,
    by: UserId,
    taken: Option<TakenLabels>,
    labels: &[Option<Label>],
) -> ImportId {
    let import = upload(store, by, "known.example.com").await;
    let plan = ImportPlan { labels: taken, skip_known: false, ..import.plan };
    assert!(store.plan_import(import.id, &plan, Some(by), noon()).await.unwrap());
    let rows = labels.iter().zip(1..).map(|(known, number)| {
        let mut row = row(number, &format!("known {} {number}", import.id.0));
        if let StagedRow::Check { label, .. } = &mut row.fate {
            *label = *known;
        }
        row
    });
    assert!(store.stage_import_rows(import.id, &rows.collect::<Vec<_>>(), 500).await.unwrap());
    store.finish_reading(import.id, None, &FileAccount::default()).await.unwrap();
    assert!(turn(store, import.id, &[ImportState::Ready], ImportState::Running).await);
    import.id
}

async fn labels_of(store: &dyn Store, id: ImportId) -> KnownLabels {
    store.import(id).await.unwrap().unwrap().labels
}

/// What the file knows is compared with the verdicts, and becomes decisions where that was asked for; these are taken back all
/// at once, but for what somebody decided since.
async fn labelled(store: &dyn Store, ana: UserId) {
    let (spam, ham) = (Some(Label::Spam), Some(Label::Ham));
    let known = [spam, spam, ham, ham, None];
    let scores = [90.0, 10.0, 90.0, 10.0, 90.0];
    let all = || scores.iter().zip(1..).map(|(score, number)| judged(number, *score)).collect::<Vec<_>>();

    let compared = with_labels(store, ana, None, &known).await;
    assert_eq!(labels_of(store, compared).await, KnownLabels { rows: 4, ..KnownLabels::default() });
    let ids = store.settle_import_rows(compared, &settlement(all())).await.unwrap();
    let found = KnownLabels {
        rows: 4,
        spam_found: 1,
        spam_missed: 1,
        ham_accused: 1,
        ham_passed: 1,
        ..KnownLabels::default()
    };
    assert_eq!(labels_of(store, compared).await, found);
    assert_eq!(store.detection(ids[0]).await.unwrap().unwrap().label, None, "nobody asked for it");
    assert!(
        !store.begin_undo_of_labels(compared, ana, noon()).await.unwrap(),
        "there is nothing to take back"
    );

    // Taken over, and nobody told.
    let taken = with_labels(store, ana, Some(TakenLabels { by: ana, tell: false }), &known).await;
    let ids = store.settle_import_rows(taken, &settlement(all())).await.unwrap();
    assert_eq!(labels_of(store, taken).await, KnownLabels { set: 4, ..found });
    let second = store.detection(ids[1]).await.unwrap().unwrap();
    assert_eq!((second.label, second.labelled_by), (spam, Some("Ana".to_owned())));
    assert_eq!((second.feedback, second.version), (FeedbackState::None, 1));
    let decision = store.decisions(ids[1]).await.unwrap().remove(0);
    assert_eq!((decision.import_id, decision.is_told, decision.sent_at), (Some(taken), false, None));
    assert!(
        store.undoable(ana, noon() + seconds(60)).await.unwrap().iter().all(|one| one.import_id.is_none())
    );

    // Somebody decides otherwise, and takes that back before it was sent: what the file said stands again, and still nobody is told.
    let otherwise = |detection_id| NewDecision {
        detection_id,
        label: Label::Ham,
        user_id: ana,
        decided_at: noon() + seconds(70),
        send_after: noon() + seconds(80),
        seen_version: None,
        with: domain::LabelParts::default(),
    };
    let LabelOutcome::Decided(changed) = store.decide(&otherwise(ids[1])).await.unwrap() else { panic!() };
    store.undo(changed.id, ana, noon() + seconds(75)).await.unwrap();
    let again = store.detection(ids[1]).await.unwrap().unwrap();
    assert_eq!((again.label, again.feedback), (spam, FeedbackState::None));

    // All at once, but for what was decided since; and only by whose decisions they are.
    store.decide(&otherwise(ids[0])).await.unwrap();
    let ben = moderator(store, "Ben of the labels").await.id;
    assert!(!store.begin_undo_of_labels(taken, ben, noon() + seconds(90)).await.unwrap());
    assert!(store.begin_undo_of_labels(taken, ana, noon() + seconds(90)).await.unwrap());
    assert!(!store.begin_undo_of_labels(taken, ana, noon() + seconds(91)).await.unwrap());
    assert_eq!(store.undo_import_labels(2, noon() + seconds(92)).await.unwrap(), Some((taken, true)));
    assert_eq!(labels_of(store, taken).await.taking_back, Some(TakingBack::Undoing));
    assert_eq!(store.undo_import_labels(2, noon() + seconds(93)).await.unwrap(), Some((taken, false)));
    assert_eq!(store.undo_import_labels(2, noon() + seconds(94)).await.unwrap(), None);
    let undone = labels_of(store, taken).await;
    assert_eq!((undone.set, undone.undone, undone.taking_back), (4, 3, Some(TakingBack::Undone)));
    let mut labels = Vec::new();
    for id in &ids {
        let detection = store.detection(*id).await.unwrap().unwrap();
        labels.push((detection.label, detection.feedback));
    }
    let nothing = (None, FeedbackState::None);
    assert_eq!(labels, [(ham, FeedbackState::Pending), nothing, nothing, nothing, nothing]);

    // Told where that was asked for; a label that is taken back half-way makes an end of all that would follow.
    let told = with_labels(store, ana, Some(TakenLabels { by: ana, tell: true }), &known).await;
    let mut rows = all();
    let later = rows.split_off(2);
    let ids = store.settle_import_rows(told, &settlement(rows)).await.unwrap();
    assert_eq!(store.detection(ids[0]).await.unwrap().unwrap().feedback, FeedbackState::Pending);
    assert!(store.decisions(ids[0]).await.unwrap()[0].is_told);
    assert!(store.begin_undo_of_labels(told, ana, noon() + seconds(90)).await.unwrap());
    while store.undo_import_labels(100, noon() + seconds(92)).await.unwrap().is_some() {}
    assert_eq!(store.detection(ids[0]).await.unwrap().unwrap().feedback, FeedbackState::None, "in time");
    let ids = store.settle_import_rows(told, &settlement(later)).await.unwrap();
    assert_eq!(store.detection(ids[0]).await.unwrap().unwrap().label, None);
    let over = labels_of(store, told).await;
    assert_eq!((over.compared(), over.set, over.undone), (4, 2, 2));
}
