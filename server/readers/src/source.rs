//! A file, opened: what it is, and its records.

use std::{
    collections::VecDeque,
    io::{self, Cursor, Read, Seek, Write},
    sync::Arc,
};

use domain::{FileAccount, FileFormat, FileGuess, MappedField, Quoting};

use crate::{
    Choices, ColumnGuess, Encoding, FailedWriter, Packing, Place, Progress, ReadError, Record, RecordError,
    archive,
    encoding::Decoded,
    formats::{
        self, Parse,
        dialect::{self, Dialect, Sample, Told},
        drawn::{self, AsCsv, Drawing},
        records::Located,
        workbook,
    },
    guess_columns,
    limits::HEAD_BYTES,
    mapping::names::known_field,
    own,
    scout::Scout,
    sniff::{self, Head},
    unpack::{Shared, Unpacked, read_ahead},
};

/// Reads the records of a file, or of the files of a zip one after the other.
pub struct RecordReader {
    shared: Shared,
    choices: Choices,
    packing: Packing,
    progress: Progress,
    /// Of the first file; those after it are arranged like it.
    first: About,
    parse: Option<Box<dyn Parse>>,
    /// Records that were looked at ahead.
    ahead: VecDeque<Result<Record, RecordError>>,
    /// Rows of a table from its middle and end, without places, that were looked at ahead.
    further: Vec<Record>,
    /// For files after the first: which of their columns stands for which of the first's.
    order: Option<Vec<Option<usize>>>,
    file: Option<Arc<str>>,
    /// The file behind the first, where it was begun to find out which of them tells what the archive is.
    waiting: Option<(String, Begun)>,
    notes: Vec<String>,
    /// Of the files that are over, and the records and errors of this one.
    account: FileAccount,
}

/// What was found out about a file.
struct About {
    format: FileFormat,
    encoding: Encoding,
    dialect: Dialect,
    located: Located,
    columns: Vec<String>,
    /// Where a table is drawn with signs: how.
    drawing: Option<Drawing>,
    /// What is odd about its encoding.
    oddness: Option<String>,
    /// What its format alone found out; the parser is gone once all is read.
    guesses: Vec<FileGuess>,
}

impl About {
    /// Whether another file of an archive holds the same.
    fn goes_with(&self, other: &Self) -> bool {
        archive::goes_with(self.format, &self.columns, other.format, &other.columns)
    }

    /// Whether another table goes on with this one: it has as many columns, and no names for them.
    fn is_continued_by(&self, other: &Self) -> bool {
        let is_table = |about: &Self| matches!(about.format, FileFormat::Csv | FileFormat::Tsv);
        is_table(self)
            && is_table(other)
            && self.dialect.header.lines_above.is_some()
            && other.dialect.header.lines_above.is_none()
            && self.columns.len() > 1
            && self.columns.len() == other.columns.len()
    }

    /// Whether it is plain that there are messages in it: by its format, or as a column is named like them.
    fn has_messages(&self) -> bool {
        use FileFormat::{Chat, Csv, Disqus, Eml, Html, Json, Lines, Mbox, Ndjson};
        use FileFormat::{Paragraphs, Spreadsheet, Tsv, WordPress};
        let is_named = |name: &String| known_field(name) == Some(MappedField::Message);
        match self.format {
            Chat | Disqus | Eml | Mbox | WordPress => true,
            Lines | Paragraphs => false,
            // Of a list of texts, the only column has its name from here.
            Json | Ndjson => self.columns.len() > 1 && self.columns.iter().any(is_named),
            Csv | Tsv | Html | Spreadsheet => self.columns.iter().any(is_named),
        }
    }
}

/// What a first look at the records tells.
#[derive(Debug)]
pub struct Look {
    /// The first records that can be read; they are still to come when the reader is iterated.
    pub records: Vec<Record>,
    /// What is wrong with the first ones that cannot.
    pub errors: Vec<RecordError>,
    /// What the columns are taken for, by these records and by others from the middle and end of the file.
    pub columns: ColumnGuess,
}

