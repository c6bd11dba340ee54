//! The keys: one table that the help, the buttons, the palette and the handler all read.

/// What a key does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Command {
    Search,
    Next,
    Previous,
    Open,
    Select,
    SelectRange,
    SelectPage,
    Spam,
    Ham,
    Undo,
    Recheck,
    CopyId,
    Blur,
    GoToDetections,
    GoToReview,
    GoToStats,
    GoToCheck,
    Palette,
    Help,
}

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shortcut {
    /// What it does.
    pub(crate) command: Command,
    /// The presses that do it, as [`press`] writes them; the first is the one that buttons show.
    pub(crate) presses: &'static [&'static str],
    /// What it does, in words.
    pub(crate) words: &'static str,
}

const fn shortcut(command: Command, presses: &'static [&'static str], words: &'static str) -> Shortcut {
    Shortcut { command, presses, words }
}

/// Every key there is (DESIGN.md, "Keys").
pub(crate) const SHORTCUTS: &[Shortcut] = &[
    shortcut(Command::Search, &["/"], "Search"),
    shortcut(Command::Next, &["j", "ArrowDown"], "Next row"),
    shortcut(Command::Previous, &["k", "ArrowUp"], "Previous row"),
    shortcut(Command::Open, &["o", "Enter"], "Open"),
    shortcut(Command::Select, &["x"], "Select"),
    shortcut(Command::SelectRange, &["Shift+x"], "Select up to here"),
    shortcut(Command::SelectPage, &["*"], "Select all on the page"),
    shortcut(Command::Spam, &["s"], "Mark as spam"),
    shortcut(Command::Ham, &["h"], "Mark as ham"),
    shortcut(Command::Undo, &["u", "Ctrl+z"], "Undo"),
    shortcut(Command::Recheck, &["r"], "Recheck"),
    shortcut(Command::CopyId, &["c"], "Copy the detection id"),
    shortcut(Command::Blur, &["b"], "Blur on or off"),
    shortcut(Command::GoToDetections, &["g d"], "Go to Detections"),
    shortcut(Command::GoToReview, &["g r"], "Go to Review"),
    shortcut(Command::GoToStats, &["g s"], "Go to Stats"),
    shortcut(Command::GoToCheck, &["g c"], "Go to Check"),
    shortcut(Command::Palette, &["Ctrl+k"], "Commands and pages"),
    shortcut(Command::Help, &["?"], "This list"),
];

impl Command {
    fn presses(self) -> &'static [&'static str] {
        SHORTCUTS.iter().find(|row| row.command == self).map_or(&[], |row| row.presses)
    }

    /// The key that buttons show.
    pub(crate) fn key(self) -> &'static str {
        self.presses().first().copied().unwrap_or_default()
    }

    /// The value of `aria-keyshortcuts`. ARIA knows no sequences of keys, so those are left out.
    pub(crate) fn aria(self) -> String {
        let presses: Vec<_> = self
            .presses()
            .iter()
            .filter(|press| !press.contains(' '))
            .map(|press| press.replace("Ctrl", "Control"))
            .collect();
        presses.join(" ")
    }

    /// The page that it goes to, if it goes to one.
    pub(crate) fn page(self) -> Option<&'static str> {
        Some(match self {
            Self::GoToDetections => "/detections",
            Self::GoToReview => "/review",
            Self::GoToStats => "/stats",
            Self::GoToCheck => "/check",
            _ => return None,
        })
    }
}

/// A key as the table writes it: `Ctrl+k`, `Shift+x`, `*`, `ArrowDown`. `command` is the Ctrl key, or ⌘.
pub(crate) fn press(key: &str, command: bool, shift: bool) -> String {
    let mut chars = key.chars();
    let is_letter = matches!((chars.next(), chars.next()), (Some(letter), None) if letter.is_alphabetic());
    match (command, shift && is_letter) {
        (true, _) => format!("Ctrl+{}", key.to_lowercase()),
        (false, true) => format!("Shift+{}", key.to_lowercase()),
        (false, false) if is_letter => key.to_lowercase(),
        (false, false) => key.to_owned(),
    }
}

/// What a press does; `after` is the key before it, when that begins a sequence.
pub(crate) fn command(press: &str, after: Option<&str>) -> Option<Command> {
    let sequence = after.map(|first| format!("{first} {press}"));
    let wanted = sequence.as_deref().unwrap_or(press);
    SHORTCUTS.iter().find(|row| row.presses.contains(&wanted)).map(|row| row.command)
}

/// Whether a press begins a sequence.
pub(crate) fn begins_sequence(press: &str) -> bool {
    SHORTCUTS
        .iter()
        .flat_map(|row| row.presses)
        .any(|known| known.split_once(' ').is_some_and(|(first, _)| first == press))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_press_does_two_things() {
        let mut presses: Vec<_> = SHORTCUTS.iter().flat_map(|row| row.presses).collect();
        let all = presses.len();
        presses.sort();
        presses.dedup();
        assert_eq!(presses.len(), all);
        assert!(
            presses.iter().all(|press| !begins_sequence(press)),
            "a key that begins a sequence does nothing itself"
        );
    }

    #[test]
    fn presses_are_read() {
        assert_eq!(command(&press("s", false, false), None), Some(Command::Spam));
        assert_eq!(command(&press("S", false, false), None), Some(Command::Spam), "caps lock");
        assert_eq!(command(&press("X", false, true), None), Some(Command::SelectRange));
        assert_eq!(command(&press("*", false, true), None), Some(Command::SelectPage));
        assert_eq!(command(&press("z", true, false), None), Some(Command::Undo));
        assert_eq!(command(&press("K", true, false), None), Some(Command::Palette));
        assert_eq!(command("s", Some("g")), Some(Command::GoToStats));
        assert_eq!(command("x", Some("g")), None);
        assert_eq!(command(&press("s", true, false), None), None, "the browser's own");
        assert!(begins_sequence("g"));
    }

    #[test]
    fn what_macros_may_have_is_free() {
        for key in domain::reason::FREE_KEYS.chars().map(String::from) {
            assert_eq!(command(&key, None), None, "{key}");
            assert!(!begins_sequence(&key), "{key}");
        }
    }

    #[test]
    fn screen_readers_are_told_the_same() {
        assert_eq!(Command::Undo.aria(), "u Control+z");
        assert_eq!(Command::GoToStats.aria(), "");
        assert_eq!(Command::Spam.key(), "s");
    }
}
