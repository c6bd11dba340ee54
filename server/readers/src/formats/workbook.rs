//! Workbooks of spreadsheets: .xlsx and .xlsb, .xls, .ods; one sheet of them, row by row.
//!
//! By calamine, which reads a sheet of .xlsx cell by cell. A thread of its own reads, since the cells borrow the workbook;
//! few rows wait between it and the reader. What has to be held in memory (shared texts, and all of .xls and .ods) is bounded
//! by what the file unpacks to, which is looked at first: the sizes that a file tells could be wrong.

use std::{
    io::{self, Read, Seek, SeekFrom},
    sync::mpsc::{Receiver, sync_channel},
    thread,
};

use calamine::{Data, Ods, Reader, SheetVisible, Xls, Xlsb, Xlsx};
use domain::{FileAccount, FileAlternative, FileGuess, FileTrait, MappedField, paging::grouped};

use super::{
    Parse,
    dialect::Row,
    header::{self, Header},
    table::named,
};
use crate::{
    Choices, Place, Progress, ReadError, Record, RecordError,
    error::TOO_LONG,
    limits::{BOOK_TEXTS_MAX_BYTES, MAX_COLUMNS, RECORD_MAX_BYTES},
    mapping::guess,
};

/// A file that can be read from any place.
pub(crate) trait File: Read + Seek + Send {}
impl<F: Read + Seek + Send> File for F {}

/// Which kind of workbook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Xlsx,
    Xlsb,
    Xls,
    Ods,
}

/// What an OLE file begins with.
const OLE: &[u8] = b"\xd0\xcf\x11\xe0";

/// Whether a file that begins so could be a workbook.
pub(crate) fn may_begin(head: &[u8]) -> bool {
    let first_name = head.get(30..).unwrap_or_default();
    let names: [&[u8]; 5] = [b"[Content_Types].xml", b"_rels/", b"xl/", b"mimetype", b"docProps/"];
    head.starts_with(OLE)
        || (head.starts_with(b"PK\x03\x04") && names.iter().any(|name| first_name.starts_with(name)))
}

/// Which workbook a file is, if it is one.
pub(crate) fn kind(file: &mut dyn File) -> io::Result<Option<Kind>> {
    file.rewind()?;
    let mut head = [0; 4];
    let is_ole = file.read_exact(&mut head).is_ok() && head == OLE;
    file.rewind()?;
    if is_ole {
        let mut bytes = Vec::new();
        file.take(BOOK_TEXTS_MAX_BYTES).read_to_end(&mut bytes)?;
        file.rewind()?;
        let name = |name: &str| name.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
        let has = |word: &str| memchr::memmem::find(&bytes, &name(word)).is_some();
        return Ok((has("Workbook") || has("Book\0")).then_some(Kind::Xls));
    }
    let found = zip::ZipArchive::new(&mut *file).ok().and_then(|archive| {
        let has = |name: &str| archive.index_for_name(name).is_some();
        if has("xl/workbook.xml") {
            Some(Kind::Xlsx)
        } else if has("xl/workbook.bin") {
            Some(Kind::Xlsb)
        } else {
            (has("content.xml") && has("mimetype")).then_some(Kind::Ods)
        }
    });
    file.rewind()?;
    Ok(found)
}

enum Book {
    Xlsx(Box<Xlsx<Box<dyn File>>>),
    Xlsb(Box<Xlsb<Box<dyn File>>>),
    Xls(Box<Xls<Box<dyn File>>>),
    Ods(Box<Ods<Box<dyn File>>>),
}

