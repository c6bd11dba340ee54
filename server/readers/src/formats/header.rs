//! Which row of a table names its columns, and what stands above and between.

use super::dialect::{Kind, Row};
use crate::mapping::{label::LabelWords, names::known_field};

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
        header.is_known = has_known_names(&rows[index].fields, &rows[index + 1..]);
    }
    header
}

/// Finds the row that names the columns.
pub(super) fn find(rows: &[Row], columns: usize) -> Header {
    // Spreadsheets pad every row with empty cells: columns that have nothing in any row are none.
    let width = rows.iter().map(|row| filled_width(&row.fields)).max().unwrap_or(0);
    let columns = if columns > 1 { columns.min(width.max(1)) } else { columns };
    for (index, row) in rows.iter().take(TITLES).enumerate() {
        let names = &row.fields[..row.fields.len().min(width)];
        let are_titles = rows[..index].iter().all(|title| is_title(title, names.len()));
        if !are_titles {
            continue;
        }
        let Some(lines) = row.lines_above else { break };
        let rest = &rows[index + 1..];
        if has_known_names(names, rest) && (names.len() > 1 || columns == 1) {
            return Header { lines_above: Some(lines), is_known: true };
        }
        if names.len() == columns && (names_nothing_else(names, rest) || is_unlike(names, rest)) {
            return Header { lines_above: Some(lines), is_known: false };
        }
    }
    Header::NONE
}

