//! A file, opened: what it is, and its records.

use std::{
    io::{self, Cursor, Read},
    sync::Arc,
};

use domain::{FileAccount, FileFormat};

use crate::{
    Encoding, Packing, Place, Progress, ReadError, Record, RecordError,
    formats::{
        self, Parse,
        dialect::{self, Dialect},
    },
    limits::HEAD_BYTES,
    sniff::{self, Head},
    unpack::{Shared, Unpacked},
};

/// What is known about a file beforehand; the rest is found out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Choices {
    /// Its format.
    pub format: Option<FileFormat>,
    /// Its encoding. E-mails say themselves, so it does not count for them.
    pub encoding: Option<Encoding>,
    /// What stands between two fields of a table: one ASCII character.
    pub delimiter: Option<u8>,
    /// Whether the first row of a table names its columns.
    pub header: Option<bool>,
}

/// Reads the records of a file, or of the files of a zip one after the other.
pub struct RecordReader {
    shared: Shared,
    choices: Choices,
    packing: Packing,
    progress: Progress,
    /// Of the first file; those after it are arranged like it.
    first: About,
    parse: Option<Box<dyn Parse>>,
    /// For files after the first: which of their columns stands for which of the first's.
    order: Option<Vec<Option<usize>>>,
    file: Option<Arc<str>>,
    notes: Vec<String>,
    /// Of the files that are over, and the records and errors of this one.
    account: FileAccount,
}

/// What was found out about a file.
struct About {
    format: FileFormat,
    encoding: Encoding,
    dialect: Dialect,
    columns: Vec<String>,
}

impl RecordReader {
    /// Looks at the first 64 KiB of a file (of JSON: at up to 4 MiB) and says what it is. `name` is the file's own, for
    /// instance `comments.csv.gz`.
    ///
    /// # Errors
    /// When it is empty, is no file that holds messages, or cannot be read at all.
    pub fn open(
        read: impl Read + Send + 'static,
        name: Option<&str>,
        choices: Choices,
    ) -> Result<Self, ReadError> {
        let progress = Progress::default();
        let unpacked = Unpacked::open(Box::new(read), progress.clone())?;
        let packing = unpacked.packing();
        let shared = Shared::new(unpacked);
        if choices.delimiter.is_some_and(|delimiter| !dialect::is_delimiter(delimiter)) {
            return Err(ReadError::new("the delimiter must be a tab, a blank or a sign, and no quote"));
        }
        let mut notes = Vec::new();
        let (file, (about, parse)) = first_file(&shared, name, choices, &mut notes)?;
        let (parse, file) = (Some(parse), file.map(Into::into));
        Ok(Self {
            shared,
            choices,
            packing,
            progress,
            first: about,
            parse,
            order: None,
            file,
            notes,
            account: FileAccount::default(),
        })
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
        self.is_table().then_some(self.first.dialect.delimiter)
    }

    /// Whether its first row names the columns, if it is a table.
    pub fn has_header(&self) -> Option<bool> {
        self.is_table().then_some(self.first.dialect.has_header)
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
        account
    }

    fn is_table(&self) -> bool {
        matches!(self.first.format, FileFormat::Csv | FileFormat::Tsv)
    }

    /// Goes on to the next file of a zip. False when there is none.
    fn next_file(&mut self) -> Result<bool, RecordError> {
        let begin_of = |file: &Option<Arc<str>>| Place::line(1).within(file.as_ref());
        let name = self.shared.next_file().map_err(|error| RecordError::io(begin_of(&self.file), &error))?;
        let Some(name) = name else { return Ok(false) };
        self.file = Some(name.as_str().into());
        let choices = Choices { format: Some(self.first.format), ..self.choices };
        match begin(&self.shared, Some(&name), choices) {
            Ok((about, parse)) => {
                self.arrange(&about, &name);
                self.parse = Some(parse);
                Ok(true)
            }
            Err(error) => {
                let place = error.place.unwrap_or(Place::line(1)).within(self.file.as_ref());
                Err(RecordError::new(place, error.problem))
            }
        }
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
        let item = self.next_item();
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

/// Begins the first file that can be read: of a zip, a picture or a README may come before it.
fn first_file(
    shared: &Shared,
    name: Option<&str>,
    choices: Choices,
    notes: &mut Vec<String>,
) -> Result<(Option<String>, Begun), ReadError> {
    let next = || shared.next_file().map_err(|error| ReadError::new(error.to_string()));
    let Some(mut file) = next()? else { return Ok((None, begin(shared, name, choices)?)) };
    loop {
        match begin(shared, Some(&file), choices) {
            Ok(begun) => return Ok((Some(file), begun)),
            Err(error) => {
                let Some(other) = next()? else {
                    return Err(ReadError { problem: format!("{file}: {}", error.problem), ..error });
                };
                notes.push(format!("{file} is left out: {}", error.problem));
                file = other;
            }
        }
    }
}

/// Finds out what the current file is, and begins to read it.
fn begin(shared: &Shared, name: Option<&str>, choices: Choices) -> Result<Begun, ReadError> {
    let mut read = shared.clone();
    let (raw, is_whole) = head(&mut read).map_err(|error| ReadError::new(error.to_string()))?;
    if raw.is_empty() {
        return Err(ReadError::new("the file is empty"));
    }
    let encoding = choices.encoding.unwrap_or_else(|| Encoding::detect(&raw));
    let mark = encoding.mark_length(&raw);
    let text = encoding.decode_head(&raw[mark..]);
    let head = Head { raw: &raw[mark..], text: &text, is_whole, name };
    sniff::foreign(head.raw)?;
    let format = match choices.format {
        Some(format) => format,
        None => sniff::format(&head)?,
    };
    let dialect = table_dialect(format, &head, choices);
    let behind_mark = Cursor::new(raw[mark..].to_vec()).chain(read);
    let parse = formats::begin(format, behind_mark, encoding, dialect.clone(), &head)?;
    let columns = parse.columns().to_vec();
    Ok((About { format, encoding, dialect, columns }, parse))
}

fn table_dialect(format: FileFormat, head: &Head<'_>, choices: Choices) -> Dialect {
    let told = choices.delimiter.or_else(|| dialect::without_separator_line(head.text).0);
    let found = match told {
        Some(delimiter) => dialect::guess_with(head.text, head.is_whole, delimiter),
        None if format == FileFormat::Tsv => dialect::guess_with(head.text, head.is_whole, b'\t'),
        None => dialect::guess(head.text, head.is_whole),
    };
    Dialect { has_header: choices.header.unwrap_or(found.has_header), ..found }
}

/// The first bytes, and whether they are all. What fails after some bytes fails again when they are read on.
fn head(read: &mut impl Read) -> io::Result<(Vec<u8>, bool)> {
    let mut bytes = vec![0; HEAD_BYTES];
    let mut length = 0;
    while length < HEAD_BYTES {
        match read.read(&mut bytes[length..]) {
            Ok(0) => {
                bytes.truncate(length);
                return Ok((bytes, true));
            }
            Ok(count) => length += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if length == 0 => return Err(error),
            Err(_) => break,
        }
    }
    bytes.truncate(length);
    Ok((bytes, false))
}
