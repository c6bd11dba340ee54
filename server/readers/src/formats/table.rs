//! CSV and TSV.
//!
//! On csv-core, the state machine of the csv crate, because the crate's own reader lets a record grow as long as a quote
//! stays open. Here a record is bounded; what a missing quote swallowed is read again from the next line.

use std::{
    collections::HashSet,
    io::{self, Read},
};

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};
use domain::paging::grouped;

use super::{HAS_NUL, NOT_UTF8, Parse, dialect::Dialect, dialect::without_separator_line};
use crate::{
    Place, ReadError, Record, RecordError,
    error::TOO_LONG,
    limits::{MAX_COLUMNS, RECORD_MAX_BYTES, REREAD_MAX_BYTES},
    window::Window,
};

/// A table's rows.
pub(super) struct Table<R> {
    rows: Rows<R>,
    columns: Vec<String>,
    /// The first row, when it is a record and no header.
    first: Option<Result<Record, RecordError>>,
    is_over: bool,
    /// After a quote that was never closed: rows that do not fit belong to what it swallowed.
    is_recovering: bool,
}

impl<R: Read> Table<R> {
    pub(super) fn open(read: R, dialect: &Dialect, head: &str) -> Result<Self, ReadError> {
        let mut rows = Rows::new(read, dialect);
        if without_separator_line(head).0.is_some() {
            rows.window.skip_line().map_err(|error| ReadError::new(error.to_string()))?;
        }
        let mut table = Self { rows, columns: Vec::new(), first: None, is_over: false, is_recovering: false };
        let place = table.rows.next_place().map_err(|error| ReadError::new(error.to_string()))?;
        let row = table.rows.next().map_err(|error| ReadError {
            place: Some(place.clone()),
            problem: format!("the first row cannot be read: {error}"),
        })?;
        match row {
            Found::Over => return Err(ReadError::new("the file has no rows")),
            Found::TooLong | Found::OpenQuote => {
                let problem =
                    format!("the first row {TOO_LONG}; is the delimiter right, and is this a table?");
                return Err(ReadError { place: Some(place), problem });
            }
            Found::TooMany => {
                let problem =
                    format!("the first row has more than {MAX_COLUMNS} columns; is the delimiter right?");
                return Err(ReadError { place: Some(place), problem });
            }
            Found::Row if dialect.has_header => table.columns = named(&table.rows.lossy()),
            Found::Row => {
                table.columns = (1..=table.rows.ends_len).map(|number| format!("column {number}")).collect();
                table.first = Some(table.rows.record(place));
            }
        }
        Ok(table)
    }

    fn next_row(&mut self) -> io::Result<Option<Result<Record, RecordError>>> {
        loop {
            let place = self.rows.next_place()?;
            match self.rows.next()? {
                Found::Over => return Ok(None),
                Found::TooLong => return Ok(Some(Err(RecordError::new(place, TOO_LONG)))),
                Found::TooMany => {
                    let problem = format!(
                        "has more than {MAX_COLUMNS} fields; the header names {}",
                        self.columns.len()
                    );
                    return Ok(Some(Err(RecordError::new(place, problem))));
                }
                Found::OpenQuote => {
                    let was_recovering = std::mem::replace(&mut self.is_recovering, true);
                    if !was_recovering {
                        return Ok(Some(Err(RecordError::new(place, OPEN_QUOTE))));
                    }
                }
                Found::Row if self.rows.is_blank() && self.columns.len() > 1 => {}
                Found::Row => {
                    let fits = self.fits();
                    if fits || !self.is_recovering {
                        self.is_recovering = false;
                        return Ok(Some(if fits {
                            self.rows.record(place)
                        } else {
                            Err(self.misfit(place))
                        }));
                    }
                }
            }
        }
    }

