//! The upstream is back after an outage: all that waits is asked for at once, as far as budgets allow, and due times are those of a
//! clock that may have been wrong.

#![expect(clippy::unwrap_used, reason = "a test ends where its assumptions do")]

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use activelayer::{
    Answer, ApiError, CheckEndpoint, CheckRequest, CheckResponse, FeedbackReceipt, FeedbackRequest,
    FeedbackResponse, SpamApi, StatsResponse, VerifyResponse,
};
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use domain::{ApiToken, BudgetForm, Fallback, JudgedBy, Role, User};
use moderation::{
    Clock, ManualClock, Moderation, Options, Round, Submission,
    tokens::{TokenWish, issue},
};
use serde_json::Map;
use store::{NewUser, Store};

/// An upstream that is away, or answers once several ask at the same time.
#[derive(Debug, Default)]
struct Upstream {
    is_there: AtomicUsize,
    asked: AtomicUsize,
    at_once: AtomicUsize,
    most_at_once: AtomicUsize,
}

#[async_trait]
impl SpamApi for Upstream {
    async fn check(
        &self,
        _: CheckEndpoint,
        request: &CheckRequest,
    ) -> Result<Answer<CheckResponse>, ApiError> {
        if self.is_there.load(Ordering::Relaxed) == 0 {
            return Err(ApiError::Connect { reason: "away".to_owned() });
        }
        self.asked.fetch_add(1, Ordering::Relaxed);
        let now = self.at_once.fetch_add(1, Ordering::Relaxed) + 1;
        self.most_at_once.fetch_max(now, Ordering::Relaxed);
        tokio::time::sleep(Duration::from_millis(20)).await;
        self.at_once.fetch_sub(1, Ordering::Relaxed);
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

struct House {
    store: Arc<dyn Store>,
    upstream: Arc<Upstream>,
    clock: Arc<ManualClock>,
    token: ApiToken,
    ana: User,
}

fn noon() -> DateTime<Utc> {
    DateTime::from_timestamp(1_739_620_800, 0).unwrap()
}

impl House {
    async fn new() -> Self {
        let store = store::open("sqlite::memory:").await.unwrap();
        let wish = TokenWish { fallback: Fallback::Pass, ..TokenWish::new("shop", "shop.example.com") };
        let (_, token) = issue(&*store, &wish, None, noon()).await.unwrap();
        let ana = NewUser {
            email: "ana@example.com".to_owned(),
            name: "Ana".to_owned(),
            role: Role::Admin,
            password_hash: String::new(),
            created_at: noon(),
        };
        let ana = store.create_user(&ana).await.unwrap();
        Self { store, upstream: Arc::default(), clock: Arc::new(ManualClock::at(noon())), token, ana }
    }

    /// A program on the database.
    fn program(&self) -> Arc<Moderation> {
        let upstream: Arc<dyn SpamApi> = self.upstream.clone();
        let clock: Arc<dyn Clock> = self.clock.clone();
        Moderation::new(Arc::clone(&self.store), upstream, clock, Options::new(JudgedBy::ActiveLayer))
    }

    /// So many submissions that the fallback answers.
    async fn outage(&self, program: &Arc<Moderation>, submissions: usize) {
        for number in 0..submissions {
            let submission = Submission {
                token: self.token.clone(),
                endpoint: CheckEndpoint::Check,
                request: CheckRequest { message: format!("message {number}"), ..CheckRequest::default() },
                from: IpAddr::V4(Ipv4Addr::LOCALHOST),
            };
            program.judge_for_app(submission).await.unwrap();
        }
        self.upstream.is_there.store(1, Ordering::Relaxed);
    }

    async fn waiting(&self) -> u64 {
        self.store.backlog().await.unwrap().rechecks.count
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_is_asked_for_at_once() {
    let house = House::new().await;
    let program = house.program();
    house.outage(&program, 50).await;
    while program.catch_up().await.unwrap() == Round::More {}
    assert_eq!((house.waiting().await, house.upstream.asked.load(Ordering::Relaxed)), (0, 50));
    let at_once = house.upstream.most_at_once.load(Ordering::Relaxed);
    assert!(at_once >= 16, "{at_once} at once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hard_budget_of_an_app_holds_for_what_is_asked_again() {
    let house = House::new().await;
    let program = house.program();
    house.outage(&program, 50).await;
    let word = str::to_owned;
    let form = BudgetForm {
        scope: word("token"),
        subject: word("shop"),
        span: word("day"),
        checks: word("20"),
        kind: word("hard"),
    };
    program.set_budget(&form, &house.ana).await.unwrap();
    while program.catch_up().await.unwrap() == Round::More {}
    assert_eq!(house.upstream.asked.load(Ordering::Relaxed), 20);
    assert_eq!(house.waiting().await, 30, "they wait for tomorrow");
    // Nor by hand, nor after a restart.
    let left = house.store.due_rechecks(noon() + TimeDelta::days(2), 1).await.unwrap().remove(0);
    for program in [program, house.program()] {
        let refused = program.recheck_by_hand(left.id, house.ana.id).await.unwrap_err();
        assert!(refused.to_string().contains("The budget of the token shop is spent"), "{refused}");
    }
    assert_eq!(house.upstream.asked.load(Ordering::Relaxed), 20);

    house.clock.advance(TimeDelta::days(1));
    let tomorrow = house.program();
    while tomorrow.catch_up().await.unwrap() == Round::More {}
    assert_eq!((house.waiting().await, house.upstream.asked.load(Ordering::Relaxed)), (10, 40));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_programs_ask_once_for_each() {
    let house = House::new().await;
    let (one, other) = (house.program(), house.program());
    house.outage(&one, 60).await;
    let work = async |program: &Arc<Moderation>| while program.catch_up().await.unwrap() == Round::More {};
    tokio::join!(work(&one), work(&other));
    work(&one).await;
    assert_eq!((house.waiting().await, house.upstream.asked.load(Ordering::Relaxed)), (0, 60));
}

/// The clock was a day ahead while the upstream was refused for a moment.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_wrong_clock_put_off_for_a_day_is_done_soon() {
    let house = House::new().await;
    let program = house.program();
    house.outage(&program, 3).await;
    house.clock.advance(TimeDelta::days(1));
    let late = house.clock.now() + TimeDelta::seconds(5);
    for detection in house.store.due_rechecks(house.clock.now(), 9).await.unwrap() {
        house.store.recheck_deferred(detection.id, Some(late), "500").await.unwrap();
    }
    house.clock.advance(-TimeDelta::days(1));
    assert_eq!(program.catch_up().await.unwrap(), Round::Done, "a day too late");
    program.judge_due_times_afresh(true).await.unwrap();
    house.clock.advance(TimeDelta::seconds(60));
    while program.catch_up().await.unwrap() == Round::More {}
    assert_eq!(house.waiting().await, 0);
}
