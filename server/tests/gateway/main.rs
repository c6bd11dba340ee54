//! The gateway and the engine's server as apps meet them: over HTTP, on ports of their own.

#![recursion_limit = "256"]
#![expect(clippy::unwrap_used, reason = "a test ends where its assumptions do")]

mod backups;
mod callbacks;
mod checks;
mod command_line;
mod doctor;
mod drill;
mod engine;
mod fallback;
mod feedback;
mod guide;
mod house;
mod imports;
mod keys;
mod learning;
mod openapi;
mod refusals;
mod refused;
mod rules;
mod thresholds;
mod token_bounds;
mod upstream;
