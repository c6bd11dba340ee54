//! Class lists that several components share. (The style build reads them here and in `class=` attributes.)

/// A quiet button.
pub(crate) const BUTTON: &str = "inline-flex items-center justify-center gap-2 h-9 px-3 rounded-md border border-line bg-surface text-ink font-medium hover:bg-raised disabled:opacity-50 cursor-pointer";
/// The button that a page is about.
pub(crate) const PRIMARY: &str = "inline-flex items-center justify-center gap-2 h-9 px-4 rounded-md border border-accent bg-accent text-on-accent font-medium hover:opacity-90 disabled:opacity-50 cursor-pointer";
/// "This is spam".
pub(crate) const SPAM_BUTTON: &str = "inline-flex items-center justify-center gap-2 h-9 px-3 rounded-md border border-spam bg-surface text-spam font-medium hover:bg-spam-soft disabled:opacity-50 cursor-pointer";
/// "This is ham".
pub(crate) const HAM_BUTTON: &str = "inline-flex items-center justify-center gap-2 h-9 px-3 rounded-md border border-ham bg-surface text-ham font-medium hover:bg-ham-soft disabled:opacity-50 cursor-pointer";
/// A box around related things.
pub(crate) const CARD: &str = "rounded-lg border border-line bg-surface p-4";
/// A one-line text input.
pub(crate) const INPUT: &str =
    "w-full h-9 px-3 rounded-md border border-field bg-surface text-ink placeholder:text-muted";
/// A text input of many lines.
pub(crate) const TEXTAREA: &str =
    "w-full px-3 py-2 rounded-md border border-field bg-surface text-ink placeholder:text-muted";
