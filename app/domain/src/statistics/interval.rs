//! How sure a share is that was counted on a few cases.

use serde::{Deserialize, Serialize};

/// The normal quantile of 97.5 %: intervals hold the true share in 95 of 100 cases.
const Z: f64 = 1.959_963_984_540_054;

/// A share of cases, with its 95 % interval after Wilson (1927), which also holds for few cases and for shares near 0 and 1.
/// All from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Share {
    /// The share that was counted.
    pub value: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Share {
    /// The share of `part` in `whole`; `None` when there are no cases. A part is at most the whole.
    pub fn of(part: u64, whole: u64) -> Option<Self> {
        if whole == 0 {
            return None;
        }
        let (part, n) = (real(part.min(whole)), real(whole));
        let p = part / n;
        let z2 = Z * Z;
        let middle = (p + z2 / (2.0 * n)) / (1.0 + z2 / n);
        let half = Z / (1.0 + z2 / n) * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt();
        let low = if part == 0.0 { 0.0 } else { (middle - half).max(0.0) };
        let high = if part == n { 1.0 } else { (middle + half).min(1.0) };
        Some(Self { value: p, low, high })
    }

    /// `92.3 % (88–95 %)`; without a decimal where the interval is wide.
    pub fn words(self) -> String {
        let percent = |share: f64| share * 100.0;
        let digits = usize::from(self.high - self.low < 0.1);
        format!("{:.digits$} % ({:.0}–{:.0} %)", percent(self.value), percent(self.low), percent(self.high))
    }
}

/// A count as a number to calculate with; counts of a log stay far below 2⁵².
#[expect(clippy::cast_precision_loss, reason = "counts of a log stay far below 2^52")]
pub fn real(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Against the values of Brown, Cai and DasGupta (2001) and of R's `binom::binom.confint(method = "wilson")`.
    #[test]
    fn intervals_are_those_of_wilson() {
        for (part, whole, low, high) in
            [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (5, 10, 0.2366, 0.7634), (81, 263, 0.2553, 0.3662)]
        {
            let share = Share::of(part, whole).unwrap();
            assert!(
                (share.low - low).abs() < 5e-5 && (share.high - high).abs() < 5e-5,
                "{part}/{whole}: {share:?}"
            );
        }
        assert_eq!(Share::of(0, 0), None);
    }

    #[test]
    fn ten_labels_do_not_look_like_a_truth() {
        assert_eq!(Share::of(9, 10).map(Share::words).unwrap(), "90 % (60–98 %)");
        assert_eq!(Share::of(1846, 2000).map(Share::words).unwrap(), "92.3 % (91–93 %)");
    }
}