    /// Whether the row has a field for each column. Spreadsheets add empty ones.
    fn fits(&mut self) -> bool {
        let wanted = self.columns.len();
        let rows = &mut self.rows;
        let is_padded = rows.ends_len > wanted && rows.ends[wanted - 1] == rows.ends[rows.ends_len - 1];
        if is_padded {
            rows.ends_len = wanted;
        }
        rows.ends_len == wanted
    }

    fn misfit(&self, place: Place) -> RecordError {
        let (found, wanted) = (self.rows.ends_len, self.columns.len());
        let cause = if found > wanted {
            "a field with the delimiter or a quote in it must be quoted"
        } else {
            "a field with a line end in it must be quoted"
        };
        let problem = format!("has {found} fields where there are {wanted} columns; {cause}");
        RecordError::new(place, problem).with_fields(self.rows.lossy())
    }
}

/// What is said of a quote that is opened and not closed.
const OPEN_QUOTE: &str = "opens a quote that is not closed within 1 MiB or before the file ends; close it, or double the \
                          quotes inside of the field. Reading went on at the next row that fits";

impl<R: Read + Send> Parse for Table<R> {
    fn columns(&self) -> &[String] {
        &self.columns
    }

    fn next(&mut self) -> Option<Result<Record, RecordError>> {
        if let Some(first) = self.first.take() {
            return Some(first);
        }
        if self.is_over {
            return None;
        }
        match self.next_row() {
            Ok(None) => {
                self.is_over = true;
                None
            }
            Ok(row) => row,
            Err(error) => {
                self.is_over = true;
                Some(Err(RecordError::io(Place::line(self.rows.window.line()), &error)))
            }
        }
    }
}

/// Names for columns: every column has one, none twice.
fn named(row: &[String]) -> Vec<String> {
    let mut taken = HashSet::new();
    row.iter().enumerate().map(|(index, name)| unique(name.trim(), index, &mut taken)).collect()
}

fn unique(name: &str, index: usize, taken: &mut HashSet<String>) -> String {
    let name = if name.is_empty() { format!("column {}", index + 1) } else { name.to_owned() };
    let mut unique = name.clone();
    let mut number = 2;
    while !taken.insert(unique.clone()) {
        unique = format!("{name} ({number})");
        number += 1;
    }
    unique
}

/// What was found where a row should be.
enum Found {
    /// A row: its fields are in `out` and `ends`.
    Row,
    TooLong,
    TooMany,
    OpenQuote,
    Over,
}

/// Takes rows out of a window.
struct Rows<R> {
    window: Window<R>,
    core: Reader,
    delimiter: u8,
    is_quoted: bool,
    /// The fields of the row, one after the other.
    out: Vec<u8>,
    out_len: usize,
    /// Where each ends.
    ends: Vec<usize>,
    ends_len: usize,
    reread: usize,
}

impl<R: Read> Rows<R> {
    fn new(read: R, dialect: &Dialect) -> Self {
        let core = ReaderBuilder::new().delimiter(dialect.delimiter).quoting(dialect.is_quoted).build();
        Self {
            window: Window::new(read),
            core,
            delimiter: dialect.delimiter,
            is_quoted: dialect.is_quoted,
            out: vec![0; 4096],
            out_len: 0,
            ends: vec![0; 32],
            ends_len: 0,
            reread: 0,
        }
    }

    /// Where the next row begins.
    fn next_place(&mut self) -> io::Result<Place> {
        self.window.skip_line_ends()?;
        Ok(Place::line(self.window.line()))
    }

