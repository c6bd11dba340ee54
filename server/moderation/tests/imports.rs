//! Imports from file to log, with an upstream that misbehaves as it is told to.
#![expect(clippy::unwrap_used, reason = "a test ends where its assumptions do")]

use std::{
    collections::BTreeMap,
    future::pending,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use activelayer::{
    Answer, ApiError, CheckEndpoint, CheckRequest, CheckResponse, FeedbackRequest, FeedbackResponse, SpamApi,
    StatsResponse, VerifyResponse,
};
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    AtQuota, BudgetForm, FieldError, FileChoices, Import, ImportId, ImportPlan, ImportState, JudgedBy,
    LiveEvent, MappedField, Role, SearchQuery, User,
};
use moderation::{Clock, ImportOptions, Moderation, ModerationError, NewFile, Options, SystemClock};
use serde_json::Map;
use store::Store;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

/// Judges what contains "casino" as spam; what else it does is said by the message or the mood.
#[derive(Default)]
struct Upstream {
    asked: AtomicUsize,
    /// Requests that were left without an answer.
    silent: AtomicUsize,
    mood: Mutex<Mood>,
}

#[derive(Clone, Copy, Default, PartialEq)]
enum Mood {
    #[default]
    Well,
    /// Out of reach.
    Away,
    /// So many answers are left this month.
    Left(usize),
    /// It takes requests and never answers.
    Silent,
}

#[async_trait]
impl SpamApi for Upstream {
    async fn check(
        &self,
        _: CheckEndpoint,
        request: &CheckRequest,
    ) -> Result<Answer<CheckResponse>, ApiError> {
        let mood = {
            let mut mood = self.mood.lock().unwrap();
            let now = *mood;
            if let Mood::Left(left) = now {
                *mood = Mood::Left(left.saturating_sub(1));
            }
            now
        };
        match mood {
            Mood::Away => return Err(ApiError::Connect { reason: "nobody is there".to_owned() }),
            Mood::Left(0) => {
                let message = "Monthly request limit exceeded".to_owned();
                return Err(ApiError::QuotaExhausted {
                    message,
                    limit: Some(9),
                    used: Some(9),
                    remaining: Some(0),
                });
            }
            Mood::Silent => {
                self.silent.fetch_add(1, Ordering::Relaxed);
                pending().await
            }
            Mood::Well | Mood::Left(_) => {}
        }
        let number = self.asked.fetch_add(1, Ordering::Relaxed);
        if request.message.contains("the last to be answered") {
            // Whatever was sent off with it is answered by then.
            while self.asked.load(Ordering::Relaxed) < 4 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }
        assert!(request.extra.is_empty(), "columns without a place are nobody else's business");
        if request.message.contains("refuse me") {
            let errors = BTreeMap::from([("email".to_owned(), vec!["The email must be valid.".to_owned()])]);
            return Err(ApiError::Invalid { message: "Validation failed".to_owned(), errors });
        }
        let is_spam = request.message.contains("casino");
        Answer::encode(CheckResponse {
            detection_id: format!("d{number}"),
            is_spam,
            total_score: if is_spam { 92.0 } else { 4.0 },
            threshold: 50.0,
            execution_time: 1.0,
            timestamp: "2025-02-15T11:32:00Z".to_owned(),
            extra: Map::new(),
        })
    }
    async fn feedback(&self, _: &FeedbackRequest) -> Result<Answer<FeedbackResponse>, ApiError> {
        pending().await
    }
    async fn verify(&self) -> Result<Answer<VerifyResponse>, ApiError> {
        pending().await
    }
    async fn stats(&self) -> Result<Answer<StatsResponse>, ApiError> {
        Err(ApiError::Timeout)
    }
}

/// So much later than it is.
struct Later(TimeDelta);

impl Clock for Later {
    fn now(&self) -> DateTime<Utc> {
        SystemClock.now() + self.0
    }
}

struct House {
    moderation: Arc<Moderation>,
    store: Arc<dyn Store>,
    upstream: Arc<Upstream>,
    stop: CancellationToken,
    folder: TempDir,
}

