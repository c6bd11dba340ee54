//! Where apps hear of what was decided after their answer.

mod change;
mod list;

pub use change::{
    CallbackAgain, CallbackSubmission, RemoveCallback, SetCallback, SetDone, TryCallback, callback_again,
    remove_callback, set_callback, submitted_callback, try_callback,
};
pub use list::{ShownCallback, list_callbacks};
