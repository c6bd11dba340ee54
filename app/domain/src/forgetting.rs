//! What is no longer kept of a detection, when that is let go, and whose it is.

mod form;
mod report;

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use form::{ErasureForm, RetentionForm};
pub use report::{Erased, PersonCount, Reached, RuleReach};

use crate::Content;

/// What stands where a message was, in lists.
pub const MESSAGE_FORGOTTEN: &str = "The message was forgotten.";

/// Most days that a rule may name: a hundred years.
pub const DAYS_MAX: u32 = 36_500;

/// Something was let go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gone {
    /// When.
    pub at: DateTime<Utc>,
    /// After how many days, by a rule; `None` because somebody asked for it.
    pub after_days: Option<u32>,
}

impl Gone {
    /// A sentence about what is gone, for instance "The message was".
    pub fn sentence(&self, what: &str) -> String {
        let why = match self.after_days {
            Some(1) => "after 1 day".to_owned(),
            Some(days) => format!("after {days} days"),
            None => "because somebody asked for it".to_owned(),
        };
        format!("{what} forgotten on {} {why}.", self.at.format("%Y-%m-%d"))
    }
}

/// What of a detection was let go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forgotten {
    /// The message, and the evidence that quoted it.
    pub content: Option<Gone>,
    /// Who wrote it: name, addresses, user agent, and every further field that came in.
    pub personal: Option<Gone>,
}

/// How long detections of a site are kept whole. Verdict, score, label, times and site stay for good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RetentionRule {
    /// The site; `None` for every site that has no rule of its own, and for what has no site.
    pub site: Option<String>,
    /// For how many days messages are kept; `None` for good.
    pub content_days: Option<u32>,
    /// For how many days it is kept who wrote them; `None` for good.
    pub personal_days: Option<u32>,
}

/// Somebody who wants to be forgotten, as far as the log knows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DataSubject {
    /// By e-mail address; ASCII letters in either case.
    Email(String),
    /// By IP address.
    Ip(IpAddr),
    /// By name, as it was written; ASCII letters in either case.
    Name(String),
}

impl DataSubject {
    /// What they are known by: `email`, `ip` or `name`.
    pub fn known_by(&self) -> &'static str {
        match self {
            Self::Email(_) => "email",
            Self::Ip(_) => "ip",
            Self::Name(_) => "name",
        }
    }

    /// The value, in the form in which it is compared.
    pub fn value(&self) -> String {
        match self {
            Self::Email(text) | Self::Name(text) => text.trim().to_ascii_lowercase(),
            Self::Ip(ip) => ip.to_canonical().to_string(),
        }
    }

    /// Whether they wrote this: by the field, or by a further field that has their address in it.
    pub fn wrote(&self, content: &Content) -> bool {
        let is_same = |text: &Option<String>| {
            text.as_ref().is_some_and(|text| text.trim().eq_ignore_ascii_case(&self.value()))
        };
        match self {
            Self::Email(_) => is_same(&content.email) || self.is_in_further(&content.extra),
            Self::Ip(ip) => {
                content.ip.is_some_and(|other| other.to_canonical() == ip.to_canonical())
                    || self.is_in_further(&content.extra)
            }
            Self::Name(_) => is_same(&content.name),
        }
    }

    /// Whether their address is in one of the further fields. A name is looked for in no other field: it may be a word.
    pub fn is_in_further(&self, extra: &serde_json::Map<String, Value>) -> bool {
        let value = self.value();
        !matches!(self, Self::Name(_)) && extra.values().any(|field| has(field, &value))
    }
}

fn has(field: &Value, value: &str) -> bool {
    match field {
        Value::String(text) => stands_in(text, value),
        Value::Array(items) => items.iter().any(|item| has(item, value)),
        Value::Object(fields) => fields.values().any(|field| has(field, value)),
        _ => false,
    }
}

/// Whether an address stands in a text, not as a part of a longer one.
fn stands_in(text: &str, address: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let is_part = |char: char| char.is_alphanumeric() || "._%+-:".contains(char);
    text.match_indices(address).any(|(start, _)| {
        let before = text[..start].chars().next_back();
        // "mailto:" is no part of an address.
        let is_begun = before.is_some_and(is_part) && !text[..start].ends_with("mailto:");
        let mut behind = text[start + address.len()..].chars();
        let next = behind.next();
        let goes_on = match next {
            Some('.' | ':') => behind.next().is_some_and(char::is_alphanumeric),
            Some(next) => is_part(next),
            None => false,
        };
        !is_begun && !goes_on
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_person_is_known_by_the_field_or_by_an_address_in_further_fields() {
        let ana = DataSubject::Email(" Ana@Example.com ".to_owned());
        let by = |email: Option<&str>, extra: Value| Content {
            email: email.map(str::to_owned),
            extra: extra.as_object().cloned().unwrap(),
            ..Content::default()
        };
        assert!(ana.wrote(&by(Some("ANA@example.com"), json!({}))));
        for field in
            ["ana@example.com", "mailto:ana@example.com", "Ana <ana@example.com>, Ben", "x ana@example.com."]
        {
            assert!(ana.wrote(&by(None, json!({ "from": { "all": [field] } }))), "{field}");
        }
        for other in ["diana@example.com", "ana@example.community", "ana@example.com.au", "x.ana@example.com"]
        {
            assert!(!ana.wrote(&by(Some(other), json!({ "from": other }))), "{other}");
        }
        let ip = DataSubject::Ip("203.0.113.4".parse().unwrap());
        assert!(ip.wrote(&by(None, json!({ "ip": "10.0.0.1, 203.0.113.4" }))));
        assert!(!ip.wrote(&by(None, json!({ "ip": "203.0.113.42" }))));
        assert!(ip.wrote(&Content { ip: "::ffff:203.0.113.4".parse().ok(), ..Content::default() }));
        let name = DataSubject::Name("Ana".to_owned());
        assert!(name.wrote(&Content { name: Some("ana ".to_owned()), ..Content::default() }));
        assert!(!name.wrote(&by(None, json!({ "x": "Ana" }))));
    }

    #[test]
    fn what_is_gone_is_told_in_a_sentence() {
        let at = DateTime::from_timestamp(1_794_916_800, 0).unwrap();
        let by_rule = Gone { at, after_days: Some(90) };
        assert_eq!(
            by_rule.sentence("The message was"),
            "The message was forgotten on 2026-11-17 after 90 days."
        );
        let asked = Gone { at, after_days: None };
        assert!(asked.sentence("The message was").ends_with("because somebody asked for it."));
    }
}
