//! How a table is written: its delimiter, whether quotes quote, whether its first row names the columns.

use std::collections::HashMap;

use csv::{ReaderBuilder, StringRecord};

use crate::mapping::guess::{known_field, looks_like_a_value};

/// How a table is written.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Dialect {
    /// What stands between two fields.
    pub(crate) delimiter: u8,
    /// Whether quotes around a field are no part of it.
    pub(crate) is_quoted: bool,
    /// Whether the first row names the columns.
    pub(crate) has_header: bool,
    /// Whether it does so in words that are known.
    pub(crate) has_known_header: bool,
    /// Fields of most rows.
    pub(crate) columns: usize,
    /// Whether this is a table, judging by nothing but its first rows.
    pub(crate) is_convincing: bool,
}

/// Delimiters that are tried; others must be told.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// Rows that are looked at.
const ROWS: usize = 100;

/// Guesses by the first rows.
pub(crate) fn guess(text: &str, is_whole: bool) -> Dialect {
    guess_among(text, is_whole, &DELIMITERS)
}

/// Guesses where the delimiter is known.
pub(crate) fn guess_with(text: &str, is_whole: bool, delimiter: u8) -> Dialect {
    guess_among(text, is_whole, &[delimiter])
}

fn guess_among(text: &str, is_whole: bool, delimiters: &[u8]) -> Dialect {
    let text = without_separator_line(text).1;
    let tried = delimiters.iter().flat_map(|&delimiter| [(delimiter, true), (delimiter, false)]);
    let mut best: Option<(Shape, Dialect)> = None;
    for (delimiter, is_quoted) in tried {
        let rows = rows(text, is_whole, delimiter, is_quoted);
        let shape = Shape::of(&rows);
        if best.as_ref().is_none_or(|(known, _)| shape.beats(known, is_quoted)) {
            let has_known_header = has_known_header(&rows);
            let dialect = Dialect {
                delimiter,
                is_quoted,
                has_header: has_known_header || has_header(&rows),
                has_known_header,
                columns: shape.columns,
                is_convincing: shape.is_convincing(delimiter, text),
            };
            best = Some((shape, dialect));
        }
    }
    best.map_or(
        Dialect {
            delimiter: delimiters[0],
            is_quoted: true,
            has_header: false,
            has_known_header: false,
            columns: 1,
            is_convincing: false,
        },
        |(_, dialect)| dialect,
    )
}

/// Excel's first line `sep=;`: the delimiter that it names, and the text behind it.
pub(crate) fn without_separator_line(text: &str) -> (Option<u8>, &str) {
    let Some(rest) = text.strip_prefix("sep=").or_else(|| text.strip_prefix("SEP=")) else {
        return (None, text);
    };
    let mut bytes = rest.bytes();
    match (bytes.next(), bytes.next()) {
        (Some(delimiter), Some(b'\r' | b'\n')) if delimiter.is_ascii() && is_delimiter(delimiter) => {
            (Some(delimiter), rest[1..].trim_start_matches(['\r', '\n']))
        }
        _ => (None, text),
    }
}

/// Whether a byte can stand between fields.
pub(crate) fn is_delimiter(byte: u8) -> bool {
    byte == b'\t' || (byte.is_ascii_punctuation() && byte != b'"') || byte == b' '
}

/// The first rows, without the one that the end of the head cuts.
fn rows(text: &str, is_whole: bool, delimiter: u8, is_quoted: bool) -> Vec<StringRecord> {
    let reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .quoting(is_quoted)
        .from_reader(text.as_bytes());
    let mut rows: Vec<_> = reader.into_records().take(ROWS).filter_map(Result::ok).collect();
    if !is_whole && rows.len() > 1 && rows.len() < ROWS {
        rows.pop();
    }
    rows
}

/// How alike rows are.
struct Shape {
    columns: usize,
    rows: usize,
    /// Share of the rows that have so many columns.
    share: f64,
}

impl Shape {
    fn of(rows: &[StringRecord]) -> Self {
        let mut counts = HashMap::<usize, usize>::new();
        for row in rows {
            *counts.entry(row.len()).or_default() += 1;
        }
        let commonest = counts.into_iter().max_by_key(|&(columns, count)| (count, columns));
        let (columns, count) = commonest.unwrap_or((1, 0));
        let share = count as f64 / rows.len().max(1) as f64;
        let fits = rows.first().is_some_and(|row| row.len() == columns);
        Self { columns, rows: rows.len(), share: if fits { share } else { share / 2.0 } }
    }

