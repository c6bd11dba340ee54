//! Macros: label, reasons, note and rule in one key.

use serde::{Deserialize, Serialize};

use super::{NAME_MAX_CHARS, Reason, read_name};
use crate::{FieldError, Label, RuleAction, story::NOTE_MAX_CHARS};

/// Most macros.
pub const MACROS_MAX: usize = 40;

/// Most reasons of a macro.
const REASONS_MAX: usize = 9;

/// The keys that nothing else has. The numbers from 1 give reasons.
pub const FREE_KEYS: &str = "0adefilmnpqtvwyz";

/// Id of a macro.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MacroId(pub i64);

/// What one key or click does to a detection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Macro {
    /// Local id.
    pub id: MacroId,
    /// What it is called.
    pub name: String,
    /// Its key, if it has one.
    pub key: Option<char>,
    /// The label that it sets.
    pub label: Label,
    /// The reasons that it gives.
    pub reasons: Vec<Reason>,
    /// The note that it writes; blank for none.
    pub note: String,
    /// The rule that it makes of the sender's e-mail address: always or never spam.
    pub rule: Option<RuleAction>,
}

/// A macro about to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMacro {
    /// The one that it replaces; `None` for a new one.
    pub id: Option<MacroId>,
    /// What it is called.
    pub name: String,
    /// Its key.
    pub key: Option<char>,
    /// The label that it sets.
    pub label: Label,
    /// Names of the reasons that it gives.
    pub reasons: Vec<String>,
    /// The note that it writes.
    pub note: String,
    /// The rule that it makes.
    pub rule: Option<RuleAction>,
}

/// A macro as it is typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MacroForm {
    /// The number of the one that is changed; blank for a new one.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// Its key; blank for none.
    pub key: String,
    /// `spam` or `ham`.
    pub label: String,
    /// Names of reasons, with commas between.
    pub reasons: String,
    /// The note that it writes.
    pub note: String,
    /// `spam` or `ham`; blank for no rule.
    pub rule: String,
}

impl MacroForm {
    /// The form that changes a macro.
    pub fn of(one: &Macro) -> Self {
        Self {
            id: one.id.0.to_string(),
            name: one.name.clone(),
            key: one.key.map(String::from).unwrap_or_default(),
            label: one.label.to_string(),
            reasons: super::names(&one.reasons),
            note: one.note.clone(),
            rule: one.rule.map(|rule| rule.to_string()).unwrap_or_default(),
        }
    }

    /// Reads the form.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub fn validate(&self) -> Result<NewMacro, Vec<FieldError>> {
        let mut problems = Vec::new();
        let mut wrong = |field: &str, problem: String| {
            problems.push(FieldError { field: field.to_owned(), problem });
        };
        let name = self.name.split_whitespace().collect::<Vec<_>>().join(" ");
        let chars = name.chars().count();
        if chars == 0 || chars > NAME_MAX_CHARS || name.contains(char::is_control) {
            wrong("name", format!("Give the macro a name of 1 to {NAME_MAX_CHARS} characters."));
        }
        let key = read_key(&self.key).unwrap_or_else(|problem| {
            wrong("key", problem);
            None
        });
        let label = self.label.trim().parse::<Label>().ok();
        if label.is_none() {
            wrong("label", "Choose spam or ham.".to_owned());
        }
        let names = self.reasons.split(',').filter(|name| !name.trim().is_empty());
        let reasons = names.map(read_name).collect::<Result<Vec<_>, _>>().unwrap_or_else(|problem| {
            wrong("reasons", problem);
            Vec::new()
        });
        if reasons.len() > REASONS_MAX {
            wrong("reasons", format!("A macro gives at most {REASONS_MAX} reasons. Remove some."));
        }
        let note = self.note.trim().to_owned();
        if note.chars().count() > NOTE_MAX_CHARS {
            wrong("note", format!("A note has at most {NOTE_MAX_CHARS} characters. Shorten it."));
        }
        let rule = self.rule.trim().parse::<RuleAction>().ok().filter(|rule| rule.verdict().is_some());
        if rule.is_none() && !self.rule.trim().is_empty() {
            wrong("rule", "Choose always spam, never spam, or no rule.".to_owned());
        }
        if rule.and_then(RuleAction::verdict).is_some_and(|verdict| Some(verdict) != label) {
            wrong("rule", "The rule says the opposite of the label. Choose the same for both.".to_owned());
        }
        let id = self.id.trim().parse().ok().map(MacroId);
        match label {
            Some(label) if problems.is_empty() => Ok(NewMacro { id, name, key, label, reasons, note, rule }),
            _ => Err(problems),
        }
    }
}

fn read_key(typed: &str) -> Result<Option<char>, String> {
    let typed = typed.trim().to_lowercase();
    let mut chars = typed.chars();
    match (chars.next(), chars.next()) {
        (None, _) => Ok(None),
        (Some(key), None) if FREE_KEYS.contains(key) => Ok(Some(key)),
        _ => {
            let free = FREE_KEYS.chars().map(String::from).collect::<Vec<_>>().join(" ");
            Err(format!("This key does something else. Choose one of {free}, or none."))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> MacroForm {
        MacroForm {
            name: " SEO  spammer ".to_owned(),
            key: "Q".to_owned(),
            label: "spam".to_owned(),
            reasons: "SEO link, scam,".to_owned(),
            note: " seen before ".to_owned(),
            rule: "spam".to_owned(),
            ..MacroForm::default()
        }
    }

    #[test]
    fn a_macro_is_read() {
        let read = form().validate().unwrap();
        assert_eq!((read.name.as_str(), read.key, read.label), ("SEO spammer", Some('q'), Label::Spam));
        assert_eq!(
            (read.reasons, read.note.as_str(), read.rule),
            (vec!["SEO link".to_owned(), "scam".to_owned()], "seen before", Some(RuleAction::Spam))
        );
    }

    #[test]
    fn each_field_that_is_wrong_is_named() {
        let fields = |form: MacroForm| {
            let problems = form.validate().unwrap_err();
            problems.into_iter().map(|problem| problem.field).collect::<Vec<_>>()
        };
        assert_eq!(fields(MacroForm::default()), ["name", "label"]);
        for key in ["s", "1", "ab", "ä"] {
            assert_eq!(fields(MacroForm { key: key.to_owned(), ..form() }), ["key"], "{key}");
        }
        for rule in ["ham", "review", "x"] {
            assert_eq!(fields(MacroForm { rule: rule.to_owned(), ..form() }), ["rule"], "{rule}");
        }
        assert_eq!(fields(MacroForm { reasons: "none".to_owned(), ..form() }), ["reasons"]);
        assert_eq!(fields(MacroForm { note: "x".repeat(NOTE_MAX_CHARS + 1), ..form() }), ["note"]);
    }
}
