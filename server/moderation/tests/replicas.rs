//! Several Gavels on one PostgreSQL: what happens in one is known in all, and what is to be done once is done once.
#![expect(clippy::unwrap_used, reason = "a test ends where its assumptions do")]

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv4Addr},
    sync::{Arc, Mutex},
    time::Duration,
};

use activelayer::{
    Answer, ApiError, CheckEndpoint, CheckRequest, CheckResponse, FeedbackReceipt, FeedbackRequest,
    FeedbackResponse, SpamApi, StatsResponse, VerifyResponse,
};
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    ApiToken, BudgetForm, BulkKind, BulkState, DetectionId, Fallback, FileChoices, Import, ImportId,
    ImportState, JudgedBy, Label, LabelParts, LiveEvent, Role, SearchQuery, User,
};
use moderation::{
    BulkTarget, Chore, Clock, CountedRate, GatewayError, ImportOptions, Listener, Moderation, NewFile,
    Options, Submission, SystemClock,
    resilience::BudgetLimits,
    tokens::{TokenWish, issue},
};
use serde_json::Map;
use store::{Charge, Store};
use tempfile::TempDir;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// Answers everything, and remembers what it was asked for and told; "hang" gets no answer.
#[derive(Debug, Default)]
struct Upstream {
    asked: Mutex<HashMap<String, usize>>,
    told: Mutex<HashMap<String, usize>>,
}

