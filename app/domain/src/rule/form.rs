//! A rule as it is typed, and which searches can be one.

use serde::{Deserialize, Serialize};

use super::RuleAction;
use crate::search::{Key, State, Term, TermKind};
use crate::{FieldError, SearchQuery, site};

/// Longest note, in characters.
pub const NOTE_MAX_CHARS: usize = 300;

/// Longest time that a rule can be given, in days: ten years.
pub const DAYS_MAX: u32 = 3_660;

/// A rule as it is typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RuleForm {
    /// The search.
    pub q: String,
    /// The only site that it is for; blank for all.
    pub site: String,
    /// One of [`RuleAction`]'s words.
    pub action: String,
    /// Why it is there.
    pub note: String,
    /// After how many days it ends; blank for never.
    pub days: String,
    /// `watched` when it is to decide nothing yet.
    pub mode: String,
    /// `yes` once the person has seen which labels say otherwise.
    pub sure: String,
}

/// A form that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadRule {
    /// The search, without the site.
    pub query: SearchQuery,
    /// The only site.
    pub site: Option<String>,
    /// What it does.
    pub action: RuleAction,
    /// Why.
    pub note: String,
    /// After how many days it ends.
    pub days: Option<u32>,
    /// Whether it is only watched.
    pub watched: bool,
}

impl RuleForm {
    /// Reads the form.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub fn validate(&self) -> Result<ReadRule, Vec<FieldError>> {
        let mut problems = Vec::new();
        let mut wrong = |field: &str, problem: String| {
            problems.push(FieldError { field: field.to_owned(), problem });
        };
        let action = self.action.trim().parse().ok();
        if action.is_none() {
            wrong("action", "Choose what the rule does.".to_owned());
        }
        let query = query(&self.q, action).unwrap_or_else(|problem| {
            wrong("q", problem);
            SearchQuery::default()
        });
        let site = site::read(&self.site).unwrap_or_else(|problem| {
            wrong("site", problem.to_owned());
            None
        });
        let note = self.note.split_whitespace().collect::<Vec<_>>().join(" ");
        if note.chars().count() > NOTE_MAX_CHARS {
            wrong("note", format!("The note is longer than {NOTE_MAX_CHARS} characters. Shorten it."));
        }
        let typed = self.days.trim();
        let days = typed.parse().ok().filter(|days| (1..=DAYS_MAX).contains(days));
        if !typed.is_empty() && days.is_none() {
            wrong(
                "days",
                format!(
                    "Give a whole number of days from 1 to {DAYS_MAX}, or nothing for a rule without an end."
                ),
            );
        }
        let watched = self.mode.trim() == "watched";
        match action {
            Some(action) if problems.is_empty() => Ok(ReadRule { query, site, action, note, days, watched }),
            _ => Err(problems),
        }
    }
}

/// Reads the search of a rule.
///
/// # Errors
/// A sentence: it cannot be read, asks for nothing, or asks for what nobody knows when the rule decides.
pub fn query(typed: &str, action: Option<RuleAction>) -> Result<SearchQuery, String> {
    let query = SearchQuery::parse(typed)
        .map_err(|errors| errors.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "))?;
    // In the log's search, letters before a colon that are no key are words, so that a pasted line finds its row. A rule of them would
    // never do what its maker means.
    if let Some(problem) = query.terms.iter().find_map(|term| no_key(&term.kind)) {
        return Err(problem);
    }
    if query.terms.iter().all(|term| term.negated) {
        return Err(
            "Say what the rule applies to, for instance email:*@example.com or \"free money\".".to_owned()
        );
    }
    match query.terms.iter().find_map(|term| late(term, action)) {
        Some(problem) => Err(problem),
        None => Ok(query),
    }
}

/// What is wrong with a word that looks like a term.
fn no_key(kind: &TermKind) -> Option<String> {
    let TermKind::Word(word) = kind else { return None };
    let (key, value) = word.split_once(':')?;
    let is_key = !key.is_empty() && key.chars().all(|char| char.is_ascii_alphabetic());
    (is_key && !value.is_empty() && !value.starts_with("//"))
        .then(|| format!("There is no term “{key}:”. To look for these words, write \"{word}\" in quotes."))
}

/// What is wrong with a term that asks for what is not known yet when the rule decides.
fn late(term: &Term, action: Option<RuleAction>) -> Option<String> {
    let of_verdict = |key: Key| {
        let words = format!(
            "{key}: asks about the verdict, which is not there yet when the rule decides. Only a rule “{}” can use it.",
            RuleAction::Review.title()
        );
        (action != Some(RuleAction::Review)).then_some(words)
    };
    let later = |key: Key| Some(format!("{key}: asks for what happens only later, so no rule can use it."));
    match &term.kind {
        TermKind::Is(State::Spam | State::Ham) => of_verdict(Key::Is),
        TermKind::Score(_) => of_verdict(Key::Score),
        TermKind::Judged(_) => of_verdict(Key::Judged),
        TermKind::Is(_) => later(Key::Is),
        TermKind::Label(_) => later(Key::Label),
        TermKind::App(_) => later(Key::App),
        TermKind::Reason(_) => later(Key::Reason),
        TermKind::By(_) => later(Key::By),
        TermKind::Labelled(_) | TermKind::LabelledOn(_) | TermKind::LabelledBetween(..) => {
            later(Key::Labelled)
        }
        TermKind::Id(_) => later(Key::Id),
        TermKind::Rule(_) => later(Key::Rule),
        TermKind::Import(_) => later(Key::Import),
        TermKind::After(_) | TermKind::Before(_) | TermKind::Age(_) => Some(
            "A rule counts from when it is made until it ends; leave the time out of its search.".to_owned(),
        ),
        TermKind::Word(_)
        | TermKind::Prefix(_)
        | TermKind::Phrase(_)
        | TermKind::Email(_)
        | TermKind::Ip(_)
        | TermKind::Link(_)
        | TermKind::Site(_)
        | TermKind::From(_)
        | TermKind::Token(_)
        | TermKind::Lang(_) => None,
    }
}
