//! How a file is to be read: flags that `gavel import` and `gavel check` share.

use clap::{
    Args,
    builder::{PossibleValuesParser, TypedValueParser},
};
use domain::{DayOrder, FileChoices, FileFormat, FileGuess, FileTrait, MappedField, Mapping, Quoting};

/// Characters of a column's first text that a refusal shows.
const SAMPLE_CHARS: usize = 40;

#[derive(Args, Clone, Debug, Default)]
pub(super) struct Reading {
    /// Which column is what, as in message=comment_content; may be repeated. Guessed when not given
    #[arg(long = "column", value_name = "FIELD=COLUMN", value_parser = column)]
    columns: Vec<(MappedField, String)>,
    /// Encoding of a text, as in windows-1252
    #[arg(long, value_name = "NAME")]
    encoding: Option<String>,
    /// What stands between two fields of a table: one character, or tab, space, none
    #[arg(long, value_name = "CHARACTER")]
    delimiter: Option<String>,
    /// How the fields of a table are quoted
    #[arg(long, value_name = "HOW", value_parser = words(Quoting::ALL.iter().map(|quoting| quoting.as_str())))]
    quoting: Option<String>,
    /// Whether blanks behind a delimiter belong to the field
    #[arg(long, value_name = "WHAT", value_parser = words(["keep", "skip"].into_iter()))]
    blank: Option<String>,
    /// How many lines stand above the names of a table's columns, or none where no row names them
    #[arg(long, value_name = "LINES")]
    header: Option<String>,
    /// Which sheet of a workbook is read
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
    /// Where in a JSON the records are, as in comments[]
    #[arg(long, value_name = "PATH")]
    records: Option<String>,
    /// Which number comes first in dates like 03/04/2025
    #[arg(long, value_name = "ORDER", value_parser = words(DayOrder::ALL.iter().map(|order| order.as_str())))]
    days: Option<String>,
    /// Whether pingbacks and trackbacks of a WordPress export are rows
    #[arg(long, value_name = "WHAT", value_parser = words(["leave-out", "take"].into_iter()))]
    pings: Option<String>,
}

fn words(words: impl Iterator<Item = &'static str>) -> impl TypedValueParser<Value = String> {
    PossibleValuesParser::new(words.collect::<Vec<_>>())
}

fn column(text: &str) -> Result<(MappedField, String), String> {
    let expected = || {
        let fields: Vec<_> = MappedField::ALL.iter().map(|field| field.as_str()).collect();
        format!("FIELD=COLUMN, where FIELD is one of {}", fields.join(", "))
    };
    let (field, column) = text.split_once('=').ok_or_else(expected)?;
    Ok((field.parse().map_err(|_| expected())?, column.to_owned()))
}

impl Reading {
    /// What the flags choose.
    pub(super) fn choices(&self, format: Option<FileFormat>) -> FileChoices {
        let mut choices = FileChoices::default();
        choices.set(FileTrait::Format, format.map(|format| format.as_str().to_owned()));
        for (about, value) in [
            (FileTrait::Encoding, &self.encoding),
            (FileTrait::Delimiter, &self.delimiter),
            (FileTrait::Quoting, &self.quoting),
            (FileTrait::Blank, &self.blank),
            (FileTrait::Header, &self.header),
            (FileTrait::Sheet, &self.sheet),
            (FileTrait::Records, &self.records),
            (FileTrait::Days, &self.days),
            (FileTrait::Pings, &self.pings),
        ] {
            choices.set(about, value.clone());
        }
        choices
    }

    /// Puts the columns of the flags ahead of those that were guessed. A blank one maps a field to nothing.
    pub(super) fn map(&self, mapping: &mut Mapping) {
        for (field, column) in &self.columns {
            mapping.set(*field, Some(column.clone()).filter(|column| !column.is_empty()));
        }
    }
}

