//! How far a search looks for a page before it answers.
//!
//! Most searches find a page of matches among the newest rows. Some do not: two common words that hardly ever meet, or a
//! filter that hardly any row passes. Those are looked for window by window, from where the page starts, until the page is
//! full or the time is over; then the page says where it stopped, and one goes on from there. Counts never depend on time.

use std::time::{Duration, Instant};

use domain::Direction;

use super::Pool;
use crate::Result;

/// Ids of the first window; each further one is twice as wide. What most searches need lies in it, and a small log whole.
const FIRST_WINDOW: i64 = 8_192;

/// How long one question may look, beyond its first window.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    pub(super) ends: Option<Instant>,
}

impl Patience {
    /// For a page that a person waits for: what still feels like at once, and well below what a slow page may take (60 ms).
    pub(super) fn of_a_page() -> Self {
        Self::of(Duration::from_millis(40))
    }

    fn of(time: Duration) -> Self {
        Self::until(Instant::now() + time)
    }

    /// Until then.
    pub(super) const fn until(end: Instant) -> Self {
        Self { ends: Some(end) }
    }

    /// Looks to the end, however long that takes.
    pub(super) const fn endless() -> Self {
        Self { ends: None }
    }

    fn is_over(self) -> bool {
        self.ends.is_some_and(|end| Instant::now() >= end)
    }
}

/// Ranges of ids, one after the other in one direction.
#[derive(Debug)]
pub(super) struct Windows {
    /// First and last id that are left.
    left: (i64, i64),
    width: i64,
    direction: Direction,
    patience: Patience,
    begun: bool,
}

impl Windows {
    /// The windows of a search, whose time range leaves these ids, beyond an id or from the end of the log.
    pub(super) async fn new(
        ids: Option<(i64, i64)>,
        from: Option<(Direction, i64)>,
        patience: Patience,
        readers: &Pool,
    ) -> Result<Self> {
        let newest: i64 =
            sqlx::query_scalar("SELECT coalesce(max(id), 0) FROM detections").fetch_one(readers).await?;
        let (first, last) = ids.unwrap_or((1, newest));
        let (first, last) = (first.max(1), last.min(newest));
        let (left, direction) = match from {
            None => ((first, last), Direction::After),
            Some((Direction::After, id)) => ((first, last.min(id.saturating_sub(1))), Direction::After),
            Some((Direction::Before, id)) => ((first.max(id.saturating_add(1)), last), Direction::Before),
        };
        Ok(Self { direction, ..Self::over(left, patience) })
    }

    /// The windows from one id to another, newest first.
    pub(super) fn over(left: (i64, i64), patience: Patience) -> Self {
        let width = if patience.ends.is_some() { FIRST_WINDOW } else { i64::MAX / 2 };
        Self { left, width, direction: Direction::After, patience, begun: false }
    }

    /// The next window; `None` at the end, or when the time is over.
    pub(super) fn next(&mut self) -> Option<(i64, i64)> {
        let (first, last) = self.left;
        if first > last || (self.begun && self.patience.is_over()) {
            return None;
        }
        self.begun = true;
        let window = if self.direction == Direction::Before {
            let end = last.min(first.saturating_add(self.width - 1));
            self.left.0 = end.saturating_add(1);
            (first, end)
        } else {
            let start = first.max(last.saturating_sub(self.width - 1));
            self.left.1 = start.saturating_sub(1);
            (start, last)
        };
        self.width = self.width.saturating_mul(2).min(i64::MAX / 2);
        Some(window)
    }

    /// The id that the search stopped at; `None` when it came to the end.
    pub(super) fn stopped_at(&self) -> Option<i64> {
        let (first, last) = self.left;
        let boundary = if self.direction == Direction::Before { first - 1 } else { last + 1 };
        (first <= last).then_some(boundary)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn windows(left: (i64, i64), direction: Direction, patience: Patience) -> Windows {
        Windows { left, width: 10, direction, patience, begun: false }
    }

    #[test]
    fn windows_meet_without_gap_and_end_where_the_log_does() {
        let mut newest_first = windows((1, 100), Direction::After, Patience::endless());
        assert_eq!(newest_first.next(), Some((91, 100)));
        assert_eq!(newest_first.next(), Some((71, 90)));
        assert_eq!(newest_first.stopped_at(), Some(71), "what lies before it was not looked at");
        assert_eq!(newest_first.next(), Some((31, 70)));
        assert_eq!(newest_first.next(), Some((1, 30)));
        assert_eq!((newest_first.next(), newest_first.stopped_at()), (None, None));
        let mut back = windows((95, 100), Direction::Before, Patience::endless());
        assert_eq!((back.next(), back.next()), (Some((95, 100)), None));
    }

    #[test]
    fn without_time_one_window_is_looked_at_all_the_same() {
        let mut hurried = windows((1, 100), Direction::Before, Patience::of(Duration::ZERO));
        assert_eq!(hurried.next(), Some((1, 10)));
        assert_eq!((hurried.next(), hurried.stopped_at()), (None, Some(10)));
    }
}
