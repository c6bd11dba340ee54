//! A comment, as `context=edit` shows it to those who moderate.

use chrono::NaiveDateTime;
use serde::Deserialize;

/// The fields that are asked for: nothing else crosses the wire. WordPress 6.1 gives no text where only `content.raw` is asked for.
pub(crate) const FIELDS: &str = "id,post,author_name,author_email,author_url,author_ip,author_user_agent,date,date_gmt,content,link,\
                                 status,type";

/// Where a comment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// Everybody sees it.
    Approved,
    /// It waits for somebody to look.
    Hold,
    /// Spam.
    Spam,
    /// In the bin.
    Trash,
}

impl Status {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Approved, Self::Hold, Self::Spam, Self::Trash];

    /// The word that an answer has, and that a change takes.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Hold => "hold",
            Self::Spam => "spam",
            Self::Trash => "trash",
        }
    }

    /// The word that a list takes: `approved` is no word there, and gives none in silence.
    pub(crate) fn listed(self) -> &'static str {
        if self == Self::Approved { "approve" } else { self.as_str() }
    }

    /// Reads a word of an answer; plugins add others.
    pub fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == word)
    }
}

/// A comment.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Comment {
    /// WordPress's id.
    pub id: i64,
    /// The post that it is on.
    #[serde(default)]
    pub post: i64,
    /// Who wrote it.
    #[serde(default)]
    pub author_name: String,
    /// Their address.
    #[serde(default)]
    pub author_email: String,
    /// Their homepage.
    #[serde(default)]
    pub author_url: String,
    /// Where they wrote from.
    #[serde(default)]
    pub author_ip: String,
    /// Their browser.
    #[serde(default)]
    pub author_user_agent: String,
    /// When, by the site's clock on the wall.
    pub date: NaiveDateTime,
    /// When, in UTC.
    pub date_gmt: NaiveDateTime,
    #[serde(default)]
    content: Content,
    /// Its address on the page.
    #[serde(default)]
    pub link: String,
    status: String,
    /// `comment`, or what a plugin made of it, such as `review`.
    #[serde(default, rename = "type")]
    pub kind: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
struct Content {
    #[serde(default)]
    raw: String,
}

impl Comment {
    /// Its text, as it is kept.
    pub fn text(&self) -> &str {
        &self.content.raw
    }

    /// Where it stands; `None` for a status of a plugin's own.
    pub fn status(&self) -> Option<Status> {
        Status::read(&self.status)
    }
}
