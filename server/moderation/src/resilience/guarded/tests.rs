//! A scripted upstream behind the guard, under a paused clock.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use serde::Serialize;
use serde_json::json;

use super::*;
use crate::resilience::budget::BudgetLimits;

const SECOND: Duration = Duration::from_secs(1);

/// What the upstream does with one call.
enum Act {
    Fail(ApiError),
    Hang,
}

/// Plays its script, then answers well; notes every call.
#[derive(Default)]
struct Upstream {
    script: Mutex<VecDeque<Act>>,
    calls: Mutex<Vec<&'static str>>,
    remaining: Mutex<u64>,
}

impl Upstream {
    async fn act<T: serde::de::DeserializeOwned + Serialize>(
        &self,
        name: &'static str,
        answer: serde_json::Value,
    ) -> Result<Answer<T>, ApiError> {
        self.calls.lock().unwrap().push(name);
        let act = self.script.lock().unwrap().pop_front();
        match act {
            Some(Act::Fail(error)) => Err(error),
            Some(Act::Hang) => std::future::pending().await,
            None => Answer::decode(answer.to_string()),
        }
    }

    fn calls(&self) -> Vec<&'static str> {
        std::mem::take(&mut self.calls.lock().unwrap())
    }

    fn plan(&self, acts: impl IntoIterator<Item = Act>) {
        self.script.lock().unwrap().extend(acts);
    }

    fn fail(&self, times: usize, error: &ApiError) {
        self.plan((0..times).map(|_| Act::Fail(error.clone())));
    }
}

#[async_trait]
impl SpamApi for Upstream {
    async fn check(&self, _: CheckEndpoint, _: &CheckRequest) -> Result<Answer<CheckResponse>, ApiError> {
        let answer = json!({"detection_id": "d", "is_spam": true, "total_score": 90, "threshold": 50, "timestamp": "t"});
        self.act("check", answer).await
    }

    async fn feedback(&self, _: &FeedbackRequest) -> Result<Answer<FeedbackResponse>, ApiError> {
        let data = json!({"detection_id": "d", "user_status": true, "queued_at": "t"});
        self.act("feedback", json!({"success": true, "message": "ok", "data": data})).await
    }

    async fn verify(&self) -> Result<Answer<VerifyResponse>, ApiError> {
        let key = json!({"name": "k", "created_at": "t", "last_used_at": null});
        let user = json!({"id": 1, "email": "ops@example.com", "name": null});
        let answer =
            json!({"valid": true, "message": "ok", "key_info": key, "user_info": user, "timestamp": "t"});
        self.act("verify", answer).await
    }

    async fn stats(&self) -> Result<Answer<StatsResponse>, ApiError> {
        let usage = json!({"total_requests": 1000, "used_requests": 0,
            "remaining_requests": *self.remaining.lock().unwrap(), "usage_percentage": 0});
        let data = json!({"plan": {"name": "Free", "id": 1}, "usage": usage});
        self.act("stats", json!({"success": true, "data": data, "timestamp": "t"})).await
    }
}

fn guarded() -> (Arc<Upstream>, Guarded<Arc<Upstream>>) {
    guarded_with(BudgetLimits::default())
}

fn guarded_with(limits: BudgetLimits) -> (Arc<Upstream>, Guarded<Arc<Upstream>>) {
    let upstream = Arc::new(Upstream::default());
    let random = fastrand::Rng::with_seed(1);
    let backoff = Backoff::new(Duration::from_millis(200), 2 * SECOND, random);
    (upstream.clone(), Guarded::new(upstream, Budget::new(limits), backoff))
}

async fn check(guarded: &Guarded<Arc<Upstream>>, patience: Duration) -> Result<bool, GuardError> {
    let call = Call::within(Class::Gateway, patience);
    let answer = guarded.check(call, CheckEndpoint::Check, &CheckRequest::new("hello")).await?;
    Ok(answer.value.is_spam)
}

fn server_error() -> ApiError {
    ApiError::Server { status: 500, message: "broken".to_owned() }
}

fn refused() -> ApiError {
    ApiError::Connect { reason: "refused".to_owned() }
}

fn rate_limited(seconds: u32) -> ApiError {
    ApiError::RateLimited { message: "slow down".to_owned(), retry_after: Some(seconds * SECOND) }
}

fn exhausted() -> ApiError {
    let message = "Monthly request limit exceeded".to_owned();
    ApiError::QuotaExhausted { message, limit: Some(1000), used: Some(1000), remaining: Some(0) }
}

