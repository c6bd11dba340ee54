//! Discord's channels as DiscordChatExporter writes them in JSON.
//! Form: <https://github.com/Tyrrrz/DiscordChatExporter>, `JsonMessageWriter.cs`.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Entry, NOTICE, Pairs, WORDLESS, Written, lines, link, member};

/// Kinds that people write; every other is a notice. Numbers are kinds that an older exporter did not know.
const WRITTEN: [&str; 9] = [
    "",
    "Default",
    "Reply",
    "ThreadStarterMessage",
    "ChatInputCommand",
    "ContextMenuCommand",
    "19",
    "20",
    "23",
];

pub(super) fn entry(pairs: &Pairs, around: &BTreeMap<String, String>) -> Entry {
    let kind = pairs.text("type");
    if !WRITTEN.contains(&kind.as_str()) {
        return NOTICE;
    }
    let forwarded = pairs.get("forwardedMessage");
    let forwarded_text = forwarded.map(|message| member(message, "content")).unwrap_or_default();
    let forwarded_embeds = forwarded.and_then(|message| message.get("embeds")).and_then(Value::as_array);
    let embeds = pairs.list("embeds").iter().chain(forwarded_embeds.into_iter().flatten()).map(embed);
    let text = lines([pairs.text("content"), forwarded_text].into_iter().chain(embeds));
    if text.is_empty() {
        return WORDLESS;
    }
    let author = pairs.get("author").cloned().unwrap_or_default();
    let nickname = member(&author, "nickname");
    let of = |path: &str| around.get(path).cloned().unwrap_or_default();
    Entry::Written(Written {
        text,
        name: if nickname.is_empty() { member(&author, "name") } else { nickname },
        date: pairs.text("timestamp"),
        chat: of("channel.name"),
        id: pairs.text("id"),
        author: member(&author, "id"),
        kind,
        ..Written::default()
    })
}

/// What a preview or a bot's card says.
fn embed(embed: &Value) -> String {
    let inner =
        |object: &str, name: &str| embed.get(object).map(|object| member(object, name)).unwrap_or_default();
    let fields = embed.get("fields").and_then(Value::as_array).into_iter().flatten();
    let fields = fields.map(|field| lines([member(field, "name"), member(field, "value")]));
    lines(
        [
            inner("author", "name"),
            link(&member(embed, "title"), &member(embed, "url")),
            member(embed, "description"),
        ]
        .into_iter()
        .chain(fields)
        .chain([inner("footer", "text")]),
    )
}