    /// A single column says nothing.
    fn score(&self) -> f64 {
        if self.columns < 2 { 0.0 } else { self.share + 0.01 * self.columns.min(20) as f64 }
    }

    /// Quotes quote unless the rows fit clearly better when they do not, or as well and there are more of them: then a
    /// quote in a text swallowed some.
    fn beats(&self, known: &Self, is_quoted: bool) -> bool {
        let margin = if is_quoted { 0.0 } else { 0.05 };
        let is_freed = !is_quoted
            && self.columns == known.columns
            && self.share >= known.share
            && self.rows > known.rows;
        self.score() > known.score() + margin || (is_freed && self.columns > 1)
    }

    /// Two columns by commas are what two clauses of a sentence look like.
    fn is_convincing(&self, delimiter: u8, text: &str) -> bool {
        let is_rare = delimiter == b'\t' || self.columns > 2 || text.starts_with('"');
        self.columns > 1 && self.rows > 1 && self.share >= 0.9 && is_rare
    }
}

fn has_known_header(rows: &[StringRecord]) -> bool {
    let Some(first) = rows.first() else { return false };
    let known = first.iter().filter(|cell| known_field(cell).is_some()).count();
    rows.len() > 1 && known > 0 && first.iter().all(is_like_a_name) && known * 4 >= first.len()
}

fn has_header(rows: &[StringRecord]) -> bool {
    let Some((first, rest)) = rows.split_first() else { return false };
    if rest.is_empty() || !first.iter().all(is_like_a_name) {
        return false;
    }
    let column = |index: usize| rest.iter().filter_map(move |row| row.get(index));
    let repeats = |index: usize, name: &str| column(index).any(|cell| cell == name);
    if first.iter().enumerate().any(|(index, name)| repeats(index, name)) {
        return false;
    }
    first.iter().enumerate().any(|(index, name)| {
        let unlike = column(index).filter(|cell| !is_like_a_name(cell) || cell.len() > 3 * name.len().max(4));
        unlike.count() * 2 >= rest.len()
    })
}

/// Whether a cell could be a column's name: short, and no sentence, number, address or date.
fn is_like_a_name(cell: &str) -> bool {
    let cell = cell.trim();
    let is_sentence =
        cell.contains(['!', '?', '@']) || cell.ends_with('.') || cell.split_whitespace().count() > 5;
    !cell.is_empty() && cell.len() <= 64 && !is_sentence && !looks_like_a_value(cell)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> (char, bool, bool) {
        let dialect = guess(text, true);
        (char::from(dialect.delimiter), dialect.is_quoted, dialect.has_header)
    }

    #[test]
    fn delimiters_and_headers_are_found() {
        assert_eq!(found("id,text,date\n1,\"a, b\",2024-01-01\n2,c,2024-01-02\n"), (',', true, true));
        assert_eq!(found("id;text\n1;a, b, c\n2;d, e\n3;f\n"), (';', true, true));
        assert_eq!(found("ham\tok then\nspam\tWIN now!!!\nham\tsee you\n"), ('\t', true, false));
        assert_eq!(
            found(
                "v1,v2\nham,Go until jurong point crazy available only\nspam,Free entry in a weekly comp to win\n"
            ),
            (',', true, true)
        );
        assert_eq!(found("a|b|c\n1|2|3\n"), ('|', true, true));
        assert_eq!(found("sep=;\nname;message\nann;hi\n"), (';', true, true));
    }

    #[test]
    fn quotes_that_do_not_quote_are_text() {
        let text = "ham\t\"Hello there\nham\tsee you\nspam\tWIN\nham\t\"ok\" she said\nham\tyes\nham\tno\n";
        assert_eq!(found(text), ('\t', false, false));
    }

    #[test]
    fn sentences_are_no_table() {
        let dialect = guess("Hello, how are you\nfine, thanks\nwell, then\n", true);
        assert!(!dialect.is_convincing && !dialect.has_known_header);
    }
}
