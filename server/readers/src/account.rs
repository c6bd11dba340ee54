//! What became of every part of a file. The types are plain ones of [`domain`], so that pages can show them.
//!
//! A format tells by [`crate::formats::Parse::account`] what it left out, passed over and mended; what it gives as records and
//! as errors is counted by [`crate::RecordReader`]. Call `leave_out` for what was understood and is no message, `pass_over` for
//! what was not understood, and `mend` for records that were read though something had to be put right.

pub use domain::{FailedAt, FileAccount, LeftOut, NotRead};

use crate::Place;

/// A stretch from one place to another.
pub(crate) fn stretch(from: &Place, to: &Place, bytes: u64, why: impl Into<String>) -> NotRead {
    let to = (from != to).then(|| to.to_string());
    NotRead {
        from: from.to_string(),
        to: Some(to.unwrap_or_else(|| from.to_string())),
        bytes: Some(bytes),
        why: why.into(),
    }
}
