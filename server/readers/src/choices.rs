//! What is known, or chosen, about a file beforehand.

use domain::{DayOrder, FileChoices, FileFormat, FileTrait, Quoting};

use crate::{
    Encoding,
    formats::dialect::{NO_DELIMITER, is_delimiter},
    mapping::guess::EXCEL_DAYS,
};

/// What is known about a file beforehand; the rest is found out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choices {
    /// Its format.
    pub format: Option<FileFormat>,
    /// Its encoding. E-mails say themselves, so it does not count for them.
    pub encoding: Option<Encoding>,
    /// What stands between two fields of a table: one ASCII character; 0xFF where nothing does, as there is one column.
    pub delimiter: Option<u8>,
    /// How the fields of a table are quoted.
    pub quoting: Option<Quoting>,
    /// Whether blanks behind a delimiter are no part of the field.
    pub skips_blank: Option<bool>,
    /// Whether a row of a table names its columns.
    pub header: Option<bool>,
    /// How many lines stand above that row.
    pub lines_above: Option<u64>,
    /// Which sheet of a workbook is read.
    pub sheet: Option<String>,
    /// Where in a JSON the records are, for instance `comments[]`.
    pub records: Option<String>,
    /// Which number is the day in dates like 03/04/2025. It does not count for the reader, but for
    /// [`crate::BoundMapping::with_day_order`].
    pub days: Option<DayOrder>,
    /// Whether pingbacks and trackbacks of a WordPress export are records.
    pub pings: Option<bool>,
}

/// A choice that makes no sense.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{about}: {problem}")]
pub struct ChoiceError {
    /// What it is about.
    pub about: FileTrait,
    /// What is wrong and what could be chosen: the rest of a sentence, without its full stop.
    pub problem: String,
}

/// Delimiters that are called by a word, since they cannot be seen or typed.
const NAMED: [(u8, &str); 8] = [
    (b'\t', "tab"),
    (b',', "comma"),
    (b';', "semicolon"),
    (b'|', "pipe"),
    (b' ', "space"),
    (0x1f, "unit-separator"),
    (0x01, "control-a"),
    (NO_DELIMITER, "none"),
];

/// A delimiter in words or as itself.
pub(crate) fn delimiter_word(delimiter: u8) -> String {
    let named = NAMED.iter().find(|(byte, _)| *byte == delimiter && !matches!(byte, b',' | b';' | b'|'));
    named.map_or_else(|| char::from(delimiter).to_string(), |(_, word)| (*word).to_owned())
}

impl Choices {
    /// From the words of a form, of flags, or of what was kept. Which column is what belongs to a [`domain::Mapping`] and is
    /// passed over here.
    ///
    /// # Errors
    /// The first value that makes no sense.
    pub fn from_words(words: &FileChoices) -> Result<Self, ChoiceError> {
        let mut choices = Self::default();
        for (about, value) in words.iter() {
            choices.set(about, value).map_err(|problem| ChoiceError { about, problem })?;
        }
        Ok(choices)
    }

    fn set(&mut self, about: FileTrait, value: &str) -> Result<(), String> {
        match about {
            FileTrait::Format => self.format = Some(value.parse().map_err(|error| format!("{error}"))?),
            FileTrait::Encoding => self.encoding = Some(value.parse().map_err(|error| format!("{error}"))?),
            FileTrait::Delimiter => self.delimiter = Some(delimiter(value)?),
            FileTrait::Quoting => self.quoting = Some(value.parse().map_err(|error| format!("{error}"))?),
            FileTrait::Blank => {
                self.skips_blank = Some(match value {
                    "skip" => true,
                    "keep" => false,
                    _ => return Err(format!("\"{value}\" is neither skip nor keep")),
                });
            }
            FileTrait::Header if value == "none" => self.header = Some(false),
            FileTrait::Header => {
                let lines = value.parse().ok().filter(|lines| *lines < 1_000);
                let lines =
                    lines.ok_or_else(|| format!("\"{value}\" is neither none nor a number of lines"))?;
                (self.header, self.lines_above) = (Some(true), Some(lines));
            }
            FileTrait::Sheet => self.sheet = Some(value.to_owned()),
            FileTrait::Records => self.records = Some(value.to_owned()),
            // Numbers of days have no order: they are told, and nothing is to be chosen.
            FileTrait::Days if value == EXCEL_DAYS => {}
            FileTrait::Days => self.days = Some(value.parse().map_err(|error| format!("{error}"))?),
            FileTrait::Pings => {
                self.pings = Some(match value {
                    "take" => true,
                    "leave-out" => false,
                    _ => return Err(format!("\"{value}\" is neither take nor leave-out")),
                });
            }
            FileTrait::Message | FileTrait::Label => {}
        }
        Ok(())
    }
}

fn delimiter(value: &str) -> Result<u8, String> {
    if let Some((byte, _)) = NAMED.iter().find(|(_, word)| *word == value) {
        return Ok(*byte);
    }
    match value.as_bytes() {
        [byte] if is_delimiter(*byte) => Ok(*byte),
        b"\\t" => Ok(b'\t'),
        _ => Err(format!(
            "\"{value}\" is no delimiter; it must be tab, space, none, or one sign that is no quote"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_choices() {
        let mut words = FileChoices::default();
        for (about, value) in [
            (FileTrait::Delimiter, "tab"),
            (FileTrait::Quoting, "none"),
            (FileTrait::Header, "2"),
            (FileTrait::Encoding, "latin1"),
        ] {
            words.set(about, Some(value.to_owned()));
        }
        let choices = Choices::from_words(&words).unwrap();
        assert_eq!(
            (choices.delimiter, choices.header, choices.lines_above),
            (Some(b'\t'), Some(true), Some(2))
        );
        assert_eq!(choices.encoding, Some(Encoding::WINDOWS_1252));
        words.set(FileTrait::Delimiter, Some("ab".to_owned()));
        assert!(
            Choices::from_words(&words)
                .unwrap_err()
                .to_string()
                .starts_with("delimiter: \"ab\" is no delimiter")
        );
    }

    #[test]
    fn delimiters_have_words_that_are_understood() {
        for byte in [b',', b';', b'\t', b'|', b' ', 0x1f, 0x01, NO_DELIMITER, b'^'] {
            assert_eq!(delimiter(&delimiter_word(byte)), Ok(byte));
        }
    }
}
