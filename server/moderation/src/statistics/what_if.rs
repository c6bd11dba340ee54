//! What another threshold would have said of what moderators have labelled.

use std::collections::HashMap;

use domain::statistics::{Example, LabelledScores, Scope, THRESHOLD_MAX, WhatIf, between};
use domain::{
    Days,
    search::{State, Term, TermKind},
};

use super::earliest_seen;
use crate::{Moderation, ModerationError};

impl Moderation {
    /// What a threshold would do to the newest labelled detections of a range. Spam would be what has at least so many points.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn what_if(&self, days: Days, scope: &Scope, threshold: u8) -> Result<WhatIf, ModerationError> {
        let labelled = Term { negated: false, kind: TermKind::Is(State::Labelled) };
        let search = scope.search([labelled].into_iter().chain(between(days.start(), days.end())));
        let threshold = f64::from(threshold.min(THRESHOLD_MAX));
        let newest = self.store.newest_labelled(&search, threshold, self.clock.now()).await?;
        let mut scores = LabelledScores::default();
        for count in newest.found.scores {
            scores.add(count.points, count.is_spam, count.label.is_spam(), count.checks);
        }
        let changed = newest.found.changed;
        let ids: Vec<_> = changed.iter().map(|one| one.id).collect();
        let mut excerpts: HashMap<_, _> = self.store.excerpts(&ids).await?.into_iter().collect();
        let examples = changed.into_iter().map(|one| Example {
            id: one.id,
            score: one.score,
            is_spam: one.is_spam,
            labelled_spam: one.label.is_spam(),
            excerpt: excerpts.remove(&one.id).unwrap_or_default(),
        });
        Ok(WhatIf {
            rows: newest.rows,
            since: earliest_seen(newest.since, days),
            scores,
            examples: examples.collect(),
        })
    }
}
