//! Trains and measures the model from the command line: `engine train CORPUS_DIR MODEL_FILE`,
//! `engine eval CORPUS_DIR`, `engine judge TEXT`.

use std::{error::Error, io::Write, path::Path};

use detector::{Corpus, eval, train};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let settings = train::Settings::default();
    let mut out = std::io::stdout().lock();
    match arguments[..] {
        ["train", corpus, model] => {
            let corpus = Corpus::read_dir(Path::new(corpus))?;
            std::fs::write(model, train::train(&corpus, &settings)?.to_bytes())?;
        }
        ["eval", corpus] => {
            for (name, figures) in eval::cross_validate(&Corpus::read_dir(Path::new(corpus))?, &settings)? {
                let (accuracy, false_spam) =
                    (figures.accuracy() * 100.0, figures.false_positive_rate() * 100.0);
                writeln!(
                    out,
                    "{name:14} {:6} accuracy {accuracy:.2} % false positives {false_spam:.2} %",
                    figures.all()
                )?;
            }
        }
        ["judge", text] => {
            let request = activelayer::CheckRequest { message: text.into(), ..Default::default() };
            writeln!(out, "{:#?}", detector::judge(&request))?;
        }
        _ => return Err("usage: engine train CORPUS_DIR MODEL_FILE | eval CORPUS_DIR | judge TEXT".into()),
    }
    Ok(())
}
