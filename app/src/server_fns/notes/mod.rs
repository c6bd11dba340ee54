//! Internal notes on detections.

mod add;

pub use add::{AddNote, add_note};
