//! Moderators' decisions.

mod rows;
mod set;
mod standings;
mod undo;

pub use rows::{LabelRows, RowsOutcome, label_rows};
pub use set::{LabelDetection, label_detection};
pub use standings::get_standings;
pub use undo::{
    CancelBulk, RemoveLabel, UndoLabel, Undoable, Undone, cancel_bulk, list_undoable, remove_label,
    undo_label, undo_latest,
};