impl RecordReader {
    /// Looks at the first 256 KiB of what is read (of JSON: at up to 4 MiB) and says what it is. `name` is the file's own, for
    /// instance `comments.csv.gz`. Where `read` is a file, [`RecordReader::open_file`] looks at more of it.
    ///
    /// # Errors
    /// When it is empty, is no file that holds messages, or cannot be read at all; when a choice makes no sense.
    pub fn open(
        read: impl Read + Send + 'static,
        name: Option<&str>,
        choices: Choices,
    ) -> Result<Self, ReadError> {
        if choices.format.is_some_and(|format| format != FileFormat::Spreadsheet) {
            return Self::open_with(Box::new(read), name, choices, &Scout::default());
        }
        let mut read = read;
        let mut head = vec![0; 64];
        let (length, _) = read_ahead(&mut read, &mut head, |_| false).map_err(unreadable)?;
        head.truncate(length);
        let begins_book = workbook::may_begin(&head);
        let read = Cursor::new(head).chain(read);
        if begins_book {
            // A workbook is read from its end; what comes as a stream is kept in a file without a name.
            let mut file = tempfile::tempfile().map_err(unreadable)?;
            io::copy(&mut read.take(domain::import::FILE_MAX_BYTES), &mut file).map_err(unreadable)?;
            return Self::open_file(file, name, choices);
        }
        Self::open_with(Box::new(read), name, choices, &Scout::default())
    }

    /// Looks at the start, the middle and the end of a file, of JSON at all of it, and says what it is.
    ///
    /// # Errors
    /// As [`RecordReader::open`]; and when the file cannot be read from another place.
    pub fn open_file(
        mut file: impl Read + Seek + Send + 'static,
        name: Option<&str>,
        choices: Choices,
    ) -> Result<Self, ReadError> {
        let is_asked = choices.format.is_none_or(|format| format == FileFormat::Spreadsheet);
        if is_asked && let Some(kind) = workbook::kind(&mut file).map_err(unreadable)? {
            return Self::open_workbook(Box::new(file), kind, choices);
        }
        let scout = Scout::sent_ahead(&mut file, &choices).map_err(unreadable)?;
        file.rewind().map_err(unreadable)?;
        Self::open_with(Box::new(file), name, choices, &scout)
    }

    fn open_workbook(
        file: Box<dyn workbook::File>,
        kind: workbook::Kind,
        choices: Choices,
    ) -> Result<Self, ReadError> {
        let progress = Progress::default();
        let sheet = workbook::Sheet::open(file, kind, &choices, progress.clone())?;
        let first = About {
            format: FileFormat::Spreadsheet,
            encoding: Encoding::UTF_8,
            dialect: dialect::guess(Sample { head: "", is_whole: true, pieces: &[] }, Told::default()),
            located: Located::default(),
            columns: sheet.columns().to_vec(),
            drawing: None,
            oddness: None,
            guesses: sheet.guesses(),
        };
        Ok(Self {
            shared: Shared::new(Unpacked::open(Box::new(io::empty()), Progress::default())?),
            choices,
            packing: Packing::None,
            progress,
            first,
            parse: Some(Box::new(sheet)),
            ahead: VecDeque::new(),
            further: Vec::new(),
            order: None,
            file: None,
            waiting: None,
            notes: Vec::new(),
            account: FileAccount::default(),
        })
    }

