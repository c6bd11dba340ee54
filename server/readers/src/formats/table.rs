//! CSV and TSV.
//!
//! A record is bounded. Where quotes make no sense, the row is read as its line says if that fits; else it is an error, what
//! the quote swallowed is read again from the next line, and what does not fit until then is told as not read.

use std::{
    collections::HashSet,
    io::{self, Read},
};

use domain::{FileAccount, Quoting, paging::grouped};

use super::{
    Parse,
    dialect::{Dialect, Kind},
    header,
    rows::{Fields, Scanned, Syntax},
};
use crate::{
    Place, ReadError, Record, RecordError,
    account::stretch,
    encoding::StrayRows,
    error::TOO_LONG,
    limits::{MAX_COLUMNS, RECORD_MAX_BYTES, REREAD_MAX_BYTES},
    window::Window,
};

/// A table's rows.
pub(super) struct Table<R> {
    rows: Rows<R>,
    columns: Vec<String>,
    /// The header's fields one after the other, by which it is known when it comes again.
    header: Option<Fields>,
    kinds: Vec<Option<Kind>>,
    /// The first row, when it is a record and no header.
    first: Option<Result<Record, RecordError>>,
    is_over: bool,
    /// After a quote that was never closed: where rows that do not fit began, their bytes and the last of them.
    swallowed: Option<Swallowed>,
    is_recovering: bool,
    has_rows: bool,
    stray: StrayRows,
    account: FileAccount,
}

struct Swallowed {
    from: Place,
    to: Place,
    bytes: u64,
}

impl<R: Read> Table<R> {
    pub(super) fn open(read: R, dialect: &Dialect) -> Result<Self, ReadError> {
        let rows = Rows::new(read, dialect.syntax);
        let mut table = Self {
            rows,
            columns: Vec::new(),
            header: None,
            kinds: dialect.kinds.clone(),
            first: None,
            is_over: false,
            swallowed: None,
            is_recovering: false,
            has_rows: false,
            stray: StrayRows::default(),
            account: FileAccount::default(),
        };
        let unreadable = |error: io::Error| ReadError::new(error.to_string());
        table.skip_titles(dialect.header.lines_above.unwrap_or(dialect.lines_skipped)).map_err(unreadable)?;
        let place = table.rows.next_place().map_err(unreadable)?;
        let row = table.rows.next().map_err(|error| ReadError {
            place: Some(place.clone()),
            problem: format!("the first row cannot be read: {error}"),
        })?;
        let refused = |problem: String| Err(ReadError { place: Some(place.clone()), problem });
        match row {
            Found::Over => return Err(ReadError::new("the file has no rows")),
            Found::TooLong | Found::Broken => {
                return refused(format!(
                    "the first row {TOO_LONG}; is the delimiter right, and is this a table?"
                ));
            }
            Found::TooMany => {
                return refused(format!(
                    "the first row has more than {MAX_COLUMNS} columns; is the delimiter right?"
                ));
            }
            Found::Row(length) if dialect.header.lines_above.is_some() => {
                table.columns = named(&table.rows.fields.lossy());
                table.header = Some(std::mem::take(&mut table.rows.fields));
                table.rows.window.consume(length);
            }
            Found::Row(length) => {
                let count = table.rows.fields.len().max(dialect.columns);
                table.columns = (1..=count).map(|number| format!("column {number}")).collect();
                table.first =
                    table.row(place, length).or_else(|| table.next_row().transpose().and_then(Result::ok));
            }
        }
        table.kinds.resize(table.columns.len(), None);
        Ok(table)
    }

    fn skip_titles(&mut self, lines: u64) -> io::Result<()> {
        for _ in 0..lines {
            self.rows.window.skip_line()?;
        }
        self.account.leave_out("lines above the header", "They are no rows of the table", lines, "line 1");
        Ok(())
    }

    fn next_row(&mut self) -> io::Result<Option<Result<Record, RecordError>>> {
        loop {
            let place = self.rows.next_place()?;
            let found = match self.rows.next()? {
                Found::Over => {
                    self.end_stretch();
                    return Ok(None);
                }
                Found::Row(length) => self.row(place, length),
                Found::TooLong => Some(Err(RecordError::new(place, TOO_LONG))),
                Found::TooMany => {
                    let wanted = self.columns.len();
                    let problem = format!("has more than {MAX_COLUMNS} fields; the header names {wanted}");
                    Some(Err(self.rows.line_error(place, problem)?))
                }
                Found::Broken => self.mended(place)?,
            };
            if found.is_some() {
                return Ok(found);
            }
        }
    }