impl Book {
    fn open(mut file: Box<dyn File>, kind: Kind) -> Result<Self, String> {
        let told = |error: &dyn std::fmt::Display| {
            format!("the workbook cannot be read: {error}; open it and save it as CSV (UTF-8)")
        };
        match kind {
            Kind::Xlsx => {
                bounded(&mut *file, "xl/sharedStrings.xml", true)?;
                bounded(&mut *file, "xl/styles.xml", false)?;
                Xlsx::new(file).map(|book| Self::Xlsx(Box::new(book))).map_err(|error| told(&error))
            }
            Kind::Xlsb => {
                bounded(&mut *file, "xl/sharedStrings.bin", false)?;
                Xlsb::new(file).map(|book| Self::Xlsb(Box::new(book))).map_err(|error| told(&error))
            }
            Kind::Ods => {
                bounded(&mut *file, "content.xml", false)?;
                Ods::new(file).map(|book| Self::Ods(Box::new(book))).map_err(|error| told(&error))
            }
            Kind::Xls => {
                let length = file.seek(SeekFrom::End(0)).map_err(|error| told(&error))?;
                if length > BOOK_TEXTS_MAX_BYTES {
                    return Err(too_big());
                }
                file.rewind().map_err(|error| told(&error))?;
                Xls::new(file).map(|book| Self::Xls(Box::new(book))).map_err(|error| told(&error))
            }
        }
    }

    fn sheets(&self) -> Vec<String> {
        match self {
            Self::Xlsx(book) => book.sheet_names(),
            Self::Xlsb(book) => book.sheet_names(),
            Self::Xls(book) => book.sheet_names(),
            Self::Ods(book) => book.sheet_names(),
        }
    }

    /// Whether a sheet is not shown to who opens the workbook.
    fn is_hidden(&self, name: &str) -> bool {
        let sheets = match self {
            Self::Xlsx(book) => book.sheets_metadata(),
            Self::Xlsb(book) => book.sheets_metadata(),
            Self::Xls(book) => book.sheets_metadata(),
            Self::Ods(book) => book.sheets_metadata(),
        };
        sheets.iter().any(|sheet| sheet.name == name && sheet.visible != SheetVisible::Visible)
    }

    /// Hands over the rows of a sheet with their numbers from 1, without those that are empty, until nobody wants more.
    fn rows(&mut self, sheet: &str, take: &mut dyn FnMut(u64, Vec<String>) -> bool) -> Result<(), String> {
        match self {
            Self::Xlsx(book) => streamed(book, sheet, take),
            Self::Xlsb(book) => whole(&book.worksheet_range(sheet).map_err(|error| error.to_string())?, take),
            Self::Xls(book) => whole(&book.worksheet_range(sheet).map_err(|error| error.to_string())?, take),
            Self::Ods(book) => whole(&book.worksheet_range(sheet).map_err(|error| error.to_string())?, take),
        }
    }
}

fn too_big() -> String {
    format!(
        "the workbook has more than {} MiB of texts; save the sheet as CSV (UTF-8)",
        grouped(BOOK_TEXTS_MAX_BYTES / 1024 / 1024)
    )
}

/// Refuses a part of a workbook that unpacks to too much, or that tells more texts than it can have: room is made for them.
fn bounded(file: &mut dyn File, part: &str, counts: bool) -> Result<(), String> {
    let unreadable = |error: &dyn std::fmt::Display| format!("the workbook cannot be read: {error}");
    let (head, length) = unpacked(file, part).map_err(|error| unreadable(&error))?;
    if length > BOOK_TEXTS_MAX_BYTES {
        return Err(too_big());
    }
    let told = head.split("uniqueCount=").nth(1).map(|rest| rest.trim_start_matches(['"', '\'']));
    let told = told.map(|rest| rest.chars().take_while(char::is_ascii_digit).collect::<String>());
    // An empty text takes five bytes at least.
    let is_sound = |digits: &String| digits.parse::<u64>().is_ok_and(|count| count <= length / 5);
    if counts && told.is_some_and(|digits| !digits.is_empty() && !is_sound(&digits)) {
        return Err("the workbook tells more texts than it has; open it and save it again".to_owned());
    }
    file.rewind().map_err(|error| unreadable(&error))
}

/// The beginning of a part of a workbook, and how many bytes it unpacks to, counted up to the limit.
fn unpacked(file: &mut dyn File, part: &str) -> io::Result<(String, u64)> {
    let mut archive = zip::ZipArchive::new(file)?;
    let Ok(part) = archive.by_name(part) else { return Ok((String::new(), 0)) };
    let mut part = part.take(BOOK_TEXTS_MAX_BYTES + 1);
    let mut head = Vec::new();
    (&mut part).take(4096).read_to_end(&mut head)?;
    let length = head.len() as u64 + io::copy(&mut part, &mut io::sink())?;
    Ok((String::from_utf8_lossy(&head).into_owned(), length))
}

