//! The table of a web page. Many programs write one and call it .xls, which spreadsheets open.

use std::{
    collections::{HashSet, VecDeque},
    io::{self, Read},
};

use domain::FileAccount;
use html5gum::{DefaultEmitter, IoReader, Token, Tokenizer};

use super::{Parse, html::Renderer};
use crate::{
    Place, ReadError, Record, RecordError,
    error::TOO_LONG,
    limits::{MAX_COLUMNS, RECORD_MAX_BYTES},
    mapping::{looks::is_value, names::known_field},
};

type Tokens = Box<dyn Iterator<Item = Result<Token, io::Error>> + Send>;

/// The rows of a page's table.
pub(crate) struct PageTable {
    rows: Rows,
    columns: Vec<String>,
    header: Option<Vec<String>>,
    /// Read while the columns were looked for.
    ahead: VecDeque<Row>,
    account: FileAccount,
    is_over: bool,
}

/// Rows that are looked at to find the one that names the columns.
const AHEAD: usize = 10;

struct Row {
    number: u64,
    cells: Vec<String>,
    is_header: bool,
}

impl Row {
    fn filled(&self) -> usize {
        self.cells.iter().filter(|cell| !cell.is_empty()).count()
    }

    fn names_columns(&self, is_wide: bool) -> bool {
        let is_known = |cell: &&String| known_field(cell).is_some();
        let enough = if is_wide { 1 } else { 0 };
        self.filled() > enough
            && (self.is_header
                || self.cells.iter().filter(is_known).count() > enough
                || (is_wide && !self.cells.iter().any(|cell| is_value(cell) || cell.len() > 60)))
    }
}

impl PageTable {
    /// Finds the first row that names columns; what stands above it is a title.
    ///
    /// # Errors
    /// When there is no table in the page.
    pub(crate) fn open(read: impl Read + Send + 'static) -> Result<Self, ReadError> {
        let mut emitter = DefaultEmitter::default();
        emitter.naively_switch_states(true);
        let tokens: Tokens = Box::new(Tokenizer::new_with_emitter(IoReader::new(read), emitter));
        let mut rows = Rows { tokens, number: 0 };
        let mut account = FileAccount::default();
        let mut ahead = VecDeque::new();
        while ahead.len() < AHEAD {
            match rows.next() {
                Some(Ok(row)) => ahead.push_back(row),
                Some(Err(error)) => return Err(ReadError::new(error.to_string())),
                None => break,
            }
        }
        let is_wide = ahead.iter().any(|row| row.filled() > 1);
        while let Some(title) = ahead.pop_front_if(|row| is_wide && row.filled() < 2) {
            let why = "They stand above the names of the columns";
            account.leave_out(
                "title rows",
                why,
                u64::from(title.filled() > 0),
                Place::entry_only(title.number),
            );
        }
        let Some(first) = ahead.front() else {
            return Err(ReadError::new("there is no table with rows in this web page"));
        };
        let names = first.names_columns(is_wide);
        let columns = if names { distinct(&first.cells) } else { numbered(first.cells.len()) };
        let header = names.then(|| first.cells.clone());
        if names {
            ahead.pop_front();
        }
        Ok(Self { rows, columns, header, ahead, account, is_over: false })
    }

    fn record(&mut self, mut row: Row) -> Option<Result<Record, RecordError>> {
        let place = Place::entry_only(row.number);
        if row.filled() == 0 {
            return None;
        }
        if self.header.as_ref() == Some(&row.cells) {
            self.account.leave_out("repeated headers", "They name the columns again", 1, place);
            return None;
        }
        if row.cells.len() > self.columns.len()
            && row.cells[self.columns.len()..].iter().all(String::is_empty)
        {
            row.cells.truncate(self.columns.len());
        }
        if row.cells.len() > self.columns.len() {
            let words =
                format!("has {} cells where the table has {} columns", row.cells.len(), self.columns.len());
            return Some(Err(RecordError::new(place, words).with_fields(row.cells)));
        }
        if row.cells.iter().map(String::len).sum::<usize>() > RECORD_MAX_BYTES {
            return Some(Err(RecordError::new(place, TOO_LONG)));
        }
        row.cells.resize(self.columns.len(), String::new());
        Some(Ok(Record::new(place, row.cells)))
    }
}

impl Parse for PageTable {
    fn columns(&self) -> &[String] {
        &self.columns
    }

    fn next(&mut self) -> Option<Result<Record, RecordError>> {
        while !self.is_over {
            let row = match self.ahead.pop_front().map(Ok).or_else(|| self.rows.next()) {
                Some(Ok(row)) => row,
                Some(Err(error)) => {
                    self.is_over = true;
                    return Some(Err(RecordError::io(Place::entry_only(self.rows.number + 1), &error)));
                }
                None => {
                    self.is_over = true;
                    break;
                }
            };
            if let Some(record) = self.record(row) {
                return Some(record);
            }
        }
        None
    }

