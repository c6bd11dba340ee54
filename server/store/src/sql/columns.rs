//! What columns hold: times are milliseconds since the UNIX epoch (UTC), words are those of `domain`; bad ones are named.

use chrono::{DateTime, NaiveDate, Utc};

use crate::{Result, StoreError};

/// Behind a table that is walked by its ids, not by another index.
pub(super) const BY_ID: &str = unindexed!();

pub(super) const MS_PER_HOUR: i64 = 3_600_000;
pub(super) const HOURS_PER_DAY: i64 = 24;

pub(super) fn to_ms(time: DateTime<Utc>) -> i64 {
    time.timestamp_millis()
}

/// The hour of a time, counted from the UNIX epoch, as `check_hours` counts (its trigger divides the same way).
pub(super) fn to_hour(time: DateTime<Utc>) -> i64 {
    to_ms(time) / MS_PER_HOUR
}

/// The first hour of a day.
pub(super) fn day_to_hour(day: NaiveDate) -> i64 {
    day.signed_duration_since(NaiveDate::default()).num_days() * HOURS_PER_DAY
}

/// Where a value was read, for [`StoreError::BadRow`].
#[derive(Clone, Copy)]
pub(super) struct At {
    pub(super) table: &'static str,
    pub(super) id: i64,
}

impl At {
    pub(super) fn bad(self, column: &'static str, reason: impl std::fmt::Display) -> StoreError {
        StoreError::BadRow { table: self.table, column, id: self.id, reason: reason.to_string() }
    }

    pub(super) fn time(self, column: &'static str, ms: i64) -> Result<DateTime<Utc>> {
        DateTime::from_timestamp_millis(ms)
            .ok_or_else(|| self.bad(column, format_args!("{ms} ms is no time")))
    }

    pub(super) fn maybe_time(self, column: &'static str, ms: Option<i64>) -> Result<Option<DateTime<Utc>>> {
        ms.map(|ms| self.time(column, ms)).transpose()
    }

    /// A count that fits its type.
    pub(super) fn number<T>(self, column: &'static str, number: i64) -> Result<T>
    where
        T: TryFrom<i64>,
        T::Error: std::fmt::Display,
    {
        number.try_into().map_err(|error| self.bad(column, error))
    }

    pub(super) fn maybe_number<T>(self, column: &'static str, number: Option<i64>) -> Result<Option<T>>
    where
        T: TryFrom<i64>,
        T::Error: std::fmt::Display,
    {
        number.map(|number| self.number(column, number)).transpose()
    }

    pub(super) fn word<T>(self, column: &'static str, word: &str) -> Result<T>
    where
        T: std::str::FromStr,
        T::Err: std::fmt::Display,
    {
        word.parse().map_err(|error| self.bad(column, error))
    }

    pub(super) fn maybe_word<T>(self, column: &'static str, word: Option<&str>) -> Result<Option<T>>
    where
        T: std::str::FromStr,
        T::Err: std::fmt::Display,
    {
        word.map(|word| self.word(column, word)).transpose()
    }

    pub(super) fn json<T: serde::de::DeserializeOwned>(self, column: &'static str, text: &str) -> Result<T> {
        serde_json::from_str(text).map_err(|error| self.bad(column, error))
    }
}
