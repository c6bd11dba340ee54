//! Review: what has no label yet, one at a time.

mod page;
mod progress;
mod queue;

pub(crate) use page::ReviewPage;
