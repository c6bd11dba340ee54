//! From a file's columns to what is judged.

pub(crate) mod apply;
pub(crate) mod guess;
mod kept;
pub(crate) mod label;
pub(crate) mod looks;
pub(crate) mod names;
pub(crate) mod time;
