//! What the detector learnt.

mod forget;
mod get;

pub use forget::{ForgetLessons, forget_lessons};
pub use get::get_learnt;
