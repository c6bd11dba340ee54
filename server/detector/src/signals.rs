//! Evidence in words.

use serde::{Deserialize, Serialize};

use crate::{features::Reading, text::Kind};

/// One piece of evidence for or against spam.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Signal {
    /// Stable identifier, for instance `shortener_link`.
    pub name: String,
    /// What a moderator reads, for instance "Link to a URL shortener".
    pub description: String,
    /// What it adds to the logarithm of the odds of spam; negative speaks for ham.
    pub weight: f64,
    /// Byte range in the message that shows it, if one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub span: Option<(usize, usize)>,
    /// Numbers of the detections whose labels it goes back to, the newest or strongest first; none for what the model says.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub like: Vec<i64>,
}

impl Signal {
    /// A signal that belongs to the whole submission.
    pub fn new(name: &str, description: impl Into<String>, weight: f64) -> Self {
        Self { name: name.into(), description: description.into(), weight, span: None, like: vec![] }
    }

    /// A signal with a place in the message.
    pub(crate) fn at(name: &str, description: impl Into<String>, weight: f64, span: (u32, u32)) -> Self {
        Self { span: Some((span.0 as usize, span.1 as usize)), ..Self::new(name, description, weight) }
    }
}

/// Words of the text that speak loudest, as far as they are worth a line.
const WORDS: usize = 5;

/// A word must add at least this to the logit to be worth a line.
const WORTH_TELLING: f64 = 0.08;

/// Whether a signal is of a single word.
pub(crate) fn is_word(signal: &Signal) -> bool {
    matches!(signal.name.as_str(), "spam_word" | "ham_word")
}

/// The words of the text that moved the model most, in either direction.
pub(crate) fn of_words(reading: &Reading, pulls: &[f64]) -> Vec<Signal> {
    let tokens = &reading.tokens.list;
    let mut order: Vec<usize> = (0..tokens.len())
        .filter(|place| tokens[*place].kind != Kind::Sign && pulls[*place].abs() >= WORTH_TELLING)
        .collect();
    order.sort_by(|one, other| pulls[*other].abs().total_cmp(&pulls[*one].abs()));
    order.truncate(WORDS);
    order
        .into_iter()
        .map(|place| {
            let token = &tokens[place];
            let word: String =
                reading.clean.chars[token.start as usize..token.end as usize].iter().take(40).collect();
            let (name, text) = if pulls[place] > 0.0 {
                ("spam_word", format!("“{word}” is common in spam like this"))
            } else {
                ("ham_word", format!("“{word}” is common in wanted messages"))
            };
            let span = reading.clean.span(token.start as usize, token.end as usize);
            Signal::at(name, text, pulls[place], span)
        })
        .collect()
}
