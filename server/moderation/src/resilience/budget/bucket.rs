//! The token bucket itself: how many calls may leave now, and when the next.

use std::time::Duration;

use tokio::time::Instant;

use super::BudgetLimits;

/// Least share of the limit that is kept after any number of 429s.
const LEAST_SHARE: f64 = 0.1;

/// Share of the limit that comes back at a time, and how long without a 429 it takes: from half to whole in 2.5 min.
/// Gentle, as the limit may be shared with another program that uses the same key.
const RECOVERY_STEP: f64 = 0.1;
const RECOVERY_EVERY: Duration = Duration::from_secs(30);

/// How long to pause when the upstream does not say, at the whole rate; longer at lower rates (5 s after the first
/// 429, 10 s after the second, at most 25 s).
const DEFAULT_PAUSE: Duration = Duration::from_millis(2500);

/// Longest pause that the upstream can ask for. Its limit is by the minute; a longer wish is a mistake or an attack.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);

/// A token is there when no more than this is missing: sums of fractions do not come out whole.
const ROUNDING: f64 = 1e-6;

/// A token bucket whose rate halves on 429 and comes back step by step.
#[derive(Debug)]
pub(super) struct Bucket {
    /// Tokens a second, at the whole share.
    full_rate: f64,
    /// Tokens that can be saved up, at the whole share.
    full_burst: f64,
    /// Current share of both, [`LEAST_SHARE`] to 1.
    share: f64,
    tokens: f64,
    /// Until when `tokens` is reckoned; in the future during a pause.
    reckoned: Instant,
    /// When the share last changed.
    share_changed: Instant,
    /// When the last 429 slowed the bucket; later slots know the new rate.
    slowed: Option<Instant>,
}

impl Bucket {
    pub(super) fn new(limits: BudgetLimits, now: Instant) -> Self {
        let per_minute = f64::from(limits.per_minute.max(1));
        let burst = f64::from(limits.burst).min(per_minute / 2.0).max(1.0);
        let steady = (per_minute - burst).max(per_minute / 2.0);
        Self {
            full_rate: steady / 60.0,
            full_burst: burst,
            share: 1.0,
            tokens: burst,
            reckoned: now,
            share_changed: now,
            slowed: None,
        }
    }

    /// Adds what has come since the last time.
    pub(super) fn refill(&mut self, now: Instant) {
        while self.share < 1.0 && self.share_changed + RECOVERY_EVERY <= now {
            self.share_changed += RECOVERY_EVERY;
            self.accrue(self.share_changed);
            self.share = (self.share + RECOVERY_STEP).min(1.0);
        }
        self.accrue(now);
    }

    fn accrue(&mut self, until: Instant) {
        if until > self.reckoned {
            let seconds = (until - self.reckoned).as_secs_f64();
            self.tokens = (self.tokens + seconds * self.rate()).min(self.burst());
            self.reckoned = until;
        }
    }

    /// Takes a token if, besides it, `spare` are there.
    pub(super) fn take(&mut self, spare: f64, now: Instant) -> bool {
        self.refill(now);
        let there = self.reckoned <= now && self.tokens + ROUNDING >= 1.0 + spare;
        if there {
            self.tokens = (self.tokens - 1.0).max(0.0);
        }
        there
    }

    /// When the `count`-th token from now will be there, if the rate stays as it is.
    pub(super) fn ready_at(&self, count: f64) -> Instant {
        let missing = (count - self.tokens - ROUNDING).max(0.0);
        self.reckoned + Duration::from_secs_f64(missing / self.rate())
    }

    /// When the rate rises next, if it is lowered.
    pub(super) fn recovers_at(&self) -> Option<Instant> {
        (self.share < 1.0).then(|| self.share_changed + RECOVERY_EVERY)
    }

    /// Gives back a token that was not used.
    pub(super) fn give_back(&mut self, granted: Instant) {
        if self.slowed.is_none_or(|slowed| granted > slowed) {
            self.tokens = (self.tokens + 1.0).min(self.burst());
        }
    }

    /// Pauses and slows down after a 429 to a call that left at `granted`.
    ///
    /// Calls that left before the last slow-down tell nothing new about the rate, but their wish to wait counts.
    pub(super) fn limited(&mut self, granted: Instant, retry_after: Option<Duration>, now: Instant) {
        self.refill(now);
        if self.slowed.is_none_or(|slowed| granted > slowed) {
            self.share = (self.share / 2.0).max(LEAST_SHARE);
            self.slowed = Some(now);
            self.share_changed = now;
        }
        let pause = retry_after.unwrap_or_else(|| DEFAULT_PAUSE.div_f64(self.share)).min(LONGEST_PAUSE);
        // One call right after the pause finds out whether the limit is over.
        self.tokens = 1.0;
        self.reckoned = self.reckoned.max(now + pause);
    }

    /// Tokens that a class which can wait leaves for those who cannot: half of what can be saved up.
    pub(super) fn reserve(&self) -> f64 {
        (self.burst() / 2.0).floor()
    }

    /// How long calls are held back after a 429.
    pub(super) fn pause_left(&self, now: Instant) -> Duration {
        self.reckoned.saturating_duration_since(now)
    }

    /// The steady rate now, in calls a minute.
    pub(super) fn per_minute(&self) -> f64 {
        self.rate() * 60.0
    }

    fn rate(&self) -> f64 {
        self.full_rate * self.share
    }

    fn burst(&self) -> f64 {
        (self.full_burst * self.share).max(1.0)
    }
}
