//! What was decided after an app had its answer, and where apps hear of it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{FieldError, site};

/// Longest name that an app may give a submission of its own, in characters.
pub const EXTERNAL_ID_MAX_CHARS: usize = 255;

/// The field of a check's body that carries it; it is not forwarded.
pub const EXTERNAL_ID: &str = "external_id";

crate::words! {
    /// What happened.
    AppDecisionEvent {
        /// A moderator's label stands.
        Label = "label",
        /// A label was taken back.
        Undo = "undo",
        /// It was judged again.
        Verdict = "verdict",
    }
}

/// What stands now about a submission, for the app that sent it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppDecision {
    /// Place in the feed, and version: of two about one submission the greater counts.
    pub id: i64,
    /// What happened.
    pub event: AppDecisionEvent,
    /// The id of the answer that the app got.
    pub detection_id: String,
    /// The app's own name for it, if it gave one.
    pub external_id: Option<String>,
    /// The site.
    pub site: String,
    /// What stands now.
    pub is_spam: bool,
    /// What the app was told before; `None` when it was told nothing.
    pub previous_is_spam: Option<bool>,
    /// `person`, or who judged: `activelayer`, `detector`, `fallback`, `rule`.
    pub decided_by: String,
    /// Why, as the moderator put it: names of reasons, with commas between.
    pub reason: Option<String>,
    /// When.
    pub decided_at: DateTime<Utc>,
}

/// Where a site's app hears of decisions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Callback {
    /// Local id.
    pub id: i64,
    /// The site whose submissions it is about.
    pub site: String,
    /// The address.
    pub url: String,
    /// When it was set.
    pub created_at: DateTime<Utc>,
    /// The last decision that the receiver took.
    pub delivered_to: i64,
    /// When it took it.
    pub delivered_at: Option<DateTime<Utc>>,
    /// Decisions that wait to be sent.
    pub waiting: u64,
    /// Since when it fails.
    pub failing_since: Option<DateTime<Utc>>,
    /// What the last attempt said.
    pub last_error: Option<String>,
    /// When it was given up: a person has to look.
    pub stopped_at: Option<DateTime<Utc>>,
}

/// A callback as it is typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CallbackForm {
    /// The site.
    pub site: String,
    /// The address.
    pub url: String,
}

impl CallbackForm {
    /// Site and address.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub fn validate(&self) -> Result<(String, String), Vec<FieldError>> {
        let mut problems = Vec::new();
        let mut wrong = |field: &str, problem: &str| {
            problems.push(FieldError { field: field.to_owned(), problem: problem.to_owned() });
        };
        let site = match site::read(&self.site) {
            Ok(Some(site)) => Some(site),
            Ok(None) => {
                wrong("site", "Say which site it is for.");
                None
            }
            Err(problem) => {
                wrong("site", problem);
                None
            }
        };
        let url = self.url.trim();
        if !crate::alert::is_web_address(url) {
            wrong(
                "url",
                "The address must begin with https:// or http:// and carry no user name or password.",
            );
        }
        match site {
            Some(site) if problems.is_empty() => Ok((site, url.to_owned())),
            _ => Err(problems),
        }
    }
}

/// The app's own name of a submission, from the fields beside the guide's.
pub fn external_id(extra: &serde_json::Map<String, serde_json::Value>) -> Option<String> {
    let id = match extra.get(EXTERNAL_ID)? {
        serde_json::Value::String(id) => id.clone(),
        serde_json::Value::Number(id) => id.to_string(),
        _ => return None,
    };
    (!id.is_empty() && id.chars().count() <= EXTERNAL_ID_MAX_CHARS).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_app_names_a_submission_by_text_or_number() {
        let of = |value: serde_json::Value| external_id(json!({ "external_id": value }).as_object().unwrap());
        assert_eq!(of(json!("post-7")).as_deref(), Some("post-7"));
        assert_eq!(of(json!(7)).as_deref(), Some("7"));
        assert_eq!((of(json!("")), of(json!(["x"])), of(json!("x".repeat(256)))), (None, None, None));
    }

    #[test]
    fn a_callback_needs_a_site_and_an_address() {
        let form =
            |site: &str, url: &str| CallbackForm { site: site.to_owned(), url: url.to_owned() }.validate();
        assert_eq!(
            form("Shop.example.com", "https://shop.example.com/hook"),
            Ok(("shop.example.com".to_owned(), "https://shop.example.com/hook".to_owned()))
        );
        for (site, url, fields) in
            [("", "ftp://x", vec!["site", "url"]), ("a b", "https://u:p@x.test/", vec!["site", "url"])]
        {
            let problems = form(site, url).unwrap_err();
            assert_eq!(problems.iter().map(|problem| problem.field.as_str()).collect::<Vec<_>>(), fields);
        }
    }
}
