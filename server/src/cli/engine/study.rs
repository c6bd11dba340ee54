//! `gavel engine train`, `eval`, `cross-validate` and `judge`: making the model, and measuring it.

use std::{
    io::{Read, Write},
    path::{Path, PathBuf},
};

use activelayer::CheckRequest;
use clap::Args;
use detector::{Corpus, Model, curve, eval, train};

use crate::Failure;

/// Train the model: the same corpus gives the same bytes
#[derive(Args)]
pub(in crate::cli) struct Train {
    /// Folders or files of labelled messages: *.ndjson and *.ndjson.gz. Messages with a style train the model for forms, the
    /// others the one for e-mail and text messages
    #[arg(long = "corpus", value_name = "PATH", required = true, num_args = 1..)]
    corpora: Vec<PathBuf>,
    /// File to write the model to; server/detector/model/gavel.bin is the one that a build takes in
    #[arg(long, value_name = "FILE", default_value = "gavel.bin")]
    output: PathBuf,
}

impl Train {
    pub(super) fn run(self) -> Result<(), Failure> {
        let model = train::train(&read_all(&self.corpora)?, &train::Settings::default()).map_err(refused)?;
        let bytes = model.to_bytes();
        std::fs::write(&self.output, &bytes)
            .map_err(|error| Failure::Refused(format!("cannot write {}: {error}", self.output.display())))?;
        print(&format!("{} bytes in {}", bytes.len(), self.output.display()))
    }
}

/// Measure the model on labelled messages; worth something only on messages that it was not trained on
#[derive(Args)]
pub(in crate::cli) struct Eval {
    /// Files or folders of labelled messages; may be repeated
    #[arg(long = "corpus", value_name = "PATH", required = true, num_args = 1..)]
    corpora: Vec<PathBuf>,
    /// Model file; without it the model that is part of this program
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// Wrong verdicts to show, the surest first
    #[arg(long, value_name = "COUNT", default_value = "40")]
    errors: usize,
}

impl Eval {
    pub(super) fn run(self) -> Result<(), Failure> {
        let read_model = |file: &PathBuf| {
            let bytes = std::fs::read(file)
                .map_err(|error| Failure::Refused(format!("cannot read {}: {error}", file.display())))?;
            Model::from_bytes(&bytes)
                .map_err(|error| Failure::Refused(format!("{}: {error}", file.display())))
        };
        let given = self.model.as_ref().map(read_model).transpose()?;
        let model = given.as_ref().unwrap_or_else(|| Model::embedded());
        print(&report(&eval::evaluate(model, &read_all(&self.corpora)?), self.errors))
    }
}

/// Measure by five-fold cross-validation, near-duplicates and messages of one style on one side: the figures of the model card
#[derive(Args)]
pub(in crate::cli) struct CrossValidate {
    /// Folders or files of labelled messages
    #[arg(long = "corpus", value_name = "PATH", required = true, num_args = 1..)]
    corpora: Vec<PathBuf>,
    /// Leave out one whole source after the other instead of folds: how the detector does on a site that is new to it
    #[arg(long)]
    leave_sources_out: bool,
    /// Wrong verdicts to show, the surest first
    #[arg(long, value_name = "COUNT", default_value = "40")]
    errors: usize,
}

impl CrossValidate {
    pub(super) fn run(self) -> Result<(), Failure> {
        let (corpus, settings) = (read_all(&self.corpora)?, train::Settings::default());
        let evaluation = if self.leave_sources_out {
            eval::leave_sources_out(&corpus, &settings)
        } else {
            eval::cross_validate(&corpus, &settings)
        };
        let evaluation = evaluation.map_err(refused)?;
        print(&report(&evaluation, self.errors))
    }
}

/// Measures how fast labels teach sources that the model was not trained on.
pub(super) fn learning_curves(corpus: &Path, sources: &[String]) -> Result<(), Failure> {
    let corpus = read(corpus)?;
    for source in sources {
        let curve = curve::measure(&corpus, source, &train::Settings::default())
            .map_err(|error| Failure::Refused(format!("{source}: {error}")))?;
        print(&curve.to_string())?;
    }
    Ok(())
}

/// Judge one message, from the line or from standard input, and print the verdict with all its evidence
#[derive(Args)]
pub(in crate::cli) struct Judge {
    /// The message; without it standard input is read
    message: Option<String>,
}

impl Judge {
    pub(super) fn run(self) -> Result<(), Failure> {
        let message = match self.message {
            Some(message) => message,
            None => {
                let mut bytes = vec![];
                std::io::stdin().read_to_end(&mut bytes)?;
                String::from_utf8_lossy(&bytes).into_owned()
            }
        };
        let verdict = detector::judge(&CheckRequest { message, ..CheckRequest::default() });
        let word = if verdict.is_spam { "spam" } else { "ham" };
        let mut text = format!("{word}, score {:.2}, confidence {:.4}", verdict.score, verdict.confidence);
        for signal in &verdict.signals {
            text.push_str(&format!("\n{:+6.2}  {}", signal.weight, signal.description));
        }
        print(&text)
    }
}

fn read(path: &Path) -> Result<Corpus, Failure> {
    if path.is_dir() { Corpus::read_dir(path) } else { Corpus::read_files(&[path]) }.map_err(refused)
}

fn read_all(paths: &[PathBuf]) -> Result<Corpus, Failure> {
    let mut rows = vec![];
    for path in paths {
        rows.extend(read(path)?.rows);
    }
    Ok(Corpus { rows })
}

fn refused(error: detector::CorpusError) -> Failure {
    Failure::Refused(error.to_string())
}

fn report(evaluation: &eval::Evaluation, shown: usize) -> String {
    let mut text = evaluation.to_string();
    if shown > 0 {
        text.push_str("\nWorst errors:\n");
    }
    for error in evaluation.errors.iter().take(shown) {
        let label = if error.is_spam { "spam" } else { "ham" };
        text.push_str(&format!("\n- {} ({label}) scored {:.1}: {}", error.id, error.score, error.excerpt));
    }
    text
}

/// Prints what was asked for; a reader that has seen enough (`| head`) is no failure.
fn print(text: &str) -> Result<(), Failure> {
    match writeln!(std::io::stdout(), "{text}") {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        result => Ok(result?),
    }
}
