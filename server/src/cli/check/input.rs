//! Where messages come from.

use std::io::{BufReader, Seek, Write};

use domain::{Content, ContentForm, FieldError, FileFormat, MappedField};
use moderation::LOOKED_AT;
use readers::{BoundMapping, Choices, ReadError, Record, RecordError, RecordReader, bind};
use tokio::sync::mpsc::Sender;

use crate::{
    Failure,
    cli::{
        account,
        reading::{Reading, doubt},
    },
};

/// Where messages come from.
pub(super) enum Input {
    /// The command line.
    Messages(Vec<String>),
    /// Standard input, in a format that is told or to be found out, read as the flags say.
    Standard(Option<FileFormat>, Box<Reading>),
}

/// One message, or why there is none.
#[derive(Clone, Debug)]
pub(super) struct Item {
    /// Where it stands: "line 3".
    pub(super) place: String,
    /// What to judge, or what is wrong.
    pub(super) content: Result<Content, String>,
}

impl Input {
    /// Hands the messages over one by one, until nobody wants more. Blocks.
    pub(super) fn send(self, sender: &Sender<Item>) -> Result<(), Failure> {
        match self {
            Self::Messages(messages) => {
                for (index, message) in messages.into_iter().enumerate() {
                    let form = ContentForm { message, ..ContentForm::default() };
                    let content = form.validate().map_err(|errors| problems(&errors));
                    if sender
                        .blocking_send(Item { place: format!("message {}", index + 1), content })
                        .is_err()
                    {
                        break;
                    }
                }
                Ok(())
            }
            Self::Standard(format, reading) => send_standard(format, &reading, sender),
        }
    }
}

fn send_standard(
    format: Option<FileFormat>,
    reading: &Reading,
    sender: &Sender<Item>,
) -> Result<(), Failure> {
    let refused = |words: String| Failure::Refused(format!("standard input cannot be read: {words}"));
    let choices =
        Choices::from_words(&reading.choices(format)).map_err(|error| refused(error.to_string()))?;
    let mut reader = open(choices).map_err(|error| refused(error.to_string()))?;
    let is_text = matches!(reader.format(), FileFormat::Lines | FileFormat::Paragraphs);
    // Of text there is nothing to find out, and what comes is judged as it comes.
    let columns = reader.look(if is_text { 0 } else { LOOKED_AT }).columns;
    let mut mapping = columns.mapping;
    if is_text {
        mapping.set(MappedField::Message, reader.columns().first().cloned());
    }
    reading.map(&mut mapping);
    if mapping.column(MappedField::Message).is_none()
        && let Some(words) = doubt(&[columns.message])
    {
        return Err(refused(words));
    }
    let mapping = bind(&mapping, reader.columns()).map_err(|problems| {
        refused(problems.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "))
    })?;
    let mapping = mapping.with_day_order(columns.day_order);
    for record in &mut reader {
        if sender.blocking_send(item(record, &mapping)).is_err() {
            return Ok(());
        }
    }
    let account = reader.account();
    if account.rows == 0 && account.failed == 0 {
        let words = format!("There are no messages in it ({}).", reader.format().title());
        let _ = writeln!(std::io::stderr(), "{words}");
    }
    for line in account::lines(&account).iter().filter(|line| !line.starts_with("  Failed")) {
        // Beside the verdicts; nobody reading it is no reason to stop.
        let _ = writeln!(std::io::stderr(), "{}", line.trim_start());
    }
    Ok(())
}

/// Standard input; where it is a file, as an import reads it.
fn open(choices: Choices) -> Result<RecordReader, ReadError> {
    #[cfg(unix)]
    if let Ok(input) = std::os::fd::AsFd::as_fd(&std::io::stdin()).try_clone_to_owned() {
        let file = std::fs::File::from(input);
        // A file that somebody has read a part of goes on where it stands.
        let is_at_start = (&file).stream_position().is_ok_and(|position| position == 0);
        if is_at_start && file.metadata().is_ok_and(|about| about.is_file()) {
            return RecordReader::open_file(BufReader::new(file), None, choices);
        }
    }
    RecordReader::open(std::io::stdin(), None, choices)
}

fn item(record: Result<Record, RecordError>, mapping: &BoundMapping) -> Item {
    match record {
        Ok(record) => {
            let row = mapping.apply(&record).map_err(|error| {
                error.problems.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
            });
            Item { place: record.place().to_string(), content: row.map(|row| row.content) }
        }
        Err(error) => Item { place: error.place.to_string(), content: Err(error.problem) },
    }
}

fn problems(errors: &[FieldError]) -> String {
    errors.iter().map(|error| error.problem.as_str()).collect::<Vec<_>>().join(" ")
}
