//! Building and measuring the model: what `gavel engine train` and `gavel engine eval` call.

mod calibrate;
mod corpus;
mod folds;
mod metrics;
mod svm;

pub mod curve;
pub mod eval;
pub mod train;

pub use corpus::{Corpus, CorpusError, Row};
