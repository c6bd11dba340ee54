//! Moderators' decisions.

mod reason;
mod rows;
mod set;
mod standings;
mod undo;

pub use reason::{GiveReason, LabelAsWished, give_reason, label_as_wished};
pub use rows::{LabelRows, RowsOutcome, label_rows};
pub use set::{LabelDetection, Labelled, label_detection};
pub use standings::get_standings;
pub use undo::{
    CancelBulk, RemoveLabel, UndoLabel, Undoable, Undone, cancel_bulk, list_undoable, remove_label,
    undo_label, undo_latest,
};
