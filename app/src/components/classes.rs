//! Classes of `style/base.css` that several components share: what stands on a page many times is said once, in the style sheet.

/// A quiet button.
pub(crate) const BUTTON: &str = "button";
/// The button that a page is about.
pub(crate) const PRIMARY: &str = "button button-primary";
/// "This is spam".
pub(crate) const SPAM_BUTTON: &str = "button button-spam";
/// "This is ham".
pub(crate) const HAM_BUTTON: &str = "button button-ham";
/// A box around related things.
pub(crate) const CARD: &str = "rounded-lg border border-line bg-surface p-4";
/// A one-line text input.
pub(crate) const INPUT: &str =
    "w-full h-9 px-3 rounded-md border border-field bg-surface text-ink placeholder:text-muted";
/// A text input of many lines.
pub(crate) const TEXTAREA: &str =
    "w-full px-3 py-2 rounded-md border border-field bg-surface text-ink placeholder:text-muted";
/// A value to choose: pressed while it is chosen.
pub(crate) const CHIP: &str = "chip";
