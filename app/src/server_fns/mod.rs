//! What the browser may ask of the server: one noun a folder, one function a file.
//!
//! Each function parses, authorises and calls one use case. They live below `/fn/`, reads by GET, changes by POST.

pub mod account;
pub mod alerts;
pub mod audit;
pub mod budgets;
pub mod callbacks;
pub mod checks;
pub mod detections;
pub mod imports;
pub mod labels;
pub mod lessons;
pub mod notes;
pub mod people;
pub mod privacy;
pub mod reasons;
pub mod rechecks;
pub mod review;
pub mod rules;
pub mod searches;
pub mod senders;
pub mod session;
pub mod settings;
pub mod stats;
pub mod thresholds;
pub mod tokens;
pub mod usage;
pub mod wordpress;
