//! What the last calls told about the upstream.

use std::{
    collections::VecDeque,
    future::Future,
    sync::{PoisonError, RwLock},
    time::Instant,
};

use activelayer::{Answer, ApiError, StatsResponse};
use chrono::{DateTime, Utc};
use domain::{
    SearchQuery, UpstreamHealth,
    search::State,
    upstream::{Circuit, ConnectionReport, ErrorCount, ErrorKind, FailedAnswers, Latency},
};

use crate::{Moderation, ModerationError, alerts::Reach, resilience::BreakerState};

/// Answers whose latency is remembered: a few minutes of a busy gateway.
const LATENCIES: usize = 200;

/// Kinds of failed answers that are remembered: routes are few, but what a stranger can make us hold has a bound.
const FAILURES: usize = 50;

/// The latest health, shared by all calls.
#[derive(Debug, Default)]
pub(crate) struct HealthBoard(RwLock<Watched>);

/// What pages show, and what only the alerts need to know.
#[derive(Clone, Debug, Default)]
pub(crate) struct Watched {
    pub(crate) shown: UpstreamHealth,
    /// Whether any call went one way or the other since the program started.
    heard_of: bool,
    /// Since when there has been no answer of any kind, and what the last call ran into.
    away: Option<(DateTime<Utc>, String)>,
    /// When a call was last refused for want of a plan.
    pub(crate) no_plan_at: Option<DateTime<Utc>>,
    /// When usage was last told, which takes a plan.
    pub(crate) plan_seen_at: Option<DateTime<Utc>>,
    /// When the upstream last said whether it accepts the key.
    key_known_at: Option<DateTime<Utc>>,
    latencies: VecDeque<f64>,
    /// Our own answers that said that we failed, the latest first.
    failures: Vec<FailedAnswers>,
}

impl Watched {
    /// Whether the upstream answers; `None` when nobody knows.
    pub(crate) fn reach(&self) -> Option<Reach> {
        match &self.away {
            Some((since, error)) => Some(Reach::Away { since: *since, error: error.clone() }),
            None => self.heard_of.then_some(Reach::Answers),
        }
    }

    fn answered(&mut self, elapsed_ms: f64) {
        self.heard_of = true;
        self.away = None;
        self.shown.latency_ms = Some(elapsed_ms);
        self.shown.error = None;
        self.shown.failing_since = None;
        if self.latencies.len() == LATENCIES {
            self.latencies.pop_front();
        }
        self.latencies.push_back(elapsed_ms);
    }

    fn failed(&mut self, error: &ApiError, now: DateTime<Utc>) {
        let kind = kind_of(error);
        match self.shown.errors.iter_mut().find(|count| count.kind == kind) {
            Some(count) => (count.count, count.last_at) = (count.count + 1, now),
            None => self.shown.errors.push(ErrorCount { kind, count: 1, last_at: now }),
        }
        match kind {
            ErrorKind::Connect | ErrorKind::Timeout | ErrorKind::Server | ErrorKind::Strange => {
                self.heard_of = true;
                let since = self.away.as_ref().map_or(now, |(since, _)| *since);
                self.away = Some((since, error.to_string()));
            }
            ErrorKind::Unauthorized => {
                self.away = None;
                self.shown.key_valid = Some(false);
                self.key_known_at = Some(now);
            }
            ErrorKind::NoPlan => {
                self.away = None;
                self.no_plan_at = Some(now);
            }
            // It may be our own budget that says so, and then nothing was heard of the upstream.
            ErrorKind::RateLimited | ErrorKind::QuotaExhausted | ErrorKind::Refused => {}
        }
        if kind != ErrorKind::Refused {
            self.shown.error = Some(error.to_string());
            self.shown.failing_since.get_or_insert(now);
        }
    }

    fn failed_to_answer(&mut self, route: &str, status: u16, now: DateTime<Utc>) {
        let known = self.failures.iter().position(|known| known.route == route && known.status == status);
        let count = known.map_or(0, |known| self.failures.remove(known).count);
        let failure = FailedAnswers { route: route.to_owned(), status, count: count + 1, last_at: now };
        self.failures.insert(0, failure);
        self.failures.truncate(FAILURES);
    }

    fn latency(&self) -> Option<Latency> {
        let mut sorted: Vec<f64> = self.latencies.iter().copied().collect();
        sorted.sort_by(f64::total_cmp);
        let at =
            |hundredth: usize| sorted.get((sorted.len() * hundredth / 100).min(sorted.len() - 1)).copied();
        Some(Latency {
            answers: u32::try_from(sorted.len()).unwrap_or(u32::MAX),
            longest_ms: *sorted.last()?,
            median_ms: at(50)?,
            p95_ms: at(95)?,
        })
    }
}

