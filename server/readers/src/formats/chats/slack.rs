//! Slack's export: a zip with a folder a channel and a file a day, and lists of who and what there is.
//! Form: <https://slack.com/help/articles/220556107>, <https://api.slack.com/reference/surfaces/formatting>.

use std::{collections::HashMap, sync::Arc};

use serde_json::Value;

use super::{Archive, Entry, NOTICE, Pairs, User, WORDLESS, Written, lines, link, member};

/// Kinds of messages that people or bots write; every other is a notice.
const WRITTEN: [&str; 9] = [
    "",
    "bot_message",
    "me_message",
    "thread_broadcast",
    "reply_broadcast",
    "file_share",
    "file_comment",
    "slackbot_response",
    "document_mention",
];

/// Most people whose names are remembered.
const USERS_MAX: usize = 500_000;

pub(super) fn entry(pairs: &Pairs, archive: &Archive, folder: &str) -> Entry {
    if !WRITTEN.contains(&pairs.text("subtype").as_str()) {
        return NOTICE;
    }
    let mut text = readable(&pairs.text("text"), archive);
    if text.trim().is_empty() {
        text = blocks(pairs.list("blocks"), archive);
    }
    let attached = pairs.list("attachments").iter().map(|attachment| attachment_text(attachment, archive));
    let text = lines([text].into_iter().chain(attached));
    if text.is_empty() {
        return WORDLESS;
    }
    let id = pairs.text("user");
    let known = archive.users.get(&id);
    let inner =
        |object: &str, name: &str| pairs.get(object).map(|object| member(object, name)).unwrap_or_default();
    let names = [
        known.map(|user| user.name.clone()).unwrap_or_default(),
        inner("user_profile", "real_name"),
        inner("user_profile", "name"),
        pairs.text("username"),
        inner("bot_profile", "name"),
    ];
    Entry::Written(Written {
        text,
        name: names.into_iter().find(|name| !name.is_empty()).unwrap_or_default(),
        email: known.map(|user| user.email.clone()).unwrap_or_default(),
        date: pairs.text("ts"),
        chat: folder.to_owned(),
        author: if id.is_empty() { pairs.text("bot_id") } else { id },
        kind: pairs.text("subtype"),
        id: pairs.text("client_msg_id"),
        is_cut: false,
    })
}

/// Slack's signs made readable: `<@U1>`, `<#C1|general>`, `<http://…|text>`, `&amp;`.
fn readable(text: &str, archive: &Archive) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        out.push_str(before);
        let Some((inner, behind)) = after.split_once('>').filter(|(inner, _)| !inner.contains('<')) else {
            out.push('<');
            rest = after;
            continue;
        };
        let (target, label) = inner.split_once('|').unwrap_or((inner, ""));
        match target.chars().next() {
            Some('@') => {
                let known = archive.users.get(&target[1..]).map(|user| user.name.as_str());
                out.push('@');
                out.push_str(if label.is_empty() { known.unwrap_or(&target[1..]) } else { label });
            }
            Some('#') => {
                out.push('#');
                out.push_str(if label.is_empty() { &target[1..] } else { label });
            }
            Some('!') => {
                out.push_str(if label.is_empty() { "@" } else { "" });
                out.push_str(if label.is_empty() {
                    target[1..].split('^').next().unwrap_or_default()
                } else {
                    label
                });
            }
            _ => out.push_str(&link(label, target.strip_prefix("mailto:").unwrap_or(target))),
        }
        rest = behind;
    }
    out.push_str(rest);
    out.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

fn attachment_text(attachment: &Value, archive: &Archive) -> String {
    let text = |name: &str| readable(&member(attachment, name), archive);
    let title = link(
        &text("title"),
        &[member(attachment, "title_link"), member(attachment, "from_url")]
            .into_iter()
            .find(|link| !link.is_empty())
            .unwrap_or_default(),
    );
    let fields = attachment.get("fields").and_then(Value::as_array).into_iter().flatten();
    let fields =
        fields.map(|field| readable(&lines([member(field, "title"), member(field, "value")]), archive));
    let body = if member(attachment, "text").is_empty() { text("fallback") } else { text("text") };
    lines([text("pretext"), title, body].into_iter().chain(fields))
}