fn streamed(
    book: &mut Xlsx<Box<dyn File>>,
    sheet: &str,
    take: &mut dyn FnMut(u64, Vec<String>) -> bool,
) -> Result<(), String> {
    let mut cells = book.worksheet_cells_reader(sheet).map_err(|error| error.to_string())?;
    let (mut number, mut row) = (0_u64, Vec::<String>::new());
    loop {
        let cell = cells.next_cell().map_err(|error| error.to_string())?;
        let (at, column, text) = match &cell {
            Some(cell) => {
                let (row, column) = cell.get_position();
                (u64::from(row) + 1, column as usize, shown(Data::from(cell.get_value().clone())))
            }
            None => (0, 0, String::new()),
        };
        if (cell.is_none() || at != number) && !row.is_empty() && !take(number, std::mem::take(&mut row)) {
            return Ok(());
        }
        if cell.is_none() {
            return Ok(());
        }
        number = at;
        // Formatted cells without a text reach far to the right.
        if !text.is_empty() && column < MAX_COLUMNS * 2 {
            row.resize(row.len().max(column + 1), String::new());
            row[column] = text;
        }
    }
}

fn whole(
    range: &calamine::Range<Data>,
    take: &mut dyn FnMut(u64, Vec<String>) -> bool,
) -> Result<(), String> {
    let (first, left) = range.start().unwrap_or_default();
    for (index, cells) in range.rows().enumerate() {
        let mut row = vec![String::new(); left as usize];
        row.extend(cells.iter().take(MAX_COLUMNS * 2).map(|cell| shown(cell.clone())));
        let end = row.iter().rposition(|cell| !cell.is_empty()).map_or(0, |at| at + 1);
        row.truncate(end);
        if !row.is_empty() && !take(u64::from(first) + index as u64 + 1, row) {
            break;
        }
    }
    Ok(())
}

/// A cell as text: times like 2025-02-15 11:32:00, errors as nothing.
fn shown(cell: Data) -> String {
    match cell {
        Data::Int(number) => number.to_string(),
        Data::Float(number) => number.to_string(),
        Data::Bool(truth) => truth.to_string(),
        Data::DateTime(time) if time.is_datetime() => {
            let (year, month, day, hour, minute, second, _) = time.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
        }
        Data::DateTime(time) => time.as_f64().to_string(),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => text,
        Data::Error(_) | Data::Empty => String::new(),
    }
}

/// Rows that are looked at of each sheet, and sheets that are.
const ROWS: usize = 200;
const SHEETS: usize = 30;

/// Rows between the thread that reads and who takes them, in batches of so many.
const BATCHES: usize = 4;
const BATCH: usize = 64;

/// Rows and their numbers, or why there are no more.
type Batch = Result<Vec<(u64, Vec<String>)>, String>;

/// The rows of one sheet.
pub(crate) struct Sheet {
    columns: Vec<String>,
    header: Option<Vec<String>>,
    header_row: u64,
    batches: Receiver<Batch>,
    batch: std::vec::IntoIter<(u64, Vec<String>)>,
    is_over: bool,
    last_row: u64,
    guess: FileGuess,
    account: FileAccount,
    progress: Progress,
    length: u64,
}