    /// What becomes of a row of so many bytes; nothing, when it is no record.
    fn row(&mut self, place: Place, length: usize) -> Option<Result<Record, RecordError>> {
        let fields = &self.rows.fields;
        let is_first = !std::mem::replace(&mut self.has_rows, true);
        let wanted = self.columns.len();
        let is_alone = fields.len() == 1;
        let result = if is_alone && wanted > 1 && fields.text.trim_ascii().is_empty() {
            self.has_rows = !is_first;
            None
        } else if let Some((kind, why)) = self.passed_over(is_first) {
            self.account.leave_out(kind, why, 1, &place);
            None
        } else if self.fits() {
            self.end_stretch();
            Some(self.record(place))
        } else if self.is_recovering {
            self.swallow(&place, length);
            None
        } else if self.is_trimmed() {
            let why = "The cells that are missing at their ends are taken for empty, as spreadsheets leave them away";
            self.account.mend("rows with fewer fields than columns", why, 1, &place);
            Some(self.record(place))
        } else {
            Some(Err(self.misfit(place, length)))
        };
        self.rows.window.consume(length);
        result
    }

    /// What a row is that is no record, and why it is left out.
    fn passed_over(&self, is_first: bool) -> Option<(&'static str, &'static str)> {
        let fields = &self.rows.fields;
        if let Some(header) = &self.header
            && fields.text.len() == header.text.len()
            && fields.text == header.text
            && fields.ends == header.ends
        {
            return Some(("repeated headers", "They name the columns again"));
        }
        let is_short = fields.text.len() < 400;
        let is_sum_like = is_short
            && fields.len() > 2
            && fields.ends[0] <= 24
            && fields.text.first().is_some_and(begins_sum);
        if is_first && self.header.is_some() && is_short && header::is_units(&strs(fields)) {
            return Some(("rows of units", "They say how the columns are to be read"));
        }
        if is_first && self.header.is_some() && header::is_second(&strs(fields)) {
            return Some(("second headers", "They name the columns once more"));
        }
        if is_sum_like && header::is_sum(&strs(fields)) {
            return Some(("rows of sums", "They add up other rows"));
        }
        let is_alone = fields.ends[0] == fields.text.len();
        if is_alone && self.columns.len() > 1 && is_short && header::is_footer(strs(fields)[0]) {
            return Some(("lines below the table", "They say how many rows there were"));
        }
        None
    }

    /// Whether the row has a field for each column. Spreadsheets add empty ones.
    fn fits(&mut self) -> bool {
        let wanted = self.columns.len();
        let ends = &mut self.rows.fields.ends;
        if ends.len() > wanted && ends[wanted - 1] == ends[ends.len() - 1] {
            ends.truncate(wanted);
        }
        ends.len() == wanted
    }

    /// Whether the row only lacks cells at its end: what it has fits the columns. One field alone could be anything.
    fn is_trimmed(&self) -> bool {
        let fields = &self.rows.fields;
        let found = fields.len();
        if self.header.is_none() || found < 2 || found >= self.columns.len() {
            return false;
        }
        let mut has_evidence = found * 2 >= self.columns.len();
        for (kind, field) in self.kinds.iter().zip(strs(fields)) {
            if let Some(kind) = kind
                && !field.trim().is_empty()
            {
                if Kind::of(field) != Some(*kind) {
                    return false;
                }
                has_evidence = true;
            }
        }
        has_evidence
    }

    fn misfit(&self, place: Place, length: usize) -> RecordError {
        let (found, wanted) = (self.rows.fields.len(), self.columns.len());
        let cause = if found > wanted {
            "a field with the delimiter or a quote in it must be quoted"
        } else {
            "a field with a line end in it must be quoted"
        };
        let problem = format!("has {found} fields where there are {wanted} columns; {cause}");
        RecordError::new(place, problem).with_fields(self.rows.fields.lossy()).with_raw(self.rows.raw(length))
    }

    /// A row whose quotes make no sense: as its line alone or as several lines, with quotes as text, if that fits the columns.
    fn mended(&mut self, place: Place) -> io::Result<Option<Result<Record, RecordError>>> {
        let wanted = self.columns.len();
        if let Some((length, kind)) = self.rows.as_text(wanted)? {
            self.account.mend(kind, "Quotes that close no field are taken for text", 1, &place);
            return Ok(self.row(place, length));
        }
        let is_known = self.is_recovering;
        let error = self.rows.line_error(place.clone(), OPEN_QUOTE)?;
        if is_known {
            let bytes = error.raw.as_ref().map_or(0, |raw| raw.len());
            self.swallow(&place, bytes);
            return Ok(None);
        }
        self.is_recovering = true;
        Ok(Some(Err(error)))
    }

