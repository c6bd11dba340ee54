//! `POST /check` and `POST /check-comment`.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::lenient::{is_absent, optional_text, optional_whole, or_default, shortest};

/// Body of `POST /check` and `POST /check-comment`.
///
/// Optional texts that are blank count as absent, both when read and when written: clients in the field send
/// `"email": ""` for "no address".
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CheckRequest {
    /// Text to analyse: an e-mail's body, a form's submission, a chat message. Not blank.
    pub message: String,
    /// Sender's e-mail address, at most 255 characters; nothing else is asked of it.
    #[serde(default, deserialize_with = "optional_text", skip_serializing_if = "is_absent")]
    pub email: Option<String>,
    /// Author name or nickname.
    #[serde(default, deserialize_with = "optional_text", skip_serializing_if = "is_absent")]
    pub name: Option<String>,
    /// Author's IPv4 or IPv6 address; the request's address when it is absent.
    #[serde(default, deserialize_with = "optional_text", skip_serializing_if = "is_absent")]
    pub ip: Option<String>,
    /// When the content was created, in seconds since the UNIX epoch.
    #[serde(default, deserialize_with = "optional_whole", skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<i64>,
    /// Browser or client User-Agent string.
    #[serde(default, deserialize_with = "optional_text", skip_serializing_if = "is_absent")]
    pub user_agent: Option<String>,
    /// Page that the content was submitted on.
    #[serde(default, deserialize_with = "optional_text", skip_serializing_if = "is_absent")]
    pub website_url: Option<String>,
    /// Domain associated with the content.
    #[serde(default, deserialize_with = "optional_text", skip_serializing_if = "is_absent")]
    pub domain: Option<String>,
    /// Whatever else the client sent. Integers beyond 64 bits come out as floats; all else as it came in.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl CheckRequest {
    /// A request with nothing but its text; fill in the other fields with `..`.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), ..Self::default() }
    }
}

/// Body of a check's answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CheckResponse {
    /// Unique identifier, for audits, feedback and support.
    pub detection_id: String,
    /// Whether the threshold was met; the upstream's word wins over any comparison.
    pub is_spam: bool,
    /// Aggregate spam score, 0 to 100.
    #[serde(serialize_with = "shortest")]
    #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 100))]
    pub total_score: f64,
    /// Score required to classify as spam, 0 to 100.
    #[serde(serialize_with = "shortest")]
    #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 100))]
    pub threshold: f64,
    /// Processing time, in milliseconds; 0 when the upstream does not say (a verdict is complete without it).
    #[serde(default, deserialize_with = "or_default", serialize_with = "shortest")]
    #[cfg_attr(feature = "openapi", schema(minimum = 0))]
    pub execution_time: f64,
    /// When the answer was generated, ISO 8601 with or without fractions.
    pub timestamp: String,
    /// `signals`, `confidence` and whatever else came.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}