impl Sheet {
    /// Begins to read the sheet that was chosen, or whose rows look most like messages.
    pub(crate) fn open(
        mut file: Box<dyn File>,
        kind: Kind,
        choices: &Choices,
        progress: Progress,
    ) -> Result<Self, ReadError> {
        let length = file.seek(SeekFrom::End(0)).and_then(|length| file.rewind().map(|()| length));
        let length = length.map_err(|error| ReadError::new(format!("it cannot be read: {error}")))?;
        let mut book = Book::open(file, kind).map_err(ReadError::new)?;
        let names = book.sheets();
        let chosen = choices.sheet.as_deref();
        if let Some(wanted) = chosen.filter(|wanted| !names.iter().any(|name| name == wanted)) {
            return Err(ReadError::new(format!(
                "there is no sheet \"{wanted}\"; there are: {}",
                names.join(", ")
            )));
        }
        let looked_at = names.iter().filter(|name| chosen.is_none_or(|chosen| chosen == *name)).take(SHEETS);
        let mut best: Option<(f64, String, Vec<Row>, Header)> = None;
        for name in looked_at {
            let mut rows = Vec::new();
            let read = book.rows(name, &mut |number, fields| {
                rows.push(Row { lines_above: Some(number - 1), fields });
                rows.len() < ROWS
            });
            // A chart is no sheet with cells.
            if read.is_err() && chosen.is_none() {
                continue;
            }
            read.map_err(ReadError::new)?;
            let (score, header) = scored(&rows, choices);
            let score = if book.is_hidden(name) { score - HIDDEN } else { score };
            if !rows.is_empty() && best.as_ref().is_none_or(|(known, ..)| score > *known) {
                best = Some((score, name.clone(), rows, header));
            }
        }
        let Some((_, name, rows, header)) = best else {
            return Err(ReadError::new("no sheet of the workbook has rows"));
        };
        let mut account = FileAccount::default();
        let others: Vec<_> = names.iter().filter(|other| **other != name).collect();
        let why = "One sheet is read; choose another one to read that";
        let (hidden, shown): (Vec<&&String>, Vec<_>) = others.iter().partition(|other| book.is_hidden(other));
        if let Some(first) = shown.first() {
            account.leave_out("other sheets", why, shown.len() as u64, first);
        }
        if let Some(first) = hidden.first() {
            let why = "The workbook does not show them; choose one to read that";
            account.leave_out("hidden sheets", why, hidden.len() as u64, first);
        }
        let guess = FileGuess {
            about: FileTrait::Sheet,
            value: name.clone(),
            evidence: if chosen.is_some() { "It was chosen" } else { "Its rows look most like messages" }
                .to_owned(),
            alternatives: others
                .iter()
                .map(|other| FileAlternative {
                    value: (*other).clone(),
                    about: if book.is_hidden(other) { "hidden".to_owned() } else { String::new() },
                })
                .collect(),
            in_doubt: false,
            is_chosen: chosen.is_some(),
        };
        let header_fields = header.row(&rows).map(|row| row.fields.clone());
        let width = rows.iter().map(|row| row.fields.len()).max().unwrap_or(1).min(MAX_COLUMNS);
        let columns = match &header_fields {
            Some(fields) => {
                let mut fields = fields.clone();
                fields.resize(fields.len().max(width), String::new());
                named(&fields)
            }
            None => (1..=width).map(|number| format!("column {number}")).collect(),
        };
        let header_row = header.row(&rows).and_then(|row| row.lines_above).map_or(0, |above| above + 1);
        let titles =
            rows.iter().filter(|row| row.lines_above.is_some_and(|above| above + 1 < header_row)).count();
        account.leave_out("rows above the header", "They are no rows of the table", titles as u64, "row 1");
        Ok(Self {
            columns,
            header: header_fields,
            header_row,
            batches: begin_reading(book, name),
            batch: Vec::new().into_iter(),
            is_over: false,
            last_row: header_row,
            guess,
            account,
            progress,
            length,
        })
    }

    fn next_row(&mut self) -> Option<Result<(u64, Vec<String>), String>> {
        loop {
            if let Some(row) = self.batch.next() {
                return Some(Ok(row));
            }
            match self.batches.recv() {
                Ok(Ok(batch)) => self.batch = batch.into_iter(),
                Ok(Err(problem)) => return Some(Err(problem)),
                Err(_) => return None,
            }
        }
    }

    /// What a row is that is no record, and why it is left out.
    fn passed_over(&self, fields: &[String]) -> Option<(&'static str, &'static str)> {
        let mut strs: Vec<_> = fields.iter().map(String::as_str).collect();
        // Empty cells at the end of a row are not in the file.
        strs.resize(strs.len().max(self.columns.len()), "");
        let is_first = self.last_row == self.header_row;
        if self.header.as_deref() == Some(fields) {
            Some(("repeated headers", "They name the columns again"))
        } else if self.header.is_some() && is_first && header::is_units(&strs) {
            Some(("rows of units", "They say how the columns are to be read"))
        } else if self.header.is_some() && is_first && header::is_second(&strs) {
            Some(("second headers", "They name the columns once more"))
        } else if header::is_sum(&strs) {
            Some(("rows of sums", "They add up other rows"))
        } else if fields.len() == 1 && self.columns.len() > 1 && header::is_footer(strs[0]) {
            Some(("lines below the table", "They say how many rows there were"))
        } else {
            None
        }
    }
}