impl House {
    async fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let store = store::open("sqlite::memory:").await.unwrap();
        let upstream = Arc::new(Upstream::default());
        let api: Arc<dyn SpamApi> = upstream.clone();
        let imports = ImportOptions {
            folder: folder.path().to_owned(),
            checks_per_minute: Some(40),
            ..ImportOptions::default()
        };
        let options = Options { imports, ..Options::new(JudgedBy::ActiveLayer) };
        let moderation = Moderation::new(Arc::clone(&store), api, Arc::new(SystemClock), options);
        Self { moderation, store, upstream, stop: CancellationToken::new(), folder }
    }

    /// The same house after some time, with a program that was started anew.
    fn later(self, time: TimeDelta) -> Self {
        let imports = ImportOptions {
            folder: self.folder.path().to_owned(),
            checks_per_minute: Some(40),
            ..ImportOptions::default()
        };
        let options = Options { imports, ..Options::new(JudgedBy::ActiveLayer) };
        let (store, api) = (Arc::clone(&self.store), Arc::clone(&self.upstream) as Arc<dyn SpamApi>);
        let moderation = Moderation::new(store, api, Arc::new(Later(time)), options);
        Self { moderation, stop: CancellationToken::new(), ..self }
    }

    async fn administrator(&self) -> User {
        let new = store::NewUser {
            email: "ana@example.com".to_owned(),
            name: "Ana".to_owned(),
            role: Role::Admin,
            password_hash: String::new(),
            created_at: DateTime::UNIX_EPOCH,
        };
        self.store.create_user(&new).await.unwrap()
    }

    fn works(&self) -> tokio::task::JoinHandle<()> {
        let (moderation, stop) = (Arc::clone(&self.moderation), self.stop.clone());
        tokio::spawn(async move { moderation.work_on_imports(&stop).await.unwrap() })
    }

    async fn receive(&self, name: &str, content: &str) -> Result<Import, ModerationError> {
        let (file, path) = self.moderation.new_import_file().await.unwrap();
        tokio::fs::write(path, content).await.unwrap();
        let site = Some("blog.example.com".to_owned());
        self.moderation
            .receive_import(NewFile {
                by: None,
                name: name.to_owned(),
                file,
                site,
                reading: FileChoices::default(),
            })
            .await
    }

    /// Received, read, and started.
    async fn run(&self, content: &str) -> ImportId {
        let import = self.receive("comments.csv", content).await.unwrap();
        self.moderation.plan_import(import.id, &import.plan, None).await.unwrap();
        self.reaches(import.id, ImportState::Ready).await;
        self.moderation.start_import(import.id, None, None).await.unwrap();
        import.id
    }

    /// Waits for the event that tells of a state.
    async fn reaches(&self, id: ImportId, state: ImportState) -> Import {
        let mut listener = self.moderation.listen(None);
        loop {
            let import = self.moderation.import(id).await.unwrap();
            if import.state == state {
                return import;
            }
            let told = tokio::time::timeout(Duration::from_secs(60), listener.next()).await;
            assert!(matches!(told, Ok(Some(_))), "never {state}: {import:?}");
        }
    }

    async fn logged(&self, id: ImportId) -> u64 {
        let query = SearchQuery::parse(&format!("import:{}", id.0)).unwrap();
        self.moderation.count(&query).await.unwrap().count
    }

    fn mood(&self, mood: Mood) {
        *self.upstream.mood.lock().unwrap() = mood;
    }

    fn kept_files(&self) -> usize {
        let is_file = |path: &Path| path.extension().is_none();
        let files = std::fs::read_dir(self.folder.path()).unwrap().map(|file| file.unwrap().path());
        files.filter(|path| is_file(path)).count()
    }
}

fn table(rows: usize) -> String {
    let row = |number| {
        format!(
            "ann{number}@example.com,\"{} number {number}\"\n",
            if number % 2 == 0 { "casino" } else { "thanks" }
        )
    };
    "email,comment\n".to_owned() + &(1..=rows).map(row).collect::<String>()
}

