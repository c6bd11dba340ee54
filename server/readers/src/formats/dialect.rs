//! How a table is written: its delimiter, its quotes, the lines above its header; by evidence over a sample of the whole file.

use std::{collections::HashMap, net::IpAddr};

use domain::Quoting;

use super::{
    header::{self, Header},
    rows::{Fields, Scanned, Syntax},
};
use crate::{
    limits::MAX_COLUMNS,
    mapping::{label::LabelWords, time::is_time},
};

/// How a table is written.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Dialect {
    pub(crate) syntax: Syntax,
    /// Which row names the columns.
    pub(crate) header: Header,
    /// Lines ahead of the first row, where no row names the columns.
    pub(crate) lines_skipped: u64,
    /// Fields of most rows.
    pub(crate) columns: usize,
    /// Whether this is a table, judging by nothing but its rows.
    pub(crate) is_convincing: bool,
    /// Whether nothing but its rows would leave open whether it is one.
    pub(crate) could_be_a_table: bool,
    /// What the cells of each column are, where nearly all are alike.
    pub(crate) kinds: Vec<Option<Kind>>,
    /// Share of the rows looked at that fit.
    pub(crate) share: f64,
    /// Rows looked at.
    pub(crate) looked_at: usize,
    /// Other delimiters with which rows fit nearly as well, and how many columns there would be.
    pub(crate) others: Vec<(u8, usize)>,
    /// Whether one of those is nearly as likely.
    pub(crate) in_doubt: bool,
    /// What speaks for the way of quoting: a sentence without its full stop.
    pub(crate) quoting_why: &'static str,
}

/// Cells that can be told by their looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Number,
    Time,
    Email,
    Ip,
    Link,
}

impl Kind {
    pub(crate) fn of(cell: &str) -> Option<Self> {
        let cell = cell.trim();
        if cell.len() > 200 {
            None
        } else if cell.parse::<f64>().is_ok() {
            Some(Self::Number)
        } else if cell.parse::<IpAddr>().is_ok() {
            Some(Self::Ip)
        } else if cell.starts_with("http://") || cell.starts_with("https://") {
            (!cell.contains(' ')).then_some(Self::Link)
        } else if cell.contains('@') && cell.contains('.') && !cell.contains(' ') {
            Some(Self::Email)
        } else {
            is_time(cell).then_some(Self::Time)
        }
    }
}

/// A file's text at its start, and in pieces of whole lines from its middle and end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample<'a> {
    pub(crate) head: &'a str,
    /// Whether the head is all of the file.
    pub(crate) is_whole: bool,
    pub(crate) pieces: &'a [String],
}

impl<'a> Sample<'a> {
    /// A text that is all there is.
    #[cfg(test)]
    pub(crate) fn whole(head: &'a str) -> Self {
        Self { head, is_whole: true, pieces: &[] }
    }
}

/// Delimiters that are tried; others must be told. 0x1F and 0x01 are those of ASCII and of Hive.
const DELIMITERS: [u8; 7] = [b',', b';', b'\t', b'|', b'^', 0x1f, 0x01];

/// Stands between no two fields, as it is in no UTF-8: a table of one column.
pub(crate) const NO_DELIMITER: u8 = 0xff;

/// Rows that are looked at, of each part of the file.
const ROWS: usize = 1_500;

/// What is known of a dialect beforehand.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Told {
    pub(crate) delimiter: Option<u8>,
    pub(crate) quoting: Option<Quoting>,
    pub(crate) skips_blank: Option<bool>,
    pub(crate) has_header: Option<bool>,
    /// Lines above the header, if there is one.
    pub(crate) lines_above: Option<u64>,
}

