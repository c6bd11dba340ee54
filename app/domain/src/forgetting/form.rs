//! What administrators type about forgetting: a rule for a site, and who is to be erased.

use serde::{Deserialize, Serialize};

use super::{DAYS_MAX, DataSubject, RetentionRule};
use crate::{FieldError, content::present, site};

/// Longest reason for an erasure, in characters.
const REASON_MAX: usize = 500;

/// A rule, as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RetentionForm {
    /// The site; blank for all that have no rule of their own.
    pub site: String,
    /// Days after which messages are forgotten; blank for never.
    pub content: String,
    /// Days after which it is forgotten who wrote them; blank for never.
    pub personal: String,
}

impl RetentionForm {
    /// The rule.
    ///
    /// # Errors
    /// Every field that is wrong; a rule that forgets nothing is.
    pub fn validate(&self) -> Result<RetentionRule, Vec<FieldError>> {
        let mut errors = Vec::new();
        let mut days = |field: &str, text: &str| {
            read_days(text).unwrap_or_else(|problem| {
                errors.push(FieldError::new(field, problem));
                None
            })
        };
        let (content_days, personal_days) =
            (days("content", &self.content), days("personal", &self.personal));
        let site = site::read(&self.site).unwrap_or_else(|problem| {
            errors.push(FieldError::new("site", problem));
            None
        });
        if errors.is_empty() && content_days.or(personal_days).is_none() {
            let problem = "Say after how many days messages are forgotten, or who wrote them, or both.";
            errors.push(FieldError::new("content", problem));
        }
        if errors.is_empty() { Ok(RetentionRule { site, content_days, personal_days }) } else { Err(errors) }
    }
}

fn read_days(text: &str) -> Result<Option<u32>, String> {
    let Some(text) = present(text) else { return Ok(None) };
    match text.parse() {
        Ok(days) if (1..=DAYS_MAX).contains(&days) => Ok(Some(days)),
        _ => Err(format!(
            "Days are a whole number from 1 to {}. Leave it blank to keep them for good.",
            crate::paging::grouped(DAYS_MAX.into())
        )),
    }
}

/// Who is to be erased and why, as typed.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ErasureForm {
    /// `email`, `ip` or `name`.
    pub known_by: String,
    /// The address or the name.
    pub who: String,
    /// Why, for the audit record.
    pub reason: String,
}

/// Without the person, whom no log is to name.
impl std::fmt::Debug for ErasureForm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ErasureForm").field("known_by", &self.known_by).finish_non_exhaustive()
    }
}

impl ErasureForm {
    /// Who it is.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn person(&self) -> Result<DataSubject, Vec<FieldError>> {
        let wrong = |field: &str, problem: &str| Err(vec![FieldError::new(field, problem)]);
        let Some(who) = present(&self.who) else {
            return wrong("who", "Type the address or the name. Nothing was looked for.");
        };
        match self.known_by.as_str() {
            "email" if who.contains('@') => Ok(DataSubject::Email(who)),
            "email" => wrong("who", "An e-mail address has an @. Choose what else it is, or correct it."),
            "ip" => match who.parse() {
                Ok(ip) => Ok(DataSubject::Ip(ip)),
                Err(_) => wrong("who", "This is no IP address. Write it like 203.0.113.42 or 2001:db8::1."),
            },
            "name" => Ok(DataSubject::Name(who)),
            _ => wrong("known_by", "Choose what they are known by."),
        }
    }

    /// Who it is, and why they are erased.
    ///
    /// # Errors
    /// What is wrong with either. The reason stays on record, so it must not name them.
    pub fn validate(&self) -> Result<(DataSubject, String), Vec<FieldError>> {
        let person = self.person()?;
        let problem = match present(&self.reason) {
            None => "Say why; it is kept in the audit record. Nothing was erased.",
            Some(reason) if reason.chars().count() > REASON_MAX => {
                "The reason is longer than 500 characters."
            }
            Some(reason) if reason.to_ascii_lowercase().contains(&person.value()) => {
                "The reason is kept in the audit record: do not name the person in it."
            }
            Some(reason) => return Ok((person, reason)),
        };
        Err(vec![FieldError::new("reason", problem)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(site: &str, content: &str, personal: &str) -> Result<RetentionRule, Vec<String>> {
        let form = RetentionForm {
            site: site.to_owned(),
            content: content.to_owned(),
            personal: personal.to_owned(),
        };
        form.validate().map_err(|errors| errors.into_iter().map(|error| error.field).collect())
    }

    #[test]
    fn a_rule_names_days_that_can_be_counted() {
        let read = rule(" Shop.example.com ", "180", " 90 ").unwrap();
        assert_eq!(read.site.as_deref(), Some("shop.example.com"));
        assert_eq!((read.content_days, read.personal_days), (Some(180), Some(90)));
        assert_eq!(
            rule("", "", "1").unwrap(),
            RetentionRule { site: None, content_days: None, personal_days: Some(1) }
        );
        for wrong in ["0", "-1", "36501", "1.5", "a week", "99999999999"] {
            assert_eq!(rule("", wrong, "1").unwrap_err(), ["content"], "{wrong}");
        }
        assert_eq!(rule("a b", "x", "y").unwrap_err(), ["content", "personal", "site"]);
        assert_eq!(rule("", " ", "").unwrap_err(), ["content"], "a rule that forgets nothing");
    }

    fn erasure(known_by: &str, who: &str, reason: &str) -> Result<String, String> {
        let form =
            ErasureForm { known_by: known_by.to_owned(), who: who.to_owned(), reason: reason.to_owned() };
        let read = form.validate();
        read.map(|(person, _)| person.value()).map_err(|mut errors| errors.remove(0).field)
    }

    #[test]
    fn an_erasure_names_somebody_and_a_reason_that_does_not() {
        let why = "asked on 30 November";
        assert_eq!(erasure("email", " Ana@Example.com", why).unwrap(), "ana@example.com");
        assert_eq!(erasure("ip", "2001:DB8::1", why).unwrap(), "2001:db8::1");
        assert_eq!(erasure("name", "Ana", why).unwrap(), "ana");
        for (known_by, who) in [("email", "ana"), ("email", " "), ("ip", "ana@example.com"), ("name", "")] {
            assert_eq!(erasure(known_by, who, why).unwrap_err(), "who", "{known_by} {who}");
        }
        assert_eq!(erasure("cookie", "x", why).unwrap_err(), "known_by");
        for reason in [" ", "ANA@example.com asked", &"x".repeat(501)] {
            assert_eq!(erasure("email", "ana@example.com", reason).unwrap_err(), "reason", "{reason}");
        }
        let form = ErasureForm { who: "ana@example.com".to_owned(), ..ErasureForm::default() };
        assert!(!format!("{form:?}").contains("ana"));
    }
}