#[tokio::test]
async fn a_table_goes_from_file_to_log_and_its_counts_add_up() {
    let house = House::new().await;
    let working = house.works();
    let content =
        table(20) + "x@example.com,thanks number 1\ny@example.com,\nz@example.com,refuse me please\n";
    let import = house.receive("comments.csv", &content).await.unwrap();
    assert_eq!(import.plan.mapping.column(MappedField::Message), Some("comment"));
    let preview = house.moderation.preview_import(import.id).await.unwrap();
    assert_eq!(preview.columns, ["email", "comment"]);
    assert_eq!(preview.rows[0].content.as_ref().unwrap().email.as_deref(), Some("ann1@example.com"));

    house.moderation.plan_import(import.id, &import.plan, None).await.unwrap();
    let ready = house.reaches(import.id, ImportState::Ready).await;
    assert_eq!((ready.counts.rows(), ready.counts.waiting), (23, 21));
    assert_eq!((ready.counts.duplicates, ready.counts.failed), (1, 1));
    assert_eq!(house.upstream.asked.load(Ordering::Relaxed), 0, "nothing is asked before the start");
    let cost = house.moderation.import_cost(import.id).await.unwrap();
    assert_eq!((cost.checks, cost.minutes(), cost.left), (21, Some(1), None));

    house.moderation.start_import(import.id, None, None).await.unwrap();
    let done = house.reaches(import.id, ImportState::Done).await;
    assert_eq!((done.counts.spam, done.counts.ham, done.counts.failed), (10, 10, 2));
    assert_eq!((done.counts.rows(), house.logged(import.id).await), (23, 20));
    assert_eq!(house.upstream.asked.load(Ordering::Relaxed), 21);
    let failed = house.moderation.failed_rows(import.id, 0).await.unwrap();
    assert_eq!((failed[0].place.as_str(), failed[1].place.as_str()), ("line 23", "line 24"));
    assert_eq!(failed[1].reason.as_deref(), Some("The email must be valid."));

    let mut file = house.moderation.failed_file(import.id).await.unwrap();
    let mut text = Vec::new();
    while let Some(piece) = file.pieces.recv().await {
        text.extend(piece.unwrap());
    }
    let text = String::from_utf8(text).unwrap();
    assert_eq!(text.lines().count(), 3, "{text}");
    assert!(text.starts_with("email,comment,error\ny@example.com,,"), "{text}");
    assert!(text.contains("z@example.com,refuse me please,line 24: The email must be valid."), "{text}");

    let results = house.moderation.import_results(import.id).await.unwrap();
    assert_eq!((results.counted, results.scores[18], results.scores[0]), (20, (10, 0), (0, 10)));
    assert_eq!(results.senders.len(), 10);
    // The next file of the site begins with what was chosen; its texts are known now.
    let next = house.receive("more.csv", &table(20)).await.unwrap();
    assert_eq!(next.plan.mapping, import.plan.mapping);
    house.moderation.plan_import(next.id, &next.plan, None).await.unwrap();
    let ready = house.reaches(next.id, ImportState::Ready).await;
    assert_eq!((ready.counts.known, ready.counts.waiting), (20, 0));
    let done = house.moderation.start_import(next.id, None, None).await.unwrap();
    assert_eq!(done.state, ImportState::Done, "there is nothing to check");
    house.stop.cancel();
    working.await.unwrap();
}

#[tokio::test]
async fn the_order_of_the_log_is_that_of_the_file_and_other_columns_are_kept() {
    let house = House::new().await;
    let works = house.works();
    let texts = ["the last to be answered", "casino", "garden", "roses", "tulips", "casino again"];
    let lines: String =
        (1..).zip(texts).map(|(row, text)| format!("{row},{text} number {row},Ulm {row}\n")).collect();
    let id = house.run(&format!("comment_id,comment,city\n{lines}")).await;
    house.reaches(id, ImportState::Done).await;
    let query = SearchQuery::parse(&format!("import:{}", id.0)).unwrap();
    let newest = domain::PageRequest { order: domain::Order::Newest, from: None, limit: 50 };
    let page = house.moderation.search(&query, &newest).await.unwrap();
    let newest_first: Vec<_> = page.rows.iter().map(|row| row.excerpt.clone()).collect();
    let expected: Vec<_> = (1..).zip(texts).map(|(row, text)| format!("{text} number {row}")).collect();
    assert_eq!(newest_first, expected.into_iter().rev().collect::<Vec<_>>());
    let last = house.moderation.detection(page.rows[0].id).await.unwrap();
    assert_eq!(serde_json::json!(last.content.extra), serde_json::json!({ "id": "6", "city": "Ulm 6" }));
    house.stop.cancel();
    works.await.unwrap();
}