/// How much better a hidden sheet has to be than one that is shown: more than any can.
const HIDDEN: f64 = 100.0;

/// Reads on a thread of its own, which ends when nobody takes its rows any more.
fn begin_reading(mut book: Book, sheet: String) -> Receiver<Batch> {
    let (sender, batches) = sync_channel(BATCHES);
    thread::spawn(move || {
        let mut batch = Vec::with_capacity(BATCH);
        let read = book.rows(&sheet, &mut |number, fields| {
            batch.push((number, fields));
            batch.len() < BATCH
                || sender.send(Ok(std::mem::replace(&mut batch, Vec::with_capacity(BATCH)))).is_ok()
        });
        drop(sender.send(Ok(batch)));
        if let Err(problem) = read {
            drop(sender.send(Err(problem)));
        }
    });
    batches
}

/// How much the rows of a sheet look like messages, and which of them is the header.
fn scored(rows: &[Row], choices: &Choices) -> (f64, Header) {
    let width = rows.iter().map(|row| row.fields.len()).max().unwrap_or(1);
    let header = match (choices.header, choices.lines_above) {
        (Some(false), _) => Header::NONE,
        (_, Some(lines)) => header::at(rows, lines),
        (asked, None) => match header::find(rows, width) {
            Header { lines_above: None, .. } if asked == Some(true) => header::at(rows, 0),
            found => found,
        },
    };
    let padded = |row: &Row| {
        row.fields.iter().cloned().chain(std::iter::repeat(String::new())).take(width).collect::<Vec<_>>()
    };
    let columns = header.row(rows).map_or_else(|| vec![String::new(); width], |row| named(&padded(row)));
    let records: Vec<_> = header.data(rows).map(|row| Record::new(Place::line(1), padded(row))).collect();
    let found = guess::guess_columns(&columns, &records);
    let message = found.mapping.column(MappedField::Message);
    let (place, text) = guess::message_looks(&columns, &records, message);
    let count = records.len().max(1) as f64;
    (text + if place.is_some() { 0.8 } else { 0.0 } + 0.15 * count.log10(), header)
}

impl Parse for Sheet {
    fn columns(&self) -> &[String] {
        &self.columns
    }

    fn next(&mut self) -> Option<Result<Record, RecordError>> {
        while !self.is_over {
            let (number, mut fields) = match self.next_row() {
                Some(Ok(row)) => row,
                Some(Err(problem)) => {
                    self.is_over = true;
                    let place = Place::row(self.last_row + 1);
                    return Some(Err(RecordError::fatal(
                        place,
                        format!("the sheet cannot be read on: {problem}"),
                    )));
                }
                None => {
                    self.is_over = true;
                    self.progress.reach(self.length);
                    return None;
                }
            };
            if number <= self.header_row {
                continue;
            }
            let place = Place::row(number);
            if let Some((kind, why)) = self.passed_over(&fields) {
                self.account.leave_out(kind, why, 1, &place);
                self.last_row = number;
                continue;
            }
            self.last_row = number;
            if fields.iter().map(String::len).sum::<usize>() > RECORD_MAX_BYTES {
                return Some(Err(RecordError::new(place, TOO_LONG)));
            }
            if fields.len() > self.columns.len() {
                let problem =
                    format!("has {} cells where there are {} columns", fields.len(), self.columns.len());
                return Some(Err(RecordError::new(place, problem).with_fields(fields)));
            }
            fields.resize(self.columns.len(), String::new());
            return Some(Ok(Record::new(place, fields)));
        }
        None
    }

    fn account(&self) -> FileAccount {
        self.account.clone()
    }

    fn guesses(&self) -> Vec<FileGuess> {
        vec![self.guess.clone()]
    }
}
