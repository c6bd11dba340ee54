//! Where the model has reason to doubt itself, its scores are held nearer to 50, and the verdict says why.

use activelayer::CheckRequest;

use crate::{language, signals::Signal};

/// Languages that the model was trained on or measured in; in others it goes by likeness of meaning alone.
const KNOWN: &[&str] =
    &["ara", "cmn", "deu", "eng", "fra", "ita", "jpn", "kor", "nld", "pol", "por", "rus", "spa", "tur"];

/// What a logit is multiplied by in a language that the model was not trained on.
const FOREIGN: f64 = 0.7;

/// Where nobody has labelled yet, logits beyond [`SURE`] grow only by this share, so that a score of 90 takes a logit of 4 instead
/// of 2.2. Set by hand: on sources that were left out of training, the model was sure too often.
const NEW_SITE: f64 = 0.4;

/// A logit from which on the model leans clearly to a side: scores of 27 and 73.
const SURE: f64 = 1.0;

/// Names of the signals. They weigh nothing: what they say is in the score already.
const UNSURE_SITE: &str = "unsure_new_site";
const UNSURE_LANGUAGE: &str = "unsure_language";

/// Tempers a logit, and says so where it matters.
pub(crate) fn temper(request: &CheckRequest, familiar: bool, logit: &mut f64, signals: &mut Vec<Signal>) {
    if let Some(code) = language::of(&request.message).filter(|code| !KNOWN.contains(code)) {
        *logit *= FOREIGN;
        signals.push(Signal::new(
            UNSURE_LANGUAGE,
            format!("Unsure: language ({code}) that it was not trained on"),
            0.0,
        ));
    }
    if familiar {
        return;
    }
    let past = (logit.abs() - SURE).max(0.0);
    *logit = logit.signum() * (logit.abs() - past * (1.0 - NEW_SITE));
    if logit.abs() < SURE {
        signals.push(Signal::new(
            UNSURE_SITE,
            "Unsure: new site, where nobody has labelled both spam and ham yet",
            0.0,
        ));
    }
}
