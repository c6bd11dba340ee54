//! The keys, each with its meaning and an example.

use super::values::{AppSaid, ReasonTest, State};
use crate::{JudgedBy, Label, Origin};

crate::words! {
    /// What stands before the colon of a term.
    Key {
        /// Verdict, label or feedback state.
        Is = "is",
        /// The moderators' label.
        Label = "label",
        /// What an app said.
        App = "app",
        /// Spam score.
        Score = "score",
        /// Earliest time.
        After = "after",
        /// Latest time.
        Before = "before",
        /// Time since it was logged.
        Age = "age",
        /// Sender's e-mail address.
        Email = "email",
        /// Address or network.
        Ip = "ip",
        /// Host of a link.
        Link = "link",
        /// Site.
        Site = "site",
        /// Origin.
        From = "from",
        /// Who judged.
        Judged = "judged",
        /// Name of an app's token.
        Token = "token",
        /// Language of the message.
        Lang = "lang",
        /// Number of an import.
        Import = "import",
        /// Number of a rule.
        Rule = "rule",
        /// Why a label was set.
        Reason = "reason",
        /// Who labelled.
        By = "by",
        /// Time since it was labelled.
        Labelled = "labelled",
        /// Local number or upstream id.
        Id = "id",
    }
}

impl Key {
    /// The key that is written so, in any case.
    pub fn find(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|key| key.spellings().any(|known| known.eq_ignore_ascii_case(text)))
    }

    /// Its name, and others that are understood.
    pub(super) fn spellings(self) -> impl Iterator<Item = &'static str> {
        let other = match self {
            Self::Lang => Some("language"),
            Self::Labelled => Some("labeled"),
            _ => None,
        };
        [self.as_str()].into_iter().chain(other)
    }

    /// The key that was probably meant: one letter wrong, missing, too many, or two swapped.
    pub(super) fn nearest(text: &str) -> Option<Self> {
        let text = text.to_ascii_lowercase();
        // Of two letters, nearly anything is one slip away.
        let is_near = |known: &str| text.len() > 2 && known.len() > 2 && one_slip_apart(known, &text);
        Self::ALL.iter().copied().find(|key| key.spellings().any(is_near))
    }

    /// What it looks for, in a few words, for the list of completions.
    pub fn hint(self) -> &'static str {
        match self {
            Self::Is => "verdict, label or feedback",
            Self::Label => "what moderators decided",
            Self::App => "what an app said by its feedback",
            Self::Score => "spam score, 0 to 100",
            Self::Email => "sender's e-mail, * for any characters",
            Self::Ip => "address or network",
            Self::Link => "host of a link, with those below it",
            Self::Site => "site, * for any characters",
            Self::From => "how it reached Gavel",
            Self::Judged => "who gave the verdict",
            Self::Token => "app that asked, by its token's name",
            Self::Lang => "language of the message, by tag or English name",
            Self::Import => "number of an import",
            Self::Rule => "number of the rule that it met, * for any",
            Self::Reason => "why it was labelled so, none for no reason",
            Self::By => "who labelled it",
            Self::After => "logged on that day or later: today, 2025-02-01",
            Self::Before => "logged before that day: today, 2025-02-01",
            Self::Age => "logged less (<) or longer (>) ago",
            Self::Labelled => "labelled less (<) or longer (>) ago, or on that day",
            Self::Id => "detection id or number",
        }
    }

    /// A term of this key that is understood.
    pub fn example(self) -> &'static str {
        match self {
            Self::Is => "is:spam",
            Self::Label => "label:ham",
            Self::App => "app:spam",
            Self::Score => "score:>80",
            Self::Email => "email:*@mail.ru",
            Self::Ip => "ip:203.0.113.0/24",
            Self::Link => "link:example.com",
            Self::Site => "site:blog.example.com",
            Self::From => "from:api",
            Self::Judged => "judged:detector",
            Self::Token => "token:shop",
            Self::Lang => "lang:en",
            Self::Import => "import:12",
            Self::Rule => "rule:3",
            Self::Reason => "reason:scam",
            Self::By => "by:ana",
            Self::After => "after:2025-02-01",
            Self::Before => "before:2025-02-01",
            Self::Age => "age:<7d",
            Self::Labelled => "labelled:<7d",
            Self::Id => "id:1240",
        }
    }

    /// Every value, for keys that have a fixed list; known sites, people and imports are the page's to offer.
    pub fn values(self) -> Vec<&'static str> {
        fn words<T: Copy>(all: &[T], word: impl Fn(T) -> &'static str) -> Vec<&'static str> {
            all.iter().map(|value| word(*value)).collect()
        }
        match self {
            Self::Is => words(State::ALL, State::as_str),
            Self::Label => words(Label::ALL, Label::as_str),
            Self::App => words(AppSaid::ALL, AppSaid::as_str),
            Self::From => words(Origin::ALL, Origin::as_str),
            Self::Judged => words(JudgedBy::ALL, JudgedBy::as_str),
            Self::Score => vec![">80", "<20", "40..60"],
            Self::Age | Self::Labelled => vec!["<1h", "<1d", "<7d", ">30d"],
            Self::Lang => crate::language::TAGS.to_vec(),
            Self::Reason => vec![ReasonTest::NONE],
            Self::Email
            | Self::Ip
            | Self::Link
            | Self::Site
            | Self::Token
            | Self::Import
            | Self::Rule
            | Self::By => Vec::new(),
            Self::After | Self::Before => vec!["today", "yesterday"],
            Self::Id => Vec::new(),
        }
    }
}

/// Whether one insertion, deletion, replacement or swap of neighbours turns one word into the other.
fn one_slip_apart(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let start = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[start..], &b[start..]);
    let end = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
    match (&a[..a.len() - end], &b[..b.len() - end]) {
        ([], [_]) | ([_], []) | ([_], [_]) => true,
        ([a, b], [c, d]) => a == d && b == c,
        _ => false,
    }
}