    fn open_with(
        read: Box<dyn Read + Send>,
        name: Option<&str>,
        choices: Choices,
        scout: &Scout,
    ) -> Result<Self, ReadError> {
        let progress = Progress::default();
        let unpacked = Unpacked::open(read, progress.clone())?;
        let packing = unpacked.packing();
        let shared = Shared::new(unpacked);
        let is_delimiter = |byte: u8| dialect::is_delimiter(byte) || byte == dialect::NO_DELIMITER;
        if choices.delimiter.is_some_and(|delimiter| !is_delimiter(delimiter)) {
            return Err(ReadError::new("the delimiter must be a tab, a blank or a sign, and no quote"));
        }
        let mut notes = Vec::new();
        let First { file, begun: (about, parse), waiting } =
            first_file(&shared, name, &choices, scout, &mut notes)?;
        notes.extend(about.oddness.clone());
        let further = match about.drawing {
            Some(_) => Vec::new(),
            None => scout.records(about.format, &about.dialect, &about.columns, about.encoding),
        };
        Ok(Self {
            shared,
            choices,
            packing,
            progress,
            first: about,
            parse: Some(parse),
            ahead: VecDeque::new(),
            further,
            order: None,
            file: file.map(Into::into),
            waiting,
            notes,
            account: FileAccount::default(),
        })
    }

    /// Looks at the first so many records; they come again when the reader is iterated.
    pub fn look(&mut self, count: usize) -> Look {
        while self.ahead.len() < count {
            let Some(item) = self.next_item() else { break };
            let is_fatal = item.as_ref().is_err_and(|error| error.is_fatal);
            self.ahead.push_back(item);
            if is_fatal {
                break;
            }
        }
        let (mut records, mut errors) = (Vec::new(), Vec::new());
        for item in self.ahead.iter().take(count) {
            match item {
                Ok(record) => records.push(record.clone()),
                Err(error) => errors.push(error.clone()),
            }
        }
        let samples: Vec<_> = records.iter().chain(&self.further).cloned().collect();
        let mut columns = guess_columns(self.columns(), &samples);
        if let Some(days) = self.choices.days {
            columns.choose_days(days);
        }
        Look { records, errors, columns }
    }

    /// What was found out about how the file is written, each with what speaks for it and what else it could be; what was
    /// chosen is among it. What the columns are is told by [`RecordReader::look`].
    pub fn guesses(&self) -> Vec<FileGuess> {
        let first = &self.first;
        let is_chosen = self.choices.format.is_some();
        let format = match first.drawing {
            Some(drawing) => crate::guesses::drawn(drawing.words(), is_chosen),
            None => crate::guesses::format(first.format, is_chosen),
        };
        let mut guesses = vec![format];
        if !matches!(first.format, FileFormat::Mbox | FileFormat::Eml | FileFormat::Spreadsheet) {
            guesses.push(crate::guesses::encoding(first.encoding, self.choices.encoding.is_some()));
        }
        if self.is_table() && first.drawing.is_none() {
            guesses.extend(crate::guesses::table(&first.dialect, &self.choices));
        }
        if matches!(first.format, FileFormat::Json | FileFormat::Ndjson) {
            guesses.push(first.located.guess());
        }
        guesses.extend(first.guesses.iter().cloned());
        guesses
    }

    /// How the fields of a table are quoted, if it is one.
    pub fn quoting(&self) -> Option<Quoting> {
        self.is_table().then_some(self.first.dialect.syntax.quoting)
    }

    /// Begins a file of records that failed, written as this one is.
    ///
    /// # Errors
    /// When writing fails.
    pub fn failed_writer<W: Write>(&self, write: W) -> io::Result<FailedWriter<W>> {
        FailedWriter::with_quoting(
            write,
            self.format(),
            self.columns(),
            self.delimiter(),
            self.has_header(),
            self.quoting(),
        )
    }

    /// Its format: chosen, or found out.
    pub fn format(&self) -> FileFormat {
        self.first.format
    }

    /// Its encoding: chosen, or found out. Of e-mails it says nothing.
    pub fn encoding(&self) -> Encoding {
        self.first.encoding
    }

    /// How it is packed.
    pub fn packing(&self) -> Packing {
        self.packing
    }

    /// The names of its columns, none twice; a record has a field for each. A table without names has "column 1" and so on.
    pub fn columns(&self) -> &[String] {
        &self.first.columns
    }

    /// What stands between two fields, if it is a table.
    pub fn delimiter(&self) -> Option<u8> {
        self.is_table().then_some(self.first.dialect.syntax.delimiter)
    }

