//! The formats: one file each.

pub(crate) mod dialect;
mod flatten;
mod json;
pub(crate) mod mail;
mod ndjson;
mod table;
mod text;
mod xml;

use std::io::Read;

use domain::{FileAccount, FileFormat};

use self::dialect::Dialect;
use crate::{ReadError, Record, RecordError, encoding::Decoded, encoding::Encoding, sniff::Head};

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
    dialect: Dialect,
    head: &Head<'_>,
) -> Result<Box<dyn Parse>, ReadError> {
    Ok(match format {
        FileFormat::Csv | FileFormat::Tsv => {
            Box::new(table::Table::open(Decoded::new(read, encoding), &dialect, head.text)?)
        }
        FileFormat::Ndjson => {
            Box::new(ndjson::FlatRecords::open(ndjson::JsonLines::new(Decoded::new(read, encoding)))?)
        }
        FileFormat::Json => {
            Box::new(ndjson::FlatRecords::open(json::Elements::new(Decoded::new(read, encoding)))?)
        }
        FileFormat::WordPress => {
            Box::new(xml::Export::open(Decoded::mended(read, encoding), xml::Kind::WordPress))
        }
        FileFormat::Disqus => Box::new(xml::Export::open(Decoded::mended(read, encoding), xml::Kind::Disqus)),
        FileFormat::Mbox => Box::new(mail::Mails::mbox(read)),
        FileFormat::Eml => Box::new(mail::Mails::single(read)),
        FileFormat::Lines => Box::new(text::Lines::new(Decoded::new(read, encoding))),
        FileFormat::Paragraphs => Box::new(text::Paragraphs::new(Decoded::new(read, encoding))),
    })
}

/// What is said of bytes that are no UTF-8.
pub(crate) const NOT_UTF8: &str =
    "is not UTF-8; if the whole file looks wrong, choose its encoding (windows-1252 is a common one)";

/// What is said of zeros in a text.
pub(crate) const HAS_NUL: &str = "has a zero byte in it, which no text has";

/// Text of a record, checked.
pub(crate) fn checked(bytes: &[u8]) -> Result<&str, &'static str> {
    if memchr::memchr(0, bytes).is_some() {
        return Err(HAS_NUL);
    }
    std::str::from_utf8(bytes).map_err(|_| NOT_UTF8)
}
