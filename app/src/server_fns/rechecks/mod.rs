//! Judging again.

mod run;

pub use run::{Recheck, recheck};
