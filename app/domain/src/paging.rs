//! Paging by key: the cost of a page does not grow with its depth.

use serde::{Deserialize, Serialize};

use crate::DetectionId;

/// Rows on one page of the log.
pub const PAGE_SIZE: u32 = 50;

crate::words! {
    /// How the log is sorted. Ties follow the id, newest first.
    Order {
        /// Newest first.
        Newest = "newest",
        /// Highest score first.
        Score = "score",
        /// Nearest to the threshold first.
        Closest = "closest",
    }
}

crate::words! {
    /// Which way a page goes on from its cursor.
    Direction {
        /// Towards the end of the list.
        After = "after",
        /// Back towards its start.
        Before = "before",
    }
}

/// A place between two rows: the sort key and id of a row already shown.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cursor {
    /// Value of the sort key: unused for [`Order::Newest`], the score for [`Order::Score`], the distance of score
    /// and threshold for [`Order::Closest`].
    pub key: f64,
    /// Id of the row.
    pub id: DetectionId,
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}~{}", self.key, self.id.0)
    }
}

impl std::str::FromStr for Cursor {
    type Err = BadCursor;
    fn from_str(text: &str) -> Result<Self, BadCursor> {
        let (key, id) = text.split_once('~').ok_or(BadCursor)?;
        let key: f64 = key.parse().map_err(|_| BadCursor)?;
        let id = DetectionId(id.parse().map_err(|_| BadCursor)?);
        if key.is_finite() { Ok(Self { key, id }) } else { Err(BadCursor) }
    }
}

/// A cursor that was cut or made up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this place in the list is not readable; start again from the first page")]
pub struct BadCursor;

/// Which rows are asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PageRequest {
    /// How to sort.
    pub order: Order,
    /// Where to go on from; `None` is the start.
    pub from: Option<(Direction, Cursor)>,
    /// At most this many rows (1 to 500).
    pub limit: u32,
}

/// Some rows, in order, and the places to go on from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Page<T> {
    /// The rows, always in the order asked for, also when paging back.
    pub rows: Vec<T>,
    /// Where the page before ends, if there is one.
    pub before: Option<Cursor>,
    /// Where the next page starts, if there is one.
    pub after: Option<Cursor>,
}

/// A count that stops at a bound, or when it has looked at many rows, so that it stays cheap on any log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoundedCount {
    /// How many there are; a lower bound if `more`.
    pub count: u64,
    /// Whether the count stopped: there are more, or nobody looked further.
    pub more: bool,
}

/// Where counts of what waits stop: "10,000+".
pub const COUNT_BOUND: u64 = 10_000;

impl std::fmt::Display for BoundedCount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.more && self.count == 0 {
            return f.write_str("an unknown number of");
        }
        f.write_str(&grouped(self.count))?;
        f.write_str(if self.more { "+" } else { "" })
    }
}

/// An integer with a comma between thousands, as shown everywhere: `1,240`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_its_url() {
        for cursor in
            [Cursor { key: 0.1 + 0.2, id: DetectionId(7) }, Cursor { key: -3.0, id: DetectionId(i64::MAX) }]
        {
            assert_eq!(cursor.to_string().parse(), Ok(cursor));
        }
        for text in ["", "~", "1", "NaN~1", "1~x"] {
            assert_eq!(text.parse::<Cursor>(), Err(BadCursor), "{text}");
        }
    }

    #[test]
    fn thousands_are_grouped() {
        assert_eq!([0, 999, 1000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(BoundedCount { count: 10_000, more: true }.to_string(), "10,000+");
        assert_eq!(BoundedCount { count: 0, more: true }.to_string(), "an unknown number of");
    }
}
