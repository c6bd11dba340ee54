//! What could be typed next.

use super::Key;
use super::lex::lex;

/// What could stand at the caret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// Byte range that a choice replaces.
    pub span: (usize, usize),
    /// The key whose value is typed; its known sites, people or imports are the page's to add.
    pub key: Option<Key>,
    /// What was typed of it so far.
    pub typed: String,
    /// Choices that start with what was typed, in the order to offer them.
    pub choices: Vec<Choice>,
}

/// One thing to choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What is put in the place of [`Completion::span`].
    pub insert: String,
    /// What it means; empty where the word says it.
    pub hint: &'static str,
}

/// What could stand at the caret (a byte position): keys at the start of a term, values after a colon. `None` inside a
/// phrase and where nothing fits.
pub fn complete(input: &str, caret: usize) -> Option<Completion> {
    let before = input.get(..caret)?;
    let lexeme = lex(before).pop().filter(|lexeme| lexeme.span.1 == caret);
    let completion = match &lexeme {
        None => Completion { span: (caret, caret), key: None, typed: String::new(), choices: keys("") },
        Some(lexeme) if lexeme.quotes != super::lex::Quotes::None => return None,
        Some(lexeme) => match &lexeme.key {
            None => Completion {
                span: lexeme.value_span,
                key: None,
                typed: lexeme.value.clone(),
                choices: keys(&lexeme.value),
            },
            Some((written, _)) => {
                let key = Key::find(written)?;
                let typed = lexeme.value.clone();
                let fits = |value: &&str| value.starts_with(&typed.to_ascii_lowercase());
                let choice = |value: &str| Choice { insert: value.to_owned(), hint: "" };
                let choices = key.values().into_iter().filter(fits).map(choice).collect();
                Completion { span: lexeme.value_span, key: Some(key), typed, choices }
            }
        },
    };
    (completion.key.is_some() || !completion.choices.is_empty()).then_some(completion)
}

fn keys(typed: &str) -> Vec<Choice> {
    let typed = typed.to_ascii_lowercase();
    let fits = |key: &&Key| key.spellings().any(|known| known.starts_with(&typed));
    let choice = |key: &Key| Choice { insert: format!("{key}:"), hint: key.hint() };
    Key::ALL.iter().filter(fits).map(choice).collect()
}
