//! What stands between the use cases and an upstream that limits, fails and vanishes.
//!
//! Each part is of one idea and knows nothing of the others; [`Guarded`] puts them in order around a
//! [`SpamApi`](activelayer::SpamApi):
//!
//! quota (is there anything left this month?) → budget (a turn among the 50 a minute) → breaker (is anybody there?)
//! → the call → backoff and again, where that is safe and there is time.
//!
//! Time here is tokio's monotonic clock: durations and deadlines, never dates. Tests pause it.

pub mod backoff;
pub mod breaker;
pub mod budget;
pub mod guarded;
pub mod quota;

pub use backoff::Backoff;
pub use breaker::{Breaker, BreakerState};
pub use budget::{Budget, BudgetError, BudgetLimits, Class, Slot};
pub use guarded::{Call, ForClass, GuardError, GuardState, Guarded, Watch};
pub use quota::Quota;