#[tokio::test]
async fn a_refused_import_leaves_nothing_behind() {
    let house = House::new().await;
    let bring = async |choose: fn(&mut ImportPlan), doubt: Option<&str>| {
        let (file, path) = house.moderation.new_import_file().await.unwrap();
        tokio::fs::write(path, "comment,note\nhello there,x\nmore of it,y\n").await.unwrap();
        let reading = FileChoices::default();
        let new = NewFile { by: None, name: "a.csv".to_owned(), file, site: None, reading };
        let doubt = doubt.map(str::to_owned);
        house.moderation.receive_settled(new, choose, move |_| doubt).await
    };
    let no_column =
        bring(|plan| plan.mapping.set(MappedField::Message, Some("absent".to_owned())), None).await;
    assert!(matches!(no_column, Err(ModerationError::Invalid(_))));
    let in_doubt = bring(|_| {}, Some("Choose one.")).await;
    assert!(matches!(in_doubt, Err(ModerationError::Invalid(_))));
    assert_eq!(house.kept_files(), 0);
    assert!(house.moderation.imports(None).await.unwrap().is_empty());
    assert!(house.store.audit_events(None, 10).await.unwrap().is_empty());
    assert_eq!(bring(|_| {}, None).await.unwrap().state, ImportState::Reading);
}

#[tokio::test]
async fn what_cannot_be_used_is_refused_in_words() {
    let house = House::new().await;
    let words = |error: ModerationError| match error {
        ModerationError::Invalid(fields) => {
            fields.into_iter().map(|FieldError { problem, .. }| problem).collect::<String>()
        }
        other => panic!("{other}"),
    };
    let empty = house.receive("empty.csv", "").await.unwrap_err();
    assert!(words(empty).contains("The file is empty"));
    assert_eq!(house.kept_files(), 0, "a refused file is gone");
    let import = house.receive("comments.csv", &table(3)).await.unwrap();
    let blank = house.moderation.plan_import(import.id, &ImportPlan::default(), None).await.unwrap_err();
    assert!(words(blank).contains("No column is mapped to the message"));
    assert_eq!(house.kept_files(), 1);
    house.moderation.cancel_import(import.id, None).await.unwrap();
    assert_eq!(house.kept_files(), 0);
    let again = house.moderation.start_import(import.id, None, None).await.unwrap_err();
    assert!(matches!(again, ModerationError::Superseded), "{again}");
}

#[tokio::test]
async fn while_the_upstream_is_away_an_import_waits_and_goes_on_by_itself() {
    let house = House::new().await;
    let working = house.works();
    house.mood(Mood::Away);
    let id = house.run(&table(10)).await;
    let mut listener = house.moderation.listen(None);
    while house.moderation.import(id).await.unwrap().reason.is_none() {
        assert!(matches!(listener.next().await, Some(LiveEvent::Import(_))));
    }
    let waiting = house.moderation.import(id).await.unwrap();
    assert_eq!((waiting.state, waiting.counts.waiting), (ImportState::Running, 10));
    assert!(waiting.reason.unwrap().contains("cannot be reached"));
    house.mood(Mood::Well);
    let done = house.reaches(id, ImportState::Done).await;
    assert_eq!((done.counts.checked(), done.reason), (10, None));
    assert_eq!(house.logged(id).await, 10);
    house.stop.cancel();
    working.await.unwrap();
}

#[tokio::test]
async fn where_the_quota_ends_it_waits_or_stops_as_was_chosen() {
    let house = House::new().await;
    let working = house.works();
    house.mood(Mood::Left(4));
    let id = house.run(&table(10)).await;
    let waiting = house.reaches(id, ImportState::Waiting).await;
    assert!(waiting.reason.unwrap().contains("9 of 9 checks. The import goes on by itself"));
    assert_eq!((waiting.counts.checked(), house.logged(id).await), (4, 4));
    house.mood(Mood::Well);
    house.moderation.start_import(id, None, None).await.unwrap();
    assert_eq!(house.reaches(id, ImportState::Done).await.counts.checked(), 10);

    house.mood(Mood::Left(2));
    let other = house.receive("b.csv", &table(40)).await.unwrap();
    let plan = ImportPlan { at_quota: AtQuota::Stop, ..other.plan };
    house.moderation.plan_import(other.id, &plan, None).await.unwrap();
    house.reaches(other.id, ImportState::Ready).await;
    house.moderation.start_import(other.id, None, None).await.unwrap();
    let stopped = house.reaches(other.id, ImportState::Paused).await;
    assert_eq!((stopped.counts.checked(), stopped.counts.waiting), (2, 28));
    assert!(stopped.reason.unwrap().contains("as was chosen"));
    house.stop.cancel();
    working.await.unwrap();
}