/// How many cells there are up to the last that is not empty.
fn filled_width(fields: &[String]) -> usize {
    fields.iter().rposition(|field| !field.trim().is_empty()).map_or(0, |last| last + 1)
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

/// Forms write their questions above the answers: beside known names, a sentence names a column as well.
fn has_known_names(names: &[String], rest: &[Row]) -> bool {
    let filled = names.iter().filter(|cell| !cell.trim().is_empty()).count();
    // "spam" and "ham" stand above texts as well as below "label".
    let known = names.iter().filter(|cell| is_known_name(cell)).count();
    let verdicts = names.iter().filter(|cell| LabelWords::is_verdict(cell)).count();
    let sentences = names.iter().filter(|cell| !cell.trim().is_empty() && !is_like_a_name(cell)).count();
    let are_names = names.iter().all(|cell| cell.trim().is_empty() || could_name(cell));
    let known = if sentences > 0 || filled == 1 { known.saturating_sub(verdicts) } else { known };
    let is_known = known > 0 && are_names && known * 4 >= filled && filled * 2 >= names.len();
    // Of a file with nothing but its header, every cell has to be known.
    let has_rows = !rest.is_empty() || (known > 1 && known == filled);
    is_known && has_rows && !comes_again(names, rest)
}

/// Whether a cell of a row comes again in its column, other than in the whole row again: then it is no name.
fn comes_again(names: &[String], rest: &[Row]) -> bool {
    let others = rest.iter().filter(|other| !other.fields.starts_with(names));
    let mut cells = others.flat_map(|other| names.iter().zip(&other.fields));
    cells.any(|(name, cell)| !name.is_empty() && name == cell)
}

/// Whether a row looks like names, of which none comes again, above cells that do not.
fn names_nothing_else(names: &[String], rest: &[Row]) -> bool {
    let are_names =
        names.iter().enumerate().all(|(index, cell)| is_like_a_name(cell) || (index == 0 && cell.is_empty()));
    if rest.is_empty() || !are_names || comes_again(names, rest) {
        return false;
    }
    let column = |index: usize| rest.iter().filter_map(move |row| row.fields.get(index));
    names.iter().enumerate().any(|(index, name)| {
        let unlike = column(index).filter(|cell| !is_like_a_name(cell) || cell.len() > 3 * name.len().max(4));
        unlike.count() * 2 >= rest.len()
    })
}

/// Share of a column's cells, in tenths, that have to be alike to say what its name is not.
const ALIKE: usize = 9;

/// Whether a row of names and sentences is unlike the rows below: none of it is an e-mail, time, number or address where
/// nearly all below are; or it asks questions in columns where nobody else does.
fn is_unlike(names: &[String], rest: &[Row]) -> bool {
    let could = names.iter().all(|cell| cell.trim().is_empty() || could_name(cell));
    if rest.is_empty() || !could || comes_again(names, rest) {
        return false;
    }
    let cells = |index: usize| {
        rest.iter().filter_map(move |row| row.fields.get(index)).filter(|cell| !cell.trim().is_empty())
    };
    let is_above_another_kind = |(index, name): (usize, &String)| {
        let count = cells(index).count();
        let kind = cells(index).next().and_then(|cell| Kind::of(cell));
        let alike = cells(index).filter(|cell| Kind::of(cell) == kind).count();
        kind.is_some() && alike * 10 >= count * ALIKE && !name.trim().is_empty() && !is_unknown(name)
    };
    let is_asked = |(index, name): &(usize, &String)| {
        name.trim().ends_with('?') && !cells(*index).any(|cell| cell.trim().ends_with('?'))
    };
    names.iter().enumerate().any(is_above_another_kind)
        || names.iter().enumerate().filter(is_asked).count() > 1
}

/// Longest question that is taken for a name, in bytes and words.
const QUESTION_BYTES: usize = 300;
const QUESTION_WORDS: usize = 40;

/// Whether a cell could be a name or a form's question.
fn could_name(cell: &str) -> bool {
    let cell = cell.trim();
    is_like_a_name(cell)
        || (!cell.is_empty()
            && cell.len() <= QUESTION_BYTES
            && !cell.contains(['@', '<', '{'])
            && !cell.contains("://")
            && cell.split_whitespace().count() <= QUESTION_WORDS
            && Kind::of(cell).is_none()
            && !is_truth(cell))
}

/// What people write where they have no e-mail or date.
fn is_unknown(cell: &str) -> bool {
    let word = cell.trim().to_lowercase();
    word.len() < 2 && word != "#"
        || matches!(
            word.as_str(),
            "n/a" | "na" | "nan" | "none" | "unknown" | "anonymous" | "nil" | "unbekannt" | "inconnu"
        )
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

/// Whether the row below the header names the columns once more, as surveys do: SurveyMonkey says which kind of answer each
/// has, Qualtrics writes its own numbers.
pub(super) fn is_second(fields: &[&str]) -> bool {
    let mut filled = fields.iter().map(|field| field.trim()).filter(|field| !field.is_empty()).peekable();
    if filled.peek().is_some_and(|first| first.starts_with("{\"ImportId\"")) {
        return filled.all(|field| field.starts_with("{\"ImportId\""));
    }
    let is_marker = |field: &str| {
        matches!(field.to_lowercase().as_str(), "open-ended response" | "response" | "other (please specify)")
    };
    fields.len() > 1
        && fields.iter().any(|field| is_marker(field.trim()))
        && filled.all(|field| could_name(field) && field.len() < 80)
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

/// Whether a line alone says how many rows there were, as psql, MySQL and forms do, or when they were exported.
pub(super) fn is_footer(field: &str) -> bool {
    let field = field.trim().trim_start_matches('(').trim_end_matches(')');
    let lower = field.to_lowercase();
    let is_total = lower.rsplit_once(':').is_some_and(|(words, number)| {
        matches!(
            words,
            "total entries" | "total rows" | "total records" | "total responses" | "total submissions"
        ) && number.trim().parse::<u64>().is_ok()
    });
    let is_export = ["exported on ", "exported at ", "generated on ", "export date: "].iter().any(|words| {
        lower.strip_prefix(words).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    });
    if is_total || is_export {
        return true;
    }
    let mut words = field.split_whitespace();
    let is_count = words.next().is_some_and(|word| word.parse::<u64>().is_ok());
    is_count && words.next().is_some_and(|word| matches!(word, "rows" | "row"))
}
