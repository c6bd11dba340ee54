//! E-mails: mbox and .eml.

/// Whether a file begins as an mbox does.
pub(crate) fn begins_mbox(_head: &[u8]) -> bool {
    false
}

/// Whether a file begins as an e-mail does.
pub(crate) fn begins_mail(_head: &[u8], _name: Option<&str>) -> bool {
    false
}
