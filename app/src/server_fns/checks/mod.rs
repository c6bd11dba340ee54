//! Running checks.

mod run;

pub use run::{
    CheckForm, CheckReport, CheckedRow, RunCheck, SplitBy, Submission, run_check, submitted_check,
};
