//! What a server of the same API needs: requests read and errors written as the guide gives them.
//!
//! Gateways in front of ActiveLayer, and engines in its place, answer from here, so that every client sees one
//! contract. Successful answers are the crate's response types, which serialise in the guide's order.

pub(crate) mod keys;
pub mod odd;
mod refusal;
mod request;
#[cfg(feature = "openapi")]
pub mod schema;

pub use refusal::{ErrorBody, Refusal};
pub use request::{Received, read_check, read_feedback};
