//! The table of a web page. Many programs write one and call it .xls, which spreadsheets open.

use std::{
    collections::VecDeque,
    io::{self, Read},
};

use domain::FileAccount;
use html5gum::{DefaultEmitter, IoReader, StartTag, Token, Tokenizer};

use super::{Parse, header, html::Renderer, table::named};
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
    /// Cells that say again what the cell beside them says, as it covers several columns.
    repeated: usize,
    has_spans: bool,
}

impl Row {
    fn filled(&self) -> usize {
        self.cells.iter().filter(|cell| !cell.is_empty()).count() - self.repeated
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
        let mut rows = Rows { tokens, number: 0, spans: Spans::default() };
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
        // A header of two rows: what covers several columns above, and their names below.
        let is_upper = |rows: &VecDeque<Row>| {
            let is_header = |row: &Row| row.is_header && row.names_columns(is_wide);
            rows.front().is_some_and(|row| is_header(row) && row.has_spans)
                && rows.get(1).is_some_and(is_header)
        };
        while is_upper(&ahead) {
            let upper = ahead.pop_front().map_or(0, |row| row.number);
            let why = "They stand above the names of the columns";
            account.leave_out("title rows", why, 1, Place::entry_only(upper));
        }
        let Some(first) = ahead.front() else {
            return Err(ReadError::new("there is no table with rows in this web page"));
        };
        let names = first.names_columns(is_wide);
        let columns = if names { named(&first.cells) } else { numbered(first.cells.len()) };
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
        if row.filled() == 1
            && self.columns.len() > 1
            && row.cells.first().is_some_and(|cell| header::is_footer(cell))
        {
            self.account.leave_out("lines below the table", "They say how many rows there were", 1, place);
            return None;
        }
        if header::is_sum(&row.cells.iter().map(String::as_str).collect::<Vec<_>>()) {
            self.account.leave_out("rows of sums", "They add up other rows", 1, place);
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

fn numbered(count: usize) -> Vec<String> {
    (1..=count.min(MAX_COLUMNS)).map(|number| format!("column {number}")).collect()
}

struct Rows {
    tokens: Tokens,
    number: u64,
    spans: Spans,
}

/// Most columns that a cell covers, and most rows; a longer text is not repeated in further rows.
const COLUMNS_MAX: usize = 50;
const ROWS_MAX: usize = 1_000;
const REPEATED_MAX_BYTES: usize = 10_000;

/// Cells of rows above that cover cells of the next ones: by column, the text and in how many rows it is still to stand.
#[derive(Default)]
struct Spans(Vec<(String, usize)>);

impl Spans {
    /// Puts the cells that cover the row's next ones from above.
    fn cover(&mut self, row: &mut Row) {
        while let Some((text, rows)) = self.0.get_mut(row.cells.len()).filter(|(_, rows)| *rows > 0) {
            *rows -= 1;
            row.cells.push(text.clone());
        }
    }

    /// Puts a cell into the row, in each column that it covers.
    fn put(&mut self, row: &mut Row, text: String, columns: usize, rows: usize) {
        self.cover(row);
        row.has_spans |= columns > 1;
        row.repeated += if text.is_empty() { 0 } else { columns - 1 };
        for _ in 0..columns {
            let index = row.cells.len();
            if rows > 1 && index <= MAX_COLUMNS {
                self.0.resize(self.0.len().max(index + 1), (String::new(), 0));
                let kept = if text.len() > REPEATED_MAX_BYTES { String::new() } else { text.clone() };
                self.0[index] = (kept, rows - 1);
            }
            row.cells.push(text.clone());
        }
    }

    /// The row is over: what covers its last cells is put, also where cells between are missing.
    fn finish(&mut self, row: &mut Row) {
        let last = self.0.iter().rposition(|(_, rows)| *rows > 0).map_or(0, |last| last + 1);
        while row.cells.len() < last {
            self.cover(row);
            if row.cells.len() < last {
                row.cells.push(String::new());
            }
        }
    }
}

/// A cell that is open: its text so far, and how many columns and rows it covers.
struct Cell {
    renderer: Renderer,
    columns: usize,
    rows: usize,
}

impl Cell {
    fn of(tag: &StartTag<()>) -> Self {
        let number = |name: &[u8]| {
            let value = tag.attributes.get(name)?;
            std::str::from_utf8(value).ok()?.trim().parse::<usize>().ok()
        };
        Self {
            renderer: Renderer::default(),
            columns: number(b"colspan").unwrap_or(1).clamp(1, COLUMNS_MAX),
            rows: number(b"rowspan").unwrap_or(1).clamp(1, ROWS_MAX),
        }
    }
}

impl Rows {
    fn next(&mut self) -> Option<Result<Row, io::Error>> {
        let mut row: Option<Row> = None;
        let mut cell: Option<Cell> = None;
        loop {
            let token = match self.tokens.next() {
                Some(Ok(token)) => token,
                Some(Err(error)) => return Some(Err(error)),
                None => return self.end_row(&mut row, &mut cell).map(Ok),
            };
            match &token {
                Token::StartTag(tag) if tag.name.as_slice() == b"tr" => {
                    if let Some(done) = self.end_row(&mut row, &mut cell) {
                        // The tag of the next row is gone: its cells are taken all the same.
                        return Some(Ok(done));
                    }
                }
                Token::StartTag(tag) if matches!(tag.name.as_slice(), b"td" | b"th") => {
                    self.end_cell(&mut row, &mut cell);
                    let row = row.get_or_insert_with(|| {
                        self.number += 1;
                        Row {
                            number: self.number,
                            cells: Vec::new(),
                            is_header: true,
                            repeated: 0,
                            has_spans: false,
                        }
                    });
                    row.is_header &= tag.name.as_slice() == b"th";
                    cell = Some(Cell::of(tag));
                }
                Token::EndTag(tag) if matches!(tag.name.as_slice(), b"td" | b"th") => {
                    self.end_cell(&mut row, &mut cell);
                }
                Token::EndTag(tag) if matches!(tag.name.as_slice(), b"tr" | b"table") => {
                    let done = self.end_row(&mut row, &mut cell);
                    if tag.name.as_slice() == b"table" {
                        self.spans = Spans::default();
                    }
                    if let Some(done) = done {
                        return Some(Ok(done));
                    }
                }
                _ => {
                    if let Some(cell) = &mut cell {
                        cell.renderer.take(token);
                    }
                }
            }
        }
    }

    fn end_cell(&mut self, row: &mut Option<Row>, cell: &mut Option<Cell>) {
        if let (Some(row), Some(cell)) = (row, cell.take())
            && row.cells.len() <= MAX_COLUMNS
        {
            let text = cell.renderer.finish().text.trim().to_owned();
            self.spans.put(row, text, cell.columns, cell.rows);
        }
    }

    fn end_row(&mut self, row: &mut Option<Row>, cell: &mut Option<Cell>) -> Option<Row> {
        self.end_cell(row, cell);
        let mut done = row.take().filter(|row| !row.cells.is_empty())?;
        self.spans.finish(&mut done);
        Some(done)
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