    /// Whether its first row names the columns, if it is a table.
    pub fn has_header(&self) -> Option<bool> {
        self.is_table().then_some(self.first.dialect.header.lines_above.is_some())
    }

    /// How many bytes of the file have been read. To be cloned, and asked from elsewhere.
    pub fn progress(&self) -> Progress {
        self.progress.clone()
    }

    /// What else there is to say, so far: columns that came too late, for instance.
    pub fn notes(&self) -> Vec<String> {
        let current = self.parse.iter().flat_map(|parse| parse.notes());
        self.notes.iter().cloned().chain(current).collect()
    }

    /// What became of every part that was read so far; of all of the file, once the iteration is over.
    pub fn account(&self) -> FileAccount {
        let mut account = self.account.clone();
        if let Some(parse) = &self.parse {
            account.add(parse.account());
        }
        account.add(self.shared.account());
        account
    }

    fn is_table(&self) -> bool {
        matches!(self.first.format, FileFormat::Csv | FileFormat::Tsv)
    }

    /// Goes on to the next file of a zip. False when there is none.
    fn next_file(&mut self) -> Result<bool, RecordError> {
        if let Some((name, begun)) = self.waiting.take() {
            self.file = Some(name.as_str().into());
            self.go_on_with(&name, Ok(begun));
            return Ok(true);
        }
        let begin_of = |file: &Option<Arc<str>>| Place::line(1).within(file.as_ref());
        let name = self.shared.next_file().map_err(|error| RecordError::io(begin_of(&self.file), &error))?;
        let Some(name) = name else { return Ok(false) };
        self.file = Some(name.as_str().into());
        let choices = archive::choices(&self.choices, self.first.format, &name);
        let begun = begin(&self.shared, self.shared.clone(), Some(&name), &choices, &Scout::default());
        self.go_on_with(&name, begun);
        Ok(true)
    }

    /// Reads a further file, if it holds what the first one does.
    fn go_on_with(&mut self, name: &str, begun: Result<Begun, ReadError>) {
        self.parse = Some(match begun {
            Ok((about, parse)) if self.first.is_continued_by(&about) => {
                self.order = None;
                self.notes.push(format!(
                    "{name} does not name its columns: they are taken for those of the first file"
                ));
                parse
            }
            Ok((about, parse)) if self.first.goes_with(&about) => {
                self.arrange(&about, name);
                parse
            }
            Ok(_) => {
                let why = "it holds something else than the first file; import it by itself";
                self.shared.pass_over(name, why);
                Box::new(Nothing)
            }
            Err(error) => {
                archive::note(&self.shared, name, &error);
                Box::new(Nothing)
            }
        });
    }

    fn arrange(&mut self, about: &About, name: &str) {
        let wanted = &self.first.columns;
        self.order = (about.columns != *wanted).then(|| {
            wanted.iter().map(|column| about.columns.iter().position(|known| known == column)).collect()
        });
        for column in about.columns.iter().filter(|column| !wanted.contains(column)) {
            self.notes
                .push(format!("column \"{column}\" of {name} is not in the first file and is left out"));
        }
    }
}

impl Iterator for RecordReader {
    type Item = Result<Record, RecordError>;

    fn next(&mut self) -> Option<Self::Item> {
        let item = self.ahead.pop_front().or_else(|| self.next_item());
        match &item {
            Some(Ok(_)) => self.account.rows += 1,
            Some(Err(error)) => self.account.fail(&error.place, &error.problem),
            None => {}
        }
        item
    }
}

