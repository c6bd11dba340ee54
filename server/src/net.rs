//! The accept loop: connections come in, and none of them can keep the server from the others.
//!
//! `axum::serve` was left for this: it has no bound on connections and no time-out at all. The connections themselves are
//! hyper-util's, as there. What a stranger can hold is bounded in three ways: by time ([`pulse`]), by number
//! ([`connections`]), and by bytes (hyper's buffers here, [`crate::bodies`] for what is sent).

mod accept;
mod connections;
mod file_limit;
mod pulse;
mod watched;

pub use accept::{Server, bind};
pub use connections::Limits;

/// The name of this machine, as far as the system tells it.
pub fn host_name() -> String {
    hostname::get().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}
