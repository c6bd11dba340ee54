//! One entry of the record.

use domain::{AuditEvent, UserId};
use leptos::prelude::*;

use crate::components::TimeAgo;

/// An action as people read it: `user.role_changed` is "user: role changed".
pub(super) fn action_words(action: &str) -> String {
    action.replacen('.', ": ", 1).replace(['.', '_'], " ")
}

/// The row.
#[component]
pub(super) fn Entry(event: AuditEvent, names: Vec<(UserId, String)>) -> impl IntoView {
    let who = event.user_name.clone().unwrap_or_else(|| match &event.details["by"] {
        serde_json::Value::String(by) => by.clone(),
        _ => "–".to_owned(),
    });
    let (facts, subject) = (event.facts(), subject(&event.subject, &names));
    view! {
        <tr class="border-t border-line align-top">
            <td class="py-2 pr-4 text-muted"><TimeAgo time=event.at/></td>
            <td class="py-2 pr-4 break-words">{who}</td>
            <td class="py-2 pr-4">{action_words(&event.action)}</td>
            <td class="py-2 pr-4">{subject}</td>
            <td class="py-2 break-words">{facts}</td>
        </tr>
    }
}

/// What it was done to: people by name, detections and imports as links.
fn subject(subject: &str, names: &[(UserId, String)]) -> AnyView {
    let (kind, id) = subject.split_once(':').unwrap_or((subject, ""));
    let name = names.iter().find(|(user, _)| kind == "user" && user.0.to_string() == id);
    match (kind, name) {
        (_, Some((_, name))) => name.clone().into_any(),
        ("detection" | "import", _) => {
            let words = format!("{kind} {id}");
            view! { <a class="text-accent underline" href=format!("/{kind}s/{id}")>{words}</a> }.into_any()
        }
        _ => format!("{kind} {id}").into_any(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_are_read_as_words() {
        assert_eq!(action_words("user.role_changed"), "user: role changed");
        assert_eq!(action_words("login"), "login");
    }
}