impl RecordReader {
    fn next_item(&mut self) -> Option<Result<Record, RecordError>> {
        loop {
            let Some(parse) = &mut self.parse else { return None };
            match parse.next() {
                Some(Ok(record)) => {
                    let record = match &self.order {
                        Some(order) => record.rearranged(order),
                        None => record,
                    };
                    let Some(file) = &self.file else { return Some(Ok(record)) };
                    let place = record.place().clone().within(Some(file));
                    return Some(Ok(record.moved_to(place)));
                }
                Some(Err(error)) => {
                    if error.is_fatal {
                        self.account.add(parse.account());
                        self.notes.extend(parse.notes());
                        self.parse = None;
                    }
                    let place = error.place.within(self.file.as_ref());
                    return Some(Err(RecordError { place, ..error }));
                }
                None => {
                    self.account.add(parse.account());
                    self.notes.extend(parse.notes());
                    self.parse = None;
                }
            }
            match self.next_file() {
                Ok(true) => {}
                Ok(false) => return None,
                Err(error) => {
                    // A file that cannot be read is one mistake; the next one may be fine.
                    if !error.is_fatal {
                        self.parse = Some(Box::new(Nothing));
                    }
                    return Some(Err(error));
                }
            }
        }
    }
}

/// Stands in for a file that cannot be read, so that the iteration goes on to the next.
struct Nothing;

impl Parse for Nothing {
    fn columns(&self) -> &[String] {
        &[]
    }

    fn next(&mut self) -> Option<Result<Record, RecordError>> {
        None
    }
}

/// A file of which it is known what it is.
type Begun = (About, Box<dyn Parse>);

/// The first file that is read, and the one behind it where that has begun as well.
struct First {
    file: Option<String>,
    begun: Begun,
    waiting: Option<(String, Begun)>,
}

/// Begins the first file that can be read: of a zip, a picture or a README may come before it. One of which it is not plain
/// that it holds messages does not decide what the archive is, where the one behind it plainly does.
fn first_file(
    shared: &Shared,
    name: Option<&str>,
    choices: &Choices,
    scout: &Scout,
    notes: &mut Vec<String>,
) -> Result<First, ReadError> {
    let next = || shared.next_file().map_err(|error| ReadError::new(error.to_string()));
    let Some(mut file) = next()? else {
        let begun = begin(shared, shared.clone(), name, choices, scout)?;
        return Ok(First { file: None, begun, waiting: None });
    };
    // What is said when none can be read: of the first that is more than an addition to the messages.
    let mut telling: Option<ReadError> = None;
    let mut held: Option<(String, Begun)> = None;
    loop {
        let (read, is_whole) = with_beginning(shared)?;
        let again = read.clone();
        match begin(shared, read.before(shared, is_whole), Some(&file), choices, &Scout::default()) {
            Ok(begun) => match held.take() {
                None if choices.format.is_none() && is_whole && !begun.0.has_messages() => {
                    held = Some((file, begun));
                }
                None => return Ok(First { file: Some(file), begun, waiting: None }),
                Some((aside, _)) if begun.0.has_messages() => {
                    let why = "nothing says that it holds messages, and the file behind it does; import it by itself";
                    shared.pass_over(&aside, why);
                    return Ok(First { file: Some(file), begun, waiting: None });
                }
                Some((name, first)) => {
                    // As files behind the first are read, now that it is known which that is.
                    let choices = archive::choices(choices, first.0.format, &file);
                    let read = again.before(shared, is_whole);
                    let waiting = match begin(shared, read, Some(&file), &choices, &Scout::default()) {
                        Ok(begun) => Some((file, begun)),
                        Err(error) => {
                            archive::note(shared, &file, &error);
                            None
                        }
                    };
                    return Ok(First { file: Some(name), begun: first, waiting });
                }
            },
            Err(error) => {
                let said = ReadError { problem: format!("{file}: {}", error.problem), ..error.clone() };
                if telling.is_none() && !archive::is_aside(&error) {
                    telling = Some(said.clone());
                }
                if held.is_some() {
                    archive::note(shared, &file, &error);
                } else if let Some(other) = next()? {
                    archive::note(shared, &file, &error);
                    notes.push(format!("{file} is left out: {}", error.problem));
                    file = other;
                    continue;
                } else {
                    return Err(telling.unwrap_or(said));
                }
            }
        }
        match (next()?, &held) {
            (Some(other), _) => file = other,
            (None, _) => break,
        }
    }
    match held {
        Some((name, begun)) => Ok(First { file: Some(name), begun, waiting: None }),
        None => Err(telling.unwrap_or_else(|| ReadError::new("the archive has no files in it"))),
    }
}

