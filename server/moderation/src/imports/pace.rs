//! How fast rows are settled, of late.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

/// What "of late" means: long enough that a steady 40 a minute reads as 40.
const WINDOW: Duration = Duration::from_secs(60);

/// No pace is told before this long: the first rows come all at once.
const TOO_EARLY: Duration = Duration::from_secs(2);

/// Rows settled within the window.
#[derive(Debug, Default)]
pub(super) struct Pace {
    begun: Option<Instant>,
    settled: VecDeque<(Instant, usize)>,
    rows: usize,
}

impl Pace {
    /// Counts rows that were settled now.
    pub(super) fn add(&mut self, rows: usize) {
        self.add_at(rows, Instant::now());
    }

    fn add_at(&mut self, rows: usize, now: Instant) {
        self.begun.get_or_insert(now);
        self.settled.push_back((now, rows));
        self.rows += rows;
        while let Some((at, rows)) = self.settled.front()
            && now.saturating_duration_since(*at) > WINDOW
        {
            self.rows -= rows;
            self.settled.pop_front();
        }
    }

    /// Rows a minute; `None` at the beginning.
    pub(super) fn per_minute(&self) -> Option<f64> {
        let (last, _) = self.settled.back()?;
        let (first, first_rows) = self.settled.front()?;
        let span = last.saturating_duration_since(*first);
        if last.saturating_duration_since(self.begun?) < TOO_EARLY || span.is_zero() {
            return None;
        }
        // What came with the first mark took its time before it.
        #[expect(clippy::cast_precision_loss, reason = "rows of a minute stay far below 2^52")]
        let rows = (self.rows - first_rows) as f64;
        Some(rows / span.as_secs_f64() * 60.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_steady_pace_is_told_and_the_past_forgotten() {
        let (mut pace, begun) = (Pace::default(), Instant::now());
        assert_eq!(pace.per_minute(), None);
        for second in 0..100_u32 {
            pace.add_at(10, begun + Duration::from_secs(second.into()));
        }
        assert!((pace.per_minute().unwrap() - 600.0).abs() < 1e-6);
        for second in 100..200_u32 {
            pace.add_at(1, begun + Duration::from_secs(second.into()));
        }
        assert!((pace.per_minute().unwrap() - 60.0).abs() < 1e-6);
    }

    #[test]
    fn the_first_moments_tell_nothing() {
        let (mut pace, begun) = (Pace::default(), Instant::now());
        pace.add_at(500, begun);
        pace.add_at(500, begun + Duration::from_secs(1));
        assert_eq!(pace.per_minute(), None);
    }
}