#[tokio::test]
async fn where_a_hard_budget_of_its_site_ends_it_waits_and_goes_on_when_there_is_more() {
    let house = House::new().await;
    let ana = house.administrator().await;
    let budget = |checks: &str, subject: &str| BudgetForm {
        scope: "site".to_owned(),
        subject: subject.to_owned(),
        span: "month".to_owned(),
        checks: checks.to_owned(),
        kind: "hard".to_owned(),
    };
    house.moderation.set_budget(&budget("1", "shop.example.com"), &ana).await.unwrap();
    house.moderation.set_budget(&budget("4", "Blog.Example.com"), &ana).await.unwrap();
    let working = house.works();
    let id = house.run(&table(10)).await;
    let waiting = house.reaches(id, ImportState::Waiting).await;
    let reason = waiting.reason.unwrap();
    assert!(
        reason.starts_with("The budget of the site blog.example.com is spent. The import goes on"),
        "{reason}"
    );
    assert!(reason.contains(" UTC"), "{reason}");
    assert_eq!((waiting.counts.checked(), house.logged(id).await), (4, 4));
    assert_eq!(house.upstream.asked.load(Ordering::Relaxed), 4, "nobody was asked for more");
    let standings = house.moderation.budget_standings().await.unwrap();
    assert_eq!(standings.iter().map(|standing| standing.spent).collect::<Vec<_>>(), [4, 0]);

    // Trying again changes nothing; a larger budget does.
    house.moderation.start_import(id, None, None).await.unwrap();
    house.reaches(id, ImportState::Waiting).await;
    house.moderation.set_budget(&budget("40", "blog.example.com"), &ana).await.unwrap();
    assert_eq!(house.reaches(id, ImportState::Done).await.counts.checked(), 10);
    assert_eq!(house.upstream.asked.load(Ordering::Relaxed), 10);
    house.stop.cancel();
    working.await.unwrap();
}

#[tokio::test]
async fn a_stop_lets_go_of_what_is_not_answered_and_the_next_start_asks_again() {
    let house = House::new().await;
    let working = house.works();
    house.mood(Mood::Silent);
    let id = house.run(&table(10)).await;
    while house.upstream.silent.load(Ordering::Relaxed) == 0 {
        tokio::task::yield_now().await;
    }
    house.stop.cancel();
    working.await.unwrap();
    assert_eq!(house.moderation.import(id).await.unwrap().state, ImportState::Running);

    house.mood(Mood::Well);
    let next = House { stop: CancellationToken::new(), ..house };
    let working = next.works();
    assert_eq!(next.reaches(id, ImportState::Done).await.counts.checked(), 10);
    assert_eq!(next.logged(id).await, 10);
    next.stop.cancel();
    working.await.unwrap();
    assert_eq!(next.store.import(id).await.unwrap().unwrap().file, None, "nothing failed: the file is gone");
}

#[tokio::test]
async fn pausing_resuming_and_cancelling() {
    let house = House::new().await;
    let import = house.receive("a.csv", &table(10)).await.unwrap();
    house.moderation.plan_import(import.id, &import.plan, None).await.unwrap();
    let working = house.works();
    house.reaches(import.id, ImportState::Ready).await;
    house.mood(Mood::Away);
    house.moderation.start_import(import.id, None, None).await.unwrap();
    house.moderation.pause_import(import.id, None).await.unwrap();
    house.mood(Mood::Well);
    assert!(matches!(house.moderation.pause_import(import.id, None).await, Err(ModerationError::Superseded)));
    house.moderation.start_import(import.id, None, None).await.unwrap();
    house.reaches(import.id, ImportState::Done).await;
    assert!(matches!(
        house.moderation.cancel_import(import.id, None).await,
        Err(ModerationError::Superseded)
    ));
    house.stop.cancel();
    working.await.unwrap();
}

