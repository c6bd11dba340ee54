//! Check: paste content, get a verdict.

mod fields;
mod page;
mod result;

pub(crate) use page::CheckPage;