    fn account(&self) -> FileAccount {
        self.account.clone()
    }
}

/// Names as they are; a name that comes again gets a number, an empty one "column 3".
fn distinct(cells: &[String]) -> Vec<String> {
    let mut known = HashSet::new();
    let mut name = |(index, cell): (usize, &String)| {
        let base = if cell.is_empty() { format!("column {}", index + 1) } else { cell.clone() };
        let tries = (1..).map(|n| if n == 1 { base.clone() } else { format!("{base} {n}") });
        let found = tries.into_iter().find(|name| !known.contains(name)).unwrap_or_default();
        known.insert(found.clone());
        found
    };
    cells.iter().take(MAX_COLUMNS).enumerate().map(&mut name).collect()
}

fn numbered(count: usize) -> Vec<String> {
    (1..=count.min(MAX_COLUMNS)).map(|number| format!("column {number}")).collect()
}

struct Rows {
    tokens: Tokens,
    number: u64,
}

impl Rows {
    fn next(&mut self) -> Option<Result<Row, io::Error>> {
        let mut row: Option<Row> = None;
        let mut cell: Option<Renderer> = None;
        let mut span = 1;
        loop {
            let token = match self.tokens.next() {
                Some(Ok(token)) => token,
                Some(Err(error)) => return Some(Err(error)),
                None => {
                    close(&mut row, &mut cell, span);
                    return row.map(Ok);
                }
            };
            match &token {
                Token::StartTag(tag) if tag.name.as_slice() == b"tr" => {
                    close(&mut row, &mut cell, span);
                    if let Some(done) = row.take().filter(|row| !row.cells.is_empty()) {
                        // The tag of the next row is gone: its cells are taken all the same.
                        return Some(Ok(done));
                    }
                }
                Token::StartTag(tag) if matches!(tag.name.as_slice(), b"td" | b"th") => {
                    close(&mut row, &mut cell, span);
                    let is_header = tag.name.as_slice() == b"th";
                    let row = row.get_or_insert_with(|| {
                        self.number += 1;
                        Row { number: self.number, cells: Vec::new(), is_header: true }
                    });
                    row.is_header &= is_header;
                    let wide = tag.attributes.get(b"colspan".as_slice());
                    span = wide
                        .and_then(|wide| std::str::from_utf8(wide).ok()?.trim().parse().ok())
                        .unwrap_or(1_usize)
                        .clamp(1, 50);
                    cell = Some(Renderer::default());
                }
                Token::EndTag(tag) if matches!(tag.name.as_slice(), b"td" | b"th") => {
                    close(&mut row, &mut cell, span)
                }
                Token::EndTag(tag) if matches!(tag.name.as_slice(), b"tr" | b"table") => {
                    close(&mut row, &mut cell, span);
                    if let Some(done) = row.take().filter(|row| !row.cells.is_empty()) {
                        return Some(Ok(done));
                    }
                }
                _ => {
                    if let Some(renderer) = &mut cell {
                        renderer.take(token);
                    }
                }
            }
        }
    }
}

fn close(row: &mut Option<Row>, cell: &mut Option<Renderer>, span: usize) {
    if let (Some(row), Some(renderer)) = (row, cell.take())
        && row.cells.len() <= MAX_COLUMNS
    {
        row.cells.push(renderer.finish().text.trim().to_owned());
        row.cells.extend(std::iter::repeat_n(String::new(), span - 1));
    }
}

/// Whether a page is a table with columns of messages: it calls itself a spreadsheet's, begins with a table, or names
/// columns that are known.
pub(crate) fn begins(text: &str, name: Option<&str>) -> bool {
    let lower = text.to_ascii_lowercase();
    let Some(table) = lower.find("<table") else { return false };
    let is_named =
        name.is_some_and(|name| name.to_ascii_lowercase().trim_end_matches(".gz").ends_with(".xls"));
    let is_bare = lower.trim_start().starts_with("<table");
    let is_office =
        lower[..table].contains("schemas-microsoft-com:office") || lower[..table].contains("libreoffice");
    if !lower[table..].contains("<tr") {
        return false;
    }
    let known = || {
        let cells = lower[table..].split("</tr").next().unwrap_or_default().split("<th").skip(1);
        let name = |cell: &str| {
            cell.split_once('>').map(|(_, text)| text.split('<').next().unwrap_or_default().to_owned())
        };
        cells.filter_map(name).filter(|name| known_field(name).is_some()).count() > 1
    };
    is_named || is_bare || is_office || known()
}
