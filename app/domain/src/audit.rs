//! The record of who did what, as it is read.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::UserId;

/// An event on record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AuditEvent {
    /// Local id; grows with time.
    pub id: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// Who did it; `None` for the program itself, the command line or somebody unknown.
    pub user_id: Option<UserId>,
    /// The name of who did it, if a person did.
    pub user_name: Option<String>,
    /// What, for instance `login` or `user.disabled`.
    pub action: String,
    /// What it was done to, for instance `user:3`.
    pub subject: String,
    /// Further facts; never message text or secrets.
    pub details: serde_json::Value,
    /// SHA-256 over the entry and the hash of the one before, in hexadecimal; blank where there is none.
    pub hash: String,
}

impl AuditEvent {
    /// The facts in one line: `role admin, before moderator`.
    pub fn facts(&self) -> String {
        let serde_json::Value::Object(facts) = &self.details else { return String::new() };
        let fact = |(name, value): (&String, &serde_json::Value)| match value {
            serde_json::Value::Null => None,
            serde_json::Value::String(text) => Some(format!("{name} {text}")),
            value => Some(format!("{name} {value}")),
        };
        facts.iter().filter_map(fact).collect::<Vec<_>>().join(", ")
    }
}

/// Whose entries are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AuditWho {
    /// A person's.
    Person(UserId),
    /// Those of no person: the program's, the command line's, a stranger's.
    Nobody,
}

/// Which entries are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditFilter {
    /// Whose; `None` for everybody's.
    pub who: Option<AuditWho>,
    /// What was done; `None` for everything.
    pub action: Option<String>,
}

impl AuditFilter {
    /// The word for "no person" in an address.
    pub const NOBODY: &'static str = "nobody";

    /// Reads it as an address or a form has it: a person's number, [`Self::NOBODY`] or blank, and an action or blank. `None` for
    /// what is neither.
    pub fn read(who: &str, action: &str) -> Option<Self> {
        let who = match who.trim() {
            "" => None,
            Self::NOBODY => Some(AuditWho::Nobody),
            number => Some(AuditWho::Person(UserId(number.parse().ok()?))),
        };
        let action = Some(action.trim().to_owned()).filter(|action| !action.is_empty());
        Some(Self { who, action })
    }
}

/// What a check of the whole record came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditCheck {
    /// Entries that were looked at.
    pub entries: u64,
    /// What is wrong, oldest first; at most [`Self::FAULTS_MAX`].
    pub faults: Vec<AuditFault>,
    /// The newest entry that the program wrote: its id, and its hash in hexadecimal. Whoever keeps it elsewhere can tell later whether the
    /// record up to there is still the same.
    pub head: Option<(i64, String)>,
}

impl AuditCheck {
    /// Most faults that are listed: whoever rewrote a table need not fill the memory too.
    pub const FAULTS_MAX: usize = 100;
}

/// Something that is wrong with the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AuditFault {
    /// This entry is not as it was written, or was put in by somebody else.
    Changed(i64),
    /// Between these two entries (0: before the first) others are missing.
    Missing(i64, i64),
    /// The newest entries are missing: the record ends at the first, and the program wrote up to the second.
    CutOff(i64, i64),
    /// The note of the newest entry is gone or was changed.
    NoHead,
}

impl std::fmt::Display for AuditFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Changed(id) => write!(f, "Entry {id} is not as Gavel wrote it: it was changed or put in."),
            Self::Missing(0, before) => write!(f, "Entries before {before} are missing."),
            Self::Missing(after, before) => write!(f, "Entries between {after} and {before} are missing."),
            Self::CutOff(last, head) => {
                write!(
                    f,
                    "The newest entries are missing: the record ends at {last}, but Gavel wrote up to {head}."
                )
            }
            Self::NoHead => f.write_str("The note of the newest entry is missing or was changed."),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_are_read_from_addresses() {
        assert_eq!(AuditFilter::read("", " "), Some(AuditFilter::default()));
        let by_three =
            AuditFilter { who: Some(AuditWho::Person(UserId(3))), action: Some("login".to_owned()) };
        assert_eq!(AuditFilter::read("3", "login"), Some(by_three));
        assert_eq!(AuditFilter::read("nobody", "").unwrap().who, Some(AuditWho::Nobody));
        assert_eq!(AuditFilter::read("ana", ""), None);
    }
}
