//! Rows of the log show what a search found in them.

use std::collections::HashMap;

use domain::detection::EXCERPT_CHARS;
use domain::search::{TermKind, excerpt, marks};
use domain::{DetectionId, DetectionSummary, SearchQuery};

use crate::{Moderation, ModerationError};

/// How far into a message a match is looked for, in characters: beyond it the row shows the message's start. Fifty rows of
/// it are read in a millisecond.
const SEARCHED_CHARS: u32 = 8_000;

impl Moderation {
    /// Marks what matched; where that stands beyond the start of a message, the excerpt moves there.
    pub(crate) async fn mark_matches(
        &self,
        query: &SearchQuery,
        rows: &mut [DetectionSummary],
    ) -> Result<(), ModerationError> {
        let is_text =
            |kind: &TermKind| matches!(kind, TermKind::Word(_) | TermKind::Prefix(_) | TermKind::Phrase(_));
        if !query.terms.iter().any(|term| !term.negated && is_text(&term.kind)) {
            return Ok(());
        }
        let mut elsewhere = Vec::new();
        for row in rows.iter_mut() {
            row.marks = marks(query, &row.excerpt);
            if row.marks.is_empty() && row.excerpt.chars().count() >= EXCERPT_CHARS {
                elsewhere.push(row.id);
            }
        }
        let starts: HashMap<DetectionId, String> =
            self.store.message_starts(&elsewhere, SEARCHED_CHARS).await?.into_iter().collect();
        for row in rows {
            if let Some((text, found)) =
                starts.get(&row.id).and_then(|start| excerpt(query, start, EXCERPT_CHARS))
            {
                (row.excerpt, row.marks) = (text, found);
            }
        }
        Ok(())
    }
}
