//! Running checks.

mod run;

pub use run::{
    CheckForm, CheckReport, CheckedRow, MAX_ROWS, RunCheck, SplitBy, Submission, run_check, submitted_check,
};
