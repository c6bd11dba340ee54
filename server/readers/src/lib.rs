//! Files that moderators have, read as records.
//!
//! ```
//! use domain::MappedField;
//! use readers::{Choices, RecordReader, bind};
//!
//! let file = "From,Comment\nann@example.com,Thanks for the article\nbot@spam.biz,\"Cheap pills, click\"\n";
//! let file = std::io::Cursor::new(file.as_bytes());
//! let mut reader = RecordReader::open_file(file, Some("comments.csv"), Choices::default())?;
//!
//! let look = reader.look(200);
//! assert_eq!(look.columns.mapping.column(MappedField::Message), Some("Comment"));
//! let bound = bind(&look.columns.mapping, reader.columns()).map_err(|problems| problems[0].to_string())?;
//! let bound = bound.with_day_order(look.columns.day_order);
//! let record = reader.nth(1).ok_or("no second record")??;
//! let row = bound.apply(&record).map_err(|error| error.to_string())?;
//! assert_eq!(row.content.message, "Cheap pills, click");
//! assert_eq!(record.place().to_string(), "line 3");
//! assert_eq!(reader.account().rows, 2);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! - [`RecordReader`] recognises packing, encoding and format by content (the name only breaks ties), says what the columns
//!   are, and iterates records. It blocks and streams: call it where blocking is allowed. A file is never held in memory.
//! - A [`RecordError`] is about one record; reading goes on after it, unless [`RecordError::is_fatal`]: then the iteration is
//!   over, and what came before counts.
//! - [`RecordReader::progress`] can be asked from elsewhere how many bytes of the file have been read.
//! - [`RecordReader::guesses`] says what was found out about how the file is written, each with its evidence, its alternatives
//!   and whether it is in doubt; [`Choices`] overrule them. [`RecordReader::account`] says what became of every part.
//! - [`RecordReader::look`] guesses which column is what by records of the start, middle and end (or [`guess_columns`] by any
//!   records): in doubt about the message none is mapped, and the candidates are named. [`bind`] looks a mapping's columns up, and [`BoundMapping::apply`] makes a
//!   record a [`Row`]: content, validated, and a label where there is one. The stored type is [`domain::Mapping`].
//! - [`FailedWriter`] gives records back in the format in which they came, each with its error, to be mended and imported
//!   again.
//!
//! What is read comes from strangers: [`limits`] bounds a record, memory, unpacking, nesting; XML entities are never expanded.

#![deny(missing_docs)]

pub mod account;
mod archive;
mod choices;
mod encoding;
mod error;
mod failed;
mod formats;
mod guesses;
pub mod limits;
mod mapping;
mod own;
mod place;
mod progress;
mod record;
mod scout;
mod sniff;
mod source;
mod unpack;
mod window;

pub use choices::{ChoiceError, Choices};
pub use encoding::{Encoding, UnknownEncoding};
pub use error::{ReadError, RecordError};
pub use failed::FailedWriter;
pub use mapping::{
    apply::{BoundMapping, ColumnProblem, Row, RowError, bind},
    guess::{ColumnGuess, guess, guess_columns},
};
pub use place::{Place, Unit};
pub use progress::Progress;
pub use record::Record;
pub use source::{Look, RecordReader};
pub use unpack::Packing;
