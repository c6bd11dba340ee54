//! The program as people and browsers meet it: over HTTP, and on the command line.

#![recursion_limit = "256"]
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test ends where its assumptions do")]

mod accounts;
mod audit;
mod budgets;
mod cases;
mod check;
mod command_line;
mod contrib;
mod demo_data;
mod doors;
mod export;
mod export_same;
mod first_run;
mod forgetting;
mod headers;
mod lessons;
mod network;
mod operations;
mod own_account;
mod people;

mod roles;
mod test_app;
mod thresholds;
mod tokens;
