//! Detections as a table of plain text.
//!
//! The csv crate writes the quotes; formulas are its caller's business. Every cell is quoted, and what a spreadsheet might
//! take for a formula is defused in a way that an import undoes ([`domain::export::defused`]). The mark ahead of it tells
//! Excel that it is UTF-8.

use csv::{QuoteStyle, Writer, WriterBuilder};
use domain::{
    Detection,
    export::{COLUMNS, defused},
};

use super::{Failure, cells::cells};

/// What a file begins with: the byte order mark of UTF-8.
const MARK: &str = "\u{feff}";

fn writer(mark: &str) -> Writer<Vec<u8>> {
    WriterBuilder::new().quote_style(QuoteStyle::Always).from_writer(mark.as_bytes().to_vec())
}

/// A page of the table; the first one with the mark and the names of the columns ahead.
pub fn write(page: &[Detection], is_first: bool) -> Result<Vec<u8>, Failure> {
    let rows = page.iter().map(cells).collect::<serde_json::Result<Vec<_>>>()?;
    table(&COLUMNS, rows, is_first)
}

/// A page of any table; the first one with the mark and the names of the columns ahead.
pub(crate) fn table<const N: usize>(
    columns: &[&str],
    rows: impl IntoIterator<Item = [String; N]>,
    is_first: bool,
) -> Result<Vec<u8>, Failure> {
    let mut writer = writer(if is_first { MARK } else { "" });
    if is_first {
        writer.write_record(columns)?;
    }
    for row in rows {
        for cell in row {
            writer.write_field(defused(&cell).as_bytes())?;
        }
        writer.write_record(None::<&[u8]>)?;
    }
    Ok(writer.into_inner()?)
}

/// Rows of any table, the names of its columns first.
pub(crate) fn records(records: &[Vec<String>]) -> Result<Vec<u8>, Failure> {
    let mut writer = writer(MARK);
    for record in records {
        for cell in record {
            writer.write_field(defused(cell).as_bytes())?;
        }
        writer.write_record(None::<&[u8]>)?;
    }
    Ok(writer.into_inner()?)
}
