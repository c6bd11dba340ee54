//! The formats: one file each.

pub(crate) mod chats;
pub(crate) mod dialect;
pub(crate) mod drawn;
mod feedback;
mod flatten;
mod header;
pub(crate) mod html;
mod json;
mod lenient;
pub(crate) mod mail;
pub(crate) mod ndjson;
pub(crate) mod page_table;
mod path;
pub(crate) mod records;
pub(crate) mod rows;
mod segments;
mod table;
mod text;
pub(crate) mod workbook;
mod xml;

use std::io::Read;

use domain::{FileAccount, FileFormat, FileGuess};

use self::{dialect::Dialect, records::Located};
use crate::{Choices, ReadError, Record, RecordError, encoding::Decoded, encoding::Encoding};

/// Reads the records of one file. Their places say nothing yet of the file, if it is one of several.
pub(crate) trait Parse: Send {
    /// The names of the columns, none twice.
    fn columns(&self) -> &[String];

    /// The next record. `None` at the end, and after an error that is fatal.
    fn next(&mut self) -> Option<Result<Record, RecordError>>;

    /// What was left out, passed over and mended so far; records and errors are counted by who asks for them.
    fn account(&self) -> FileAccount {
        FileAccount::default()
    }

    /// What this format alone found out about how the file is written.
    fn guesses(&self) -> Vec<FileGuess> {
        Vec::new()
    }

    /// What else there is to say about the file, so far.
    fn notes(&self) -> Vec<String> {
        Vec::new()
    }
}

/// Begins to read a file, of which `read` gives everything from behind the byte order mark.
pub(crate) fn begin(
    format: FileFormat,
    read: impl Read + Send + 'static,
    encoding: Encoding,
    dialect: &Dialect,
    located: &Located,
    choices: &Choices,
) -> Result<Box<dyn Parse>, ReadError> {
    Ok(match format {
        FileFormat::Csv | FileFormat::Tsv => {
            segments::joined(table::Table::open(Decoded::new(read, encoding), dialect)?)
        }
        FileFormat::Ndjson => Box::new(ndjson::FlatRecords::open(
            ndjson::JsonLines::new(Decoded::new(read, encoding)),
            located,
        )?),
        FileFormat::Json => {
            let walker = json::Walker::new(Decoded::new(read, encoding), located.path.clone());
            Box::new(ndjson::FlatRecords::open(walker, located)?)
        }
        FileFormat::WordPress => {
            Box::new(xml::Export::wordpress(Decoded::mended(read, encoding), choices.pings))
        }
        FileFormat::Disqus => Box::new(xml::Export::disqus(Decoded::mended(read, encoding))),
        FileFormat::Mbox => Box::new(mail::Mails::mbox(mail_bytes(read, encoding))),
        FileFormat::Eml => Box::new(mail::Mails::single(mail_bytes(read, encoding))),
        FileFormat::Chat => {
            Box::new(chats::Chat::open(Decoded::mended(read, encoding), &chats::Archive::default(), None)?)
        }
        FileFormat::Html => Box::new(page_table::PageTable::open(Decoded::mended(read, encoding))?),
        FileFormat::Spreadsheet => {
            return Err(ReadError::new("this is no workbook; choose another format"));
        }
        FileFormat::Lines => Box::new(text::Lines::new(Decoded::new(read, encoding))),
        FileFormat::Paragraphs => Box::new(text::Paragraphs::new(Decoded::new(read, encoding))),
    })
}

/// Letters say their charsets themselves; only a file that was saved as UTF-16 has to be made single bytes first.
fn mail_bytes(read: impl Read + Send + 'static, encoding: Encoding) -> Box<dyn Read + Send> {
    if encoding.is_utf16() { Box::new(Decoded::new(read, encoding)) } else { Box::new(read) }
}

/// What is said of bytes that are no UTF-8.
pub(crate) const NOT_UTF8: &str =
    "is not UTF-8; if the whole file looks wrong, choose its encoding (windows-1252 is a common one)";

/// What is said of zeros in XML.
pub(crate) const HAS_NUL: &str = "has a zero byte in it, which no XML has";

/// Text of a record of XML, checked.
pub(crate) fn checked(bytes: &[u8]) -> Result<&str, &'static str> {
    if memchr::memchr(0, bytes).is_some() {
        return Err(HAS_NUL);
    }
    std::str::from_utf8(bytes).map_err(|_| NOT_UTF8)
}