fn kind_of(error: &ApiError) -> ErrorKind {
    match error {
        ApiError::Connect { .. } => ErrorKind::Connect,
        ApiError::Timeout => ErrorKind::Timeout,
        ApiError::Server { .. } => ErrorKind::Server,
        ApiError::Malformed { .. } | ApiError::UnexpectedStatus { .. } => ErrorKind::Strange,
        ApiError::Unauthorized { .. } => ErrorKind::Unauthorized,
        ApiError::NoPlan { .. } => ErrorKind::NoPlan,
        ApiError::RateLimited { .. } => ErrorKind::RateLimited,
        ApiError::QuotaExhausted { .. } => ErrorKind::QuotaExhausted,
        ApiError::NotFound { .. } | ApiError::Invalid { .. } => ErrorKind::Refused,
    }
}

impl HealthBoard {
    fn update(&self, change: impl FnOnce(&mut Watched)) {
        change(&mut self.0.write().unwrap_or_else(PoisonError::into_inner));
    }

    fn read(&self) -> Watched {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Notes whether the upstream or the fallback answers an app.
    pub(crate) fn app_answered(&self, by_upstream: bool, now: DateTime<Utc>) {
        let is_fallback = !by_upstream;
        let board = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let is_noted = board.shown.fallback_since.is_some() == is_fallback;
        drop(board);
        if !is_noted {
            self.update(|watched| watched.shown.fallback_since = is_fallback.then_some(now));
        }
    }

    /// Usage was told, which takes a plan.
    pub(crate) fn plan_seen(&self, now: DateTime<Utc>) {
        self.update(|watched| watched.plan_seen_at = Some(now));
    }

    /// Whether the upstream accepts the key, if anybody knows, and since when that is known.
    pub(crate) fn key_known(&self) -> (Option<bool>, Option<DateTime<Utc>>) {
        let watched = self.0.read().unwrap_or_else(PoisonError::into_inner);
        (watched.shown.key_valid, watched.key_known_at)
    }
}

impl Moderation {
    /// How the upstream is doing, as far as the last calls told.
    pub fn health(&self) -> UpstreamHealth {
        let watched = self.health.read();
        UpstreamHealth { latency: watched.latency(), ..watched.shown }
    }

    /// The way to the upstream: what the last calls told, whether calls go through, what waits.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn connection(&self) -> Result<ConnectionReport, ModerationError> {
        let guard = self.upstreams.guard.as_ref().map(|guard| guard.guard_state());
        let circuit = guard.as_ref().map(|guard| match guard.breaker {
            BreakerState::Closed => Circuit::Closed,
            BreakerState::Open { .. } => Circuit::Open,
            BreakerState::HalfOpen => Circuit::HalfOpen,
        });
        let late = SearchQuery { terms: vec![State::Late.into()] };
        let in_line = guard.as_ref().map_or(0, |guard| guard.budget.waiting.iter().sum());
        Ok(ConnectionReport {
            health: self.health(),
            circuit,
            in_line: u64::try_from(in_line).unwrap_or(u64::MAX),
            quota_used_up: guard.is_some_and(|guard| guard.quota_exhausted.is_some()),
            backlog: self.store.backlog().await?,
            late: self.store.count(&late, self.clock.now()).await?,
            writing: self.writing_trouble(),
            backups: self.backups(),
            failures: self.health.read().failures,
        })
    }

    /// Notes an answer of 500 or more, to a method and route, for people who look why.
    pub fn failed_to_answer(&self, route: &str, status: u16) {
        let now = self.clock.now();
        self.health.update(|watched| watched.failed_to_answer(route, status, now));
    }

    pub(crate) fn watched_health(&self) -> Watched {
        self.health.read()
    }

    /// Asks `/verify` now, so that a revoked key is noticed before a form is.
    ///
    /// # Errors
    /// Whatever the upstream answered instead.
    pub async fn verify(&self) -> Result<UpstreamHealth, ModerationError> {
        let result = self.timed(self.upstreams.background.verify()).await;
        let now = self.clock.now();
        let time = |text: &str| DateTime::parse_from_rfc3339(text).ok().map(|time| time.to_utc());
        self.health.update(|Watched { shown, key_known_at, .. }| {
            shown.verified_at = Some(now);
            match &result {
                Ok(answer) => {
                    *key_known_at = Some(now);
                    let (key, user) = (&answer.value.key_info, &answer.value.user_info);
                    shown.key_valid = Some(answer.value.valid);
                    shown.key_name = Some(key.name.clone());
                    shown.owner.clone_from(&user.name);
                    shown.key_created_at = time(&key.created_at);
                    shown.key_last_used_at = key.last_used_at.as_deref().and_then(time);
                }
                Err(ApiError::Unauthorized { .. }) => shown.key_valid = Some(false),
                // What was known stands: that it is slow or away says nothing of the key.
                Err(_) => {}
            }
        });
        self.alerts_wanted.notify_one();
        result?;
        Ok(self.health())
    }

