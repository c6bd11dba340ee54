//! Rules from a file: a search a line, WordPress's disallowed comment keys, or what `gavel rule export` wrote.

use serde::{Deserialize, Serialize};

/// A file of rules, with what it may not say itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RuleFile {
    /// Its lines, as typed. A blank one is no rule, nor is one that begins with `#`.
    pub text: String,
    /// The same as a file, where nothing was typed.
    pub upload: String,
    /// What the rules do, for a file that does not say it: one of [`super::RuleAction`]'s words.
    pub action: String,
    /// The only site that they are for, for a file that does not say it; blank for all.
    pub site: String,
    /// `wordpress` where the lines are WordPress's keys.
    pub kind: String,
    /// `watched` when they are to decide nothing yet.
    pub mode: String,
}

impl RuleFile {
    /// What was typed, or else the file, without a byte order mark.
    pub fn lines(&self) -> &str {
        let text = if self.text.trim().is_empty() { &self.upload } else { &self.text };
        text.trim_start_matches('\u{feff}')
    }
}

/// A line that is no rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BadLine {
    /// Its number, from 1.
    pub number: usize,
    /// Why.
    pub problem: String,
}

/// What is in a file of rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleFileReport {
    /// Rules that can be read and are not there yet.
    pub new: usize,
    /// Rules that are there already, or stand further up in the file.
    pub there: usize,
    /// Lines that cannot be read.
    pub bad: Vec<BadLine>,
    /// Whether the new ones were made.
    pub made: bool,
}
