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

/// The model's logit in the message's language, held back and told where it was not trained on that language.
pub(crate) fn of_language(request: &CheckRequest, logit: f64, signals: &mut Vec<Signal>) -> f64 {
    let Some(code) = language::of(&request.message).filter(|code| !KNOWN.contains(code)) else {
        return logit;
    };
    let text = format!("Unsure: language ({code}) that it was not trained on");
    signals.push(Signal::new(UNSURE_LANGUAGE, text, 0.0));
    logit * FOREIGN
}

/// The logit of all evidence together where nobody has labelled yet. What speaks for spam and what for ham keep their weights
/// against one another, so the score never changes sides.
pub(crate) fn of_new_site(logit: f64, signals: &mut Vec<Signal>) -> f64 {
    let past = (logit.abs() - SURE).max(0.0);
    let held = logit.signum() * (logit.abs() - past * (1.0 - NEW_SITE));
    if held.abs() < SURE {
        let text = "Unsure: new site, where nobody has labelled both spam and ham yet";
        signals.push(Signal::new(UNSURE_SITE, text, 0.0));
    }
    held
}
