//! Measuring verdicts: the whole path from submission to score, as it runs in production.

use std::{collections::BTreeMap, fmt};

use cpu_time::ThreadTime;

pub use super::metrics::Figures;
use super::{
    corpus::{Corpus, CorpusError, Row},
    metrics::Judged,
    train::{Settings, Study},
};
use crate::{channel::SHORT, features::Reading, judge::Evidence, links::LinkKind, model::Model};

/// What measuring found.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation {
    /// Figures by source, in the order of their names, then of pooled sources.
    pub figures: Vec<(String, Figures)>,
    /// Mean processor time a verdict, in microseconds.
    pub mean_micros: f64,
    /// Processor time that 99 of 100 verdicts stay within, in microseconds.
    pub p99_micros: f64,
    /// The wrong verdicts, the surest first.
    pub errors: Vec<Mistake>,
}

/// A wrong verdict.
#[derive(Clone, Debug, PartialEq)]
pub struct Mistake {
    /// Name of the message in its source.
    pub id: String,
    /// The label that the verdict contradicts.
    pub is_spam: bool,
    /// The score given, 0 to 100.
    pub score: f64,
    /// The start of the message.
    pub excerpt: String,
}

/// Sources that are e-mail, and those that are text messages: they are also reported together.
const POOLS: [(&str, &[&str]); 2] = [
    ("e-mail, pooled", &["enron", "lingspam", "spamassassin"]),
    ("SMS, pooled", &["sms_smishing", "sms_uci"]),
];

/// Binary logarithm of a table that is only read into to count links.
const SMALL: u32 = 10;

/// Characters of a wrong message that are shown.
const EXCERPT: usize = 120;

/// Measures by five-fold cross-validation with near-duplicates on one side: every message is judged by a model that
/// was trained, calibrated and quantised without the messages of its fold.
///
/// # Errors
/// When the corpus has no messages of one of the labels.
pub fn cross_validate(corpus: &Corpus, settings: &Settings) -> Result<Evaluation, CorpusError> {
    let held_out = HeldOut::of(corpus, settings)?;
    Ok(measure(corpus, |row| held_out.model(row)))
}

/// For each fold of a corpus the model that was trained, calibrated and quantised without its messages. Near-duplicates are in
/// one fold.
pub struct HeldOut {
    models: Vec<Model>,
    folds: Vec<u8>,
}

impl HeldOut {
    /// Trains them.
    ///
    /// # Errors
    /// When the corpus has no messages of one of the labels.
    pub fn of(corpus: &Corpus, settings: &Settings) -> Result<Self, CorpusError> {
        let study = Study::of(corpus, settings)?;
        Ok(Self { models: study.held_out_models(), folds: study.folds })
    }

    /// The fold of a row of the corpus, from 0.
    pub fn fold(&self, row: usize) -> usize {
        usize::from(self.folds[row])
    }

    /// The model that has not seen a row of the corpus.
    pub fn model(&self, row: usize) -> &Model {
        &self.models[self.fold(row)]
    }
}

/// Measures by leaving out one source after the other: whole writers of forms' messages, and whole corpora. Each message is judged
/// by a model that saw nothing of its source.
///
/// # Errors
/// When what is left has no messages of one of the labels.
pub fn leave_sources_out(corpus: &Corpus, settings: &Settings) -> Result<Evaluation, CorpusError> {
    let mut names: Vec<&str> = corpus.rows.iter().map(|row| row.source.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let mut models = BTreeMap::new();
    for name in names {
        let rows = corpus.rows.iter().filter(|row| row.source != name).cloned().collect();
        models.insert(name, super::train::train(&Corpus { rows }, settings)?);
    }
    Ok(measure(corpus, |row| &models[corpus.rows[row].source.as_str()]))
}

/// Measures a model on messages that it never saw.
pub fn evaluate(model: &Model, corpus: &Corpus) -> Evaluation {
    measure(corpus, |_| model)
}

fn measure<'m>(corpus: &Corpus, model: impl Fn(usize) -> &'m Model) -> Evaluation {
    let mut reading = Reading::default();
    let nothing = Evidence::default();
    let mut micros = Vec::with_capacity(corpus.rows.len());
    let mut judged = Vec::with_capacity(corpus.rows.len());
    for (place, row) in corpus.rows.iter().enumerate() {
        let start = ThreadTime::now();
        let verdict = model(place).judge(&row.request, &nothing, &mut reading);
        micros.push(start.elapsed().as_secs_f64() * 1e6);
        judged.push(Judged { probability: verdict.score / 100.0, is_spam: row.is_spam });
    }
    micros.sort_by(f64::total_cmp);
    Evaluation {
        figures: by_source(&corpus.rows, &judged),
        mean_micros: micros.iter().sum::<f64>() / micros.len().max(1) as f64,
        p99_micros: micros.get(micros.len() * 99 / 100).copied().unwrap_or_default(),
        errors: errors(&corpus.rows, &judged),
    }
}

