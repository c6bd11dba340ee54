//! The review queue.

mod next;

pub use next::{LeaveReview, ReviewItem, get_progress, leave_review, next_to_review, renew_claim};
