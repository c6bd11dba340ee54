//! The wire types of all five endpoints, one file an endpoint.
//!
//! Fields stand in the order of the guide's samples, so that a server which serialises these types answers in the
//! guide's very words. Fields that the guide does not name are kept in `extra`.

mod check;
mod feedback;
mod figures;
mod lenient;
mod stats;
mod verify;

pub use check::{CheckRequest, CheckResponse};
pub use feedback::{FeedbackReceipt, FeedbackRequest, FeedbackResponse};
pub use stats::{Period, Plan, Stats, StatsResponse, UsageFigures};
pub use verify::{KeyInfo, UserInfo, VerifyResponse};

pub(crate) use lenient::{count_of, whole_of};
