//! Where messages come from.

use domain::{Content, ContentForm, FieldError, FileFormat};
use readers::{BoundMapping, Choices, Record, RecordError, RecordReader, bind, guess};
use tokio::sync::mpsc::Sender;

use crate::Failure;

/// Records that columns are guessed by.
const SAMPLES: usize = 50;

/// Where messages come from.
pub(super) enum Input {
    /// The command line.
    Messages(Vec<String>),
    /// Standard input, in a format that is told or to be found out.
    Standard(Option<FileFormat>),
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
            Self::Standard(format) => send_standard(format, sender),
        }
    }
}

fn send_standard(format: Option<FileFormat>, sender: &Sender<Item>) -> Result<(), Failure> {
    let choices = Choices { format, ..Choices::default() };
    let refused = |words: String| Failure::Refused(format!("standard input cannot be read: {words}"));
    let mut reader =
        RecordReader::open(std::io::stdin(), None, choices).map_err(|error| refused(error.to_string()))?;
    let columns = reader.columns().to_vec();
    let first: Vec<_> = reader.by_ref().take(SAMPLES).collect();
    let samples: Vec<_> = first.iter().filter_map(|record| record.as_ref().ok()).cloned().collect();
    let mapping = bind(&guess(&columns, &samples), &columns)
        .map_err(|_| refused(format!("none of its columns ({}) looks like a message", columns.join(", "))))?;
    for record in first.into_iter().chain(reader) {
        if sender.blocking_send(item(record, &mapping)).is_err() {
            break;
        }
    }
    Ok(())
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
