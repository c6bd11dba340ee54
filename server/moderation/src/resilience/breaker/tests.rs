//! Under a paused clock: rests pass when a test says so.

use super::*;
use tokio::time::advance;

fn fail(breaker: &Breaker, times: u32) {
    for _ in 0..times {
        breaker.admit().unwrap().report(Outcome::Failing);
    }
}

fn rest(breaker: &Breaker) -> Duration {
    breaker.admit().unwrap_err().retry_in
}

#[tokio::test(start_paused = true)]
async fn opens_after_failures_in_a_row_only() {
    let breaker = Breaker::default();
    fail(&breaker, FAILURES_TO_OPEN - 1);
    breaker.admit().unwrap().report(Outcome::Alive);
    fail(&breaker, FAILURES_TO_OPEN - 1);
    breaker.admit().unwrap().report(Outcome::Unclear);
    assert_eq!(breaker.state(), BreakerState::Closed);
    fail(&breaker, 1);
    assert_eq!(breaker.state(), BreakerState::Open { until: Instant::now() + FIRST_REST });
    assert_eq!(breaker.check().unwrap_err().retry_in, FIRST_REST);
}

#[tokio::test(start_paused = true)]
async fn lets_one_probe_through_after_a_rest_and_closes_when_it_is_answered() {
    let breaker = Breaker::default();
    fail(&breaker, FAILURES_TO_OPEN);
    advance(FIRST_REST - Duration::from_millis(1)).await;
    assert_eq!(rest(&breaker), Duration::from_millis(1));
    advance(Duration::from_millis(1)).await;
    breaker.check().unwrap();
    let probe = breaker.admit().unwrap();
    assert!(probe.is_probe());
    assert_eq!(breaker.state(), BreakerState::HalfOpen);
    assert_eq!(rest(&breaker), Duration::ZERO);
    probe.report(Outcome::Alive);
    assert_eq!(breaker.state(), BreakerState::Closed);
    assert!(!breaker.admit().unwrap().is_probe());
}

#[tokio::test(start_paused = true)]
async fn rests_double_with_failed_probes_up_to_a_minute_and_start_anew_after_recovery() {
    let breaker = Breaker::default();
    fail(&breaker, FAILURES_TO_OPEN);
    for seconds in [5, 10, 20, 40, 60, 60] {
        assert_eq!(rest(&breaker), Duration::from_secs(seconds));
        advance(Duration::from_secs(seconds)).await;
        fail(&breaker, 1);
    }
    advance(LONGEST_REST).await;
    breaker.admit().unwrap().report(Outcome::Alive);
    fail(&breaker, FAILURES_TO_OPEN);
    assert_eq!(rest(&breaker), FIRST_REST);
}

#[tokio::test(start_paused = true)]
async fn an_unclear_probe_keeps_the_circuit_open() {
    let breaker = Breaker::default();
    fail(&breaker, FAILURES_TO_OPEN);
    advance(FIRST_REST).await;
    breaker.admit().unwrap().report(Outcome::Unclear);
    assert!(matches!(breaker.state(), BreakerState::Open { .. }));
}

#[tokio::test(start_paused = true)]
async fn an_abandoned_probe_makes_room_for_the_next() {
    let breaker = Breaker::default();
    fail(&breaker, FAILURES_TO_OPEN);
    advance(FIRST_REST).await;
    drop(breaker.admit().unwrap());
    assert!(breaker.admit().unwrap().is_probe());
}

#[tokio::test(start_paused = true)]
async fn calls_from_before_tell_nothing_about_after() {
    let breaker = Breaker::default();
    let (early, late) = (breaker.admit().unwrap(), breaker.admit().unwrap());
    fail(&breaker, FAILURES_TO_OPEN);
    let opened = breaker.state();
    early.report(Outcome::Alive);
    assert_eq!(breaker.state(), opened);
    advance(FIRST_REST).await;
    let probe = breaker.admit().unwrap();
    late.report(Outcome::Failing);
    assert_eq!(breaker.state(), BreakerState::HalfOpen);
    probe.report(Outcome::Alive);
    assert_eq!(breaker.state(), BreakerState::Closed);
}

#[tokio::test(start_paused = true)]
async fn changes_can_be_watched() {
    let breaker = Breaker::default();
    let mut states = breaker.subscribe();
    fail(&breaker, FAILURES_TO_OPEN);
    states.changed().await.unwrap();
    assert!(matches!(*states.borrow_and_update(), BreakerState::Open { .. }));
    advance(FIRST_REST).await;
    breaker.admit().unwrap().report(Outcome::Alive);
    states.changed().await.unwrap();
    assert_eq!(*states.borrow(), BreakerState::Closed);
}

#[test]
fn documented_refusals_mean_alive() {
    let outcome = |error| Outcome::of::<()>(&Err(error));
    let message = String::new;
    assert_eq!(Outcome::of(&Ok(())), Outcome::Alive);
    assert_eq!(outcome(ApiError::Unauthorized { message: message() }), Outcome::Alive);
    assert_eq!(outcome(ApiError::RateLimited { message: message(), retry_after: None }), Outcome::Alive);
    assert_eq!(outcome(ApiError::Timeout), Outcome::Failing);
    assert_eq!(outcome(ApiError::Server { status: 500, message: message() }), Outcome::Failing);
    assert_eq!(outcome(ApiError::UnexpectedStatus { status: 403, message: message() }), Outcome::Unclear);
}
