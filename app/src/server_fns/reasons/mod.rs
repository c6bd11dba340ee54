//! Reasons for labels, and macros: lists to choose from, and how they are changed.

mod change;
mod choices;
mod list;

pub use change::{
    ReasonsForm, ReasonsSubmission, RemoveMacro, RemoveReasons, SetMacro, SetReasons, remove_macro,
    remove_reasons, set_macro, set_reasons, submitted_reasons,
};
pub use choices::{Wishes, get_choices, get_wishes};
pub use list::{ReasonsReport, list_reasons};
