//! From a corpus to a model file.

pub use super::svm::Settings;
use super::{
    calibrate::{self, Curve},
    corpus::{Corpus, CorpusError, Row},
    folds,
    forms::{self, Taken},
    svm::{self, Matrix, Plane, Rarities},
};
use crate::{
    channel::Channel,
    form::Form,
    model::{Calibration, Model},
};

/// Folds of cross-validation.
pub(crate) const FOLDS: u8 = 5;

/// A channel with fewer messages than this is one that the corpus does not show.
const FEWEST: usize = 30;

/// What is made of margins in such a channel: little, with a lean towards ham.
const UNKNOWN: Curve = Curve { slope: 0.5, intercept: -1.0 };

/// Trains a model on a whole corpus: the same corpus and settings give the same bytes.
///
/// # Errors
/// When the corpus has no messages of one of the labels.
pub fn train(corpus: &Corpus, settings: &Settings) -> Result<Model, CorpusError> {
    let study = Study::of(corpus, settings)?;
    let (_, margins) = study.cross_fit();
    let (rarities, plane) = study.fit(&study.mail);
    let mut model = study.model(rarities, &plane, study.curves(&margins, &study.mail));
    model.form = study.form(None);
    Ok(model)
}

/// A corpus taken apart, with its folds.
pub(crate) struct Study<'a> {
    settings: &'a Settings,
    matrix: Matrix,
    is_spam: Vec<bool>,
    /// Fold of each row.
    pub(crate) folds: Vec<u8>,
    /// Rows of the corpora of e-mail and text messages.
    mail: Vec<usize>,
    /// Rows that the form model learns from, taken apart; none where the corpus has no messages of forms.
    taken: Vec<Taken>,
    /// For each row a number of its source, to leave out whole writers.
    sources: Vec<usize>,
    writers: Vec<usize>,
}