/// Guesses what is not told.
pub(crate) fn guess(sample: Sample<'_>, told: Told) -> Dialect {
    let (by_line, head) = without_separator_line(sample.head);
    let lines_skipped = u64::from(by_line.is_some());
    let sample = Sample { head, ..sample };
    let lines_above = told.lines_above.map(|lines| lines.saturating_sub(lines_skipped));
    let told = Told { lines_above, ..told };
    let mut tried: Vec<Tried> = match told.delimiter.or(by_line) {
        Some(delimiter) => vec![best_quoting(&sample, delimiter, told)],
        None => DELIMITERS
            .into_iter()
            .filter(|delimiter| head.as_bytes().contains(delimiter))
            .map(|delimiter| best_quoting(&sample, delimiter, told))
            .collect(),
    };
    let is_told = told.delimiter.or(by_line).is_some();
    // The first of equals stays first.
    tried.sort_by(|one, other| other.score().total_cmp(&one.score()));
    if !is_told {
        let mut alone = best_quoting(&sample, NO_DELIMITER, told);
        let is_named = alone
            .rows
            .first()
            .is_some_and(|row| row.fields.len() == 1 && header::is_known_name(&row.fields[0]));
        let is_table = tried.first().is_some_and(Tried::is_table);
        let has_names = tried.first().is_some_and(|best| best.header.is_known);
        alone.is_single = (is_named && !has_names) || (!is_table && alone.is_quoted_throughout());
        if alone.is_single || tried.is_empty() {
            tried.insert(0, alone);
        }
    }
    let mut tried = tried.into_iter();
    let best = tried.next().unwrap_or_else(|| best_quoting(&sample, NO_DELIMITER, told));
    let rivals: Vec<_> = tried.filter(|other| other.score() > 0.6).collect();
    let mut dialect = best.dialect(&sample);
    dialect.header.lines_above = dialect.header.lines_above.map(|lines| lines + lines_skipped);
    dialect.lines_skipped = lines_skipped;
    dialect.in_doubt = !is_told && rivals.iter().any(|rival| rival.score() + 0.1 > best.score());
    dialect.others = rivals.iter().map(|rival| (rival.syntax.delimiter, rival.columns)).collect();
    dialect
}

/// Excel's first line `sep=;`: the delimiter that it names, and the text behind it.
pub(crate) fn without_separator_line(text: &str) -> (Option<u8>, &str) {
    let rest = text.strip_prefix('"').unwrap_or(text);
    let Some(rest) = rest.strip_prefix("sep=").or_else(|| rest.strip_prefix("SEP=")) else {
        return (None, text);
    };
    let Some(&delimiter) = rest.as_bytes().first() else { return (None, text) };
    if !is_delimiter(delimiter) {
        return (None, text);
    }
    let rest = rest[1..].strip_prefix('"').unwrap_or(&rest[1..]);
    // Excel pads the line with delimiters where the table is wider.
    let rest = rest.trim_start_matches(char::from(delimiter));
    if rest.starts_with(['\r', '\n']) {
        (Some(delimiter), rest.strip_prefix("\r\n").unwrap_or(&rest[1..]))
    } else {
        (None, text)
    }
}

/// Whether a byte can stand between fields.
pub(crate) fn is_delimiter(byte: u8) -> bool {
    byte == b'\t'
        || (byte.is_ascii_punctuation() && byte != b'"')
        || matches!(byte, b' ' | 0x01 | 0x1c..=0x1f)
}

/// A row of the sample.
pub(super) struct Row {
    /// Lines of the head above it; of rows from elsewhere, nothing is known.
    pub(super) lines_above: Option<u64>,
    pub(super) fields: Vec<String>,
}

/// A sample read in one way.
pub(super) struct Tried {
    syntax: Syntax,
    pub(super) rows: Vec<Row>,
    /// Rows whose quotes make no sense.
    broken: usize,
    header: Header,
    columns: usize,
    share: f64,
    /// Fields that had to be quoted.
    needed: usize,
    why: &'static str,
    is_single: bool,
}

impl Tried {
    fn new(sample: &Sample<'_>, syntax: Syntax, told: Told) -> Self {
        let (mut rows, mut broken) = read(sample.head, sample.is_whole, true, syntax);
        let mut columns = commonest(&rows);
        for (index, piece) in sample.pieces.iter().enumerate() {
            let is_last = index + 1 == sample.pieces.len();
            let (piece, piece_broken) = read(piece, is_last, false, syntax);
            // It may begin within a quoted field.
            let start = piece.iter().position(|row| row.fields.len() == columns).unwrap_or(piece.len());
            broken += piece_broken.saturating_sub(usize::from(start > 0));
            rows.extend(piece.into_iter().skip(start));
        }
        let header = match (told.has_header, told.lines_above) {
            (Some(false), _) => Header::NONE,
            (_, Some(lines)) => header::at(&rows, lines),
            (None, None) => header::find(&rows, columns),
            (Some(true), None) => match header::find(&rows, columns) {
                Header { lines_above: None, .. } => header::at(&rows, 0),
                found => found,
            },
        };
        if let Some(names) = header.row(&rows)
            && names.fields.len() > 1
            && header.is_known
        {
            columns = names.fields.len();
        }
        let share = share(&rows, columns, &header);
        let is_needed = |field: &&String| {
            field.bytes().any(|byte| byte == syntax.delimiter || matches!(byte, b'\n' | b'\r'))
        };
        let fitting = rows.iter().filter(|row| row.fields.len() == columns);
        let needed = fitting.flat_map(|row| &row.fields).filter(is_needed).count();
        Self { syntax, rows, broken, header, columns, share, needed, why: "", is_single: false }
    }

