//! When people write: more by day than by night, less at weekends, and a little more every month.

use chrono::{DateTime, Datelike, TimeDelta, Timelike, Utc, Weekday};
use fastrand::Rng;

/// How busy each hour of a day is (UTC), as parts of the busiest: that of a site read in Europe and America.
const HOURS: [f64; 24] = [
    0.35, 0.28, 0.22, 0.18, 0.18, 0.22, 0.32, 0.48, 0.65, 0.78, 0.85, 0.88, 0.90, 0.92, 0.95, 0.97, 1.0, 1.0,
    0.98, 0.95, 0.88, 0.75, 0.6, 0.45,
];

/// What the last day has more than the first.
const GROWTH: f64 = 0.5;

/// So many times, spread over the days before `until`, in order.
pub(super) fn times(
    rows: u32,
    days: u32,
    until: DateTime<Utc>,
    seed: u64,
) -> impl Iterator<Item = DateTime<Utc>> + Send {
    let hours = i64::from(days) * 24;
    let start = until - TimeDelta::hours(hours);
    let busy = move |hour: i64| {
        let at = start + TimeDelta::hours(hour);
        let weekend = matches!(at.weekday(), Weekday::Sat | Weekday::Sun);
        let growth = 1.0 + GROWTH * hour as f64 / hours as f64;
        HOURS[at.hour() as usize % 24] * if weekend { 0.7 } else { 1.0 } * growth
    };
    let all: f64 = (0..hours).map(busy).sum();
    let mut rng = Rng::with_seed(seed ^ 0x5eed_7157);
    let mut sum = 0.0;
    let mut given = 0;
    (0..hours).flat_map(move |hour| {
        sum += busy(hour);
        // Rounded from the start, so that the parts add up to the whole.
        let due = if hour + 1 == hours { rows } else { (f64::from(rows) * sum / all) as u32 };
        let mut offsets: Vec<i64> = (given..due).map(|_| rng.i64(0..3_600_000)).collect();
        given = due.max(given);
        offsets.sort_unstable();
        let begin = start + TimeDelta::hours(hour);
        offsets.into_iter().map(move |offset| begin + TimeDelta::milliseconds(offset))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_as_asked_for_in_order_and_within_the_days() {
        let until = DateTime::from_timestamp(1_739_619_120, 0).unwrap();
        for rows in [1, 7, 5_000] {
            let times: Vec<_> = times(rows, 3, until, 9).collect();
            assert_eq!(times.len(), rows as usize);
            assert!(times.is_sorted());
            assert!(times[0] >= until - TimeDelta::days(3) && times[times.len() - 1] < until);
        }
    }
}
