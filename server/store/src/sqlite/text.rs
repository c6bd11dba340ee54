//! People's texts: SQLite takes every one as it is.

use std::borrow::Cow;

/// A text as it is kept.
pub(super) fn kept(text: &str) -> Cow<'_, str> {
    Cow::Borrowed(text)
}

/// A text that was kept.
pub(super) fn read(kept: String) -> String {
    kept
}
