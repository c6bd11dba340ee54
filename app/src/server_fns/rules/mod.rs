//! Rules: what a search finds is decided before anybody is asked.

mod change;
mod file;
mod list;

pub use change::{
    MakeRule, RemoveRule, RuleOutcome, RuleSubmission, WatchRule, make_rule, remove_rule, submitted_rule,
    watch_rule,
};
pub use file::{RuleFileSubmission, RulesOfFile, rules_of_file, submitted_rule_file};
pub use list::{RULES_SHOWN, RulesReport, Tried, list_rules, try_rule};