/// The first bytes of a file of an archive, kept so that it can be begun twice.
#[derive(Clone)]
struct Beginning(Vec<u8>);

impl Beginning {
    /// The file from its beginning; what is whole does not read on, since that would be the next file.
    fn before(self, shared: &Shared, is_whole: bool) -> Box<dyn Read + Send> {
        let start = Cursor::new(self.0);
        if is_whole { Box::new(start) } else { Box::new(start.chain(shared.clone())) }
    }
}

fn with_beginning(shared: &Shared) -> Result<(Beginning, bool), ReadError> {
    let (bytes, is_whole) =
        head(&mut shared.clone(), false).map_err(|error| ReadError::new(error.to_string()))?;
    Ok((Beginning(bytes), is_whole))
}

/// Finds out what the current file is, and begins to read it.
fn begin(
    shared: &Shared,
    mut read: impl Read + Send + 'static,
    name: Option<&str>,
    choices: &Choices,
    scout: &Scout,
) -> Result<Begun, ReadError> {
    // Of text there is nothing more to find out, and somebody may be typing it.
    let is_told = matches!(choices.format, Some(FileFormat::Lines | FileFormat::Paragraphs));
    let (raw, is_whole) = head(&mut read, is_told).map_err(|error| ReadError::new(error.to_string()))?;
    if raw.is_empty() {
        return Err(ReadError::new("the file is empty"));
    }
    let encoding = choices.encoding.unwrap_or_else(|| Encoding::detect(&raw, &scout.bytes()));
    let mark = encoding.mark_length(&raw);
    let text = encoding.decode_head(&raw[mark..]);
    let head = Head { raw: &raw[mark..], text: &text, is_whole, name };
    sniff::foreign(head.raw)?;
    archive::aside(shared, &head)?;
    let format = match choices.format {
        Some(format) => format,
        None if own::begins(head.text) => FileFormat::Csv,
        None => sniff::format(&head)?,
    };
    if shared.is_archive()
        && matches!(format, FileFormat::Lines | FileFormat::Paragraphs)
        && head.raw.contains(&0)
        && head.text.chars().any(|char| char < ' ' && !char.is_whitespace())
    {
        return Err(ReadError::new(sniff::NO_TEXT));
    }
    let is_csv = format == FileFormat::Csv && choices.delimiter.is_none();
    let drawing = if is_csv { drawn::recognise(&text) } else { None };
    if let Some(drawing) = drawing {
        let read = Decoded::new(Cursor::new(raw[mark..].to_vec()).chain(read), encoding);
        return begin_drawn(read, drawing, encoding, &text, choices);
    }
    let pieces = scout.texts(encoding);
    let dialect = table_dialect(format, Sample { head: &text, is_whole, pieces: &pieces }, choices);
    let located = if matches!(format, FileFormat::Json | FileFormat::Ndjson) {
        located(format, &head, choices, scout)?
    } else {
        Located::default()
    };
    // A line that is one value with nothing but a record in it is read by lines.
    let format = match (format, choices.format) {
        (FileFormat::Json, None) if is_one_record(&located, &head) => FileFormat::Ndjson,
        (FileFormat::Ndjson, _) if !located.is_by_lines() => FileFormat::Json,
        (format, _) => format,
    };
    // Of a script that holds a JSON, its first words are none of it.
    let is_json = matches!(format, FileFormat::Json | FileFormat::Ndjson) && !encoding.is_utf16();
    let mark = mark + if is_json { formats::records::assignment(&text) } else { 0 };
    let behind_mark = Cursor::new(raw[mark..].to_vec()).chain(read);
    let parse = if format == FileFormat::Chat {
        archive::chat(shared, Decoded::mended(behind_mark, encoding), name)?
    } else {
        formats::begin(format, behind_mark, encoding, &dialect, &located, choices)?
    };
    let columns = parse.columns().to_vec();
    let guesses = parse.guesses();
    let is_letters = matches!(format, FileFormat::Mbox | FileFormat::Eml);
    let oddness = if is_letters { None } else { encoding.oddness(&text) };
    Ok((About { format, encoding, dialect, located, columns, drawing, oddness, guesses }, parse))
}

