//! The same three hundred messages in more than two hundred dialects: all of them are read back as they were.
//!
//! `make test` reads a part of them, `make fuzz` (or GAVEL_MATRIX=all) all of them.

#![expect(clippy::unwrap_used, reason = "a test ends where its assumptions do")]

mod cases;
mod json;
mod pack;
mod sheets;
mod tables;
mod texts;
mod variants;

use std::io::Cursor;

use domain::MappedField;
use readers::{Choices, RecordReader};

use texts::{Text, texts};

/// A file in one dialect.
#[derive(Clone)]
pub(crate) struct Dialect {
    pub(crate) name: String,
    pub(crate) file_name: &'static str,
    pub(crate) bytes: Vec<u8>,
    /// The messages that are in it, in its order.
    pub(crate) expected: Vec<String>,
}

impl Dialect {
    pub(crate) fn new(
        name: impl Into<String>,
        file_name: &'static str,
        bytes: Vec<u8>,
        texts: &[Text],
    ) -> Self {
        let expected = texts.iter().map(|text| text.message.clone()).collect();
        Self { name: name.into(), file_name, bytes, expected }
    }
}

/// What differs from what is right, in words.
fn difference(dialect: &Dialect) -> Option<String> {
    let file = Cursor::new(dialect.bytes.clone());
    let mut reader = match RecordReader::open_file(file, Some(dialect.file_name), Choices::default()) {
        Ok(reader) => reader,
        Err(error) => return Some(format!("refused: {error}")),
    };
    let look = reader.look(200);
    let Some(column) = look.columns.mapping.column(MappedField::Message).map(str::to_owned) else {
        return Some(format!("no message: {:?} of {:?}", look.columns.message, reader.columns()));
    };
    let index = reader.columns().iter().position(|known| *known == column).unwrap();
    let mut found = Vec::new();
    for record in reader.by_ref() {
        match record {
            Ok(record) => found.push(record.get(index).unwrap().to_owned()),
            Err(error) => return Some(format!("failed: {error}")),
        }
    }
    let account = reader.account();
    if account.rows != dialect.expected.len() as u64 || !account.is_whole() {
        return Some(format!(
            "{} rows of {}, {account:?}; {:?}",
            account.rows,
            dialect.expected.len(),
            reader.guesses()
        ));
    }
    let wrong = found.iter().zip(&dialect.expected).position(|(found, expected)| found != expected)?;
    let shown = |text: &String| text.chars().take(120).collect::<String>();
    Some(format!(
        "\"{column}\" {wrong}: {:?} should be {:?}",
        shown(&found[wrong]),
        shown(&dialect.expected[wrong])
    ))
}

/// Every so manieth dialect is read by `make test`.
const EVERY: usize = 6;

#[test]
fn messages_come_back_as_they_were_in_every_dialect() {
    let texts = texts();
    assert_eq!(texts.len(), 300);
    let mut dialects = tables::dialects(&texts);
    dialects.extend(json::dialects(&texts));
    dialects.extend(sheets::dialects(&texts));
    dialects.extend(pack::dialects(&texts));
    assert!(dialects.len() >= 200, "{} dialects", dialects.len());
    let is_long = std::env::var("PROPTEST_CASES")
        .is_ok_and(|cases| cases.parse().is_ok_and(|cases: u64| cases > 1_000));
    let is_all = is_long || std::env::var("GAVEL_MATRIX").is_ok_and(|word| word == "all");
    let mut wrong = Vec::new();
    let mut count = 0;
    for (index, dialect) in dialects.iter().enumerate() {
        if is_all || index % EVERY == 0 {
            count += 1;
            wrong.extend(difference(dialect).map(|words| format!("{}: {words}", dialect.name)));
        }
    }
    println!("{count} dialects of {}, {} wrong", dialects.len(), wrong.len());
    assert!(wrong.is_empty(), "{} of {count} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