#[tokio::test(start_paused = true)]
async fn a_check_is_tried_again_where_no_verdict_can_have_been_paid_for() {
    for error in [server_error(), refused(), rate_limited(1)] {
        let (upstream, guarded) = guarded();
        upstream.fail(1, &error);
        assert_eq!(check(&guarded, 5 * SECOND).await, Ok(true), "{error}");
        assert_eq!(upstream.calls(), ["check", "check"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_check_is_not_tried_again_where_one_may_have_been() {
    let malformed = ApiError::Malformed { reason: "not UTF-8".to_owned() };
    let invalid = ApiError::Invalid { message: "no".to_owned(), errors: Default::default() };
    for error in [ApiError::Timeout, malformed, invalid, exhausted()] {
        let (upstream, guarded) = guarded();
        upstream.fail(1, &error);
        assert_eq!(check(&guarded, 60 * SECOND).await, Err(GuardError::Api(error)));
        assert_eq!(upstream.calls(), ["check"]);
    }
}

#[tokio::test(start_paused = true)]
async fn feedback_and_reading_are_safe_to_repeat() {
    let (upstream, guarded) = guarded();
    upstream.fail(1, &ApiError::Timeout);
    let call = Call::within(Class::Background, 60 * SECOND);
    guarded.feedback(call, &FeedbackRequest::new("d", true)).await.unwrap();
    upstream.fail(2, &ApiError::Timeout);
    guarded.verify(call).await.unwrap();
    assert_eq!(upstream.calls(), ["feedback", "feedback", "verify", "verify", "verify"]);
}

#[tokio::test(start_paused = true)]
async fn three_tries_are_all() {
    let (upstream, guarded) = guarded();
    upstream.fail(9, &server_error());
    assert_eq!(check(&guarded, 60 * SECOND).await, Err(GuardError::Api(server_error())));
    assert_eq!(upstream.calls(), ["check"; 3]);
}

#[tokio::test(start_paused = true)]
async fn a_hanging_upstream_costs_no_more_than_the_deadline() {
    let (upstream, guarded) = guarded();
    upstream.plan([Act::Hang]);
    let start = Instant::now();
    assert_eq!(check(&guarded, 5 * SECOND).await, Err(GuardError::Api(ApiError::Timeout)));
    assert_eq!(Instant::now() - start, 5 * SECOND);
    assert_eq!(upstream.calls(), ["check"]);
}

#[tokio::test(start_paused = true)]
async fn there_is_no_second_try_without_time_for_an_answer() {
    let (upstream, guarded) = guarded();
    upstream.fail(1, &server_error());
    let patience = LEAST_CALL_TIME + Duration::from_millis(1);
    assert_eq!(check(&guarded, patience).await, Err(GuardError::Api(server_error())));
    assert_eq!(upstream.calls(), ["check"]);
}

#[tokio::test(start_paused = true)]
async fn a_429_holds_every_caller_back_and_short_deadlines_hear_the_upstreams_words() {
    let (upstream, guarded) = guarded();
    upstream.fail(1, &rate_limited(20));
    let start = Instant::now();
    assert_eq!(check(&guarded, 5 * SECOND).await, Err(GuardError::Api(rate_limited(20))));
    assert!(Instant::now() - start < SECOND);
    // The next does not even go out.
    let Err(GuardError::Busy(_)) = check(&guarded, 5 * SECOND).await else { panic!("went out") };
    assert_eq!(upstream.calls(), ["check"]);
    // Who has time waits it out.
    assert_eq!(check(&guarded, 60 * SECOND).await, Ok(true));
    assert_eq!(Instant::now() - start, 20 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn an_open_circuit_answers_at_once_and_verify_finds_out_when_it_is_over() {
    let (upstream, guarded) = guarded();
    upstream.fail(5, &ApiError::Timeout);
    for _ in 0..5 {
        check(&guarded, 5 * SECOND).await.unwrap_err();
    }
    upstream.calls();
    let start = Instant::now();
    let Err(GuardError::CircuitOpen(open)) = check(&guarded, 5 * SECOND).await else { panic!("not open") };
    assert_eq!((Instant::now(), open.retry_in), (start, 5 * SECOND));
    assert!(upstream.calls().is_empty());

    // Still away: the probe fails, the check is not spent on it.
    sleep(5 * SECOND).await;
    upstream.fail(1, &server_error());
    let Err(GuardError::CircuitOpen(open)) = check(&guarded, 5 * SECOND).await else { panic!("not open") };
    assert_eq!(open.retry_in, 10 * SECOND);
    assert_eq!(upstream.calls(), ["verify"]);

    // Back: the probe's caller gets its verdict, and so does everybody after.
    sleep(10 * SECOND).await;
    assert_eq!(check(&guarded, 5 * SECOND).await, Ok(true));
    assert_eq!(check(&guarded, 5 * SECOND).await, Ok(true));
    assert_eq!(upstream.calls(), ["verify", "check", "check"]);
    assert_eq!(guarded.state().breaker, BreakerState::Closed);
}

#[tokio::test(start_paused = true)]
async fn a_hanging_probe_costs_its_caller_two_seconds() {
    let (upstream, guarded) = guarded();
    upstream.fail(5, &ApiError::Timeout);
    for _ in 0..5 {
        check(&guarded, 5 * SECOND).await.unwrap_err();
    }
    sleep(5 * SECOND).await;
    upstream.plan([Act::Hang]);
    let start = Instant::now();
    let Err(GuardError::CircuitOpen(_)) = check(&guarded, 5 * SECOND).await else { panic!("not open") };
    assert_eq!(Instant::now() - start, PROBE_TIMEOUT);
}

#[tokio::test(start_paused = true)]
async fn twenty_parallel_callers_of_a_hanging_upstream_all_have_an_answer_in_time() {
    let (upstream, guarded) = guarded_with(BudgetLimits { per_minute: 6000, burst: 100 });
    upstream.plan((0..100).map(|_| Act::Hang));
    let guarded = Arc::new(guarded);
    let start = Instant::now();
    let mut callers = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let guarded = guarded.clone();
        callers.spawn(async move { check(&guarded, 5 * SECOND).await });
    }
    let answers = callers.join_all().await;
    assert_eq!(answers, vec![Err(GuardError::Api(ApiError::Timeout)); 20]);
    assert_eq!(Instant::now() - start, 5 * SECOND);
    assert!(matches!(guarded.state().breaker, BreakerState::Open { .. }));
}

#[tokio::test(start_paused = true)]
async fn an_exhausted_quota_stops_checks_only_until_stats_tell_of_more() {
    let (upstream, guarded) = guarded();
    upstream.fail(1, &exhausted());
    assert_eq!(check(&guarded, 5 * SECOND).await, Err(GuardError::Api(exhausted())));
    assert_eq!(check(&guarded, 5 * SECOND).await, Err(GuardError::QuotaExhausted(exhausted())));
    assert_eq!(guarded.state().quota_exhausted, Some(exhausted()));
    let call = Call::within(Class::Background, 60 * SECOND);
    guarded.feedback(call, &FeedbackRequest::new("d", true)).await.unwrap();
    guarded.stats(call).await.unwrap();
    check(&guarded, 5 * SECOND).await.unwrap_err();
    assert_eq!(upstream.calls(), ["check", "feedback", "stats"]);
    *upstream.remaining.lock().unwrap() = 1000;
    guarded.stats(call).await.unwrap();
    assert_eq!(check(&guarded, 5 * SECOND).await, Ok(true));
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_failed_costs_no_turn() {
    let (upstream, guarded) = guarded();
    upstream.fail(2, &refused());
    check(&guarded, 5 * SECOND).await.unwrap();
    for _ in 0..9 {
        check(&guarded, 5 * SECOND).await.unwrap();
    }
    // Ten answers from a burst of ten, in next to no time: the two that never arrived are not counted.
    let Err(GuardError::Busy(_)) = check(&guarded, SECOND + SECOND / 100).await else {
        panic!("a turn left")
    };
}

#[tokio::test(start_paused = true)]
async fn as_an_api_for_one_class_refusals_read_as_an_upstreams() {
    let (upstream, guarded) = guarded();
    let guarded = Arc::new(guarded);
    let api = ForClass::new(guarded.clone(), Class::Interactive, 5 * SECOND);
    api.check(CheckEndpoint::CheckComment, &CheckRequest::new("hello")).await.unwrap();
    api.verify().await.unwrap();
    api.stats().await.unwrap();
    upstream.fail(1, &rate_limited(30));
    api.feedback(&FeedbackRequest::new("d", true)).await.unwrap_err();
    let error = api.verify().await.unwrap_err();
    let wait = error.retry_after().unwrap();
    assert!(wait > 29 * SECOND && wait <= 30 * SECOND, "{wait:?}");
    sleep(60 * SECOND).await;
    upstream.fail(5, &ApiError::Timeout);
    for _ in 0..5 {
        api.check(CheckEndpoint::Check, &CheckRequest::new("hello")).await.unwrap_err();
        sleep(10 * SECOND).await;
    }
    upstream.fail(1, &ApiError::Timeout); // the probe
    let error = api.check(CheckEndpoint::Check, &CheckRequest::new("hello")).await.unwrap_err();
    assert!(matches!(error, ApiError::Connect { .. }), "{error:?}");
}
