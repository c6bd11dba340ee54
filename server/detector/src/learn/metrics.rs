//! Figures that say how good verdicts are.

/// A verdict on a labelled message.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Judged {
    /// Probability of spam, 0 to 1.
    pub(crate) probability: f64,
    /// The label.
    pub(crate) is_spam: bool,
}

/// Counts and shares over many verdicts.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize)]
pub struct Figures {
    /// Spam called spam.
    pub true_spam: usize,
    /// Ham called spam.
    pub false_spam: usize,
    /// Ham called ham.
    pub true_ham: usize,
    /// Spam called ham.
    pub false_ham: usize,
    /// Expected calibration error over ten equal bins of probability, 0 to 1.
    pub calibration_error: f64,
    /// Verdicts with a score of at least 90 or at most 10.
    pub sure: usize,
    /// Of these, those that are right.
    pub sure_right: usize,
    /// Share of messages, the surest first, that can be decided with at least 99.5 % right.
    pub coverage: f64,
}

/// What counts as right often enough for [`Figures::coverage`].
const COVERED_RIGHT: f64 = 0.995;

impl Figures {
    /// The figures of some verdicts.
    pub(crate) fn of(judged: &[Judged]) -> Self {
        let mut figures = Self::default();
        for one in judged {
            let called = one.probability >= 0.5;
            match (one.is_spam, called) {
                (true, true) => figures.true_spam += 1,
                (false, true) => figures.false_spam += 1,
                (false, false) => figures.true_ham += 1,
                (true, false) => figures.false_ham += 1,
            }
            if one.probability >= 0.9 || one.probability <= 0.1 {
                figures.sure += 1;
                figures.sure_right += usize::from(called == one.is_spam);
            }
        }
        figures.calibration_error = calibration_error(judged);
        figures.coverage = coverage(judged);
        figures
    }

    /// Verdicts in all.
    pub fn all(&self) -> usize {
        self.true_spam + self.false_spam + self.true_ham + self.false_ham
    }

    /// Share of right verdicts.
    pub fn accuracy(&self) -> f64 {
        share(self.true_spam + self.true_ham, self.all())
    }

    /// Share of spam among what is called spam.
    pub fn precision(&self) -> f64 {
        share(self.true_spam, self.true_spam + self.false_spam)
    }

    /// Share of spam that is called spam.
    pub fn recall(&self) -> f64 {
        share(self.true_spam, self.true_spam + self.false_ham)
    }

    /// Harmonic mean of precision and recall.
    pub fn f1(&self) -> f64 {
        share(2 * self.true_spam, 2 * self.true_spam + self.false_spam + self.false_ham)
    }

    /// Share of ham that is called spam.
    pub fn false_positive_rate(&self) -> f64 {
        share(self.false_spam, self.false_spam + self.true_ham)
    }

    /// Share of right verdicts among the sure ones.
    pub fn sure_accuracy(&self) -> f64 {
        share(self.sure_right, self.sure)
    }
}

fn share(part: usize, of: usize) -> f64 {
    if of == 0 { 0.0 } else { part as f64 / of as f64 }
}

fn calibration_error(judged: &[Judged]) -> f64 {
    let mut bins = [(0_usize, 0.0, 0_usize); 10];
    for one in judged {
        let bin = &mut bins[((one.probability * 10.0) as usize).min(9)];
        bin.0 += 1;
        bin.1 += one.probability;
        bin.2 += usize::from(one.is_spam);
    }
    let gaps: f64 = bins.iter().map(|(_, probabilities, spam)| (probabilities - *spam as f64).abs()).sum();
    if judged.is_empty() { 0.0 } else { gaps / judged.len() as f64 }
}

fn coverage(judged: &[Judged]) -> f64 {
    let mut sorted: Vec<(f64, bool)> = judged
        .iter()
        .map(|one| ((one.probability - 0.5).abs(), (one.probability >= 0.5) == one.is_spam))
        .collect();
    sorted.sort_by(|one, other| other.0.total_cmp(&one.0));
    let (mut right, mut best) = (0, 0);
    for (place, (_, is_right)) in sorted.iter().enumerate() {
        right += usize::from(*is_right);
        if right as f64 >= COVERED_RIGHT * (place + 1) as f64 {
            best = place + 1;
        }
    }
    share(best, judged.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_count() {
        let judged = [(0.95, true), (0.4, true), (0.02, false), (0.7, false)]
            .map(|(probability, is_spam)| Judged { probability, is_spam });
        let figures = Figures::of(&judged);
        assert_eq!(
            (figures.true_spam, figures.false_ham, figures.true_ham, figures.false_spam),
            (1, 1, 1, 1)
        );
        assert_eq!((figures.sure, figures.sure_right), (2, 2));
        assert_eq!(figures.accuracy(), 0.5);
        assert_eq!(figures.coverage, 0.5);
    }
}
