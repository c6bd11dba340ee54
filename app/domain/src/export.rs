//! Taking the matches of a search elsewhere.

use serde::{Deserialize, Serialize};

use crate::BoundedCount;

crate::words! {
    /// What an export is written in.
    ExportFormat {
        /// A table: RFC 4180, UTF-8, a line of names first.
        Csv = "csv",
        /// A JSON object a line.
        Ndjson = "ndjson",
    }
}

crate::words! {
    /// Where an export is.
    ExportState {
        /// Under way.
        Running = "running",
        /// Everything was sent.
        Done = "done",
        /// It was ended by who started it, or their browser went away.
        Cancelled = "cancelled",
        /// Something broke; the file is not whole.
        Failed = "failed",
    }
}

/// How far an export has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportProgress {
    /// Where it is.
    pub state: ExportState,
    /// Rows written so far.
    pub rows: u64,
    /// About how many there are in all.
    pub about: BoundedCount,
}
