//! The review queue.

mod next;

pub use next::{LeaveReview, ReviewItem, leave_review, next_to_review, renew_claim};
