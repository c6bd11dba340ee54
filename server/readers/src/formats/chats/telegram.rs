//! Telegram Desktop's export, "machine-readable JSON": of one chat, or of an account with its chats.
//! Form: <https://core.telegram.org/import-export>, tdesktop's `export_output_json.cpp`.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Entry, NOTICE, Pairs, WORDLESS, Written, lines, link, member, plain};

pub(super) fn entry(pairs: &Pairs, around: &BTreeMap<String, String>) -> Entry {
    let kind = pairs.text("type");
    let mut text = pairs.get("text").map(shown).unwrap_or_default();
    if text.trim().is_empty() {
        text = pairs.get("text_entities").map(shown).unwrap_or_default();
    }
    let text = lines([text, poll(pairs.get("poll")), buttons(pairs.list("inline_bot_buttons"))]);
    if text.is_empty() {
        return if matches!(kind.as_str(), "service" | "unsupported") { NOTICE } else { WORDLESS };
    }
    // A service entry with a text is a person's word with a gift or a payment.
    let either = |one: &str, other: &str| {
        Some(pairs.text(one)).filter(|text| !text.is_empty()).unwrap_or_else(|| pairs.text(other))
    };
    let chat = ["chats.list.name", "left_chats.list.name", "name"].iter().find_map(|path| around.get(*path));
    Entry::Written(Written {
        text,
        name: either("from", "actor"),
        date: either("date_unixtime", "date"),
        chat: chat.cloned().unwrap_or_default(),
        id: pairs.text("id"),
        author: either("from_id", "actor_id"),
        kind,
        ..Written::default()
    })
}

/// A text, or its pieces: strings, and objects with a form.
fn shown(value: &Value) -> String {
    match value {
        Value::Array(pieces) => pieces.iter().map(shown).collect(),
        Value::Object(_) => link(&member(value, "text"), &member(value, "href")),
        other => plain(other),
    }
}

fn poll(poll: Option<&Value>) -> String {
    let Some(poll) = poll else { return String::new() };
    let answers = poll.get("answers").and_then(Value::as_array).into_iter().flatten();
    lines(
        [shown(poll.get("question").unwrap_or(&Value::Null))]
            .into_iter()
            .chain(answers.map(|answer| shown(answer.get("text").unwrap_or(&Value::Null)))),
    )
}

/// Buttons below a message of a bot: their texts and where they lead.
fn buttons(rows: &[Value]) -> String {
    let all = rows.iter().filter_map(Value::as_array).flatten();
    lines(all.map(|button| {
        let data = member(button, "data");
        link(&member(button, "text"), if data.contains("://") { &data } else { "" })
    }))
}
