//! The `gavel` binary as a library, so that tests can start it on a port of their own.

#![deny(missing_docs)]
// The type of a whole page is nested more than 128 deep.
#![recursion_limit = "256"]

pub mod api;
pub mod assets;
pub mod auth;
pub mod bodies;
pub mod cli;
pub mod completion;
pub mod config;
pub mod events;
pub mod export;
pub mod failure;
pub mod imports;
mod learning;
pub mod net;
pub mod render;
pub mod router;
pub mod security;
pub mod serve;
pub mod state;
pub mod stats_file;
pub mod telemetry;
pub mod upstream;

pub use failure::Failure;
pub use serve::run;
