//! Building and measuring the model: what `gavel engine train` and `gavel engine eval` call.

mod augment;
mod axes;
mod calibrate;
mod corpus;
mod folds;
mod forms;
mod linear;
mod metrics;
mod svm;

pub mod curve;
pub mod eval;
pub mod train;

pub use corpus::{Corpus, CorpusError, FormLabels, Row};
