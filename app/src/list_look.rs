//! How the log's list looks: its density, and the columns beside the text.

use leptos::prelude::*;

use crate::context::{cookie, remember};

/// Name of the cookie that remembers the choice.
pub(crate) const LOOK_COOKIE: &str = "gavel_list";

/// The word in the cookie for unfolded facets.
const FACETS: &str = "facets";

/// The word in the cookie for staying where one is after a label.
const STAYS: &str = "stays";

/// What a person chose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ListLook {
    /// One line a row instead of three.
    pub(crate) compact: bool,
    /// Whether the score is shown.
    pub(crate) score: bool,
    /// Whether the sender is shown.
    pub(crate) sender: bool,
    /// Whether the site is shown.
    pub(crate) site: bool,
    /// Whether the time is shown.
    pub(crate) time: bool,
    /// Whether what the matches are made of is unfolded above the list.
    pub(crate) facets: bool,
    /// Whether a label by key goes on to the next row.
    pub(crate) goes_on: bool,
}

impl Default for ListLook {
    fn default() -> Self {
        Self {
            compact: true,
            score: true,
            sender: true,
            site: true,
            time: true,
            facets: false,
            goes_on: true,
        }
    }
}

impl ListLook {
    /// The columns by name.
    pub(crate) const COLUMNS: [&str; 4] = ["score", "sender", "site", "time"];

    /// Whether a column is shown.
    pub(crate) fn shows(&self, column: &str) -> bool {
        match column {
            "score" => self.score,
            "sender" => self.sender,
            "site" => self.site,
            _ => self.time,
        }
    }

    /// The columns that are not shown, in words; the style sheet hides them.
    pub(crate) fn hidden(self) -> Option<String> {
        let hidden: Vec<_> = Self::COLUMNS.into_iter().filter(|column| !self.shows(column)).collect();
        (!hidden.is_empty()).then(|| hidden.join(" "))
    }

    /// Shows or hides a column.
    pub(crate) fn show(&mut self, column: &str, shown: bool) {
        let place = match column {
            "score" => &mut self.score,
            "sender" => &mut self.sender,
            "site" => &mut self.site,
            _ => &mut self.time,
        };
        *place = shown;
    }

    /// What the cookie holds: the words of what is on.
    pub(crate) fn to_word(self) -> String {
        let mut words = vec![if self.compact { "compact" } else { "comfortable" }];
        words.extend(Self::COLUMNS.into_iter().filter(|column| self.shows(column)));
        words.extend(self.facets.then_some(FACETS));
        words.extend((!self.goes_on).then_some(STAYS));
        words.join(".")
    }

    fn of_word(word: &str) -> Self {
        let mut look = Self { compact: word.starts_with("compact"), ..Self::default() };
        for column in Self::COLUMNS {
            look.show(column, word.split('.').any(|word| word == column));
        }
        look.facets = word.split('.').any(|word| word == FACETS);
        look.goes_on = word.split('.').all(|word| word != STAYS);
        look
    }

    /// As the cookie says.
    pub(crate) fn remembered() -> Self {
        cookie(LOOK_COOKIE).map_or_else(Self::default, |word| Self::of_word(&word))
    }

    /// Has the browser remember it.
    pub(crate) fn keep(self) {
        remember(LOOK_COOKIE, &self.to_word());
    }
}

/// The look of the page's list, which its menu changes at once.
pub(crate) type LookSignal = RwSignal<ListLook>;
