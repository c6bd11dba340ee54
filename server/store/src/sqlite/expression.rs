//! What the full-text index is asked for a key.

/// The expression that finds a key, for `MATCH`.
pub(super) fn whole(key: &str) -> String {
    format!("\"{key}\"")
}

/// The expression that finds keys with this start.
pub(super) fn start(key: &str) -> String {
    format!("\"{key}\" *")
}
