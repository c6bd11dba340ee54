//! All of it together around a [`SpamApi`].

mod for_class;

use std::{future::Future, sync::Arc, time::Duration};

use activelayer::{
    Answer, ApiError, CheckEndpoint, CheckRequest, CheckResponse, FeedbackRequest, FeedbackResponse, SpamApi,
    StatsResponse, VerifyResponse,
};
use tokio::time::{Instant, sleep, timeout_at};

use super::{
    backoff::Backoff,
    breaker::{Breaker, BreakerState, CircuitOpen, Outcome, Permit},
    budget::{Budget, BudgetError, BudgetState, Class, Slot},
    quota::Quota,
    shared_rate::{DEFAULT_PAUSE, SharedRate},
};

pub use for_class::ForClass;

/// Least time that a call gets once it has its turn: 1 s, ten times a usual answer. A turn that comes later is not
/// taken: it would end in a time-out that says nothing about the upstream, and its quota would be spent for nothing.
pub const LEAST_CALL_TIME: Duration = Duration::from_secs(1);

/// How long the caller who happens upon a rested circuit waits for the probe's answer.
const PROBE_TIMEOUT: Duration = Duration::from_secs(2);

/// Tries of one call, the first included. The third rarely helps where two did not.
const MAX_TRIES: u32 = 3;

/// On whose behalf, and until when.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    /// Whose turn it takes.
    pub class: Class,
    /// When the caller must have an answer, tries and waits included. Give it more than [`LEAST_CALL_TIME`].
    pub deadline: Instant,
}

