//! A circuit breaker: after repeated failures nobody waits for an upstream that is not there.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use activelayer::ApiError;
use tokio::{sync::watch, time::Instant};

/// Failures in a row that open the circuit. One or two happen to any service; five within the 20 parallel calls of a
/// busy minute do not.
const FAILURES_TO_OPEN: u32 = 5;

/// How long an open circuit rests before its first probe: one deadline of a waiting caller.
const FIRST_REST: Duration = Duration::from_secs(5);

/// Longest rest. Rests double with every failed probe; a minute keeps recovery prompt and costs 1 probe a minute.
const LONGEST_REST: Duration = Duration::from_secs(60);

/// Whether calls go through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BreakerState {
    /// They do.
    Closed,
    /// They do not, until somebody probes at or after this moment.
    Open {
        /// When the next probe is due.
        until: Instant,
    },
    /// One probe is under way; everybody else is refused.
    HalfOpen,
}

/// What a call told about the upstream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is there: it answered, be it with a refusal that its guide documents.
    Alive,
    /// It is not: no connection, no answer in time, 5xx, garbage.
    Failing,
    /// Neither: a status of something in between, which may be about this one request.
    Unclear,
}

impl Outcome {
    /// What the result of a call tells.
    pub fn of<T>(result: &Result<T, ApiError>) -> Self {
        match result {
            Ok(_) => Self::Alive,
            Err(error) => match error {
                ApiError::Connect { .. }
                | ApiError::Timeout
                | ApiError::Server { .. }
                | ApiError::Malformed { .. } => Self::Failing,
                ApiError::UnexpectedStatus { .. } => Self::Unclear,
                ApiError::Unauthorized { .. }
                | ApiError::NoPlan { .. }
                | ApiError::NotFound { .. }
                | ApiError::Invalid { .. }
                | ApiError::RateLimited { .. }
                | ApiError::QuotaExhausted { .. } => Self::Alive,
            },
        }
    }
}

/// The circuit is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the service is failing; next try in {}", super::in_words(*.retry_in))]
pub struct CircuitOpen {
    /// How long until the next probe is due; zero while one is under way.
    pub retry_in: Duration,
}

/// The circuit.
#[derive(Debug)]
pub struct Breaker {
    circuit: Mutex<Circuit>,
    state: watch::Sender<BreakerState>,
}

#[derive(Debug)]
struct Circuit {
    state: BreakerState,
    /// Failures in a row while closed.
    failures: u32,
    /// The next rest.
    rest: Duration,
    /// Counts openings and closings, so that calls from before tell nothing about after.
    era: u64,
}

impl Default for Breaker {
    fn default() -> Self {
        let state = BreakerState::Closed;
        let circuit = Circuit { state, failures: 0, rest: FIRST_REST, era: 0 };
        Self { circuit: Mutex::new(circuit), state: watch::Sender::new(state) }
    }
}

impl Breaker {
    /// The state now.
    pub fn state(&self) -> BreakerState {
        self.lock().state
    }

    /// Every change of the state, for health pages, metrics and those who wait for recovery.
    pub fn subscribe(&self) -> watch::Receiver<BreakerState> {
        self.state.subscribe()
    }

    /// Refuses if [`Breaker::admit`] would refuse, without taking anything.
    ///
    /// # Errors
    /// [`CircuitOpen`] while the circuit rests or is being probed.
    pub fn check(&self) -> Result<(), CircuitOpen> {
        self.lock().refusal().map_or(Ok(()), Err)
    }

    /// Lets a call through, or the one probe when a rest is over.
    ///
    /// # Errors
    /// [`CircuitOpen`] while the circuit rests or is being probed.
    pub fn admit(&self) -> Result<Permit<'_>, CircuitOpen> {
        let mut circuit = self.lock();
        if let Some(refusal) = circuit.refusal() {
            return Err(refusal);
        }
        let is_probe = circuit.state != BreakerState::Closed;
        if is_probe {
            self.enter(&mut circuit, BreakerState::HalfOpen);
        }
        Ok(Permit { breaker: self, era: circuit.era, is_probe, reported: false })
    }

    fn record(&self, outcome: Outcome, era: u64) {
        let mut circuit = self.lock();
        if circuit.era != era {
            return;
        }
        match (circuit.state, outcome) {
            (BreakerState::Closed, Outcome::Alive) => circuit.failures = 0,
            (BreakerState::Closed, Outcome::Failing) => {
                circuit.failures += 1;
                if circuit.failures >= FAILURES_TO_OPEN {
                    self.open(&mut circuit);
                }
            }
            (BreakerState::HalfOpen, Outcome::Alive) => {
                circuit.failures = 0;
                circuit.rest = FIRST_REST;
                circuit.era += 1;
                self.enter(&mut circuit, BreakerState::Closed);
            }
            (BreakerState::HalfOpen, _) => self.open(&mut circuit),
            (BreakerState::Closed, Outcome::Unclear) | (BreakerState::Open { .. }, _) => {}
        }
    }

    fn open(&self, circuit: &mut Circuit) {
        let until = Instant::now() + circuit.rest;
        circuit.rest = (circuit.rest * 2).min(LONGEST_REST);
        circuit.era += 1;
        self.enter(circuit, BreakerState::Open { until });
    }

    /// A probe that nobody finished proves nothing: the next caller may probe at once.
    fn abandon_probe(&self, era: u64) {
        let mut circuit = self.lock();
        if circuit.era == era && circuit.state == BreakerState::HalfOpen {
            self.enter(&mut circuit, BreakerState::Open { until: Instant::now() });
        }
    }

    fn enter(&self, circuit: &mut Circuit, state: BreakerState) {
        circuit.state = state;
        self.state.send_replace(state);
    }

    fn lock(&self) -> MutexGuard<'_, Circuit> {
        self.circuit.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Circuit {
    fn refusal(&self) -> Option<CircuitOpen> {
        match self.state {
            BreakerState::Closed => None,
            BreakerState::HalfOpen => Some(CircuitOpen { retry_in: Duration::ZERO }),
            BreakerState::Open { until } => {
                let retry_in = until.saturating_duration_since(Instant::now());
                (retry_in > Duration::ZERO).then_some(CircuitOpen { retry_in })
            }
        }
    }
}

/// Leave to make one call. Report how it went; a permit that is dropped unreported counts as not used.
#[derive(Debug)]
pub struct Permit<'a> {
    breaker: &'a Breaker,
    era: u64,
    is_probe: bool,
    reported: bool,
}

impl Permit<'_> {
    /// Whether this call decides if the circuit closes.
    pub fn is_probe(&self) -> bool {
        self.is_probe
    }

    /// Says how the call went.
    pub fn report(mut self, outcome: Outcome) {
        self.reported = true;
        self.breaker.record(outcome, self.era);
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        if self.is_probe && !self.reported {
            self.breaker.abandon_probe(self.era);
        }
    }
}

#[cfg(test)]
mod tests;
