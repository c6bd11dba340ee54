//! Taking the matches of a search elsewhere, and finding Gavel's own files again when they come back.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::BoundedCount;

crate::words! {
    /// What an export is written in.
    ExportFormat {
        /// A table: RFC 4180, UTF-8 with a byte order mark, a line of names first. Formulas are defused; see [`defused`].
        Csv = "csv",
        /// A workbook of Office Open XML, a row of names first.
        Xlsx = "xlsx",
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

/// The columns of a table of detections, in order. An import knows Gavel's own tables by them.
pub const COLUMNS: [&str; 29] = [
    "id",
    "created_at",
    "site",
    "origin",
    "endpoint",
    "verdict",
    "score",
    "threshold",
    "judged_by",
    "label",
    "labelled_by",
    "labelled_at",
    "feedback",
    "version",
    "email",
    "name",
    "ip",
    "user_agent",
    "website_url",
    "domain",
    "submitted_at",
    "message",
    "extra",
    "signals",
    "detection_id",
    "upstream_timestamp",
    "execution_ms",
    "raw_answer",
    "reasons",
];

/// How many of them every export has; those behind came later, and older files have none of them.
pub const FIRST_COLUMNS: usize = 28;

/// Characters of a cell of a workbook, in UTF-16 code units: Excel takes 32,767. What is longer goes on in further cells.
pub const CELL_UNITS: usize = 32_000;

/// Names of the columns that hold what did not fit into a cell begin so, then comes a number from 1. Each of their cells begins
/// with the name of the column that it continues, and a colon.
pub const CONTINUED: &str = "continued_";

/// How many such columns there are: three times the longest message.
pub const CONTINUED_COLUMNS: usize = 99;

/// Cuts a text into what fits into cells, never within a character; one empty piece, when it is empty.
pub fn pieces(text: &str, units: usize) -> Vec<&str> {
    let mut pieces = Vec::new();
    let (mut start, mut length) = (0, 0);
    for (at, char) in text.char_indices() {
        if length + char.len_utf16() > units {
            pieces.push(&text[start..at]);
            (start, length) = (at, 0);
        }
        length += char.len_utf16();
    }
    pieces.push(&text[start..]);
    pieces
}

/// A cell of a CSV table, so that no spreadsheet runs it: what might be taken for a formula gets an apostrophe ahead of it (OWASP,
/// "CSV Injection"). Programs that look past leading blanks are thought of, and full-width signs, which some take for the
/// plain ones. What has apostrophes ahead of a formula already gets one more, so that [`restored`] knows.
pub fn defused(cell: &str) -> Cow<'_, str> {
    if is_formula(cell.trim_start_matches('\'')) {
        Cow::Owned(format!("'{cell}"))
    } else {
        Cow::Borrowed(cell)
    }
}

/// The text that [`defused`] made this of.
pub fn restored(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if is_formula(rest.trim_start_matches('\'')) => rest,
        _ => cell,
    }
}

fn is_formula(text: &str) -> bool {
    let starts =
        |text: &str| text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    starts(text) || starts(text.trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_defused_and_other_text_is_as_it_was() {
        for formula in [
            "=1+1",
            "+1",
            "-1",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            "\n=1",
            "＝1",
            "＋1",
            "－1",
            "＠x",
            "  =cmd|' /C calc'!A0",
            "'=1",
            "'''@x",
        ] {
            assert_eq!(defused(formula), format!("'{formula}"));
            assert_eq!(restored(&defused(formula)), formula);
        }
        for text in ["", "a=b", "mail@example.com", "'", "'tis", "100 - 1", "\"=1\"", "''quoted''"] {
            assert_eq!(defused(text), text);
            assert_eq!(restored(text), text);
        }
    }

    #[test]
    fn texts_are_cut_between_characters() {
        assert_eq!(pieces("", 3), [""]);
        assert_eq!(pieces("abc", 3), ["abc"]);
        assert_eq!(pieces("abcd", 3), ["abc", "d"]);
        assert_eq!(pieces("ab😀c", 3), ["ab", "😀c"]);
        assert_eq!(pieces("😀😀", 3), ["😀", "😀"]);
    }
}
