//! From a corpus to a model file.

pub use super::svm::Settings;
use super::{
    calibrate::{self, Curve},
    corpus::{Corpus, CorpusError},
    folds,
    svm::{self, Matrix, Rarities},
};
use crate::{
    channel::Channel,
    model::{Calibration, Model},
};

/// Folds of cross-validation.
pub(crate) const FOLDS: u8 = 5;

/// Trains a model on a whole corpus: the same corpus and settings give the same bytes.
///
/// # Errors
/// When the corpus has no messages of one of the labels.
pub fn train(corpus: &Corpus, settings: &Settings) -> Result<Model, CorpusError> {
    let study = Study::of(corpus, settings)?;
    let margins = study.held_out_margins();
    let all: Vec<usize> = (0..study.is_spam.len()).collect();
    let curves = study.curves(&margins, &all);
    Ok(study.model(&all, curves))
}

/// A corpus taken apart, with its folds.
pub(crate) struct Study<'a> {
    settings: &'a Settings,
    /// The texts' features.
    pub(crate) matrix: Matrix,
    /// Labels.
    pub(crate) is_spam: Vec<bool>,
    /// Fold of each row.
    pub(crate) folds: Vec<u8>,
}

impl<'a> Study<'a> {
    pub(crate) fn of(corpus: &Corpus, settings: &'a Settings) -> Result<Self, CorpusError> {
        let is_spam: Vec<bool> = corpus.rows.iter().map(|row| row.is_spam).collect();
        if !is_spam.contains(&true) || !is_spam.contains(&false) {
            return Err(CorpusError::OneSided);
        }
        let texts = || corpus.rows.iter().map(|row| row.request.message.as_str());
        Ok(Self {
            settings,
            matrix: Matrix::of(texts(), settings.bits),
            is_spam,
            folds: folds::assign(texts(), u64::from(FOLDS)),
        })
    }

    /// The margin of every row, by a model that saw no row of its fold.
    pub(crate) fn held_out_margins(&self) -> Vec<f32> {
        let mut margins = vec![0.0; self.is_spam.len()];
        for fold in 0..FOLDS {
            let (held_out, rows): (Vec<usize>, Vec<usize>) =
                (0..self.folds.len()).partition(|row| self.folds[*row] == fold);
            let rarities = Rarities::of(&self.matrix, &rows, self.settings);
            let plane = svm::train(&self.matrix, &rows, &self.is_spam, &rarities, self.settings);
            let found = plane.margins(&self.matrix, &held_out, &rarities, self.settings.bits);
            held_out.iter().zip(found).for_each(|(row, margin)| margins[*row] = margin);
        }
        margins
    }

    /// A curve for each channel from margins of `rows`, each pulled towards the curve of all of them.
    pub(crate) fn curves(&self, margins: &[f32], rows: &[usize]) -> [Curve; Channel::ALL.len()] {
        let point = |row: &usize| (margins[*row], self.is_spam[*row]);
        let overall = calibrate::fit(&rows.iter().map(point).collect::<Vec<_>>(), None);
        Channel::ALL.map(|channel| {
            let points: Vec<_> =
                rows.iter().filter(|row| self.matrix.channels[**row] == channel).map(point).collect();
            calibrate::fit(&points, Some(overall))
        })
    }

    /// Trains on `rows` and puts the model together.
    pub(crate) fn model(&self, rows: &[usize], curves: [Curve; Channel::ALL.len()]) -> Model {
        let rarities = Rarities::of(&self.matrix, rows, self.settings);
        let plane = svm::train(&self.matrix, rows, &self.is_spam, &rarities, self.settings);
        let calibrations = std::array::from_fn(|channel| Calibration {
            bias: plane.biases[channel],
            slope: curves[channel].slope as f32,
            intercept: curves[channel].intercept as f32,
        });
        Model::quantise(self.settings.bits, &plane.weights, rarities.bytes, rarities.unit, calibrations)
    }
}