    /// A single column says nothing.
    fn score(&self) -> f64 {
        if self.columns < 2 {
            return 0.0;
        }
        let broken = self.broken as f64 / (self.rows.len() + self.broken).max(1) as f64;
        let known = if self.header.is_known { 0.3 } else { 0.0 };
        self.share + 0.01 * self.columns.min(20) as f64 + known - broken
    }

    fn is_table(&self) -> bool {
        self.columns > 1 && (self.header.is_known || self.share >= 0.75)
    }

    fn is_quoted_throughout(&self) -> bool {
        self.needed > 0 && self.rows.len() > 1 && self.broken == 0
    }

    /// Two columns by commas are what two clauses of a sentence look like; but a sentence has a blank behind its comma.
    fn is_convincing(&self, text: &str) -> bool {
        let is_rare = self.syntax.delimiter == b'\t' || self.columns > 2 || text.starts_with('"');
        let is_named = self.header.row(&self.rows).is_some_and(|row| {
            row.fields.iter().all(|name| name.split_whitespace().count() <= 4 && !name.starts_with(' '))
        });
        let is_regular = self.share >= 0.99 && self.has_no_blanks_behind();
        let is_telling = || is_named || self.has_column_of_verdicts();
        self.columns > 1
            && self.rows.len() > 1
            && self.share >= 0.9
            && (is_rare || (is_regular && is_telling()))
    }

    /// Whether a column says spam or ham in every row.
    fn has_column_of_verdicts(&self) -> bool {
        let is_verdict = |row: &Row, index: usize| {
            row.fields.get(index).is_some_and(|cell| LabelWords::is_verdict(cell.trim_matches('"')))
        };
        (0..self.columns).any(|index| self.header.data(&self.rows).all(|row| is_verdict(row, index)))
    }

    /// Whether every row has the same few fields, as hardly any lines of text do.
    fn could_be_a_table(&self) -> bool {
        self.columns > 1
            && self.rows.len() > 1
            && self.share >= 0.99
            && self.broken == 0
            && self.has_no_blanks_behind()
    }

    /// Whether hardly a cell but the first of its row begins with a blank.
    fn has_no_blanks_behind(&self) -> bool {
        let cells = || self.rows.iter().flat_map(|row| row.fields.iter().skip(1));
        cells().filter(|cell| cell.starts_with(' ')).count() * 20 <= cells().count()
    }

    /// What the cells of each column are.
    fn kinds(&self) -> Vec<Option<Kind>> {
        let data = || self.header.data(&self.rows).filter(|row| row.fields.len() == self.columns);
        let kind = |index: usize| {
            let mut counts = HashMap::<Option<Kind>, usize>::new();
            let cells = data().map(|row| row.fields[index].as_str()).filter(|cell| !cell.trim().is_empty());
            for cell in cells.take(200) {
                *counts.entry(Kind::of(cell)).or_default() += 1;
            }
            let all: usize = counts.values().sum();
            let (kind, count) = counts.into_iter().max_by_key(|(_, count)| *count)?;
            if count * 20 >= all * 19 { kind } else { None }
        };
        (0..self.columns).map(kind).collect()
    }

    fn dialect(&self, sample: &Sample<'_>) -> Dialect {
        Dialect {
            syntax: self.syntax,
            header: self.header,
            lines_skipped: 0,
            columns: if self.is_single { 1 } else { self.columns },
            is_convincing: self.is_convincing(sample.head),
            could_be_a_table: self.could_be_a_table(),
            kinds: self.kinds(),
            share: self.share,
            looked_at: self.rows.len(),
            others: Vec::new(),
            in_doubt: false,
            quoting_why: self.why,
        }
    }
}