/// Waits for what no event tells of.
async fn until(mut is_so: impl AsyncFnMut() -> bool) {
    let waiting = async {
        while !is_so().await {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), waiting).await.unwrap();
}

#[tokio::test]
async fn what_was_not_checked_of_a_cancelled_import_is_forgotten_and_what_is_under_way_is_logged() {
    let house = House::new().await;
    let working = house.works();
    house.mood(Mood::Left(3));
    let id = house.run(&table(40)).await;
    let held = house.reaches(id, ImportState::Waiting).await;
    assert_eq!((held.counts.checked(), held.counts.waiting), (3, 37));
    assert_eq!(house.kept_files(), 1);
    house.moderation.cancel_import(id, None).await.unwrap();
    assert_eq!(house.kept_files(), 0, "the file goes at once");
    let waits = async || !house.store.waiting_rows(id, 0, 1, usize::MAX).await.unwrap().is_empty();
    until(async || !waits().await).await;
    let over = house.moderation.import(id).await.unwrap();
    assert_eq!((over.counts.rows(), over.counts.checked(), over.counts.waiting), (40, 3, 37));
    assert_eq!(house.logged(id).await, 3, "what was checked stands");

    // Cancelled while requests are under way: their answers were paid for.
    house.mood(Mood::Well);
    let id = house.run(&table(400).replace("number", "no.")).await;
    until(async || house.moderation.import(id).await.unwrap().counts.checked() > 0).await;
    // It may be done before.
    let cancelled = house.moderation.cancel_import(id, None).await.is_ok();
    until(async || !cancelled || house.store.waiting_rows(id, 0, 1, usize::MAX).await.unwrap().is_empty())
        .await;
    let over = house.moderation.import(id).await.unwrap();
    assert_eq!(over.counts.rows(), 400);
    assert_eq!(house.logged(id).await, over.counts.checked(), "rows and log agree");
    house.stop.cancel();
    working.await.unwrap();
}

#[tokio::test]
async fn files_that_a_crash_left_and_imports_that_nobody_started_are_swept() {
    let house = House::new().await;
    let (left, coming_in) = ("0123456789abcdef0123456789abcdef", "00000000000000000000000000000001");
    for name in [left, coming_in, "notes.txt"] {
        std::fs::write(house.folder.path().join(name), "ann@example.com").unwrap();
    }
    for name in [left, "notes.txt"] {
        let file = std::fs::File::options().write(true).open(house.folder.path().join(name)).unwrap();
        file.set_modified((SystemClock.now() - TimeDelta::hours(3)).into()).unwrap();
    }
    let never_started = house.receive("a.csv", &table(3)).await.unwrap().id;
    let working = house.works();
    let failing = house.run("comment\nfine\nrefuse me please\n").await;
    let done = house.reaches(failing, ImportState::Done).await;
    assert_eq!((done.counts.checked(), done.counts.failed), (1, 1));
    let there = |name: &str| house.folder.path().join(name).exists();
    until(async || !there(left)).await;
    assert!(there(coming_in), "somebody may still be sending it");
    assert!(there("notes.txt"), "not ours");
    let import = house.moderation.import(never_started).await.unwrap();
    assert_eq!(import.state, ImportState::Uploaded);
    assert_eq!(import.kept_until(), Some(import.created_at + TimeDelta::days(30)));
    house.stop.cancel();
    working.await.unwrap();

    let house = house.later(TimeDelta::days(31));
    let working = house.works();
    let given_up = house.reaches(never_started, ImportState::Cancelled).await;
    assert_eq!(given_up.kept_until(), None);
    until(async || house.moderation.import(failing).await.unwrap().file.is_none()).await;
    until(async || house.kept_files() == 0).await;
    until(async || house.moderation.retry_import(failing, None).await.is_err()).await;
    let failed = house.moderation.failed_rows(failing, 0).await.unwrap();
    assert_eq!(failed[0].reason.as_deref(), Some("The email must be valid."), "why stays");
    house.stop.cancel();
    working.await.unwrap();
}
