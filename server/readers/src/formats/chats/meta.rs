//! The JSON of Messenger and Instagram ("Download your information"): messages, and comments.
//!
//! Meta writes the bytes of UTF-8 as if each were a character, `\u00c3\u00a9` for é: that is undone.

use std::collections::BTreeMap;

use super::{Entry, NOTICE, Pairs, WORDLESS, Written, lines, member};

pub(super) fn entry(pairs: &Pairs, around: &BTreeMap<String, String>) -> Entry {
    if let Some(comment) = comment(pairs) {
        return comment;
    }
    let kind = pairs.text("type");
    if matches!(kind.as_str(), "Call" | "Subscribe" | "Unsubscribe")
        || pairs.get("is_unsent").is_some_and(|unsent| unsent.as_bool() == Some(true))
    {
        return NOTICE;
    }
    let share = pairs.get("share").cloned().unwrap_or_default();
    let text = lines([
        mended(&pairs.text("content")),
        mended(&member(&share, "share_text")),
        member(&share, "link"),
    ]);
    if text.is_empty() {
        return WORDLESS;
    }
    Entry::Written(Written {
        text,
        name: mended(&pairs.text("sender_name")),
        date: pairs.text("timestamp_ms"),
        chat: around.get("title").map(|title| mended(title)).unwrap_or_default(),
        kind,
        ..Written::default()
    })
}

/// A comment as Facebook (`comments_v2`) or Instagram (`string_map_data`) writes it.
fn comment(pairs: &Pairs) -> Option<Entry> {
    if let Some(map) = pairs.get("string_map_data") {
        let value =
            |name: &str| map.get(name).map(|entry| mended(&member(entry, "value"))).unwrap_or_default();
        let text = value("Comment");
        if text.is_empty() {
            return Some(WORDLESS);
        }
        let date = map.get("Time").map(|time| member(time, "timestamp")).unwrap_or_default();
        let chat = value("Media Owner");
        return Some(Entry::Written(Written {
            text,
            date,
            chat,
            kind: "comment".to_owned(),
            ..Written::default()
        }));
    }
    let comment = pairs.list("data").iter().find_map(|data| data.get("comment"))?;
    let text = mended(&member(comment, "comment"));
    if text.is_empty() {
        return Some(WORDLESS);
    }
    Some(Entry::Written(Written {
        text,
        name: mended(&member(comment, "author")),
        date: [member(comment, "timestamp"), pairs.text("timestamp")]
            .into_iter()
            .find(|date| !date.is_empty())
            .unwrap_or_default(),
        chat: mended(&member(comment, "group")),
        kind: mended(&pairs.text("title")),
        ..Written::default()
    }))
}

/// A text whose characters are the bytes of UTF-8.
fn mended(text: &str) -> String {
    if text.is_ascii() || text.chars().any(|c| u32::from(c) > 0xff) {
        return text.to_owned();
    }
    let bytes: Vec<u8> = text.chars().filter_map(|c| u8::try_from(u32::from(c)).ok()).collect();
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_stand_as_characters_are_mended() {
        assert_eq!(mended("caf\u{c3}\u{a9} \u{f0}\u{9f}\u{98}\u{80}"), "caf\u{e9} \u{1f600}");
        assert_eq!(mended("caf\u{e9}"), "caf\u{e9}");
        assert_eq!(mended("\u{442}\u{435}\u{441}\u{442}"), "\u{442}\u{435}\u{441}\u{442}");
    }
}
