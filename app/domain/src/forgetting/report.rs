//! How much is forgotten, or would be: for the command line and the page.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::{BoundedCount, ImportId, paging::grouped};

/// What a rule reaches at once, before it is set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleReach {
    /// Whose messages are old enough; `None` where the rule keeps messages.
    pub content: Option<Reached>,
    /// Of which it is no longer kept who wrote them; `None` where the rule keeps that.
    pub personal: Option<Reached>,
}

/// Detections that are older than a rule keeps them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reached {
    /// They were logged before this day (UTC).
    pub before: NaiveDate,
    /// How many, those included of which it is forgotten already.
    pub detections: BoundedCount,
}

/// Where somebody is found, in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonCount {
    /// What they wrote, as far as the log has it.
    pub detections: u64,
    /// Submissions that were left without a verdict and are not logged yet.
    pub submissions: u64,
    /// Rows of imports that failed and are kept to be mended.
    pub failed_rows: u64,
    /// Imports that are not over and have rows of theirs.
    pub at_work: u64,
    /// Saved searches, bulk actions and audit events that name them. These are kept.
    pub named_in: u64,
}

impl PersonCount {
    /// Whether there is anything to erase.
    pub fn is_empty(&self) -> bool {
        self.detections + self.submissions + self.failed_rows + self.at_work == 0
    }

    /// In a sentence.
    pub fn sentence(&self) -> String {
        format!(
            "Found {} detections, {} submissions that are not logged, {} failed rows of imports; {} saved searches, bulk actions and \
             audit events name it.",
            grouped(self.detections),
            grouped(self.submissions),
            grouped(self.failed_rows),
            grouped(self.named_in)
        )
    }
}

/// What was erased, and what could not be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erased {
    /// Detections.
    pub detections: usize,
    /// Submissions and failed rows of imports.
    pub beside: usize,
    /// Files of imports that were removed.
    pub files: usize,
    /// Imports that are not over and have something of theirs.
    pub at_work: Vec<ImportId>,
    /// Rows that apps were told about and that are not in the log.
    pub told: usize,
    /// Detections that came while this was at work.
    pub left: usize,
    /// Saved searches, bulk actions and audit events that name them; these were kept.
    pub named_in: u64,
    /// Whether nothing of it is left in the files of the database.
    pub is_overwritten: bool,
}

impl Erased {
    /// Whether nothing is left to do.
    pub fn is_complete(&self) -> bool {
        self.at_work.is_empty() && self.told == 0 && self.left == 0 && self.is_overwritten
    }

    /// What was done, in sentences.
    pub fn sentences(&self) -> Vec<String> {
        let done = format!(
            "Erased {} detections, {} submissions and failed rows, {} files of imports.",
            grouped(self.detections as u64),
            grouped(self.beside as u64),
            grouped(self.files as u64)
        );
        let kept = format!(
            "{} saved searches, bulk actions and audit events name it; these were kept.",
            grouped(self.named_in)
        );
        let backups = "Backups made before have it still: remove them, or erase it again after a restore.";
        let kept = (self.named_in > 0).then_some(kept);
        std::iter::once(done).chain(kept).chain([backups.to_owned()]).collect()
    }

    /// What is left, and what to do; `None` when nothing is.
    pub fn rest(&self) -> Option<String> {
        let mut left = Vec::new();
        if !self.at_work.is_empty() {
            let ids: Vec<_> = self.at_work.iter().map(|ImportId(id)| id.to_string()).collect();
            left.push(format!(
                "imports that are not over have something of theirs (finish or cancel {})",
                ids.join(", ")
            ));
        }
        if self.told > 0 {
            left.push(
                "files beside the database have answers that are not logged yet (let Gavel run for a minute)"
                    .to_owned(),
            );
        }
        if self.left > 0 {
            left.push(format!("{} came meanwhile", grouped(self.left as u64)));
        }
        if !self.is_overwritten {
            left.push(
                "somebody reads the database for long, so the write-ahead log could not be emptied"
                    .to_owned(),
            );
        }
        (!left.is_empty()).then(|| format!("not all is gone: {}; then erase again", left.join("; ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_says_what_to_do() {
        let all = Erased { detections: 1_200, is_overwritten: true, ..Erased::default() };
        assert!(all.is_complete() && all.rest().is_none());
        assert_eq!(all.sentences().len(), 2);
        assert!(all.sentences()[0].starts_with("Erased 1,200 detections"));
        let some = Erased { at_work: vec![ImportId(4)], named_in: 1, ..Erased::default() };
        let rest = some.rest().unwrap();
        assert!(!some.is_complete() && rest.contains("cancel 4") && rest.contains("write-ahead"), "{rest}");
        assert_eq!(some.sentences().len(), 3);
    }
}
