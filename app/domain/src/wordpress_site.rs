//! WordPress sites that decisions are written back to.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{DetectionId, FieldError, site};

/// A WordPress that Gavel is connected to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WordPressSite {
    /// Local id.
    pub id: i64,
    /// The site, as its submissions name it.
    pub site: String,
    /// Its front page.
    pub home: String,
    /// In whose name Gavel works there.
    pub login: String,
    /// When it was connected.
    pub created_at: DateTime<Utc>,
    /// Decisions that wait to be written.
    pub waiting: u64,
    /// Comments that are known to be a detection's.
    pub comments: u64,
    /// When it was last read.
    pub read_at: Option<DateTime<Utc>>,
    /// Since when it cannot be worked with.
    pub failing_since: Option<DateTime<Utc>>,
    /// What the last attempt said.
    pub last_error: Option<String>,
}

/// A decision that could not be written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unwritten {
    /// The detection.
    pub detection: DetectionId,
    /// What was to be written.
    pub is_spam: bool,
    /// Why it was not.
    pub reason: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// A WordPress as it is typed.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct WordPressForm {
    /// Its address.
    pub address: String,
    /// The site that its submissions name; blank: the address's host.
    pub site: String,
    /// Login of somebody who moderates there; blank: they approve Gavel in WordPress.
    pub login: String,
    /// An application password of theirs.
    pub password: String,
}

/// Without the password.
impl std::fmt::Debug for WordPressForm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WordPressForm").field("address", &self.address).finish_non_exhaustive()
    }
}

impl WordPressForm {
    /// Site and address.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub fn validate(&self) -> Result<(String, Url), Vec<FieldError>> {
        let mut problems = Vec::new();
        let mut wrong = |field: &str, problem: &str| {
            problems.push(FieldError { field: field.to_owned(), problem: problem.to_owned() });
        };
        let address = self.address.trim();
        let address = if address.contains("://") { address.to_owned() } else { format!("https://{address}") };
        let url = Url::parse(&address).ok().filter(|url| crate::alert::is_web_address(url.as_str()));
        if url.is_none() {
            wrong(
                "address",
                "The address is written like https://blog.example.com, without user name and password.",
            );
        }
        let host = url.as_ref().and_then(Url::host_str).unwrap_or_default();
        let site = if self.site.trim().is_empty() { site::read(host) } else { site::read(&self.site) };
        if let Err(problem) = site {
            wrong("site", problem);
        }
        if self.login.trim().is_empty() != self.password.trim().is_empty() {
            let missing = if self.login.trim().is_empty() { "login" } else { "password" };
            wrong(
                missing,
                "Login and application password go together; leave both blank to approve Gavel in WordPress.",
            );
        }
        match (url, site) {
            (Some(url), Ok(Some(site))) if problems.is_empty() => Ok((site, url)),
            _ => Err(problems),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_as_people_type_them() {
        let read = |address: &str, site: &str| {
            let form =
                WordPressForm { address: address.into(), site: site.into(), ..WordPressForm::default() };
            form.validate().map(|(site, url)| (site, url.to_string()))
        };
        let found = |site: &str, url: &str| Ok((site.to_owned(), url.to_owned()));
        assert_eq!(read(" blog.example.com ", ""), found("blog.example.com", "https://blog.example.com/"));
        assert_eq!(
            read("http://a.example/blog/", "shop.example"),
            found("shop.example", "http://a.example/blog/")
        );
        for (address, site, field) in [
            ("", "", "address"),
            ("ftp://a.example", "", "address"),
            ("https://ana:secret@a.example", "", "address"),
            ("https://a.example", "two words", "site"),
        ] {
            assert_eq!(read(address, site).unwrap_err()[0].field, field, "{address:?}");
        }
    }

    #[test]
    fn a_login_has_a_password_which_is_not_told() {
        let form =
            WordPressForm { address: "a.example".into(), login: "ana".into(), ..WordPressForm::default() };
        assert_eq!(form.validate().unwrap_err()[0].field, "password");
        let form = WordPressForm { password: "abcd efgh".into(), ..form };
        assert!(form.validate().is_ok());
        assert!(!format!("{form:?}").contains("abcd"));
    }
}
