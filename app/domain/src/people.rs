//! People as administrators and they themselves see them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{FieldError, Role, User, account};

/// Somebody with an account, as administrators see them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The account.
    pub user: User,
    /// When they last logged in.
    pub last_log_in: Option<DateTime<Utc>>,
}

/// An invitation that was not accepted yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    /// Local id.
    pub id: i64,
    /// The address that the account will have.
    pub email: String,
    /// The role that it will have.
    pub role: Role,
    /// The name of who invited; `None` on the command line.
    pub invited_by: Option<String>,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// The link works until then.
    pub expires_at: DateTime<Utc>,
}

/// What a link that works once is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LinkPurpose {
    /// Makes an account of this role.
    Invitation(Role),
    /// Sets a new password for the account of the person with this name.
    Reset(String),
}

crate::words! {
    /// What can be done to somebody's account.
    PersonAct {
        /// Gives another role.
        Role = "role",
        /// Ends all sessions and lets nobody in until enabled again.
        Disable = "disable",
        /// Lets the person in again.
        Enable = "enable",
        /// Ends all sessions.
        SignOut = "sign-out",
        /// Takes the account away; what the person did keeps the name.
        Remove = "remove",
        /// Makes a link that sets a new password.
        Reset = "reset",
        /// Takes an invitation back.
        Withdraw = "withdraw",
    }
}

/// The form of an invitation, as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct InviteForm {
    /// The address to log in with.
    pub email: String,
    /// One of [`Role`]'s words.
    pub role: String,
}

impl InviteForm {
    /// The address, trimmed, and the role.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub fn validate(&self) -> Result<(String, Role), Vec<FieldError>> {
        let (email, role) = (account::check_email(&self.email), self.role.parse());
        match (email, role) {
            (Ok(email), Ok(role)) => Ok((email, role)),
            (email, role) => {
                let role = role.err().map(|_| FieldError::new("role", "Choose a role."));
                Err(email.err().into_iter().chain(role).collect())
            }
        }
    }
}

/// One of the forms that change somebody's account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PersonForm {
    /// Number of the person, or of the invitation.
    pub id: i64,
    /// One of [`PersonAct`]'s words.
    pub act: String,
    /// One of [`Role`]'s words, where the role is changed.
    pub role: String,
}

/// A session of one's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnSession {
    /// What it is ended by: the hash that the database knows it by, in hexadecimal. It opens nothing.
    pub key: String,
    /// When the log-in was; unknown for sessions from before this was kept.
    pub since: Option<DateTime<Utc>>,
    /// When it ends by itself.
    pub expires_at: DateTime<Utc>,
    /// The address that the log-in came from.
    pub from: Option<String>,
    /// The browser, as it calls itself.
    pub browser: Option<String>,
    /// Whether it is the one that asks.
    pub is_this: bool,
}

impl OwnSession {
    /// The browser and the system in a few words, by what most browsers call themselves; blank when it says nothing.
    pub fn browser_words(&self) -> String {
        let Some(agent) = &self.browser else { return String::new() };
        let named = |names: &[(&'static str, &'static str)]| {
            names.iter().find(|(word, _)| agent.contains(word)).map(|(_, name)| *name)
        };
        // Nearly all call themselves Chrome or Safari besides what they are, so the order matters.
        let browser = named(&[
            ("Edg", "Edge"),
            ("OPR/", "Opera"),
            ("Firefox/", "Firefox"),
            ("Chrome/", "Chrome"),
            ("Safari/", "Safari"),
        ]);
        let system = named(&[
            ("Windows", "Windows"),
            ("Android", "Android"),
            ("iPhone", "iPhone"),
            ("iPad", "iPad"),
            ("Mac OS", "macOS"),
            ("Linux", "Linux"),
        ]);
        match (browser, system) {
            (Some(browser), Some(system)) => format!("{browser} on {system}"),
            (Some(name), None) | (None, Some(name)) => name.to_owned(),
            (None, None) => agent.chars().take(40).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_are_told_by_what_they_call_themselves() {
        let words = |agent: &str| {
            let time = DateTime::UNIX_EPOCH;
            let browser = Some(agent.to_owned());
            let session = OwnSession {
                key: String::new(),
                since: None,
                expires_at: time,
                from: None,
                browser,
                is_this: true,
            };
            session.browser_words()
        };
        let edge = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36 Edg/120.0";
        assert_eq!(words(edge), "Edge on Windows");
        assert_eq!(
            words("Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/115.0"),
            "Firefox on Linux"
        );
        assert_eq!(words("curl/8.5.0"), "curl/8.5.0");
    }

    #[test]
    fn an_invitation_takes_an_address_and_a_role() {
        let form = |email: &str, role: &str| InviteForm { email: email.to_owned(), role: role.to_owned() };
        assert_eq!(
            form(" mo@example.com ", "viewer").validate(),
            Ok(("mo@example.com".to_owned(), Role::Viewer))
        );
        assert_eq!(form("mo", "god").validate().unwrap_err().len(), 2);
    }
}