/// The flag that chooses something about a file.
fn flag(guess: &FileGuess, value: &str) -> String {
    match guess.about {
        FileTrait::Message | FileTrait::Label => format!("--column {}={value:?}", guess.about),
        about => format!("--{about} {value:?}"),
    }
}

/// Why a file is refused of which it is in doubt which column is the message: the candidates, and the flag.
pub(super) fn doubt(guesses: &[FileGuess]) -> Option<String> {
    let guess = guesses.iter().find(|guess| guess.about == FileTrait::Message && guess.in_doubt)?;
    let candidates = guess.alternatives.iter().map(|other| {
        let text: String = other.about.chars().take(SAMPLE_CHARS).collect();
        let text = if text.is_empty() { String::new() } else { format!(" ({text})") };
        format!("\n  {}{text}", flag(guess, &other.value))
    });
    let candidates: String = candidates.collect();
    Some(format!(
        "It is in doubt which column holds the messages: {}. Choose one:{candidates}",
        guess.evidence
    ))
}

/// What was found out about a file, one line each, where it is worth knowing: what was chosen is known already.
pub(super) fn lines(guesses: &[FileGuess]) -> Vec<String> {
    let shown =
        guesses.iter().filter(|guess| !guess.is_chosen && (!guess.value.is_empty() || is_offered(guess)));
    shown
        .map(|guess| {
            let doubt = match guess.alternatives.first() {
                Some(other) if is_offered(guess) => {
                    return format!(
                        "  {}: none ({}). To take it: {}",
                        guess.about.title(),
                        guess.evidence,
                        flag(guess, &other.value)
                    );
                }
                Some(other) if guess.in_doubt => {
                    format!(" In doubt; otherwise: {}.", flag(guess, &other.value))
                }
                _ => String::new(),
            };
            format!("  {}: {} ({}){doubt}", guess.about.title(), guess.value, guess.evidence)
        })
        .collect()
}

/// Whether a column could be the label, and is not taken unasked.
fn is_offered(guess: &FileGuess) -> bool {
    guess.about == FileTrait::Label && guess.in_doubt && guess.value.is_empty()
}

#[cfg(test)]
mod tests {
    use domain::FileAlternative;

    use super::*;

    #[test]
    fn columns_are_named_on_the_line() {
        assert_eq!(column("message=Body = text"), Ok((MappedField::Message, "Body = text".to_owned())));
        assert!(column("body=x").unwrap_err().contains("message, subject"));
        assert!(column("message").is_err());
    }

    #[test]
    fn a_doubt_names_the_candidates_and_the_flag() {
        let alternative =
            |value: &str| FileAlternative { value: value.to_owned(), about: format!("text of {value}") };
        let guess = FileGuess {
            about: FileTrait::Message,
            value: String::new(),
            evidence: "Two columns have long texts".to_owned(),
            alternatives: vec![alternative("Note 1"), alternative("reply")],
            in_doubt: true,
            is_chosen: false,
        };
        let words = doubt(std::slice::from_ref(&guess)).unwrap();
        assert!(words.contains("Two columns have long texts"), "{words}");
        assert!(words.contains("\n  --column message=\"Note 1\" (text of Note 1)"), "{words}");
        assert_eq!(doubt(&[FileGuess { in_doubt: false, ..guess }]), None);
    }
    #[test]
    fn what_a_program_said_is_offered_with_its_flag() {
        let offered = FileAlternative { value: "x-spam-flag".to_owned(), about: "YES".to_owned() };
        let guess = FileGuess {
            about: FileTrait::Label,
            value: String::new(),
            evidence: "A program said so".to_owned(),
            alternatives: vec![offered],
            in_doubt: true,
            is_chosen: false,
        };
        let words = lines(std::slice::from_ref(&guess)).join("\n");
        assert!(
            words.ends_with("none (A program said so). To take it: --column label=\"x-spam-flag\""),
            "{words}"
        );
        assert!(lines(&[FileGuess { in_doubt: false, ..guess }]).is_empty());
    }
}
