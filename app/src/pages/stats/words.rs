//! Measures in words.

use domain::{
    paging::grouped,
    statistics::{Tally, real},
};

/// A share in percent, with one decimal.
pub(super) fn percent(share: f64) -> String {
    format!("{share:.1} %")
}

/// The share of spam among checks, in percent.
pub(super) fn spam_share(tally: Tally) -> Option<f64> {
    (tally.sum() > 0).then(|| real(tally.spam) * 100.0 / real(tally.sum()))
}

/// A time in milliseconds: `0.4 ms`, `12 ms`, `1.2 s`.
pub(super) fn milliseconds(ms: f64) -> String {
    match ms {
        _ if ms < 10.0 => format!("{ms:.1} ms"),
        _ if ms < 1_000.0 => format!("{ms:.0} ms"),
        _ => format!("{:.1} s", ms / 1_000.0),
    }
}

/// A long time in milliseconds: `40 s`, `12 min`, `3.5 h`, `2.1 days`.
pub(super) fn long(ms: f64) -> String {
    let seconds = ms / 1_000.0;
    match seconds {
        _ if seconds < 100.0 => format!("{seconds:.0} s"),
        _ if seconds < 6_000.0 => format!("{:.0} min", seconds / 60.0),
        _ if seconds < 172_800.0 => format!("{:.1} h", seconds / 3_600.0),
        _ => format!("{:.1} days", seconds / 86_400.0),
    }
}

/// How much more or less than before.
pub(super) fn change(now: u64, before: u64) -> String {
    match (now, before) {
        (_, 0) => "none before".to_owned(),
        _ => {
            let change = (real(now) / real(before) - 1.0) * 100.0;
            let sign = if change < 0.0 { "−" } else { "+" };
            format!("{sign}{:.0} % ({} before)", change.abs(), grouped(before))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measures_have_units() {
        assert_eq!([0.42, 12.3, 1234.0].map(milliseconds), ["0.4 ms", "12 ms", "1.2 s"]);
        let hour = 3_600_000.0;
        assert_eq!(
            [40_000.0, hour / 5.0, 3.5 * hour, 50.4 * hour].map(long),
            ["40 s", "12 min", "3.5 h", "2.1 days"]
        );
        assert_eq!(change(150, 100), "+50 % (100 before)");
        assert_eq!(change(50, 100), "−50 % (100 before)");
        assert_eq!((change(1, 0), change(0, 0)), ("none before".into(), "none before".into()));
        assert_eq!(spam_share(Tally::default()), None);
    }
}
