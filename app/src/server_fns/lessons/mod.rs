//! What the detector learnt.

mod forget;
mod get;
mod test;

pub use forget::{ForgetLessons, forget_lessons};
pub use get::get_learnt;
pub use test::get_own_test;
