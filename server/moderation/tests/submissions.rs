//! What apps submit is kept while the upstream is asked: no crash loses it, and its answer waits for nothing else.

#![expect(clippy::unwrap_used, reason = "a test ends where its assumptions do")]

use std::{
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
use domain::{ApiToken, DetectionId, Fallback, JudgedBy};
use moderation::{
    GatewayError, ManualClock, Moderation, Options, Round, Submission,
    tokens::{TokenWish, issue},
};
use serde_json::Map;
use store::Store;

/// An upstream that says what the test wants.
#[derive(Clone, Copy, Debug)]
enum Mood {
    Answers,
    Refuses,
    Hangs,
}

#[derive(Debug)]
struct Upstream(Mutex<Mood>);

#[async_trait]
impl SpamApi for Upstream {
    async fn check(
        &self,
        _: CheckEndpoint,
        request: &CheckRequest,
    ) -> Result<Answer<CheckResponse>, ApiError> {
        let mood = *self.0.lock().unwrap();
        match mood {
            Mood::Answers => Answer::encode(CheckResponse {
                detection_id: format!("of {}", request.message),
                is_spam: true,
                total_score: 97.0,
                threshold: 50.0,
                execution_time: 1.5,
                timestamp: "2025-02-15T11:32:00Z".to_owned(),
                extra: Map::new(),
            }),
            Mood::Refuses => Err(ApiError::Invalid { message: "no".to_owned(), errors: Default::default() }),
            Mood::Hangs => std::future::pending().await,
        }
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
}

impl House {
    async fn new(mood: Mood) -> Self {
        let store = store::open("sqlite::memory:").await.unwrap();
        let wish = TokenWish { fallback: Fallback::Pass, ..TokenWish::new("shop", "shop.example.com") };
        let (_, token) = issue(&*store, &wish, None, noon()).await.unwrap();
        let upstream = Arc::new(Upstream(Mutex::new(mood)));
        Self { store, upstream, clock: Arc::new(ManualClock::at(noon())), token }
    }

    /// A program on the same database.
    fn program(&self) -> Arc<Moderation> {
        let upstream: Arc<dyn SpamApi> = self.upstream.clone();
        let options = Options::new(JudgedBy::ActiveLayer);
        Moderation::new(Arc::clone(&self.store), upstream, self.clock.clone(), options)
    }

    fn submission(&self, message: &str) -> Submission {
        Submission {
            token: self.token.clone(),
            endpoint: CheckEndpoint::Check,
            request: CheckRequest { message: message.to_owned(), ..CheckRequest::default() },
            from: IpAddr::V4(Ipv4Addr::LOCALHOST),
        }
    }

    /// Ids of what was kept and is not in the log.
    async fn left(&self) -> Vec<DetectionId> {
        let left = self.store.left_submissions(noon() + TimeDelta::days(1), 10).await.unwrap();
        left.into_iter().filter_map(|new| new.circumstances.submission).collect()
    }
}

fn noon() -> DateTime<Utc> {
    DateTime::from_timestamp(1_739_619_120, 0).unwrap()
}

#[tokio::test]
async fn what_a_crash_cuts_off_is_logged_and_judged_after_it() {
    let house = House::new(Mood::Hangs).await;
    let program = house.program();
    let submission = house.submission("cut off");
    let asked = tokio::spawn({
        let program = Arc::clone(&program);
        async move { program.judge_for_app(submission).await }
    });
    let id = loop {
        if let [id] = house.left().await[..] {
            break id;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    };
    asked.abort();
    drop(program);
    assert_eq!(house.store.detection(id).await.unwrap(), None);

    *house.upstream.0.lock().unwrap() = Mood::Answers;
    let program = house.program();
    assert_eq!(program.catch_up().await.unwrap(), Round::Done, "another program may still be asking");
    house.clock.advance(TimeDelta::seconds(16));
    assert_eq!(program.catch_up().await.unwrap(), Round::More);
    let detection = house.store.detection(id).await.unwrap().unwrap();
    assert_eq!(detection.judgement.judged_by, JudgedBy::ActiveLayer);
    assert_eq!((detection.created_at, &detection.content.message[..]), (noon(), "cut off"));
    assert_eq!(detection.site.as_deref(), Some("shop.example.com"));
    assert_eq!(house.store.token_of(id).await.unwrap(), Some(house.token.id));
    assert_eq!(house.left().await, []);
    assert_eq!(program.catch_up().await.unwrap(), Round::Done);
}

#[tokio::test]
async fn feedback_that_comes_with_the_answer_finds_its_detection() {
    let house = House::new(Mood::Answers).await;
    let program = house.program();
    for number in 0..20 {
        let judged = program.judge_for_app(house.submission(&number.to_string())).await.unwrap();
        let request =
            FeedbackRequest { detection_id: format!("of {number}"), is_spam: false, extra: Map::new() };
        program.feedback_from_app(&house.token, request).await.unwrap();
        let story = house.store.app_words(judged.detection).await.unwrap();
        assert_eq!(story.len(), 1, "{number}: it was taken for one that the log does not know");
    }
    assert_eq!(house.left().await, []);
}

#[tokio::test]
async fn what_the_upstream_refuses_is_logged_and_counts_as_no_check() {
    let house = House::new(Mood::Refuses).await;
    let program = house.program();
    let refused = program.judge_for_app(house.submission("")).await.unwrap_err();
    assert!(matches!(refused, GatewayError::Unfit { cause: ApiError::Invalid { .. }, .. }), "{refused}");
    assert_eq!(house.left().await, []);
    assert_eq!(house.store.checks_since(noon()).await.unwrap(), 0);
}