#[async_trait]
impl SpamApi for Upstream {
    async fn check(
        &self,
        _: CheckEndpoint,
        request: &CheckRequest,
    ) -> Result<Answer<CheckResponse>, ApiError> {
        *self.asked.lock().unwrap().entry(request.message.clone()).or_default() += 1;
        if request.message == "hang" {
            std::future::pending::<()>().await;
        }
        Answer::encode(CheckResponse {
            detection_id: format!("of {}", request.message),
            is_spam: true,
            total_score: 97.0,
            threshold: 50.0,
            execution_time: 1.5,
            timestamp: "2025-02-15T11:32:00Z".to_owned(),
            extra: Map::new(),
        })
    }
    async fn feedback(&self, request: &FeedbackRequest) -> Result<Answer<FeedbackResponse>, ApiError> {
        *self.told.lock().unwrap().entry(request.detection_id.clone()).or_default() += 1;
        Answer::encode(FeedbackResponse {
            success: true,
            message: "ok".to_owned(),
            data: FeedbackReceipt {
                detection_id: request.detection_id.clone(),
                user_status: request.is_spam,
                queued_at: "2025-02-15T11:32:00Z".to_owned(),
                extra: Map::new(),
            },
            extra: Map::new(),
        })
    }
    async fn verify(&self) -> Result<Answer<VerifyResponse>, ApiError> {
        Err(ApiError::Timeout)
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

/// What all replicas have in common.
struct House {
    database: String,
    upstream: Arc<Upstream>,
    files: TempDir,
    store: Arc<dyn Store>,
    ana: User,
    token: ApiToken,
}

/// A running Gavel.
struct Replica {
    moderation: Arc<Moderation>,
    store: Arc<dyn Store>,
    stop: CancellationToken,
    workers: TaskTracker,
}

impl House {
    async fn new() -> Self {
        let database = store::testing::postgres().await;
        let store = store::open(&database).await.unwrap();
        let now = SystemClock.now();
        let new = store::NewUser {
            email: "ana@example.com".to_owned(),
            name: "Ana".to_owned(),
            role: Role::Admin,
            password_hash: String::new(),
            created_at: now,
        };
        let ana = store.create_user(&new).await.unwrap();
        let wish = TokenWish { fallback: Fallback::Reject, ..TokenWish::new("shop", "shop.example.com") };
        let (_, token) = issue(&*store, &wish, None, now).await.unwrap();
        let (upstream, files) = (Arc::default(), TempDir::new().unwrap());
        Self { database, upstream, files, store, ana, token }
    }

    /// One more Gavel, without its workers.
    async fn idle(&self, clock: impl Clock + 'static) -> Replica {
        let store = store::open(&self.database).await.unwrap();
        let imports = ImportOptions { folder: self.files.path().to_owned(), ..ImportOptions::default() };
        let options = Options {
            imports,
            undo_period: Duration::ZERO,
            host: "here".to_owned(),
            ..Options::new(JudgedBy::ActiveLayer)
        };
        let api: Arc<dyn SpamApi> = self.upstream.clone();
        let moderation = Moderation::new(Arc::clone(&store), api, Arc::new(clock), options);
        Replica { moderation, store, stop: CancellationToken::new(), workers: TaskTracker::new() }
    }

    /// One more Gavel at work.
    async fn replica(&self) -> Replica {
        let replica = self.idle(SystemClock).await;
        replica.moderation.spawn_workers(&replica.workers, &replica.stop);
        replica
    }

    fn submission(&self, message: &str) -> Submission {
        Submission {
            token: self.token.clone(),
            endpoint: CheckEndpoint::Check,
            request: CheckRequest { message: message.to_owned(), ..CheckRequest::default() },
            from: IpAddr::V4(Ipv4Addr::LOCALHOST),
        }
    }

    /// Who holds the leases, by name.
    async fn leases(&self) -> HashMap<String, String> {
        let leases = self.store.fleet().await.unwrap().leases;
        leases.into_iter().map(|lease| (lease.name, lease.owner)).collect()
    }

    /// Waits until this replica holds every lease, and says how long that took.
    async fn all_leases_are_of(&self, replica: &Replica) -> Duration {
        let begun = Instant::now();
        while !self.holds_all(replica).await {
            assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", self.leases().await);
            sleep(Duration::from_millis(20)).await;
        }
        begun.elapsed()
    }

    async fn holds_all(&self, replica: &Replica) -> bool {
        let leases = self.leases().await;
        let me = replica.store.replica().unwrap();
        leases.len() == Chore::ALL.len() && leases.values().all(|owner| owner == me)
    }
}

impl Replica {
    async fn check(&self, house: &House, message: &str) -> DetectionId {
        self.moderation.judge_for_app(house.submission(message)).await.unwrap().detection
    }

    /// The row of a check, which may follow its answer by some milliseconds.
    async fn finds(&self, id: DetectionId) {
        let begun = Instant::now();
        while self.store.detection(id).await.unwrap().is_none() {
            assert!(begun.elapsed() < Duration::from_secs(1), "{id:?} is not found");
            sleep(Duration::from_millis(5)).await;
        }
    }

    async fn count(&self, q: &str) -> u64 {
        self.moderation.count(&SearchQuery::parse(q).unwrap()).await.unwrap().count
    }

    /// Stops as a program does that is told to.
    async fn ends(&self) {
        self.stop.cancel();
        self.workers.close();
        timeout(Duration::from_secs(15), self.workers.wait()).await.unwrap();
        self.moderation.drain().await;
        self.store.close().await;
    }
}

/// Whether an event comes within a second.
async fn hears(listener: &mut Listener, is_it: impl Fn(&LiveEvent) -> bool) -> bool {
    let heard = async {
        while let Some(event) = listener.next().await {
            if is_it(&event) {
                return true;
            }
        }
        false
    };
    timeout(Duration::from_secs(1), heard).await.unwrap_or(false)
}

/// Waits until something is so.
async fn until<F: Future<Output = bool>>(what: &str, mut is_so: impl FnMut() -> F) {
    let begun = Instant::now();
    while !is_so().await {
        assert!(begun.elapsed() < Duration::from_secs(60), "never: {what}");
        sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_happens_on_one_is_heard_and_found_on_the_others() {
    let house = House::new().await;
    let (one, other) = (house.replica().await, house.replica().await);
    // Whoever listens has begun to before anything happens.
    sleep(Duration::from_millis(500)).await;
    let mut listener = other.moderation.listen(None);
    let mut own = one.moderation.listen(None);
    let id = one.check(&house, "casino").await;
    let has_arrived = |event: &LiveEvent| *event == LiveEvent::Arrived(id);
    assert!(hears(&mut listener, has_arrived).await);
    other.finds(id).await;
    assert_eq!(other.count("casino").await, 1);
    assert!(hears(&mut own, has_arrived).await);
    one.moderation.label(id, Label::Ham, house.ana.id, None).await.unwrap();
    let is_decision = |event: &LiveEvent| {
        matches!(event, LiveEvent::Decided { standing, by_name, .. }
            if standing.id == id && standing.label == Some(Label::Ham) && by_name == "Ana")
    };
    assert!(hears(&mut listener, is_decision).await);
    assert_eq!(other.count("label:ham").await, 1);
    assert!(hears(&mut own, is_decision).await);
    // Nothing comes back to where it happened.
    assert!(!hears(&mut own, is_decision).await, "a replica heard itself");
    one.ends().await;
    other.ends().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bulk_action_and_its_feedback_are_carried_out_once() {
    const ROWS: usize = 450;
    let house = House::new().await;
    let (one, other) = (house.replica().await, house.replica().await);
    for number in 0..ROWS {
        let replica = if number % 2 == 0 { &one } else { &other };
        replica.check(&house, &format!("casino {number}")).await;
    }
    until("all are logged", || async { other.count("casino").await == ROWS as u64 }).await;
    let target = BulkTarget::Search("casino".to_owned());
    let action = other
        .moderation
        .start_bulk(BulkKind::Ham, LabelParts::default(), target, true, house.ana.id)
        .await
        .unwrap();
    until("it is done", || async {
        other.moderation.bulk(action.id, house.ana.id).await.unwrap().state == BulkState::Done
    })
    .await;
    let action = one.moderation.bulk(action.id, house.ana.id).await.unwrap();
    assert_eq!(action.total, ROWS as u64);
    assert_eq!(one.count("label:ham").await, ROWS as u64);
    let told = || house.upstream.told.lock().unwrap().clone();
    until("all feedback is sent", || async { told().len() == ROWS }).await;
    sleep(Duration::from_secs(1)).await;
    assert!(told().values().all(|times| *times == 1), "something was told twice");
    one.ends().await;
    other.ends().await;
}

async fn upload(house: &House, replica: &Replica, rows: usize) -> Import {
    let (file, path) = replica.moderation.new_import_file().await.unwrap();
    let row = |number: usize| format!("ann{number}@example.com,imported number {number}\n");
    let content = "email,comment\n".to_owned() + &(0..rows).map(row).collect::<String>();
    tokio::fs::write(path, content).await.unwrap();
    let new = NewFile {
        by: Some(house.ana.id),
        name: "comments.csv".to_owned(),
        file,
        site: Some("blog.example.com".to_owned()),
        reading: FileChoices::default(),
    };
    let import = replica.moderation.receive_import(new).await.unwrap();
    replica.moderation.plan_import(import.id, &import.plan, None).await.unwrap()
}

async fn reaches(replica: &Replica, id: ImportId, state: ImportState) {
    let what = format!("the import is {state}");
    until(&what, || async { replica.moderation.import(id).await.unwrap().state == state }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_is_carried_out_once_and_goes_on_where_another_replica_stopped() {
    const ROWS: usize = 600;
    let house = House::new().await;
    let one = house.replica().await;
    house.all_leases_are_of(&one).await;
    let other = house.replica().await;
    let import = upload(&house, &other, ROWS).await;
    reaches(&other, import.id, ImportState::Ready).await;
    other.moderation.start_import(import.id, None, None).await.unwrap();
    until("it has begun", || async { house.upstream.asked.lock().unwrap().len() > 20 }).await;
    one.ends().await;
    let taken_over = house.all_leases_are_of(&other).await;
    assert!(taken_over < Duration::from_secs(2), "a replica that stops hands over at once: {taken_over:?}");
    reaches(&other, import.id, ImportState::Done).await;
    assert_eq!(other.count(&format!("import:{}", import.id.0)).await, ROWS as u64);
    let asked = house.upstream.asked.lock().unwrap().clone();
    assert_eq!(asked.len(), ROWS);
    assert!(asked.values().all(|times| *times == 1), "something was asked twice");
    other.ends().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_whose_file_is_elsewhere_says_so_and_waits() {
    let house = House::new().await;
    let one = house.replica().await;
    house.all_leases_are_of(&one).await;
    let other = house.idle(SystemClock).await;
    let (file, path) = other.moderation.new_import_file().await.unwrap();
    tokio::fs::write(&path, "email,comment\nann@example.com,thanks\n").await.unwrap();
    let new = NewFile {
        by: None,
        name: "comments.csv".to_owned(),
        file,
        site: None,
        reading: FileChoices::default(),
    };
    let import = other.moderation.receive_import(new).await.unwrap();
    // It lies in the folder of a machine that nobody else sees.
    let hidden = path.with_extension("hidden");
    let plan = import.plan.clone();
    let planned = {
        let planned = other.moderation.plan_import(import.id, &plan, None).await.unwrap();
        tokio::fs::rename(&path, &hidden).await.unwrap();
        planned
    };
    // It may have been read in this moment.
    let reopened = other.moderation.import(planned.id).await.unwrap();
    if reopened.state == ImportState::Ready {
        other.store.plan_import(import.id, &plan, None, SystemClock.now()).await.unwrap();
    }
    until("it says so", || async {
        let import = other.moderation.import(import.id).await.unwrap();
        import.state == ImportState::Reading
            && import.reason.as_deref().is_some_and(|reason| reason.contains("is not in the folder"))
    })
    .await;
    tokio::fs::rename(&hidden, &path).await.unwrap();
    reaches(&other, import.id, ImportState::Ready).await;
    let import = other.moderation.import(import.id).await.unwrap();
    assert_eq!((import.reason, import.problem), (None, None));
    one.ends().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_killed_replica_held_is_anothers_within_15_s() {
    let house = House::new().await;
    // It took every lease for the time that a lease lasts, and does not renew them.
    let killed = house.idle(SystemClock).await;
    let names: Vec<_> = Chore::ALL.iter().map(|chore| chore.as_str()).collect();
    let taken = killed.store.take_leases(&names, Duration::from_secs(12)).await.unwrap();
    assert_eq!(taken.len(), names.len());
    let begun = Instant::now();
    let one = house.replica().await;
    sleep(Duration::from_secs(2)).await;
    assert!(house.holds_all(&killed).await, "nobody takes what is held");
    house.all_leases_are_of(&one).await;
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
    assert_eq!(killed.store.take_leases(&names, Duration::from_secs(12)).await.unwrap(), [""; 0]);
    let fleet = one.moderation.fleet().await.unwrap();
    assert_eq!(fleet.replicas.len(), 1, "who never reported in is not shown");
    assert!(fleet.replicas[0].is_this && fleet.replicas[0].is_there());
    assert_eq!(fleet.work_of(&fleet.replicas[0]).count(), Chore::ALL.len());
    one.ends().await;
    assert!(house.leases().await.is_empty() && house.store.fleet().await.unwrap().replicas.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_hard_budget_is_spent_once_whoever_spends_it() {
    let house = House::new().await;
    let (one, other) = (house.replica().await, house.replica().await);
    let form = BudgetForm {
        scope: "site".to_owned(),
        subject: "shop.example.com".to_owned(),
        span: "day".to_owned(),
        checks: "100".to_owned(),
        kind: "hard".to_owned(),
    };
    one.moderation.set_budget(&form, &house.ana).await.unwrap();
    // So late is one heard of that another program has set.
    sleep(Duration::from_millis(1100)).await;
    let checks = (0..160).map(|number| {
        let moderation = Arc::clone(if number % 2 == 0 { &one.moderation } else { &other.moderation });
        let submission = house.submission(&format!("casino {number}"));
        tokio::spawn(async move { moderation.judge_for_app(submission).await })
    });
    let mut judged = 0;
    for check in checks.collect::<Vec<_>>() {
        match check.await.unwrap() {
            Ok(_) => judged += 1,
            Err(GatewayError::Unavailable { .. }) => {}
            Err(error) => panic!("{error}"),
        }
    }
    assert_eq!((judged, house.upstream.asked.lock().unwrap().len()), (100, 100));
    one.ends().await;
    other.ends().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_living_replica_judges_is_left_to_it() {
    let house = House::new().await;
    let one = house.idle(SystemClock).await;
    one.store.report_in("1", "here").await.unwrap();
    let asked = tokio::spawn({
        let (moderation, submission) = (Arc::clone(&one.moderation), house.submission("hang"));
        async move { moderation.judge_for_app(submission).await }
    });
    until("it is asked for", || async { !house.upstream.asked.lock().unwrap().is_empty() }).await;
    sleep(Duration::from_millis(300)).await;
    let starting = house.idle(Later(TimeDelta::seconds(30))).await;
    assert_eq!(starting.moderation.log_left().await.unwrap(), 0, "its replica is there");
    asked.abort();
    let _ = asked.await;
    one.store.report_out().await.unwrap();
    assert_eq!(starting.moderation.log_left().await.unwrap(), 1, "its replica is gone");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_upstreams_rate_is_one_for_all_replicas() {
    let house = House::new().await;
    let limits = BudgetLimits { per_minute: 60, burst: 10 };
    let (one, other) = (house.idle(SystemClock).await, house.idle(SystemClock).await);
    let [one, other] = [&one, &other].map(|replica| CountedRate::of(&replica.store, limits).unwrap());
    let begun = Instant::now();
    let mut taken = 0;
    while begun.elapsed() < Duration::from_secs(4) {
        for rate in [&one, &other] {
            taken += u32::from(rate.take().await.is_ok());
        }
        sleep(Duration::from_millis(10)).await;
    }
    // Ten at once, and fifty more a minute.
    assert!((12..=14).contains(&taken), "{taken}");
    let wait = one.take().await.unwrap_err();
    assert!(wait <= Duration::from_millis(1200), "{wait:?}");
    other.give_back().await;
    assert_eq!(one.take().await, Ok(()), "what was not used is anybody's");
    one.pause(Duration::from_secs(30)).await;
    let wait = other.take().await.unwrap_err();
    assert!((25..=30).contains(&wait.as_secs()), "{wait:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_counts_against_several_keys_is_charged_to_all_of_them_or_none() {
    let house = House::new().await;
    let charge = |key: &str, allowed: u32| {
        let interval = Duration::from_secs(60);
        Charge { key: key.to_owned(), interval, most: interval * allowed }
    };
    let (account, address) = (charge("account", 2), charge("address", 3));
    let both = [account.clone(), address.clone()];
    let store = &house.store;
    for _ in 0..2 {
        assert_eq!(store.charge(&both).await.unwrap(), Some(Ok(())));
    }
    let wait = store.charge(&both).await.unwrap().unwrap().unwrap_err();
    assert!((55..=60).contains(&wait.as_secs()), "{wait:?}");
    assert_eq!(
        store.charge(std::slice::from_ref(&address)).await.unwrap(),
        Some(Ok(())),
        "the refused one cost nothing"
    );
    assert!(store.charge(&[address]).await.unwrap().unwrap().is_err());
    store.refund(std::slice::from_ref(&account)).await.unwrap();
    assert_eq!(store.charge(&[account]).await.unwrap(), Some(Ok(())));
    let alone = store::open("sqlite::memory:").await.unwrap();
    assert_eq!(alone.charge(&both).await.unwrap(), None, "one program counts by itself");
}
