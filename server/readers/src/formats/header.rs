//! Which row of a table names its columns, and what stands above and between.

use super::dialect::{Kind, Row};
use crate::mapping::names::known_field;

/// Which row names the columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    /// Lines above it; `None` when no row names the columns.
    pub(crate) lines_above: Option<u64>,
    /// Whether it does so in words that are known.
    pub(crate) is_known: bool,
}

/// Rows among which a header is looked for.
const TITLES: usize = 12;

impl Header {
    pub(crate) const NONE: Self = Self { lines_above: None, is_known: false };

    /// The row, among those of a sample.
    pub(super) fn row<'a>(&self, rows: &'a [Row]) -> Option<&'a Row> {
        rows.get(self.row_index(rows)?)
    }

    pub(super) fn row_index(&self, rows: &[Row]) -> Option<usize> {
        let lines = self.lines_above?;
        rows.iter().position(|row| row.lines_above.is_some_and(|above| above >= lines))
    }

    /// The rows below it.
    pub(super) fn data<'a>(&self, rows: &'a [Row]) -> impl Iterator<Item = &'a Row> {
        let from = self.row_index(rows).map_or(0, |index| index + 1);
        rows[from.min(rows.len())..].iter()
    }
}

/// The header below so many lines, as it was chosen.
pub(super) fn at(rows: &[Row], lines: u64) -> Header {
    let mut header = Header { lines_above: Some(lines), is_known: false };
    if let Some(index) = header.row_index(rows) {
        header.is_known = has_known_names(&rows[index], &rows[index + 1..]);
    }
    header
}

/// Finds the row that names the columns.
pub(super) fn find(rows: &[Row], columns: usize) -> Header {
    for (index, row) in rows.iter().take(TITLES).enumerate() {
        let are_titles = rows[..index].iter().all(|title| is_title(title, row.fields.len()));
        if !are_titles {
            continue;
        }
        let Some(lines) = row.lines_above else { break };
        let rest = &rows[index + 1..];
        if has_known_names(row, rest) && (row.fields.len() > 1 || columns == 1) {
            return Header { lines_above: Some(lines), is_known: true };
        }
        if row.fields.len() == columns && names_nothing_else(row, rest) {
            return Header { lines_above: Some(lines), is_known: false };
        }
    }
    Header::NONE
}

/// Whether a row is no more than a title above a table of so many columns.
fn is_title(row: &Row, columns: usize) -> bool {
    let filled = row.fields.iter().filter(|field| !field.trim().is_empty()).count();
    columns > 1 && filled < columns && filled <= 2 && filled * 2 <= columns
}

/// Whether a cell is a name that columns have.
pub(super) fn is_known_name(cell: &str) -> bool {
    is_like_a_name(cell) && known_field(cell).is_some()
}

fn has_known_names(row: &Row, rest: &[Row]) -> bool {
    let filled = row.fields.iter().filter(|cell| !cell.trim().is_empty()).count();
    let known = row.fields.iter().filter(|cell| is_known_name(cell)).count();
    let are_names = row.fields.iter().all(|cell| cell.trim().is_empty() || is_like_a_name(cell));
    let is_known =
        !rest.is_empty() && known > 0 && are_names && known * 4 >= filled && filled * 2 >= row.fields.len();
    is_known && !comes_again(row, rest)
}

/// Whether a cell of a row comes again in its column, other than in the whole row again: then it is no name.
fn comes_again(row: &Row, rest: &[Row]) -> bool {
    let others = rest.iter().filter(|other| other.fields != row.fields);
    let mut cells = others.flat_map(|other| row.fields.iter().zip(&other.fields));
    cells.any(|(name, cell)| !name.is_empty() && name == cell)
}

/// Whether a row looks like names, of which none comes again, above cells that do not.
fn names_nothing_else(row: &Row, rest: &[Row]) -> bool {
    let first = &row.fields;
    let are_names =
        first.iter().enumerate().all(|(index, cell)| is_like_a_name(cell) || (index == 0 && cell.is_empty()));
    if rest.is_empty() || !are_names || comes_again(row, rest) {
        return false;
    }
    let column = |index: usize| rest.iter().filter_map(move |row| row.fields.get(index));
    first.iter().enumerate().any(|(index, name)| {
        let unlike = column(index).filter(|cell| !is_like_a_name(cell) || cell.len() > 3 * name.len().max(4));
        unlike.count() * 2 >= rest.len()
    })
}

/// Whether a cell could be a column's name: short, and no sentence, number, address or date.
fn is_like_a_name(cell: &str) -> bool {
    let cell = cell.trim();
    let is_sentence = cell.contains(['!', '@'])
        || (cell.ends_with(['.', '?']) && cell.contains(' ') && !is_word(cell))
        || cell.split_whitespace().count() > 6;
    !cell.is_empty() && cell.len() <= 80 && !is_sentence && Kind::of(cell).is_none() && !is_truth(cell)
}

/// "Spam?" names a column; "Are you there?" does not.
fn is_word(cell: &str) -> bool {
    known_field(cell).is_some()
}

fn is_truth(cell: &str) -> bool {
    matches!(cell.to_ascii_lowercase().as_str(), "true" | "false" | "yes" | "no" | "null")
}

/// Words that a row of sums begins with.
const SUMS: [&str; 18] = [
    "total",
    "totals",
    "grand total",
    "sum",
    "subtotal",
    "count",
    "summe",
    "gesamt",
    "insgesamt",
    "total général",
    "totale",
    "suma",
    "razem",
    "totaal",
    "итого",
    "всего",
    "合計",
    "合计",
];

/// Whether a row is the sum of others: it says so, and holds nothing but numbers else.
pub(super) fn is_sum(fields: &[&str]) -> bool {
    let mut filled = fields.iter().map(|field| field.trim()).filter(|field| !field.is_empty());
    let Some(first) = filled.next() else { return false };
    let first = first.trim_end_matches(':').to_lowercase();
    let is_number = |field: &str| field.replace([',', '.', ' '], "").parse::<f64>().is_ok();
    let rest: Vec<_> = filled.collect();
    fields.len() > 2
        && SUMS.contains(&first.as_str())
        && !rest.is_empty()
        && rest.iter().all(|field| is_number(field))
}

/// Whether a row says in which units or forms the columns below it are: `(text),[ms],YYYY-MM-DD`.
pub(super) fn is_units(fields: &[&str]) -> bool {
    let mut filled = fields.iter().map(|field| field.trim()).filter(|field| !field.is_empty()).peekable();
    let is_unit = |field: &str| {
        let is_in = |from: char, to: char| field.starts_with(from) && field.ends_with(to);
        let is_pattern = field.len() >= 8 && field.chars().all(|c| "ymdhsYMDHS/-.: ".contains(c));
        (field.len() <= 30 && (is_in('(', ')') || is_in('[', ']') || is_in('<', '>'))) || is_pattern
    };
    fields.len() > 1 && filled.peek().is_some() && filled.all(is_unit)
}

/// Whether a line alone says how many rows there were, as psql and MySQL do.
pub(super) fn is_footer(field: &str) -> bool {
    let field = field.trim().trim_start_matches('(').trim_end_matches(')');
    let mut words = field.split_whitespace();
    let is_count = words.next().is_some_and(|word| word.parse::<u64>().is_ok());
    is_count && words.next().is_some_and(|word| matches!(word, "rows" | "row"))
}
