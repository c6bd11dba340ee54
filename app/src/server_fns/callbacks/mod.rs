//! Where apps hear of what was decided after their answer.

mod change;
mod list;

pub use change::{
    CallbackAgain, CallbackSubmission, CallbackTest, RemoveCallback, SetCallback, SetDone, TryCallback,
    callback_again, remove_callback, set_callback, submitted_callback, submitted_callback_test, try_callback,
};
pub use list::{CALLBACKS_SHOWN, ShownCallback, list_callbacks};
