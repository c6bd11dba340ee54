//! Google Chat's messages as Takeout writes them, and the messages of Discord's own data package ("Request my data").

use chrono::NaiveDateTime;

use super::{Entry, Pairs, WORDLESS, Written, member};

/// A message of Google Chat; `folder` is the conversation.
pub(super) fn entry(pairs: &Pairs, folder: &str) -> Entry {
    let text = pairs.text("text");
    if text.trim().is_empty() {
        return WORDLESS;
    }
    let creator = pairs.get("creator").cloned().unwrap_or_default();
    Entry::Written(Written {
        text,
        name: member(&creator, "name"),
        email: member(&creator, "email"),
        date: date(&pairs.text("created_date")),
        chat: folder.to_owned(),
        id: pairs.text("message_id"),
        kind: member(&creator, "user_type"),
        ..Written::default()
    })
}

/// "Wednesday, May 1, 2024 at 10:00:00 AM UTC" as 2024-05-01T10:00:00Z; as it stands, where it is written in another way.
fn date(text: &str) -> String {
    let plain = text.replace(['\u{202f}', '\u{a0}'], " ");
    let forms = ["%A, %B %e, %Y at %I:%M:%S %p UTC", "%A, %e %B %Y at %H:%M:%S UTC"];
    let read = forms.iter().find_map(|form| NaiveDateTime::parse_from_str(&plain, form).ok());
    read.map_or_else(|| text.to_owned(), |read| read.format("%Y-%m-%dT%H:%M:%SZ").to_string())
}

/// A message that whoever asked for the package wrote; `folder` is the channel.
pub(super) fn discord_package(pairs: &Pairs, folder: &str) -> Entry {
    let text = pairs.text("Contents");
    if text.trim().is_empty() {
        return WORDLESS;
    }
    Entry::Written(Written {
        text,
        date: pairs.text("Timestamp"),
        chat: folder.to_owned(),
        id: pairs.text("ID"),
        ..Written::default()
    })
}