impl<'a> Study<'a> {
    pub(crate) fn of(corpus: &Corpus, settings: &'a Settings) -> Result<Self, CorpusError> {
        let is_spam: Vec<bool> = corpus.rows.iter().map(|row| row.is_spam).collect();
        if !is_spam.contains(&true) || !is_spam.contains(&false) {
            return Err(CorpusError::OneSided);
        }
        let rows = &corpus.rows;
        let is_form = |row: &Row| row.form.is_some();
        let style = |row: &Row| {
            row.form.as_ref().map_or(String::new(), |form| format!("{}/{}", row.source, form.style))
        };
        let styles: Vec<String> = rows.iter().map(style).collect();
        let texts = || rows.iter().map(|row| row.request.message.as_str());
        let folds = folds::assign(texts().zip(styles.iter().map(String::as_str)), u64::from(FOLDS));
        let mail: Vec<usize> = (0..rows.len()).filter(|row| !is_form(&rows[*row])).collect();
        let one_sided = |rows: &[usize]| {
            [true, false].iter().any(|label| !rows.iter().any(|row| is_spam[*row] == *label))
        };
        if one_sided(&mail) {
            return Err(CorpusError::OneSided);
        }
        let mut names: Vec<&str> = rows.iter().map(|row| row.source.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        let sources: Vec<usize> =
            rows.iter().map(|row| names.binary_search(&row.source.as_str()).unwrap_or_default()).collect();
        let mut writers: Vec<usize> =
            (0..rows.len()).filter(|row| is_form(&rows[*row])).map(|row| sources[row]).collect();
        writers.sort_unstable();
        writers.dedup();
        let taken = if writers.is_empty() { vec![] } else { forms::take(rows, &folds) };
        Ok(Self {
            settings,
            matrix: Matrix::of(texts(), settings.bits),
            is_spam,
            folds,
            mail,
            taken,
            sources,
            writers,
        })
    }

    /// For each fold the model that saw none of its rows, calibrated without them too.
    pub(crate) fn held_out_models(&self) -> Vec<Model> {
        let (fits, margins) = self.cross_fit();
        let without = |fold: usize| self.split(fold as u8).1;
        fits.into_iter()
            .enumerate()
            .map(|(fold, (rarities, plane))| {
                let mut model = self.model(rarities, &plane, self.curves(&margins, &without(fold)));
                model.form = self.form(Some(fold as u8));
                model
            })
            .collect()
    }

    /// The form model, without the rows of a fold if one is named. Its curve is fitted by leaving out one writer after the other.
    fn form(&self, without: Option<u8>) -> Option<Form> {
        if self.taken.is_empty() {
            return None;
        }
        let used = |row: &Taken| without != Some(self.folds[row.row]);
        let writer = |row: &Taken| self.writers.binary_search(&self.sources[row.row]).unwrap_or_default();
        let curve = forms::curve(&self.taken, self.writers.len(), writer, used);
        Some(forms::fit(&self.taken, used, curve))
    }

    /// For each fold a fit without its rows; and the margin of every row by the fit that did not see it.
    fn cross_fit(&self) -> (Vec<(Rarities, Plane)>, Vec<f32>) {
        let mut margins = vec![0.0; self.is_spam.len()];
        let fits = (0..FOLDS)
            .map(|fold| {
                let (held_out, rows) = self.split(fold);
                let (rarities, plane) = self.fit(&rows);
                let found = plane.margins(&self.matrix, &held_out, &rarities, self.settings.bits);
                held_out.iter().zip(found).for_each(|(row, margin)| margins[*row] = margin);
                (rarities, plane)
            })
            .collect();
        (fits, margins)
    }

    /// The e-mails and text messages of a fold, and all others.
    fn split(&self, fold: u8) -> (Vec<usize>, Vec<usize>) {
        self.mail.iter().partition(|row| self.folds[**row] == fold)
    }

    fn fit(&self, rows: &[usize]) -> (Rarities, Plane) {
        let rarities = Rarities::of(&self.matrix, rows, &self.is_spam, self.settings);
        let plane = svm::train(&self.matrix, rows, &self.is_spam, &rarities, self.settings);
        (rarities, plane)
    }

    /// A curve for each channel from margins of `rows`, each pulled towards the curve of all of them.
    fn curves(&self, margins: &[f32], rows: &[usize]) -> [Curve; Channel::ALL.len()] {
        let point = |row: &usize| (margins[*row], self.is_spam[*row]);
        let overall = calibrate::fit(&rows.iter().map(point).collect::<Vec<_>>(), None);
        Channel::ALL.map(|channel| {
            let points: Vec<_> =
                rows.iter().filter(|row| self.matrix.channels[**row] == channel).map(point).collect();
            if points.len() < FEWEST { UNKNOWN } else { calibrate::fit(&points, Some(overall)) }
        })
    }

    fn model(&self, rarities: Rarities, plane: &Plane, curves: [Curve; Channel::ALL.len()]) -> Model {
        let calibrations = std::array::from_fn(|channel| Calibration {
            bias: plane.biases[channel],
            slope: curves[channel].slope as f32,
            intercept: curves[channel].intercept as f32,
        });
        Model::quantise(self.settings.bits, &plane.weights, rarities.into_levels(), calibrations)
    }
}

#[cfg(test)]
mod tests {
    use activelayer::CheckRequest;

    use super::*;

    fn corpus() -> Corpus {
        let row = |n: usize| {
            let is_spam = n.is_multiple_of(2);
            let message = if is_spam {
                format!("win a free prize number {n} now, call the lottery")
            } else {
                format!("see you at the meeting on day {n} with the report")
            };
            let request = CheckRequest { message, ..CheckRequest::default() };
            Row { request, is_spam, source: "made".into(), id: n.to_string(), form: None }
        };
        Corpus { rows: (0..60).map(row).collect() }
    }

    #[test]
    fn the_same_corpus_gives_the_same_bytes() {
        let settings = Settings { bits: 12, ..Settings::default() };
        let once = train(&corpus(), &settings).expect("a model").to_bytes();
        assert_eq!(train(&corpus(), &settings).expect("a model").to_bytes(), once);
    }

    #[test]
    fn what_was_learnt_is_told_apart() {
        let model = train(&corpus(), &Settings { bits: 14, ..Settings::default() }).expect("a model");
        let figures = crate::learn::eval::evaluate(&model, &corpus()).figures;
        assert_eq!(figures[0].1.accuracy(), 1.0);
    }

    #[test]
    fn one_label_is_not_enough() {
        let mut corpus = corpus();
        corpus.rows.retain(|row| row.is_spam);
        assert!(matches!(train(&corpus, &Settings::default()), Err(CorpusError::OneSided)));
    }
}