    fn swallow(&mut self, place: &Place, bytes: usize) {
        let swallowed = self.swallowed.get_or_insert_with(|| Swallowed {
            from: place.clone(),
            to: place.clone(),
            bytes: 0,
        });
        swallowed.to = place.clone();
        swallowed.bytes += bytes as u64;
    }

    fn end_stretch(&mut self) {
        self.is_recovering = false;
        if let Some(Swallowed { from, to, bytes }) = self.swallowed.take() {
            let why = "follows a quote that is not closed, and does not fit the columns; close the quote";
            self.account.pass_over(stretch(&from, &to, bytes, why));
        }
    }

    /// The row as a record; cells that are missing are empty.
    fn record(&mut self, place: Place) -> Result<Record, RecordError> {
        let (text, ends) = (&self.rows.fields.text, &self.rows.fields.ends);
        let known = std::str::from_utf8(text).ok().map(ToOwned::to_owned);
        let read = match known {
            Some(text) => Some((text, ends.clone())),
            None => self.stray.decode(&self.rows.fields).inspect(|_| {
                let (kind, why) = self.stray.words();
                self.account.mend(&kind, why, 1, &place);
            }),
        };
        let record = read.and_then(|(text, mut ends)| {
            ends.resize(self.columns.len(), text.len());
            Record::from_parts(place.clone(), text, &ends)
        });
        record.ok_or_else(|| {
            let fields = self.rows.fields.lossy();
            RecordError::new(place, super::NOT_UTF8).with_fields(fields)
        })
    }
}

/// Whether a byte could begin a word for sums: looked at first, as this is asked of every row.
fn begins_sum(byte: &u8) -> bool {
    !byte.is_ascii() || b"tsgcir".contains(&byte.to_ascii_lowercase())
}

fn strs(fields: &Fields) -> Vec<&str> {
    fields.iter().map(|field| std::str::from_utf8(field).unwrap_or_default()).collect()
}

/// What is said of a quote that is opened and not closed.
const OPEN_QUOTE: &str = "opens a quote that is not closed where a field ends; close it, or double the quotes inside of the \
                          field. Reading went on at the next row that fits";

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
                let place = Place::line(self.rows.window.line());
                self.end_stretch();
                let why = format!("reading ends here: {error}");
                let stretch = domain::NotRead { from: place.to_string(), to: None, bytes: None, why };
                self.account.pass_over(stretch);
                Some(Err(RecordError::io(place, &error)))
            }
        }
    }

    fn account(&self) -> FileAccount {
        self.account.clone()
    }
}

/// Names for columns: every column has one, none twice.
pub(super) fn named(row: &[String]) -> Vec<String> {
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
    /// A row of so many bytes, which are still held.
    Row(usize),
    /// It has been passed over.
    TooLong,
    TooMany,
    /// Its quotes make no sense.
    Broken,
    Over,
}

/// Takes rows out of a window.
struct Rows<R> {
    window: Window<R>,
    syntax: Syntax,
    fields: Fields,
    /// Whether nothing comes behind what is held.
    is_last: bool,
    reread: usize,
}

impl<R: Read> Rows<R> {
    fn new(read: R, syntax: Syntax) -> Self {
        Self { window: Window::new(read), syntax, fields: Fields::default(), is_last: false, reread: 0 }
    }

    /// Where the next row begins. A byte order mark there is left from joining files.
    fn next_place(&mut self) -> io::Result<Place> {
        loop {
            self.window.skip_line_ends()?;
            while self.window.held().len() < 3 && self.more()? {}
            if !self.window.held().starts_with(b"\xef\xbb\xbf") {
                return Ok(Place::line(self.window.line()));
            }
            self.window.consume(3);
        }
    }

    fn more(&mut self) -> io::Result<bool> {
        let has_more = self.window.more()?;
        self.is_last = !has_more;
        Ok(has_more)
    }

    /// The next row, which begins with what is held.
    fn next(&mut self) -> io::Result<Found> {
        loop {
            let held = self.window.held();
            if held.is_empty() && self.is_last {
                return Ok(Found::Over);
            }
            let scanned = self.syntax.scan(held, self.is_last, false, MAX_COLUMNS, &mut self.fields);
            match scanned {
                Scanned::More if held.len() > RECORD_MAX_BYTES + SLACK => return self.give_up(),
                Scanned::More => {
                    self.more()?;
                }
                Scanned::Row(length) if self.fields.text.len() > RECORD_MAX_BYTES => {
                    self.window.consume(length);
                    return Ok(Found::TooLong);
                }
                Scanned::Row(length) => return Ok(Found::Row(length)),
                Scanned::Broken(at) => return self.broken(at),
                Scanned::Open => return self.broken(held.len()),
                Scanned::TooMany(end) if memchr::memchr2(b'\n', b'\r', &held[..end]).is_some() => {
                    return self.broken(end);
                }
                Scanned::TooMany(_) => return Ok(Found::TooMany),
            }
        }
    }

