//! Icons: 24 × 24 outlines after Lucide (ISC licence), drawn in the text's colour, always beside a word.

use leptos::prelude::*;

/// What an icon shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Glyph {
    Gavel,
    Overview,
    Check,
    List,
    Chart,
    Settings,
    Search,
    LogOut,
    Spam,
    Ham,
    Warning,
    Info,
    Copy,
    Back,
    Review,
    Blur,
    Import,
    Person,
}

impl Glyph {
    /// The outline, as SVG path data.
    fn path(self) -> &'static str {
        match self {
            Self::Gavel => {
                "m14 13-8.4 8.4a2.1 2.1 0 0 1-3-3L11 10 M16 16l6-6 M21.5 10.5l-8-8 M8 8l6-6 M8.5 7.5l8 8"
            }
            Self::Overview => "M3 12 12 3l9 9 M5 10v10h5v-6h4v6h5V10",
            Self::Check => "M12 3l7 3v5c0 5-3 8-7 10-4-2-7-5-7-10V6z M9 12l2 2 4-4",
            Self::List => "M8 6h13 M8 12h13 M8 18h13 M3.5 6h.01 M3.5 12h.01 M3.5 18h.01",
            Self::Chart => "M3 3v18h18 M8 17v-5 M13 17V7 M18 17v-8",
            Self::Settings => "M4 6h10 M18 6h2 M4 12h2 M10 12h10 M4 18h8 M16 18h4 M16 4v4 M8 10v4 M14 16v4",
            Self::Search => "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14z M20.5 20.5 16 16",
            Self::LogOut => "M9 21H5a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2h4 M16 17l5-5-5-5 M21 12H9",
            Self::Spam => "M8 3h8l5 5v8l-5 5H8l-5-5V8z M12 8v5 M12 16.5h.01",
            Self::Ham => "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z M8 12l3 3 5-6",
            Self::Warning => "M12 4 2.5 20h19z M12 10v4 M12 17h.01",
            Self::Info => "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z M12 11v5 M12 8h.01",
            Self::Copy => "M9 9h11v11H9z M5 15H4V4h11v1",
            Self::Blur => {
                "M3 3l18 18 M10.6 5.1A10 10 0 0 1 22 12a13 13 0 0 1-2.4 3.3 M6.6 6.6A13 13 0 0 0 2 12a10.5 10.5 0 0 0 15 5.4 M9.9 9.9a3 3 0 0 0 4.2 4.2"
            }
            Self::Review => "M3 4h18v12H3z M8 20h8 M8.5 10l2.5 2.5 4.5-5",
            Self::Import => "M12 3v12 M7 10l5 5 5-5 M4 17v4h16v-4",
            Self::Person => "M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8z M4 21a8 8 0 0 1 16 0",
            Self::Back => "M19 12H5 M11 18l-6-6 6-6",
        }
    }
}

/// An icon. It is hidden from screen readers: the word beside it says the same.
#[component]
pub(crate) fn Icon(glyph: Glyph) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d=glyph.path() /></svg>
    }
}
