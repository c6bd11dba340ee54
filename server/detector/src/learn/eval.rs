//! Measuring the model.

use super::corpus::{Corpus, CorpusError};
pub use super::metrics::Figures;
use super::{
    calibrate::logistic,
    metrics::Judged,
    train::{FOLDS, Settings, Study},
};

/// Figures a source, then pooled ones.
pub fn cross_validate(corpus: &Corpus, settings: &Settings) -> Result<Vec<(String, Figures)>, CorpusError> {
    let study = Study::of(corpus, settings)?;
    let margins = study.held_out_margins();
    let mut judged = vec![None; corpus.rows.len()];
    for fold in 0..FOLDS {
        let (held_out, rows): (Vec<usize>, Vec<usize>) =
            (0..corpus.rows.len()).partition(|row| study.folds[*row] == fold);
        let curves = study.curves(&margins, &rows);
        for row in held_out {
            let curve = curves[study.matrix.channels[row].index()];
            let probability = logistic(curve.slope * f64::from(margins[row]) + curve.intercept);
            judged[row] = Some(Judged { probability, is_spam: study.is_spam[row] });
        }
    }
    let mut sources: Vec<&str> = corpus.rows.iter().map(|row| row.source.as_str()).collect();
    sources.sort();
    sources.dedup();
    let of = |wanted: &[&str]| {
        let judged: Vec<Judged> = (0..corpus.rows.len())
            .filter(|row| wanted.contains(&corpus.rows[*row].source.as_str()))
            .filter_map(|row| judged[row])
            .collect();
        Figures::of(&judged)
    };
    let mut found: Vec<(String, Figures)> =
        sources.iter().map(|source| ((*source).to_owned(), of(&[source]))).collect();
    found.push(("e-mail".into(), of(&["spamassassin", "enron", "lingspam"])));
    found.push(("sms".into(), of(&["sms_uci", "sms_smishing"])));
    Ok(found)
}
