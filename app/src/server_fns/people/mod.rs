//! People: who there are, who is invited, and what becomes of an account.

mod change;
mod invite;
mod list;
mod submitted;

pub use change::{ChangePerson, change_person};
pub use invite::{InvitePerson, invite_person};
pub use list::{PeopleReport, list_people};
pub use submitted::{PeopleSubmission, submitted_people};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// What came of a change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PeopleOutcome {
    /// What happened, in sentences.
    pub words: String,
    /// The link that was made, if one was.
    pub link: Option<ShownLink>,
}

/// A link that works once: in this answer and nowhere else, ever.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct ShownLink {
    /// The whole address, or its path where nobody knows what the site is called.
    pub address: String,
    /// It works until then.
    pub expires_at: DateTime<Utc>,
}

/// Without the secret.
impl std::fmt::Debug for ShownLink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ShownLink").field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}

/// A link as the person who made it is shown it: on the site that the settings name, or else the one that the form came from.
#[cfg(feature = "ssr")]
fn shown(moderation: &moderation::Moderation, made: &moderation::people::MadeLink) -> ShownLink {
    use axum::http::{header, request::Parts};

    let address = moderation.join_address(&made.secret);
    let origin = leptos::prelude::use_context::<Parts>().and_then(|parts| {
        let origin = parts.headers.get(header::ORIGIN)?.to_str().ok()?;
        origin.starts_with("http").then(|| origin.to_owned())
    });
    let site = if address.starts_with('/') { origin.unwrap_or_default() } else { String::new() };
    ShownLink { address: format!("{site}{address}"), expires_at: made.expires_at }
}