/// Begins to read a table that is drawn with signs.
fn begin_drawn(
    read: impl Read + Send + 'static,
    drawing: Drawing,
    encoding: Encoding,
    head: &str,
    choices: &Choices,
) -> Result<Begun, ReadError> {
    let mut sample = String::new();
    // Of a text in memory nothing can fail.
    let _ = AsCsv::new(head.as_bytes(), drawing).read_to_string(&mut sample);
    let told = Told {
        delimiter: Some(b','),
        quoting: Some(Quoting::Doubled),
        skips_blank: Some(false),
        has_header: Some(true),
        lines_above: Some(drawing.lines_above),
    };
    let dialect = dialect::guess(Sample { head: &sample, is_whole: false, pieces: &[] }, told);
    let csv = AsCsv::new(read, drawing);
    let located = Located::default();
    let parse = formats::begin(FileFormat::Csv, csv, Encoding::UTF_8, &dialect, &located, choices)?;
    let columns = parse.columns().to_vec();
    let (oddness, drawing) = (encoding.oddness(head), Some(drawing));
    Ok((
        About {
            format: FileFormat::Csv,
            encoding,
            dialect,
            located,
            columns,
            drawing,
            oddness,
            guesses: Vec::new(),
        },
        parse,
    ))
}

/// Whether a file is a line with one record and nothing else.
fn is_one_record(located: &Located, head: &Head<'_>) -> bool {
    let is_line = head.text.trim_end().lines().count() == 1 && head.text.trim_start().starts_with('{');
    located.is_whole_values() && !located.is_several() && head.is_whole && is_line
}

fn located(
    format: FileFormat,
    head: &Head<'_>,
    choices: &Choices,
    scout: &Scout,
) -> Result<Located, ReadError> {
    if let Some(path) = &choices.records {
        return Located::chosen(path).map_err(ReadError::new);
    }
    // Of lines, each tells as much as the next.
    let found = match &scout.located {
        Some(located) if format == FileFormat::Json => Ok(located.clone()),
        _ => formats::records::locate(&head.text.as_bytes()[formats::records::assignment(head.text)..]),
    };
    found.map_err(|error| ReadError::new(error.to_string()))
}

fn table_dialect(format: FileFormat, sample: Sample<'_>, choices: &Choices) -> Dialect {
    let by_line = dialect::without_separator_line(sample.head).0;
    let by_format = (format == FileFormat::Tsv && by_line.is_none()).then_some(b'\t');
    let told = Told {
        delimiter: choices.delimiter.or(by_format),
        quoting: choices.quoting,
        skips_blank: choices.skips_blank,
        has_header: choices.header,
        lines_above: choices.lines_above,
    };
    if own::begins(sample.head) {
        let own = Told {
            delimiter: told.delimiter.or(Some(b',')),
            quoting: told.quoting.or(Some(Quoting::Doubled)),
            skips_blank: told.skips_blank.or(Some(false)),
            has_header: told.has_header.or(Some(true)),
            lines_above: told.lines_above.or(Some(0)),
        };
        return dialect::guess(sample, own);
    }
    dialect::guess(sample, told)
}

fn unreadable(error: io::Error) -> ReadError {
    ReadError::new(format!("it cannot be read: {error}"))
}

/// The first bytes, and whether they are all. What fails after some bytes fails again when they are read on.
fn head(read: &mut impl Read, at_once: bool) -> io::Result<(Vec<u8>, bool)> {
    let mut bytes = vec![0; HEAD_BYTES];
    let (length, is_whole) = read_ahead(read, &mut bytes, |_| at_once)?;
    bytes.truncate(length);
    Ok((bytes, is_whole))
}