/// The way of quoting that makes most sense with a delimiter.
fn best_quoting(sample: &Sample<'_>, delimiter: u8, told: Told) -> Tried {
    let text = sample.head;
    let skips_blank = told.skips_blank.unwrap_or_else(|| has_blanks_ahead_of_quotes(text, delimiter));
    let try_as = |quoting, skips_blank| {
        Tried::new(sample, Syntax { delimiter, quoting, skips_blank, has_nulls: false }, told)
    };
    if let Some(quoting) = told.quoting {
        return Tried { why: "It was chosen", ..try_as(quoting, skips_blank) };
    }
    let mut best = try_as(Quoting::Doubled, skips_blank);
    best.why = if best.needed > 0 {
        "Quoted fields hold delimiters, line ends or doubled quotes"
    } else {
        "It is usual"
    };
    if skips_blank && told.skips_blank.is_none() {
        let plain = try_as(Quoting::Doubled, false);
        let is_needed = plain.cells().any(|cell| cell.starts_with(" \"") && cell.ends_with('"'));
        if plain.score() > best.score() || (plain.score() >= best.score() && !is_needed) {
            best = Tried { why: best.why, ..plain };
        }
    }
    let skips_blank = best.syntax.skips_blank;
    if text.contains("\\\"") || text.contains("\\N") {
        let escaped = try_as(Quoting::Backslash, skips_blank);
        // MySQL quotes every cell of a column that it quotes.
        let has_null = text.contains("\\N")
            && escaped.score() >= best.score()
            && try_as(Quoting::None, skips_blank).has_column_in(b'"');
        if escaped.score() > best.score() || has_null {
            best = Tried { why: "Quotes within fields have a backslash before them", ..escaped };
        }
    }
    if text.contains('\'') {
        let single = try_as(Quoting::Single, skips_blank);
        if single.score() > best.score() + 0.02 || best.has_column_in(b'\'') {
            best = Tried { why: "Fields stand in single quotes", ..single };
        }
    }
    if text.contains('"') && best.syntax.quoting == Quoting::Doubled {
        let plain = try_as(Quoting::None, skips_blank);
        let is_doubled = plain.has_doubled_quotes();
        let are_used = best.needed > 0 || is_doubled;
        // Lines that fit one and all were swallowed by quotes that happen to close. One text of several lines can fit as well by
        // chance; in a table by tabs hardly ever, as texts hold none.
        let has_more = !(is_doubled && best.broken == 0)
            && (delimiter == b'\t' || best.texts_of_lines() > 1)
            && best.columns > 1
            && plain.columns == best.columns
            && plain.rows.len() > best.rows.len();
        let is_freed = plain.share >= best.share && (has_more || (best.broken > 0 && !are_used));
        let is_idle = delimiter == b'\t' && !are_used && plain.has_idle_quotes();
        // Where quoted fields close, quotes are no text; and one row that is broken or cut is an error of that row alone.
        let is_sound = delimiter != b'\t'
            && plain.columns == best.columns
            && best.broken < 2
            && (best.broken == 0 || plain.open_quotes() < 2);
        let is_swallowed = plain.rows.len() > best.rows.len() + best.broken;
        let is_better = plain.score() > best.score() + 0.05 && (!is_sound || is_swallowed);
        if is_better || (is_freed && (has_more || !is_sound)) || is_idle {
            best = Tried { why: "Quotes stand within texts and close nothing", ..plain };
        }
    }
    if best.syntax.quoting == Quoting::Doubled
        && text.contains("NULL")
        && try_as(Quoting::None, skips_blank).has_nulls()
    {
        let syntax = Syntax { has_nulls: true, ..best.syntax };
        best = Tried {
            why: "Fields without a value are NULL without quotes",
            ..Tried::new(sample, syntax, told)
        };
    }
    if delimiter == b'\t' && text.contains('\\') && best.syntax.quoting != Quoting::Backslash {
        let escaped = try_as(Quoting::Escaped, skips_blank);
        let is_better = escaped.score() > best.score().max(try_as(Quoting::None, skips_blank).score());
        if escaped.score() >= best.score() && (is_better || best.has_escapes()) {
            best = Tried { why: "Backslashes stand for tabs, line ends and empty fields", ..escaped };
        }
    }
    best
}

/// `a, "b"`: blanks ahead of quotes.
fn has_blanks_ahead_of_quotes(text: &str, delimiter: u8) -> bool {
    let pattern = [delimiter, b' ', b'"'];
    delimiter != b' ' && memchr::memmem::find(text.as_bytes(), &pattern).is_some()
}

impl Tried {
    fn cells(&self) -> impl Iterator<Item = &str> {
        self.rows.iter().flat_map(|row| &row.fields).map(String::as_str)
    }

    /// Cells of several lines.
    fn texts_of_lines(&self) -> usize {
        self.cells().filter(|cell| cell.contains(['\n', '\r'])).count()
    }

