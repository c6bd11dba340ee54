//! Due times are times of the machine's clock, which may be wrong and then be set right: what was to wait seconds would wait a day.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::{
    Moderation, ModerationError,
    outbox::{CLAIM, LONGEST_RETRY},
};

/// How often the machine's clock is compared with the time that went by.
const COMPARE_EVERY: Duration = Duration::from_secs(2);

/// By how much the two may differ: clocks are corrected by less all the time.
const TOLERANCE: TimeDelta = TimeDelta::seconds(5);

/// Longest wait that a due time can mean, notes of alerts included (they are tried every half hour at last).
const LONGEST_WAIT: TimeDelta = TimeDelta::minutes(30);

/// The machine's clock beside one that only goes forward.
#[derive(Clone, Copy, Debug)]
struct TwoClocks {
    wall: DateTime<Utc>,
    steady: Instant,
}

impl TwoClocks {
    /// How far the machine's clock has jumped since the last comparison, forward or back; `None` for as good as not.
    fn compare(&mut self, wall: DateTime<Utc>, steady: Instant) -> Option<TimeDelta> {
        let passed =
            TimeDelta::from_std(steady.saturating_duration_since(self.steady)).unwrap_or(TimeDelta::zero());
        let jump = (wall - self.wall) - passed;
        *self = Self { wall, steady };
        (jump.abs() > TOLERANCE).then_some(jump)
    }
}

impl Moderation {
    /// Brings forward what falls due later than it can have been meant to: it was written while the clock was ahead. Called when
    /// the clock has jumped, and with the start, since it may have been set right while the program did not run.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn judge_due_times_afresh(&self, has_jumped: bool) -> Result<(), ModerationError> {
        let now = self.clock.now();
        // After a jump nobody knows when the times were written. To try once more than was needed does no harm.
        let soon = CLAIM.max(self.undo_period());
        let latest = if has_jumped { soon } else { LONGEST_WAIT.max(LONGEST_RETRY) };
        let moved = self.store.bring_forward(now + latest, now + CLAIM).await?;
        if moved > 0 {
            tracing::warn!(moved, "brought forward what was due later than it can have been meant to be");
        }
        for woken in
            [&self.outbox_changed, &self.recheck_wanted, &self.deliveries_wanted, &self.alerts_wanted]
        {
            woken.notify_one();
        }
        Ok(())
    }

    pub(crate) async fn run_clock_watch(self: Arc<Self>, stop: CancellationToken) {
        let mut clocks = TwoClocks { wall: self.clock.now(), steady: Instant::now() };
        // Until it has worked: whether the clock was right when the last program ran is not known either.
        let mut wanted = Some(false);
        while !stop.is_cancelled() {
            if let Some(jump) = clocks.compare(self.clock.now(), Instant::now()) {
                tracing::warn!(seconds = jump.num_seconds(), "the machine's clock was set");
                wanted = Some(true);
            }
            if let Some(has_jumped) = wanted {
                match self.judge_due_times_afresh(has_jumped).await {
                    Ok(()) => wanted = None,
                    Err(error) => tracing::error!(%error, "due times could not be judged afresh"),
                }
            }
            stop.run_until_cancelled(tokio::time::sleep(COMPARE_EVERY)).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jump_is_what_the_steady_clock_did_not_see() {
        let (wall, steady) = (DateTime::from_timestamp(1_739_619_120, 0).unwrap(), Instant::now());
        let mut clocks = TwoClocks { wall, steady };
        let mut after = |wall_s: i64, steady_s: u64| {
            clocks.compare(wall + TimeDelta::seconds(wall_s), steady + Duration::from_secs(steady_s))
        };
        assert_eq!(after(2, 2), None);
        assert_eq!(after(7, 4), None, "a correction by 3 s");
        assert_eq!(after(86_409, 6), Some(TimeDelta::seconds(86_400)));
        assert_eq!(after(86_411, 8), None, "told once");
        assert_eq!(after(13, 10), Some(TimeDelta::seconds(-86_400)));
        assert_eq!(after(3_613, 3_610), None, "time that went by is no jump");
    }
}
