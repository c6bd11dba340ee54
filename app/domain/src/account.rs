//! The people who use Gavel, and what each may do.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{FieldError, content::EMAIL_MAX_CHARS};

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
    /// Since when it opens nothing, until it is enabled again.
    #[serde(default)]
    pub disabled_at: Option<DateTime<Utc>>,
}

/// Longest name of a person, in characters; longer ones break the log's layout.
pub const NAME_MAX_CHARS: usize = 100;

/// Checks and trims the e-mail address of an account.
///
/// # Errors
/// What is wrong with the field `email`.
pub fn check_email(email: &str) -> Result<String, FieldError> {
    let email = email.trim();
    let well_formed = email.split_once('@').is_some_and(|(user, host)| {
        !user.is_empty() && !host.is_empty() && !host.contains('@') && !email.contains(char::is_whitespace)
    });
    if !well_formed || email.chars().count() > EMAIL_MAX_CHARS || email.contains(char::is_control) {
        return Err(FieldError::new("email", "Give an e-mail address such as ana@example.com."));
    }
    Ok(email.to_owned())
}

/// Checks and trims the name of a person.
///
/// # Errors
/// What is wrong with the field `name`.
pub fn check_name(name: &str) -> Result<String, FieldError> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > NAME_MAX_CHARS || name.contains(char::is_control) {
        return Err(FieldError::new("name", "Give a name of 1 to 100 characters."));
    }
    Ok(name.to_owned())
}

/// Checks and trims the e-mail address and the name of an account.
///
/// # Errors
/// What is wrong with the fields `email` and `name`.
pub fn check_identity(email: &str, name: &str) -> Result<(String, String), Vec<FieldError>> {
    match (check_email(email), check_name(name)) {
        (Ok(email), Ok(name)) => Ok((email, name)),
        (email, name) => Err(email.err().into_iter().chain(name.err()).collect()),
    }
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

    #[test]
    fn identities_are_trimmed_and_checked() {
        let (email, name) = check_identity(" ana@example.com ", " Ana ").unwrap();
        assert_eq!((email.as_str(), name.as_str()), ("ana@example.com", "Ana"));
        for bad in ["", "ana", "@example.com", "ana@", "a b@example.com", "a@b@c"] {
            assert_eq!(check_identity(bad, "Ana").unwrap_err()[0].field, "email", "{bad}");
        }
        assert_eq!(check_identity("ana@example.com", " ").unwrap_err()[0].field, "name");
        assert_eq!(check_identity("", "").unwrap_err().len(), 2);
    }
}
