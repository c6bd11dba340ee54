//! Strangers hold what they can of the program. Apart from the other tests, which would share the machine with it.

#![recursion_limit = "256"]
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test ends where its assumptions do")]

mod hold;
#[path = "../it/test_app.rs"]
#[expect(dead_code, reason = "other tests use the rest of it")]
mod test_app;
