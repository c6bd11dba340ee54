//! How fast moderators' labels teach a kind of text that the model has never seen.

use std::fmt;

use super::{
    corpus::{Corpus, CorpusError, Row},
    folds,
    train::{self, FOLDS, Settings},
};
use crate::{
    features::Reading,
    hash::spread,
    judge::Evidence,
    model::Model,
    site::{Lesson, Lessons, Sketch, Teacher, prepare},
};

/// After how many labels accuracy is measured.
const MEASURED_AFTER: [usize; 7] = [0, 10, 50, 100, 200, 500, 1_000];

/// A learning curve.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// The source that was left out of training.
    pub source: String,
    /// Its messages.
    pub messages: usize,
    /// Labels given, and share of right verdicts on messages that were neither labelled nor near copies of such, 0 to 1.
    /// Where a source has fewer messages, the last points stand for all that there were.
    pub points: Vec<(usize, f64)>,
}

/// Trains a model on every other source, then teaches it `source` label by label: five times, each time measured on
/// another fifth, near-duplicates on one side.
///
/// # Errors
/// When the corpus has no messages of one of the labels beside this source's, or none of it.
pub fn measure(corpus: &Corpus, source: &str, settings: &Settings) -> Result<Curve, CorpusError> {
    let (rows, rest): (Vec<Row>, Vec<Row>) =
        corpus.rows.iter().cloned().partition(|row| row.source == source);
    if rows.is_empty() {
        return Err(CorpusError::OneSided);
    }
    let model = train::train(&Corpus { rows: rest }, settings)?;
    let fold_of = folds::assign(rows.iter().map(|row| (row.request.message.as_str(), "")), u64::from(FOLDS));
    let mut right = [0_usize; MEASURED_AFTER.len()];
    for fold in 0..FOLDS {
        let (held_out, mut shown): (Vec<usize>, Vec<usize>) =
            (0..rows.len()).partition(|row| fold_of[*row] == fold);
        shown.sort_by_key(|row| spread(*row as u64));
        let mut learner =
            Learner { model: &model, rows: &rows, lessons: Lessons::default(), reading: Reading::default() };
        let mut given = 0;
        for (right, labels) in right.iter_mut().zip(MEASURED_AFTER) {
            let upto = labels.min(shown.len());
            shown[given..upto].iter().for_each(|row| learner.learn(*row));
            given = given.max(upto);
            *right += held_out.iter().filter(|row| learner.is_right(**row)).count();
        }
    }
    let points =
        MEASURED_AFTER.into_iter().zip(right.map(|right| right as f64 / rows.len() as f64)).collect();
    Ok(Curve { source: source.to_owned(), messages: rows.len(), points })
}

struct Learner<'a> {
    model: &'a Model,
    rows: &'a [Row],
    lessons: Lessons,
    reading: Reading,
}

impl Learner<'_> {
    fn learn(&mut self, row: usize) {
        let Row { request, is_spam, .. } = &self.rows[row];
        let lesson =
            Lesson { detection: row as i64, teacher: Teacher::Person(1), is_spam: *is_spam, request };
        let prepared = prepare(self.model, &lesson, &mut self.reading);
        self.lessons.learn(&lesson, prepared);
    }

    fn is_right(&mut self, row: usize) -> bool {
        let Row { request, is_spam, .. } = &self.rows[row];
        let channel = self.reading.read(&request.message, self.model.bits());
        let sketch = Sketch::of(&self.reading.tokens);
        let taught = self.lessons.signal(self.model, &self.reading, &sketch);
        let evidence = Evidence { taught, familiar: self.lessons.are_of_both(), signals: vec![] };
        self.model.judge_read(request, &evidence, &self.reading, channel).is_spam == *is_spam
    }
}

impl fmt::Display for Curve {
    /// A row of a Markdown table.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "| {} | {} |", self.source, self.messages)?;
        for (labels, share) in &self.points {
            write!(f, " {labels}: {:.2} % |", share * 100.0)?;
        }
        Ok(())
    }
}
