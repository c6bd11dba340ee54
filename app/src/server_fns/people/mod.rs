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

/// A link as the person who made it is shown it.
#[cfg(feature = "ssr")]
fn shown(made: &moderation::people::MadeLink) -> Result<ShownLink, crate::error::AppError> {
    let address = moderation::people::join_address(&crate::context::own_address()?, &made.secret);
    Ok(ShownLink { address, expires_at: made.expires_at })
}