    /// Awaits figures of usage. That they cannot be read says nothing of the connection: it is shown by itself.
    pub(crate) async fn timed_usage(
        &self,
        call: impl Future<Output = Result<Answer<StatsResponse>, ApiError>>,
    ) -> Result<Answer<StatsResponse>, ApiError> {
        let started = Instant::now();
        match call.await {
            Err(error @ ApiError::Malformed { .. }) => {
                self.health.update(|watched| watched.shown.usage_error = Some(error.to_string()));
                Err(error)
            }
            result => {
                if result.is_ok() {
                    self.health.update(|watched| watched.shown.usage_error = None);
                }
                self.noted(result, started)
            }
        }
    }

    /// Awaits a call to the upstream and notes how it went.
    pub(crate) async fn timed<T>(
        &self,
        call: impl Future<Output = Result<Answer<T>, ApiError>>,
    ) -> Result<Answer<T>, ApiError> {
        let started = Instant::now();
        let result = call.await;
        self.noted(result, started)
    }

    fn noted<T>(&self, result: Result<Answer<T>, ApiError>, started: Instant) -> Result<Answer<T>, ApiError> {
        let elapsed_ms = started.elapsed().as_secs_f64() * 1000.0;
        let now = self.clock.now();
        let was_failing =
            self.health.0.read().unwrap_or_else(PoisonError::into_inner).shown.failing_since.is_some();
        self.health.update(|health| match &result {
            Ok(_) => health.answered(elapsed_ms),
            Err(error) => {
                // A refusal of one request (404, 422) is an answer: the service is there.
                if kind_of(error) == ErrorKind::Refused {
                    health.answered(elapsed_ms);
                }
                health.failed(error, now);
            }
        });
        match &result {
            Err(ApiError::QuotaExhausted { .. } | ApiError::RateLimited { .. }) => {
                self.usage_wanted.notify_one();
                self.alerts_wanted.notify_one();
            }
            Err(_) if !was_failing => self.alerts_wanted.notify_one(),
            Ok(_) if was_failing => self.alerts_wanted.notify_one(),
            _ => {}
        }
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_739_619_120, 0).unwrap()
    }

    #[test]
    fn only_what_says_nothing_at_all_is_away() {
        let mut watched = Watched::default();
        assert_eq!(watched.reach(), None, "nobody asked yet");
        watched.failed(&ApiError::RateLimited { message: String::new(), retry_after: None }, now());
        assert_eq!(watched.reach(), None, "our own budget may have said so");
        watched.failed(&ApiError::Timeout, now());
        watched.failed(&ApiError::Timeout, now() + chrono::TimeDelta::minutes(5));
        assert!(
            matches!(watched.reach(), Some(Reach::Away { since, .. }) if since == now()),
            "since the first"
        );
        watched.failed(&ApiError::Unauthorized { message: String::new() }, now());
        assert_eq!((watched.reach(), watched.shown.key_valid), (Some(Reach::Answers), Some(false)));
        let counts: Vec<_> = watched.shown.errors.iter().map(|error| (error.kind, error.count)).collect();
        assert_eq!(
            counts,
            [(ErrorKind::RateLimited, 1), (ErrorKind::Timeout, 2), (ErrorKind::Unauthorized, 1)]
        );
        watched.answered(3.0);
        assert_eq!((watched.shown.error.as_deref(), watched.shown.failing_since), (None, None));
    }

    #[test]
    fn failed_answers_are_counted_by_route_and_status_the_latest_first() {
        let mut watched = Watched::default();
        for (route, status) in
            [("POST /api/v1/check", 503), ("GET /readyz", 503), ("POST /api/v1/check", 503)]
        {
            watched.failed_to_answer(route, status, now());
        }
        let told: Vec<_> = watched.failures.iter().map(|one| (one.route.as_str(), one.count)).collect();
        assert_eq!(told, [("POST /api/v1/check", 2), ("GET /readyz", 1)]);
        (0..200).for_each(|number| watched.failed_to_answer(&format!("GET /{number}"), 500, now()));
        assert_eq!(watched.failures.len(), FAILURES);
    }

    #[test]
    fn latencies_are_those_of_the_last_answers() {
        let mut watched = Watched::default();
        assert_eq!(watched.latency(), None);
        (0..300).for_each(|ms| watched.answered(f64::from(ms)));
        let latency = watched.latency().unwrap();
        assert_eq!((latency.answers, latency.longest_ms), (200, 299.0));
        assert_eq!((latency.median_ms, latency.p95_ms), (200.0, 290.0));
    }
}
