//! The people who use Gavel, and what each may do.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Local id of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UserId(pub i64);

crate::words! {
    /// What a person may do; each role may do all that the one before it may.
    Role {
        /// Reads the log and the charts.
        Viewer = "viewer",
        /// Also checks, labels and imports.
        Moderator = "moderator",
        /// Also manages people, tokens and settings.
        Admin = "admin",
    }
}

impl Role {
    /// Whether this role may do what `required` may do.
    pub fn allows(self, required: Role) -> bool {
        self >= required
    }
}

/// A person who can log in. Never carries the password hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Local id.
    pub id: UserId,
    /// Log-in name; unique without regard to case.
    pub email: String,
    /// Shown beside decisions: "Ana marked this as ham".
    pub name: String,
    /// What this person may do.
    pub role: Role,
    /// When the account was created.
    pub created_at: DateTime<Utc>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_allows_itself_and_what_is_below() {
        assert!(Role::Admin.allows(Role::Viewer));
        assert!(Role::Moderator.allows(Role::Moderator));
        assert!(!Role::Viewer.allows(Role::Moderator));
    }
}