    /// Fields that begin with a quote and do not end with one.
    fn open_quotes(&self) -> usize {
        self.cells().filter(|cell| cell.len() > 1 && cell.starts_with('"') && !cell.ends_with('"')).count()
    }

    /// Whether all cells of a column stand in these quotes.
    fn has_column_in(&self, quote: u8) -> bool {
        let is_in = |cell: &str| {
            cell.len() > 1 && cell.as_bytes()[0] == quote && cell.as_bytes()[cell.len() - 1] == quote
        };
        let data: Vec<_> =
            self.header.data(&self.rows).filter(|row| row.fields.len() == self.columns).collect();
        data.len() > 1
            && (0..self.columns).any(|index| {
                let mut cells = data
                    .iter()
                    .map(|row| row.fields[index].as_str())
                    .filter(|cell| !cell.is_empty() && *cell != "\\N")
                    .peekable();
                cells.peek().is_some() && cells.all(is_in)
            })
    }

    /// Whether a column has NULL among cells that all stand in quotes, as MySQL and phpMyAdmin write them.
    fn has_nulls(&self) -> bool {
        let is_quoted = |cell: &str| cell.len() > 1 && cell.starts_with('"') && cell.ends_with('"');
        (0..self.columns).any(|index| {
            let cells = || {
                let data = self.header.data(&self.rows).filter(|row| row.fields.len() == self.columns);
                data.map(|row| row.fields[index].as_str())
            };
            let nulls = cells().filter(|cell| *cell == "NULL").count();
            let quoted = cells().filter(|cell| is_quoted(cell)).count();
            nulls > 0 && quoted > 0 && nulls + quoted == cells().count()
        })
    }

    /// Whether a quoted cell holds doubled quotes and no others.
    fn has_doubled_quotes(&self) -> bool {
        let is_doubled = |cell: &str| {
            let inner = cell.strip_prefix('"').and_then(|cell| cell.strip_suffix('"'));
            inner.is_some_and(|inner| inner.contains("\"\"") && !inner.replace("\"\"", "").contains('"'))
        };
        self.cells().any(is_doubled)
    }

    /// Whether some cells of a column are quoted that need not be, and others are not: nobody writes that but who means them.
    fn has_idle_quotes(&self) -> bool {
        let is_quoted = |cell: &&str| cell.len() > 2 && cell.starts_with('"') && cell.ends_with('"');
        (0..self.columns).any(|index| {
            let cells: Vec<_> =
                self.rows.iter().filter_map(|row| row.fields.get(index)).map(String::as_str).collect();
            let filled = cells.iter().filter(|cell| !cell.is_empty()).count();
            let quoted: Vec<_> = cells.iter().filter(|cell| is_quoted(cell)).collect();
            quoted.len() * 10 < filled * 9
                && quoted.iter().any(|cell| !cell[1..cell.len() - 1].contains(['"', ',', ';']))
        })
    }

    /// Whether backslashes are escapes, and not those of paths: an empty field `\N`, or line ends and tabs in texts.
    fn has_escapes(&self) -> bool {
        let is_known = |cell: &str| {
            let mut bytes = cell.bytes();
            while let Some(byte) = bytes.next() {
                if byte == b'\\' && !bytes.next().is_some_and(|next| b"\\ntrbfvN0".contains(&next)) {
                    return false;
                }
            }
            true
        };
        let with_breaks = || self.cells().filter(|cell| cell.contains("\\n") || cell.contains("\\t"));
        let are_sound = self.cells().all(is_known);
        are_sound
            && (self.cells().any(|cell| cell == "\\N")
                || (with_breaks().count() > 1
                    && !with_breaks().any(|cell| {
                        cell.contains(":\\") && !cell.contains(":\\\\") || cell.starts_with('{')
                    })))
    }
}

/// The rows of a piece of a file, from the first that follows a line end outside of quotes, as far as that can be told.
pub(crate) fn rows_of(text: &str, is_last: bool, syntax: Syntax) -> Vec<Vec<String>> {
    read(text, is_last, false, syntax).0.into_iter().map(|row| row.fields).collect()
}

