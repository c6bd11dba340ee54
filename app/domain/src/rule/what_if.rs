//! What a rule would have done.

use serde::{Deserialize, Serialize};

use super::RuleAction;
use crate::search::{State, TermKind};
use crate::{Facet, Facets, JudgedBy, Label, statistics::Share};

/// How far back a rule is tried, in days: what is older says little about today's senders.
pub const WHAT_IF_DAYS: u32 = 30;

/// What a rule would have done to the submissions of the last [`WHAT_IF_DAYS`] days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct WhatIf {
    /// Submissions that it would have applied to.
    pub hits: u64,
    /// Whether these are all; if not, each number is a lower bound.
    pub complete: bool,
    /// Of these, how many the verdict called spam.
    pub spam: u64,
    /// How many the verdict called ham.
    pub ham: u64,
    /// How many a moderator labelled spam.
    pub labelled_spam: u64,
    /// How many a moderator labelled ham.
    pub labelled_ham: u64,
    /// How many ActiveLayer judged: checks that would not have been spent.
    pub spent: u64,
}

impl WhatIf {
    /// Reads it off the facets of what the rule's search finds in those days.
    pub fn of(facets: &Facets) -> Self {
        let count = |facet: Facet, kind: TermKind| {
            let values = facets.of(facet).filter(|value| !value.term.negated && value.term.kind == kind);
            values.map(|value| value.count).sum()
        };
        Self {
            hits: facets.counted,
            complete: facets.complete,
            spam: count(Facet::Verdict, TermKind::Is(State::Spam)),
            ham: count(Facet::Verdict, TermKind::Is(State::Ham)),
            labelled_spam: count(Facet::Label, TermKind::Label(Label::Spam)),
            labelled_ham: count(Facet::Label, TermKind::Label(Label::Ham)),
            spent: count(Facet::JudgedBy, TermKind::Judged(JudgedBy::ActiveLayer)),
        }
    }

    /// How many labels say the opposite of what the rule would have said.
    pub fn wrong(&self, action: RuleAction) -> u64 {
        match action {
            RuleAction::Spam => self.labelled_ham,
            RuleAction::Ham => self.labelled_spam,
            RuleAction::Review | RuleAction::Spare => 0,
        }
    }

    /// How often the labels agree with the rule; `None` without labels, and for rules that give no verdict.
    pub fn precision(&self, action: RuleAction) -> Option<Share> {
        action.verdict()?;
        let labelled = self.labelled_spam + self.labelled_ham;
        Share::of(labelled - self.wrong(action), labelled)
    }

    /// How many checks it would have saved.
    pub fn saved(&self, action: RuleAction) -> u64 {
        if action == RuleAction::Review { 0 } else { self.spent }
    }
}
