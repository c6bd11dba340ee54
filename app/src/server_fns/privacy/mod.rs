//! Privacy: how long what is kept, and somebody who asks to be forgotten.

mod erase;
mod list;
mod retention;
mod submitted;

pub use erase::{ErasePerson, ErasureOutcome, erase_person};
pub use list::{PrivacyReport, get_privacy};
pub use retention::{RemoveRetention, RetentionOutcome, SetRetention, remove_retention, set_retention};
pub use submitted::{PrivacySubmission, submitted_privacy};