/// The texts of blocks, where a message has no other.
fn blocks(blocks: &[Value], archive: &Archive) -> String {
    fn gather(value: &Value, out: &mut String) {
        match value {
            Value::Array(list) => list.iter().for_each(|value| gather(value, out)),
            Value::Object(object) => {
                let text = object.get("text");
                let address = object.get("url").and_then(Value::as_str).unwrap_or_default();
                if let Some(text) = text.and_then(Value::as_str) {
                    out.push_str(&link(text, address));
                } else if !address.is_empty() {
                    out.push_str(address);
                }
                for (name, inner) in object {
                    if matches!(name.as_str(), "elements" | "fields") || (name == "text" && inner.is_object())
                    {
                        gather(inner, out);
                    }
                }
            }
            _ => {}
        }
    }
    let each = blocks.iter().map(|block| {
        let mut out = String::new();
        gather(block, &mut out);
        readable(&out, archive)
    });
    lines(each)
}

/// What a list of Slack's, Google Chat's or Discord's export is, if a file of an archive is one: it holds no messages. Its people are remembered.
pub(crate) fn aside(name: &str, text: &str, archive: &mut Archive) -> Option<&'static str> {
    let file = name.rsplit('/').next().unwrap_or(name);
    let has = |key: &str| text.contains(&format!("\"{key}\""));
    let is_list = text.trim_start().starts_with('[');
    let is_empty = is_list && text.trim_start()[1..].trim() == "]";
    match file {
        "users.json" | "org_users.json" if is_list && has("profile") => {
            learn(text, archive);
            Some("it lists who is in the workspace")
        }
        "channels.json" | "groups.json" | "dms.json" | "mpims.json"
            if is_list && (is_empty || has("id") && !has("ts") && !has("text")) =>
        {
            Some("it lists the channels")
        }
        "integration_logs.json" | "canvases.json" | "lists.json" | "file_conversations.json" if is_list => {
            Some("it lists what is connected to the workspace")
        }
        "user_info.json" | "group_info.json" if has("membership_info") || has("members") || has("user") => {
            Some("it lists who is in a conversation")
        }
        "index.json" | "channel.json" if name.contains("messages/") && !is_list && !has("Contents") => {
            Some("it names the channels")
        }
        "users.json" | "org_users.json" if is_empty => Some("it lists nobody"),
        _ => None,
    }
}

fn learn(text: &str, archive: &mut Archive) {
    let Ok(Value::Array(users)) = serde_json::from_str(text) else { return };
    let user = |user: &Value| {
        let profile = user.get("profile").cloned().unwrap_or_default();
        let names = [
            member(&profile, "real_name"),
            member(user, "real_name"),
            member(&profile, "display_name"),
            member(user, "name"),
        ];
        let name = names.into_iter().find(|name| !name.is_empty()).unwrap_or_default();
        (member(user, "id"), User { name, email: member(&profile, "email") })
    };
    let known: HashMap<_, _> = users.iter().take(USERS_MAX).map(user).collect();
    Arc::make_mut(&mut archive.users).extend(known);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_of_slack_are_readable() {
        let mut archive = Archive::default();
        learn(r#"[{"id":"U1","name":"ana","profile":{"real_name":"Ana Example"}}]"#, &mut archive);
        assert_eq!(
            readable(
                "<@U1> & <@U2> see <http://a.example/go|$500> in <#C1|general>, <!here> &lt;b&gt; 1 < 2 <mailto:a@b.example|a@b.example>",
                &archive
            ),
            "@Ana Example & @U2 see $500 (http://a.example/go) in #general, @here <b> 1 < 2 a@b.example"
        );
    }
}