    /// The row is longer than allowed: because a quote stayed open, or because it is.
    fn give_up(&mut self) -> io::Result<Found> {
        let held = self.window.held().len();
        if memchr::memchr2(b'\n', b'\r', self.window.held()).is_some() {
            return self.broken(held);
        }
        self.window.consume(held);
        self.window.skip_line()?;
        Ok(Found::TooLong)
    }

    /// Counts what is read again, as any byte could open a quote.
    fn broken(&mut self, bytes: usize) -> io::Result<Found> {
        self.reread += bytes;
        if self.reread > REREAD_MAX_BYTES {
            let words = format!(
                "{} bytes were swallowed by quotes that are not closed; mend the quotes, or choose the delimiter",
                grouped(self.reread as u64)
            );
            return Err(crate::unpack::invalid(words));
        }
        Ok(Found::Broken)
    }

    /// Length of the line that begins here, without its end; no more than a record may have.
    fn line_length(&mut self) -> io::Result<usize> {
        let mut looked_at = 0;
        loop {
            let held = self.window.held();
            if let Some(at) = memchr::memchr2(b'\n', b'\r', &held[looked_at..]) {
                return Ok(looked_at + at);
            }
            looked_at = held.len();
            if looked_at > RECORD_MAX_BYTES || !self.more()? {
                return Ok(looked_at);
            }
        }
    }

    /// The row with quotes as text where they close nothing, if it has so many fields: its bytes, and what it is.
    fn as_text(&mut self, wanted: usize) -> io::Result<Option<(usize, &'static str)>> {
        let length = self.line_length()?;
        let line = &self.window.held()[..length];
        let scan = |syntax: &Syntax, text: &[u8], fields: &mut Fields| match syntax.scan(
            text,
            true,
            true,
            MAX_COLUMNS,
            fields,
        ) {
            Scanned::Row(length) if fields.len() == wanted => Some(length),
            _ => None,
        };
        if let Some(length) = scan(&self.syntax, line, &mut self.fields) {
            return Ok(Some((length, "rows with quotes within quotes")));
        }
        let unquoted = Syntax { quoting: Quoting::None, ..self.syntax };
        // Where tabs stand between fields, quotes are rarely more than text.
        if self.syntax.delimiter == b'\t' && scan(&unquoted, line, &mut self.fields).is_some() {
            return Ok(Some((length, "rows with quotes that close nothing")));
        }
        let held = self.window.held();
        let scanned = self.syntax.scan(held, self.is_last, true, MAX_COLUMNS, &mut self.fields);
        // Looking at so many bytes for each line must end as well.
        self.reread += match scanned {
            Scanned::Row(length) | Scanned::TooMany(length) | Scanned::Broken(length) => length,
            Scanned::More | Scanned::Open => held.len(),
        };
        let Scanned::Row(whole) = scanned else { return Ok(None) };
        if self.fields.len() != wanted || self.fields.text.len() > RECORD_MAX_BYTES {
            return Ok(None);
        }
        // Lines that are rows of their own were swallowed.
        let mut one = Fields::default();
        let lines = held[length..whole].split(|byte| matches!(byte, b'\n' | b'\r'));
        let is_row =
            lines.filter(|line| !line.is_empty()).any(|line| scan(&self.syntax, line, &mut one).is_some());
        Ok((!is_row).then_some((whole, "rows with quotes within quotes")))
    }

    /// An error about the line that begins here, which is let go.
    fn line_error(&mut self, place: Place, problem: impl Into<String>) -> io::Result<RecordError> {
        let length = self.line_length()?;
        let raw = self.raw(length);
        let unquoted = Syntax { quoting: Quoting::None, ..self.syntax };
        unquoted.scan(&self.window.held()[..length], true, true, MAX_COLUMNS, &mut self.fields);
        let fields = self.fields.lossy();
        self.window.skip_line()?;
        Ok(RecordError::new(place, problem).with_fields(fields).with_raw(raw))
    }

    /// The first bytes held, as text, without a line end.
    fn raw(&self, length: usize) -> String {
        let raw = &self.window.held()[..length];
        String::from_utf8_lossy(raw).trim_end_matches(['\r', '\n']).to_owned()
    }
}

/// How much longer than its text a row may be: quotes are doubled in it.
const SLACK: usize = RECORD_MAX_BYTES;
