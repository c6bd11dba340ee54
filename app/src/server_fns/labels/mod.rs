//! Moderators' decisions.

mod set;
mod undo;

pub use set::{LabelDetection, label_detection};
pub use undo::{UndoLabel, Undoable, list_undoable, undo_label};