/// The rows of a text, without the one that its end cuts, and how many make no sense.
fn read(text: &str, is_whole: bool, is_head: bool, syntax: Syntax) -> (Vec<Row>, usize) {
    let bytes = text.as_bytes();
    let (mut rows, mut broken, mut at, mut line) = (Vec::new(), 0, 0, 0);
    let mut fields = Fields::default();
    while at < bytes.len() && rows.len() < ROWS {
        let length = match syntax.scan(&bytes[at..], is_whole, false, MAX_COLUMNS, &mut fields) {
            Scanned::Row(length) => {
                let is_blank = fields.len() == 1 && fields.text.trim_ascii().is_empty();
                if !is_blank {
                    let lines_above = is_head.then_some(line);
                    let mut fields = fields.lossy();
                    if let Some(rest) = fields[0].strip_prefix('\u{feff}') {
                        fields[0] = rest.to_owned();
                    }
                    rows.push(Row { lines_above, fields });
                }
                length
            }
            Scanned::More => {
                // A second row that is longer than the head is better than none.
                let cut = syntax.scan(&bytes[at..], true, true, MAX_COLUMNS, &mut fields);
                if rows.len() == 1 && matches!(cut, Scanned::Row(_)) {
                    rows.push(Row { lines_above: None, fields: fields.lossy() });
                }
                break;
            }
            // Of a head, the end may only seem to be one.
            Scanned::Open if !is_whole => break,
            Scanned::Open | Scanned::Broken(_) | Scanned::TooMany(_) => {
                broken += 1;
                let rest = &bytes[at..];
                memchr::memchr2(b'\n', b'\r', rest).map_or(rest.len(), |end| end + 1)
            }
        };
        line += lines_in(&bytes[at..at + length]);
        at += length;
    }
    (rows, broken)
}

/// Line ends, of which `\r\n` is one.
pub(super) fn lines_in(bytes: &[u8]) -> u64 {
    let ends = memchr::memchr2_iter(b'\n', b'\r', bytes);
    ends.filter(|&at| bytes[at] == b'\n' || bytes.get(at + 1) != Some(&b'\n')).count() as u64
}

/// How many fields most rows have; of equals, the more.
fn commonest(rows: &[Row]) -> usize {
    let mut counts = HashMap::<usize, usize>::new();
    for row in rows {
        *counts.entry(row.fields.len()).or_default() += 1;
    }
    counts.into_iter().max_by_key(|&(columns, count)| (count, columns)).map_or(1, |(columns, _)| columns)
}

/// Share of the rows that fit. Below a known header, rows that end early count for most of one.
fn share(rows: &[Row], columns: usize, header: &Header) -> f64 {
    let fit = |row: &Row| {
        let found = row.fields.len();
        let is_padded = || row.fields[columns..].iter().all(String::is_empty);
        if found == columns || (found > columns && is_padded()) {
            1.0
        } else if header.is_known && found < columns && found > 1 {
            0.8
        } else {
            0.0
        }
    };
    let from = header.row_index(rows).unwrap_or(0);
    let (sum, count) =
        rows[from..].iter().fold((0.0, 0_usize), |(sum, count), row| (sum + fit(row), count + 1));
    let share = sum / count.max(1) as f64;
    let first_fits = rows.get(from).is_some_and(|row| fit(row) > 0.9);
    if first_fits { share } else { share / 2.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> (char, bool, bool) {
        let dialect = guess(Sample::whole(text), Told::default());
        (
            char::from(dialect.syntax.delimiter),
            dialect.syntax.quoting != Quoting::None,
            dialect.header.lines_above.is_some(),
        )
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
        let dialect = guess(Sample::whole("Hello, how are you\nfine, thanks\nwell, then\n"), Told::default());
        assert!(!dialect.is_convincing && !dialect.header.is_known);
    }

    #[test]
    fn the_way_of_quoting_is_found() {
        let quoting = |text: &str| guess(Sample::whole(text), Told::default()).syntax.quoting;
        assert_eq!(quoting("\"id\",\"text\"\n\"1\",\"say \\\"a, b\\\"\"\n\"2\",\\N\n"), Quoting::Backslash);
        assert_eq!(quoting("id,text\n1,'a, b'\n2,'it''s, well'\n"), Quoting::Single);
        assert_eq!(quoting("id\ttext\n1\ta\\nb\n2\t\\N\n"), Quoting::Escaped);
        assert_eq!(quoting("id\ttext\n1\tC:\\new\n2\tx\n"), Quoting::Doubled);
        assert_eq!(quoting("id,text\n1,it's\n2,'tis\n"), Quoting::Doubled);
        assert_eq!(quoting("id\ttext\n1\t\"Buy now\"\n2\tsold out\n"), Quoting::None);
        assert_eq!(quoting("id\ttext\n1\t\"a\tb\"\n2\tsold out\n"), Quoting::Doubled);
    }
}