fn by_source(rows: &[Row], judged: &[Judged]) -> Vec<(String, Figures)> {
    let mut groups: BTreeMap<String, Vec<Judged>> = BTreeMap::new();
    let mut reading = Reading::default();
    for (row, judged) in rows.iter().zip(judged) {
        groups.entry(row.source.clone()).or_default().push(*judged);
        if let Some(form) = &row.form {
            reading.read(&row.request.message, SMALL);
            let links = reading.links.iter().filter(|link| link.kind == LinkKind::Web).count();
            let is_short = row.request.message.chars().count() <= SHORT;
            let english = if form.language == "en" { "English" } else { "other languages" };
            let mut put = |name: String| groups.entry(name).or_default().push(*judged);
            put(format!("forms, {english}"));
            put(format!("forms, {english}, {} link", if links > 0 { "with a" } else { "no" }));
            put(format!("forms, {}", form.language));
            if links == 1 && is_short {
                put("forms, short, one link".to_owned());
            }
        }
    }
    let pooled = POOLS.iter().filter_map(|(name, sources)| {
        let together: Vec<Judged> =
            sources.iter().filter_map(|source| groups.get(*source)).flatten().copied().collect();
        (!together.is_empty()).then(|| ((*name).to_owned(), Figures::of(&together)))
    });
    let single = groups.iter().map(|(source, judged)| (source.clone(), Figures::of(judged)));
    single.chain(pooled).collect()
}

fn errors(rows: &[Row], judged: &[Judged]) -> Vec<Mistake> {
    let mut errors: Vec<Mistake> = rows
        .iter()
        .zip(judged)
        .filter(|(_, judged)| (judged.probability >= 0.5) != judged.is_spam)
        .map(|(row, judged)| Mistake {
            id: row.id.clone(),
            is_spam: row.is_spam,
            score: judged.probability * 100.0,
            excerpt: row
                .request
                .message
                .chars()
                .take(EXCERPT)
                .map(|c| if c == '\n' { ' ' } else { c })
                .collect(),
        })
        .collect();
    errors.sort_by(|one, other| (other.score - 50.0).abs().total_cmp(&(one.score - 50.0).abs()));
    errors
}

impl fmt::Display for Evaluation {
    /// A Markdown table, with the confusion matrix in its last four columns, and the time a verdict.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "| source | messages | accuracy | precision | recall | F1 | false positives | calibration error | \
             score ≥ 90 or ≤ 10 | of these right | coverage at 99.5 % | spam: called spam | called ham | \
             ham: called ham | called spam |"
        )?;
        writeln!(f, "|---|{}", "---:|".repeat(14))?;
        for (name, figures) in &self.figures {
            let percent = |share: f64| format!("{:.2} %", share * 100.0);
            let cells = [
                figures.all().to_string(),
                percent(figures.accuracy()),
                percent(figures.precision()),
                percent(figures.recall()),
                percent(figures.f1()),
                percent(figures.false_positive_rate()),
                format!("{:.3}", figures.calibration_error),
                percent(figures.sure as f64 / figures.all().max(1) as f64),
                percent(figures.sure_accuracy()),
                percent(figures.coverage),
                figures.true_spam.to_string(),
                figures.false_ham.to_string(),
                figures.true_ham.to_string(),
                figures.false_spam.to_string(),
            ];
            writeln!(f, "| {name} | {} |", cells.join(" | "))?;
        }
        writeln!(
            f,
            "\nProcessor time a verdict: mean {:.0} µs, 99th percentile {:.0} µs.",
            self.mean_micros, self.p99_micros
        )
    }
}
