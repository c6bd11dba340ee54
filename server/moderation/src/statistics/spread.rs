//! Percentiles of times that were counted in steps.

use domain::statistics::{Percentiles, real};
use store::statistics::SpreadCount;

/// Counts of steps, least first.
#[derive(Clone, Debug, Default)]
pub(super) struct Spread(Vec<(f64, f64, u64)>);

impl Spread {
    pub(super) fn add(&mut self, count: &SpreadCount) {
        let place = self.0.binary_search_by(|(at_least, ..)| at_least.total_cmp(&count.at_least));
        match place {
            Ok(at) => self.0[at].2 += count.count,
            Err(at) => self.0.insert(at, (count.at_least, count.below, count.count)),
        }
    }

    pub(super) fn count(&self) -> u64 {
        self.0.iter().map(|(.., count)| count).sum()
    }

    /// The time that this share (0 to 1) of all took less than; `None` when there are none. Within a step, times count as
    /// evenly spread.
    pub(super) fn quantile(&self, share: f64) -> Option<f64> {
        let target = real(self.count()) * share;
        let mut below = 0.0;
        for (at_least, end, count) in &self.0 {
            let count = real(*count);
            if below + count >= target && count > 0.0 {
                return Some(at_least + (end - at_least) * ((target - below) / count).clamp(0.0, 1.0));
            }
            below += count;
        }
        None
    }

    pub(super) fn percentiles(&self) -> Option<Percentiles> {
        // More digits would only lengthen the answer.
        let at = |share| self.quantile(share).map(|ms| (ms * 100.0).round() / 100.0);
        Some(Percentiles { count: self.count(), p50: at(0.5)?, p95: at(0.95)?, p99: at(0.99)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_lie_where_the_counts_say() {
        let step = |at_least: f64, below: f64, count| SpreadCount {
            day: "2025-02-14".parse().unwrap(),
            at_least,
            below,
            count,
        };
        let mut spread = Spread::default();
        assert_eq!(spread.percentiles(), None);
        for count in [step(100.0, 200.0, 10), step(10.0, 20.0, 40), step(10.0, 20.0, 50)] {
            spread.add(&count);
        }
        let found = spread.percentiles().unwrap();
        assert_eq!(found.count, 100);
        assert!((found.p50 - 15.555).abs() < 0.01, "{found:?}");
        assert!((found.p95 - 150.0).abs() < 0.01 && (found.p99 - 190.0).abs() < 0.01, "{found:?}");
    }
}
