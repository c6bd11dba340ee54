//! `gavel rule`: what is decided before anybody is asked.

mod add;
mod export;
mod import;
mod list;
mod remove;
mod test;

use clap::{Subcommand, builder::PossibleValuesParser, builder::TypedValueParser};
use domain::{RuleAction, WhatIf, paging::grouped, rule::WHAT_IF_DAYS};

use super::refused;
use crate::Failure;

#[derive(Subcommand)]
pub(super) enum Rule {
    /// Make a rule; a running Gavel follows it within a second
    Add(add::Add),
    /// List the rules in the order in which they are tried
    List(list::List),
    /// Take a rule away; what it decided stays
    Remove(remove::Remove),
    /// Say what a rule would have done in the last 30 days
    Test(test::Test),
    /// Make rules from a file: a search a line, WordPress's disallowed keys, or what `gavel rule export` wrote
    Import(import::Import),
    /// Write the rules as CSV
    Export(export::Export),
}

impl Rule {
    pub(super) fn run(self) -> Result<(), Failure> {
        match self {
            Self::Add(command) => super::block_on(command.run()),
            Self::List(command) => super::block_on(command.run()),
            Self::Remove(command) => super::block_on(command.run()),
            Self::Test(command) => super::block_on(command.run()),
            Self::Import(command) => super::block_on(command.run()),
            Self::Export(command) => super::block_on(command.run()),
        }
    }
}

fn actions() -> impl TypedValueParser<Value = RuleAction> {
    PossibleValuesParser::new(RuleAction::ALL.iter().map(|action| action.as_str()))
        .try_map(|word| word.parse::<RuleAction>())
}

/// What a rule would have done, in lines.
fn figures(what_if: &WhatIf, action: RuleAction) -> String {
    let at_least = if what_if.complete { "" } else { "at least " };
    let agree = match what_if.precision(action) {
        Some(share) => format!("\nlabels agree with it in {}", share.words()),
        None => String::new(),
    };
    format!(
        "{at_least}{} submissions of the last {WHAT_IF_DAYS} days: {} with the verdict spam, {} ham; \
         {} labelled spam, {} labelled ham{agree}\n{} checks of ActiveLayer would have been saved",
        grouped(what_if.hits),
        grouped(what_if.spam),
        grouped(what_if.ham),
        grouped(what_if.labelled_spam),
        grouped(what_if.labelled_ham),
        grouped(what_if.saved(action)),
    )
}
