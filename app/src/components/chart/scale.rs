//! Axes with round numbers.

/// The step between lines of an axis, so that three to five of them reach `most`: 1, 2 or 5 times a power of ten.
fn step(most: f64, whole: bool) -> f64 {
    let rough = (most / 4.0).max(f64::MIN_POSITIVE);
    let power = 10_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].map(|times| times * power).into_iter().find(|step| *step >= rough);
    let step = step.unwrap_or(rough);
    if whole { step.max(1.0) } else { step }
}

/// Where the lines of an axis are that begins at 0; the last is at or above `most`. With `whole` only whole numbers.
pub(super) fn ticks(most: f64, whole: bool) -> Vec<f64> {
    if !most.is_finite() || most <= 0.0 {
        return vec![0.0, 1.0];
    }
    let step = step(most, whole);
    let mut ticks = vec![0.0];
    while ticks.last().is_some_and(|last| *last < most) {
        ticks.push(ticks.len() as f64 * step);
    }
    ticks
}

/// A number on an axis, short: `1,200`, `45k`, `2M`, `0.5`.
pub(super) fn short(number: f64) -> String {
    match number {
        _ if number >= 1_000_000.0 => format!("{}M", trimmed(number / 1_000_000.0)),
        _ if number >= 10_000.0 => format!("{}k", trimmed(number / 1_000.0)),
        _ => trimmed(number),
    }
}

/// At most two decimals, and none that say nothing.
pub(super) fn trimmed(number: f64) -> String {
    let text = format!("{number:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_are_round_and_reach_the_most() {
        for (most, whole, expected) in [
            (0.0, true, &[0.0, 1.0][..]),
            (1.0, true, &[0.0, 1.0]),
            (3.0, true, &[0.0, 1.0, 2.0, 3.0]),
            (7.0, true, &[0.0, 2.0, 4.0, 6.0, 8.0]),
            (100.0, true, &[0.0, 50.0, 100.0]),
            (231.0, true, &[0.0, 100.0, 200.0, 300.0]),
            (0.9, false, &[0.0, 0.5, 1.0]),
        ] {
            assert_eq!(ticks(most, whole), expected, "{most}");
        }
        assert!(ticks(1e12, true).len() < 7 && ticks(f64::NAN, false).len() == 2);
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!(
            [0.5, 20.0, 1200.0, 45_000.0, 2_500_000.0].map(short),
            ["0.5", "20", "1200", "45k", "2.5M"]
        );
    }
}
