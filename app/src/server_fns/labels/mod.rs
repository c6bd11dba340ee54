//! Moderators' decisions.

mod rows;
mod set;
mod standings;
mod undo;

pub use rows::{LabelRows, RowsOutcome, label_rows};
pub use set::{LabelDetection, label_detection};
pub use standings::get_standings;
pub use undo::{
    CancelBulk, UndoLabel, Undoable, Undone, cancel_bulk, list_undoable, undo_label, undo_latest,
};
