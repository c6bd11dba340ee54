//! Trains and measures the model from the command line.
//!
//! - `engine train CORPUS_DIR MODEL_FILE`: writes the model file.
//! - `engine cross-validate CORPUS_DIR`: figures on messages that the model never saw, as in `MODEL.md`.
//! - `engine eval CORPUS_FILE…`: figures of the embedded model; worth something only on messages it was not trained on.
//! - `engine judge TEXT`: one verdict.

use std::{error::Error, io::Write, path::Path};

use detector::{Corpus, Model, eval, train};

/// Wrong verdicts shown.
const SHOWN: usize = 40;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let settings = train::Settings::default();
    let mut out = std::io::stdout().lock();
    match &arguments[..] {
        ["train", corpus, model] => {
            let corpus = Corpus::read_dir(Path::new(corpus))?;
            std::fs::write(model, train::train(&corpus, &settings)?.to_bytes())?;
        }
        ["cross-validate", corpus] => {
            show(&mut out, &eval::cross_validate(&Corpus::read_dir(Path::new(corpus))?, &settings)?)?;
        }
        ["eval", files @ ..] if !files.is_empty() => {
            show(&mut out, &eval::evaluate(Model::embedded(), &Corpus::read_files(files)?))?;
        }
        ["judge", text] => {
            let request = activelayer::CheckRequest { message: (*text).into(), ..Default::default() };
            writeln!(out, "{:#?}", detector::judge(&request))?;
        }
        _ => return Err("usage: engine train DIR FILE | cross-validate DIR | eval FILE… | judge TEXT".into()),
    }
    Ok(())
}

fn show(out: &mut impl Write, evaluation: &eval::Evaluation) -> std::io::Result<()> {
    writeln!(out, "{evaluation}\nWorst errors:\n")?;
    for error in evaluation.errors.iter().take(SHOWN) {
        let label = if error.is_spam { "spam" } else { "ham" };
        writeln!(out, "- {} ({label}) scored {:.1}: {}", error.id, error.score, error.excerpt)?;
    }
    Ok(())
}
