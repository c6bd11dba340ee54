//! What another threshold would have said of what moderators have labelled.

use serde::{Deserialize, Serialize};

use super::{Confusion, Share};

/// Highest threshold.
pub const THRESHOLD_MAX: u8 = 100;

/// Labelled detections by score: how many of each label have at least so many points, for every whole number of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelledScores {
    /// Labelled spam with a score of at least 0, 1, … 100.
    spam: Vec<u64>,
    /// Labelled ham with a score of at least 0, 1, … 100.
    ham: Vec<u64>,
    /// All labelled spam and all labelled ham, whatever their scores.
    all: (u64, u64),
    /// What the verdicts were in fact.
    pub actual: Confusion,
}

impl LabelledScores {
    /// Counts some detections with the same score: whether the verdict was spam, whether the label is, how many.
    pub fn add(&mut self, score: f64, is_spam: bool, labelled_spam: bool, checks: u64) {
        let (counts, all) = match labelled_spam {
            true => (&mut self.spam, &mut self.all.0),
            false => (&mut self.ham, &mut self.all.1),
        };
        counts.resize(usize::from(THRESHOLD_MAX) + 1, 0);
        *all += checks;
        for threshold in (0..=THRESHOLD_MAX).take_while(|threshold| score >= f64::from(*threshold)) {
            counts[usize::from(threshold)] += checks;
        }
        self.actual.add(is_spam, labelled_spam, checks);
    }

    /// What would have come out if spam were what has at least `threshold` points.
    pub fn at(&self, threshold: u8) -> Confusion {
        let over = |counts: &[u64]| counts.get(usize::from(threshold)).copied().unwrap_or_default();
        let (caught, false_alarms) = (over(&self.spam), over(&self.ham));
        Confusion { caught, false_alarms, missed: self.all.0 - caught, passed: self.all.1 - false_alarms }
    }
}

impl Confusion {
    /// The share of right verdicts.
    pub fn accuracy(self) -> Option<Share> {
        Share::of(self.caught + self.passed, self.sum())
    }

    /// The share of ham that was called spam.
    pub fn false_positives(self) -> Option<Share> {
        Share::of(self.false_alarms, self.false_alarms + self.passed)
    }

    /// Of what was called spam, the share that is.
    pub fn precision(self) -> Option<Share> {
        Share::of(self.caught, self.caught + self.false_alarms)
    }

    /// Of what is spam, the share that was called so.
    pub fn recall(self) -> Option<Share> {
        Share::of(self.caught, self.caught + self.missed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moving_the_threshold_moves_what_lies_between() {
        let mut scores = LabelledScores::default();
        for (score, spam) in [
            (100.0, true),
            (80.0, true),
            (50.0, true),
            (49.99, true),
            (60.0, false),
            (20.5, false),
            (0.0, false),
        ] {
            scores.add(score, score >= 50.0, spam, 1);
        }
        let counts = |confusion: Confusion| {
            (confusion.caught, confusion.false_alarms, confusion.missed, confusion.passed)
        };
        assert_eq!(counts(scores.actual), (3, 1, 1, 2));
        assert_eq!(scores.at(50), scores.actual);
        assert_eq!(counts(scores.at(61)), (2, 0, 2, 3));
        assert_eq!(counts(scores.at(0)), (4, 3, 0, 0));
        assert_eq!(counts(scores.at(100)), (1, 0, 3, 3));
        assert_eq!(scores.at(61).precision().unwrap().value, 1.0);
        assert_eq!(scores.at(61).recall().unwrap().value, 0.5);
        assert_eq!(LabelledScores::default().at(50).precision(), None);
    }
}
