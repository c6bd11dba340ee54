//! Check: paste content, get a verdict.

mod batch;
mod bookmarklet;
mod fields;
mod page;
mod result;

pub(crate) use page::CheckPage;