    /// The next row, which begins with what is held.
    fn next(&mut self) -> io::Result<Found> {
        (self.out_len, self.ends_len) = (0, 0);
        let mut fed = 0;
        let mut is_over = false;
        loop {
            let input = &self.window.held()[fed..];
            // No input means that there is no more of it.
            if input.is_empty() && !is_over {
                if fed > RECORD_MAX_BYTES {
                    return self.give_up(fed);
                }
                is_over = !self.window.more()?;
                continue;
            }
            let (result, read, written, ended) =
                self.core.read_record(input, &mut self.out[self.out_len..], &mut self.ends[self.ends_len..]);
            fed += read;
            self.out_len += written;
            self.ends_len += ended;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull if self.out_len > RECORD_MAX_BYTES => return self.give_up(fed),
                ReadRecordResult::OutputFull => self.out.resize(self.out.len() * 2, 0),
                ReadRecordResult::OutputEndsFull if self.ends_len > MAX_COLUMNS => return self.too_many(fed),
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::Record if is_over && self.is_open(fed) => {
                    return self.reread_from_next_line(fed);
                }
                ReadRecordResult::Record if self.out_len > RECORD_MAX_BYTES => return self.give_up(fed),
                ReadRecordResult::Record if self.ends_len > MAX_COLUMNS => return self.too_many(fed),
                ReadRecordResult::Record => {
                    self.window.consume(fed);
                    return Ok(Found::Row);
                }
                ReadRecordResult::End => return Ok(Found::Over),
            }
        }
    }

    /// The row is longer than allowed: because a quote stayed open, or because it is.
    fn give_up(&mut self, fed: usize) -> io::Result<Found> {
        if self.is_open(fed) {
            return self.reread_from_next_line(fed);
        }
        self.core.reset();
        self.window.consume(fed);
        self.window.skip_line()?;
        Ok(Found::TooLong)
    }

    /// A row of so many fields is none, or quotes that are not closed made one of many lines.
    fn too_many(&mut self, fed: usize) -> io::Result<Found> {
        let row = self.window.held()[..fed].trim_ascii_end();
        if memchr::memchr2(b'\n', b'\r', row).is_some() {
            return self.reread_from_next_line(fed);
        }
        self.core.reset();
        self.window.skip_line()?;
        Ok(Found::TooMany)
    }

    fn reread_from_next_line(&mut self, fed: usize) -> io::Result<Found> {
        self.core.reset();
        self.reread += fed;
        if self.reread > REREAD_MAX_BYTES {
            let words = format!(
                "{} bytes were swallowed by quotes that are not closed; mend the quotes, or choose the delimiter",
                grouped(self.reread as u64)
            );
            return Err(crate::unpack::invalid(words));
        }
        self.window.skip_line()?;
        Ok(Found::OpenQuote)
    }

    /// Whether a quoted field is open after the first `fed` bytes that are held.
    fn is_open(&self, fed: usize) -> bool {
        if !self.is_quoted {
            return false;
        }
        let mut is_open = false;
        let mut before = self.delimiter;
        for &byte in &self.window.held()[..fed] {
            if is_open {
                is_open = byte != b'"';
            } else if byte == b'"' {
                // At the start of a field, or doubled within one.
                is_open = before == self.delimiter || before == b'"';
            }
            before = byte;
        }
        is_open
    }

    fn is_blank(&self) -> bool {
        self.ends_len == 1 && self.out[..self.out_len].trim_ascii().is_empty()
    }

    fn record(&self, place: Place) -> Result<Record, RecordError> {
        let bytes = &self.out[..self.out_len];
        let problem = if memchr::memchr(0, bytes).is_some() {
            HAS_NUL
        } else {
            let text = std::str::from_utf8(bytes).ok();
            let kept = text.and_then(|text| {
                let text = text[..self.ends[self.ends_len - 1]].to_owned();
                Record::from_parts(place.clone(), text, &self.ends[..self.ends_len])
            });
            match kept {
                Some(record) => return Ok(record),
                None => NOT_UTF8,
            }
        };
        Err(RecordError::new(place, problem).with_fields(self.lossy()))
    }

    /// The fields, with U+FFFD for what is no UTF-8.
    fn lossy(&self) -> Vec<String> {
        let mut start = 0;
        let field = |&end: &usize| {
            let field = &self.out[start.min(end)..end];
            start = end;
            String::from_utf8_lossy(field).into_owned()
        };
        self.ends[..self.ends_len].iter().map(field).collect()
    }
}
