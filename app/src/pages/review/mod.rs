//! Review: what has no label yet, one at a time.

mod page;
mod queue;

pub(crate) use page::ReviewPage;
