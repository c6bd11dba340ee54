//! Files that moderators have, read as records.
//!
//! ```
//! use domain::MappedField;
//! use readers::{Choices, RecordReader, bind, guess};
//!
//! let file = "From,Comment\nann@example.com,Thanks for the article\nbot@spam.biz,\"Cheap pills, click\"\n";
//! let mut reader = RecordReader::open(file.as_bytes(), Some("comments.csv"), Choices::default())?;
//! let columns = reader.columns().to_vec();
//! let samples: Vec<_> = reader.by_ref().take(50).filter_map(Result::ok).collect();
//!
//! let mapping = guess(&columns, &samples);
//! assert_eq!(mapping.column(MappedField::Message), Some("Comment"));
//! let bound = bind(&mapping, &columns).map_err(|problems| problems[0].to_string())?;
//! let row = bound.apply(&samples[1]).map_err(|error| error.to_string())?;
//! assert_eq!(row.content.message, "Cheap pills, click");
//! assert_eq!(samples[1].place().to_string(), "line 3");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! - [`RecordReader`] recognises packing, encoding and format by content (the name only breaks ties), says what the columns
//!   are, and iterates records. It blocks and streams: call it where blocking is allowed. A file is never held in memory.
//! - A [`RecordError`] is about one record; reading goes on after it, unless [`RecordError::is_fatal`]: then the iteration is
//!   over, and what came before counts.
//! - [`RecordReader::progress`] can be asked from elsewhere how many bytes of the file have been read.
//! - [`guess`] finds out which column is what, [`bind`] looks a mapping's columns up, and [`BoundMapping::apply`] makes a
//!   record a [`Row`]: content, validated, and a label where there is one. The stored type is [`domain::Mapping`].
//! - [`FailedWriter`] gives records back in the format in which they came, each with its error, to be mended and imported
//!   again.
//!
//! What is read comes from strangers: [`limits`] bounds a record, memory, unpacking, nesting; XML entities are never expanded.

#![deny(missing_docs)]

pub mod account;
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
