//! Messages of Jetpack's contact form, which WordPress keeps as items of the type "feedback".
//!
//! Form: the message, `<!--more-->`, lines such as `AUTHOR EMAIL: ann@example.com`, and, from 2023 on, `JSON_DATA` and the fields
//! as they were filled in (Jetpack, `packages/forms/src/contact-form/class-contact-form.php`).

use serde_json::{Map, Value};

/// What an item says of a message.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Feedback {
    pub(super) message: String,
    pub(super) name: String,
    pub(super) email: String,
    pub(super) url: String,
    pub(super) ip: String,
    pub(super) subject: String,
}

/// Takes the content of an item apart.
pub(super) fn parse(content: &str) -> Feedback {
    let (message, rest) = content.split_once("<!--more-->").unwrap_or((content, ""));
    let (lines, json) = rest.split_once("JSON_DATA").unwrap_or((rest, ""));
    let line = |name: &str| {
        let value = lines.lines().find_map(|line| line.trim().strip_prefix(name)?.strip_prefix(':'));
        value.map(|value| value.trim().to_owned()).unwrap_or_default()
    };
    let filled = serde_json::from_str::<Map<String, Value>>(json.trim()).unwrap_or_default();
    let message = message.trim();
    Feedback {
        message: if message.is_empty() { longest(&filled) } else { message.to_owned() },
        name: line("AUTHOR"),
        email: line("AUTHOR EMAIL"),
        url: line("AUTHOR URL"),
        ip: line("IP"),
        subject: line("SUBJECT"),
    }
}

/// The field for the message, by its name, else the longest; what Jetpack adds itself begins with a small letter.
fn longest(filled: &Map<String, Value>) -> String {
    let is_named = |name: &str| {
        let lower = name.to_lowercase();
        ["message", "comment", "nachricht", "mensaje", "mensagem", "messaggio", "question"]
            .iter()
            .any(|word| lower.contains(word))
    };
    let fields = || filled.iter().filter(|(name, _)| name.starts_with(|first: char| first.is_ascii_digit()));
    let texts = fields().filter_map(|(name, value)| value.as_str().map(|text| (name, text.trim())));
    let best = texts.max_by_key(|(name, text)| (is_named(name), text.len()));
    best.map(|(_, text)| text.to_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_and_who_wrote_them_are_found() {
        let content = "I need a quote\n<!--more-->\nAUTHOR: Ann\nAUTHOR EMAIL: a@x.example\nSUBJECT: [S] Contact\nIP: 192.0.2.4\n\
                       JSON_DATA\n{\"1_Name\":\"Ann\",\"2_Message\":\"I need a quote\"}";
        let found = parse(content);
        assert_eq!(
            (found.message.as_str(), found.name.as_str(), found.email.as_str(), found.ip.as_str()),
            ("I need a quote", "Ann", "a@x.example", "192.0.2.4")
        );
        let found = parse(
            "<!--more-->\nAUTHOR: Ann\nJSON_DATA\n{\"1_Name\":\"Ann\",\"2_Message\":\"Hi\",\"entry_title\":\"long title\"}",
        );
        assert_eq!(found.message, "Hi");
        assert_eq!(parse("plain").message, "plain");
    }
}
