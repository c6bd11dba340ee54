//! What a webhook's requests look like, by the kind of service that takes them.

use domain::WebhookKind;
use notify::NotifyError;
use serde_json::{Value, json};

/// Longest message that Discord takes, in characters (its API's reference, "Create Message"). Counted in UTF-16, as its clients
/// do, so that no way of counting finds more.
const DISCORD_MAX: usize = 2000;

/// Longest text of a message that Slack takes without cutting it (its API's reference, "chat.postMessage").
const SLACK_MAX: usize = 4000;

/// A body in JSON. `paragraphs` are plain text, `link` is an address of Gavel's, `facts` are all that is known, for programs.
pub(super) fn of(kind: WebhookKind, paragraphs: &[String], link: Option<&str>, facts: Value) -> String {
    let text = |escape: fn(&str) -> String| {
        let paragraphs = paragraphs.iter().map(|paragraph| escape(paragraph));
        paragraphs.chain(link.map(str::to_owned)).collect::<Vec<_>>().join("\n")
    };
    let plain = || text(str::to_owned);
    let body = match kind {
        WebhookKind::Json => {
            // Chats on a host of one's own cannot be told by their address; most take one of these.
            let mut facts = facts;
            facts["text"] = plain().into();
            facts["content"] = cut(plain(), DISCORD_MAX).into();
            facts
        }
        WebhookKind::Slack => json!({ "text": cut(text(for_slack), SLACK_MAX) }),
        // Nobody is to be called by a name that stands in a site's or token's.
        WebhookKind::Discord => {
            json!({ "content": cut(text(for_discord), DISCORD_MAX), "allowed_mentions": { "parse": [] } })
        }
        WebhookKind::Matrix => {
            json!({ "text": plain(), "html": text(for_html).replace('\n', "<br>"), "username": "Gavel" })
        }
    };
    body.to_string()
}

/// What a receiver that refused may want instead, in a sentence.
pub(super) fn wish(error: &NotifyError, kind: WebhookKind) -> Option<String> {
    let NotifyError::Status { status, said } = error else { return None };
    let is_about = |words: &[&str]| words.iter().any(|word| said.contains(word));
    let wanted = if is_about(&["no_text", "invalid_payload", "missing_text"]) {
        Some(WebhookKind::Slack)
    } else if is_about(&["empty message", "50006", "allowed_mentions"]) {
        Some(WebhookKind::Discord)
    } else {
        None
    };
    match wanted {
        Some(wanted) if wanted != kind => {
            Some(format!(" It wants what {} takes: choose that as the kind of webhook.", name(wanted)))
        }
        _ if matches!(status, 400 | 415 | 422) => Some(format!(
            " It was sent what {} takes; if it is another service, choose that as the kind of webhook.",
            name(kind)
        )),
        _ if matches!(status, 401 | 403 | 404 | 410) => Some(
            " The address may be mistyped, or no longer in force: copy it from the service again.".to_owned(),
        ),
        _ => None,
    }
}

fn name(kind: WebhookKind) -> &'static str {
    match kind {
        WebhookKind::Json => "a program of your own",
        WebhookKind::Slack => "Slack",
        WebhookKind::Discord => "Discord",
        WebhookKind::Matrix => "Matrix",
    }
}

/// Slack's three characters ("Formatting text for app surfaces").
fn for_slack(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn for_html(text: &str) -> String {
    for_slack(text).replace('"', "&quot;")
}

/// Discord's Markdown: a backslash makes a sign of it a character.
fn for_discord(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        if matches!(char, '\\' | '*' | '_' | '~' | '`' | '|' | '>' | '#' | '[' | ']') {
            escaped.push('\\');
        }
        escaped.push(char);
    }
    escaped
}

/// At most so many units of UTF-16, the last being an ellipsis where something is left out.
fn cut(text: String, most: usize) -> String {
    if text.encode_utf16().count() <= most {
        return text;
    }
    let mut units = 1;
    let kept = text.chars().take_while(|char| {
        units += char.len_utf16();
        units <= most
    });
    kept.chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(kind: WebhookKind, what: &str) -> Value {
        let paragraphs = ["Gavel: Quota".to_owned(), what.to_owned()];
        let link = Some("https://gavel.example.com/health?a=1&b=2");
        serde_json::from_str(&of(kind, &paragraphs, link, json!({ "event": "alert.opened" }))).unwrap()
    }

    #[test]
    fn each_service_gets_what_it_takes_and_no_markup_of_others() {
        let what = "<!channel> @everyone *85 %* of shop_a & shop_b";
        let link = "https://gavel.example.com/health?a=1&b=2";
        let slack = body(WebhookKind::Slack, what);
        assert_eq!(
            slack["text"],
            format!("Gavel: Quota\n&lt;!channel&gt; @everyone *85 %* of shop_a &amp; shop_b\n{link}")
        );
        let discord = body(WebhookKind::Discord, what);
        assert_eq!(
            discord["content"],
            format!("Gavel: Quota\n<!channel\\> @everyone \\*85 %\\* of shop\\_a & shop\\_b\n{link}")
        );
        assert_eq!(discord["allowed_mentions"], json!({ "parse": [] }));
        let matrix = body(WebhookKind::Matrix, what);
        assert_eq!(matrix["text"], format!("Gavel: Quota\n{what}\n{link}"));
        assert!(matrix["html"].as_str().unwrap().starts_with("Gavel: Quota<br>&lt;!channel&gt;"));
        let json = body(WebhookKind::Json, what);
        assert_eq!((&json["event"], &json["text"]), (&"alert.opened".into(), &json["content"]));
    }

    #[test]
    fn discord_gets_no_more_than_it_takes() {
        for what in ["x".repeat(5000), "🎉".repeat(1500), "_".repeat(1999)] {
            let body = body(WebhookKind::Discord, &what);
            let content = body["content"].as_str().unwrap();
            assert!(content.encode_utf16().count() <= DISCORD_MAX && content.ends_with('…'));
        }
    }

    #[test]
    fn a_refusal_says_what_to_choose() {
        let refused = |status, said: &str| NotifyError::Status { status, said: said.to_owned() };
        let wish = |error, kind| super::wish(&error, kind).unwrap_or_default();
        assert!(wish(refused(400, "no_text"), WebhookKind::Json).contains("what Slack takes"));
        let empty = "{\"message\": \"Cannot send an empty message\", \"code\": 50006}";
        assert!(wish(refused(400, empty), WebhookKind::Slack).contains("what Discord takes"));
        assert!(wish(refused(404, ""), WebhookKind::Slack).contains("mistyped"));
        assert_eq!(wish(refused(500, ""), WebhookKind::Slack), "");
    }
}