impl Call {
    /// A call that must be answered within `patience` from now.
    pub fn within(class: Class, patience: Duration) -> Self {
        Self { class, deadline: Instant::now() + patience }
    }
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum GuardError {
    /// No turn before the deadline; nothing was sent.
    #[error(transparent)]
    Busy(#[from] BudgetError),
    /// The upstream has been failing; nothing was sent.
    #[error(transparent)]
    CircuitOpen(#[from] CircuitOpen),
    /// The month's quota is used up, in the upstream's words; this time, nothing was sent.
    #[error(transparent)]
    QuotaExhausted(ApiError),
    /// The upstream's answer to the last try.
    #[error(transparent)]
    Api(#[from] ApiError),
}

impl From<GuardError> for ApiError {
    /// What an upstream would have said.
    fn from(error: GuardError) -> Self {
        match error {
            GuardError::Api(error) | GuardError::QuotaExhausted(error) => error,
            GuardError::Busy(BudgetError::Busy { retry_in }) => {
                Self::RateLimited { message: error.to_string(), retry_after: Some(retry_in) }
            }
            GuardError::CircuitOpen(_) => Self::Connect { reason: error.to_string() },
        }
    }
}

/// What the guard is doing, for metrics and health.
#[derive(Clone, Debug, PartialEq)]
pub struct GuardState {
    /// Whether calls go through.
    pub breaker: BreakerState,
    /// The rate, and who waits.
    pub budget: BudgetState,
    /// What the upstream said, while the month's quota is used up.
    pub quota_exhausted: Option<ApiError>,
}

/// Tells what a guard is doing.
pub trait Watch: Send + Sync {
    /// What it is doing now.
    fn guard_state(&self) -> GuardState;
}

impl<A: SpamApi> Watch for Guarded<A> {
    fn guard_state(&self) -> GuardState {
        self.state()
    }
}

/// Whether a call may be made again when nobody knows if the upstream received it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Repeat {
    /// No: a check spends quota, and after a time-out or a broken answer it may have been spent.
    IfNotReceived,
    /// Yes: reading changes nothing, and feedback given twice is the same feedback.
    Always,
}

impl Repeat {
    fn allows(self, error: &ApiError) -> bool {
        match error {
            // Never received, refused, or failed inside: no verdict was given, so none was paid for.
            ApiError::Connect { .. } | ApiError::RateLimited { .. } | ApiError::Server { .. } => true,
            ApiError::Timeout | ApiError::Malformed { .. } => self == Self::Always,
            _ => false,
        }
    }
}

/// A [`SpamApi`] behind quota, budget, breaker and backoff. Every call names its class and deadline.
///
/// [`ForClass`] is the same as a [`SpamApi`], for callers of one class.
#[derive(Debug)]
pub struct Guarded<A> {
    api: A,
    budget: Budget,
    breaker: Breaker,
    backoff: Backoff,
    quota: Quota,
    /// What counts the calls of all programs that use the key.
    shared: Option<Arc<dyn SharedRate>>,
}

impl<A: SpamApi> Guarded<A> {
    /// Guards `api`. One guard an API key: the budget is the key's.
    pub fn new(api: A, budget: Budget, backoff: Backoff) -> Self {
        let (breaker, quota) = (Breaker::default(), Quota::default());
        Self { api, budget, breaker, backoff, quota, shared: None }
    }

    /// The same among other programs that use the key: besides its own turn, each call takes one of theirs.
    pub fn sharing(self, rate: Arc<dyn SharedRate>) -> Self {
        Self { shared: Some(rate), ..self }
    }

    /// Asks for a verdict. Tried again after [`ApiError::Connect`], [`ApiError::RateLimited`] and
    /// [`ApiError::Server`] while there is time; never after [`ApiError::Timeout`] or [`ApiError::Malformed`], as
    /// the quota may have been spent.
    ///
    /// # Errors
    /// [`GuardError`], always before the deadline has passed.
    pub async fn check(
        &self,
        call: Call,
        endpoint: CheckEndpoint,
        request: &CheckRequest,
    ) -> Result<Answer<CheckResponse>, GuardError> {
        self.quota.admit().map_err(GuardError::QuotaExhausted)?;
        let result = self.run(call, Repeat::IfNotReceived, || self.api.check(endpoint, request)).await;
        match &result {
            Ok(_) => self.quota.renew(),
            Err(GuardError::Api(error)) => self.quota.learn(error),
            Err(_) => {}
        }
        result
    }

    /// Sends feedback; safe to repeat.
    ///
    /// # Errors
    /// [`GuardError`], always before the deadline has passed.
    pub async fn feedback(
        &self,
        call: Call,
        request: &FeedbackRequest,
    ) -> Result<Answer<FeedbackResponse>, GuardError> {
        self.run(call, Repeat::Always, || self.api.feedback(request)).await
    }

    /// Asks about the key.
    ///
    /// # Errors
    /// [`GuardError`], always before the deadline has passed.
    pub async fn verify(&self, call: Call) -> Result<Answer<VerifyResponse>, GuardError> {
        self.run_beside(call, || self.api.verify()).await
    }

    /// Asks for the plan's usage. When it says that something is left, checks are spent again. Like [`Self::verify`], it neither
    /// opens the circuit of the checks nor is held back by it: figures that cannot be read say nothing about verdicts.
    ///
    /// # Errors
    /// [`GuardError`], always before the deadline has passed.
    pub async fn stats(&self, call: Call) -> Result<Answer<StatsResponse>, GuardError> {
        let answer = self.run_beside(call, || self.api.stats()).await?;
        self.quota.learn_from_stats(&answer.value);
        Ok(answer)
    }

    /// What the guard is doing.
    pub fn state(&self) -> GuardState {
        GuardState {
            breaker: self.breaker.state(),
            budget: self.budget.state(),
            quota_exhausted: self.quota.exhausted(),
        }
    }

    /// The breaker, to watch it.
    pub fn breaker(&self) -> &Breaker {
        &self.breaker
    }

    /// The quota, for those who learn elsewhere that the period has turned.
    pub fn quota(&self) -> &Quota {
        &self.quota
    }

    /// Tries until there is an answer, or no use or time in going on.
    async fn run<T, F>(&self, call: Call, repeat: Repeat, send: impl Fn() -> F) -> Result<T, GuardError>
    where
        F: Future<Output = Result<T, ApiError>>,
    {
        self.tries(call, repeat, || self.try_once(call, &send)).await
    }

    /// The same beside the circuit.
    async fn run_beside<T, F>(&self, call: Call, send: impl Fn() -> F) -> Result<T, GuardError>
    where
        F: Future<Output = Result<T, ApiError>>,
    {
        self.tries(call, Repeat::Always, || self.try_beside(call, &send)).await
    }

    async fn tries<T, F>(&self, call: Call, repeat: Repeat, attempt: impl Fn() -> F) -> Result<T, GuardError>
    where
        F: Future<Output = Result<T, GuardError>>,
    {
        let mut last = None;
        for failures in 1..=MAX_TRIES {
            let error = match attempt().await {
                Ok(answer) => return Ok(answer),
                Err(GuardError::Api(error)) => error,
                // The upstream's own words tell more than ours about not asking it again.
                Err(refusal) => return Err(last.map_or(refusal, GuardError::Api)),
            };
            let wait = self.backoff.delay(failures);
            let is_time_left = Instant::now() + wait + LEAST_CALL_TIME <= call.deadline;
            if failures == MAX_TRIES || !repeat.allows(&error) || !is_time_left {
                return Err(error.into());
            }
            sleep(wait).await;
            last = Some(error);
        }
        Err(last.unwrap_or(ApiError::Timeout).into())
    }

    /// One try without a permit: a turn, the call.
    async fn try_beside<T, F>(&self, call: Call, send: impl Fn() -> F) -> Result<T, GuardError>
    where
        F: Future<Output = Result<T, ApiError>>,
    {
        let slot = self.slot(call).await?;
        let result = timeout_at(call.deadline, send()).await.unwrap_or(Err(ApiError::Timeout));
        self.settle_slot(slot, &result).await;
        Ok(result?)
    }

    /// One try: a turn, a permit, the call. After a rest of the circuit, `/verify` goes ahead of it.
    async fn try_once<T, F>(&self, call: Call, send: impl Fn() -> F) -> Result<T, GuardError>
    where
        F: Future<Output = Result<T, ApiError>>,
    {
        let (mut slot, mut permit) = self.turn(call).await?;
        if permit.is_probe() {
            self.probe(call, slot, permit).await;
            (slot, permit) = self.turn(call).await?;
        }
        let result = timeout_at(call.deadline, send()).await.unwrap_or(Err(ApiError::Timeout));
        self.settle(slot, permit, &result).await;
        Ok(result?)
    }

    async fn turn(&self, call: Call) -> Result<(Slot, Permit<'_>), GuardError> {
        self.breaker.check()?;
        let slot = self.slot(call).await?;
        match self.breaker.admit() {
            Ok(permit) => Ok((slot, permit)),
            // It opened while this call was in line.
            Err(open) => {
                self.unused(slot).await;
                Err(open.into())
            }
        }
    }

    /// A turn here, and one among all programs that use the key.
    async fn slot(&self, call: Call) -> Result<Slot, BudgetError> {
        let by = turn_by(call);
        let slot = self.budget.acquire(call.class, by).await?;
        let Some(rate) = &self.shared else { return Ok(slot) };
        loop {
            let wait = match timeout_at(by, rate.take()).await {
                Ok(Ok(())) => return Ok(slot),
                Ok(Err(wait)) => wait,
                Err(_) => LEAST_CALL_TIME,
            };
            if Instant::now() + wait > by {
                slot.unused();
                return Err(BudgetError::Busy { retry_in: wait });
            }
            sleep(wait).await;
        }
    }

    async fn unused(&self, slot: Slot) {
        slot.unused();
        if let Some(rate) = &self.shared {
            rate.give_back().await;
        }
    }

    /// Tells breaker and budget how a call went.
    async fn settle<T>(&self, slot: Slot, permit: Permit<'_>, result: &Result<T, ApiError>) {
        permit.report(Outcome::of(result));
        self.settle_slot(slot, result).await;
    }

    /// Tells only the budget.
    async fn settle_slot<T>(&self, slot: Slot, result: &Result<T, ApiError>) {
        match result {
            Err(ApiError::RateLimited { retry_after, .. }) => {
                slot.rate_limited(*retry_after);
                if let Some(rate) = &self.shared {
                    rate.pause(retry_after.unwrap_or(DEFAULT_PAUSE)).await;
                }
            }
            Err(ApiError::Connect { .. }) => self.unused(slot).await,
            _ => {}
        }
    }

    /// Finds out whether the upstream is back, by a call that spends no quota.
    async fn probe(&self, call: Call, slot: Slot, permit: Permit<'_>) {
        let by = call.deadline.min(Instant::now() + PROBE_TIMEOUT);
        let result = timeout_at(by, self.api.verify()).await.unwrap_or(Err(ApiError::Timeout));
        self.settle(slot, permit, &result).await;
    }
}

/// The last moment at which a turn is of use.
fn turn_by(call: Call) -> Instant {
    call.deadline.checked_sub(LEAST_CALL_TIME).unwrap_or(call.deadline)
}

#[cfg(test)]
mod tests;
