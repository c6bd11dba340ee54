//! The wire types of all five endpoints. Fields that the guide does not name are kept in `extra`.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Body of `POST /check` and `POST /check-comment`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CheckRequest {
    /// Text to analyse; required.
    pub message: String,
    /// Sender's e-mail address, at most 255 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Author name or nickname.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Author's IPv4 or IPv6 address; the upstream takes the request's address when it is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip: Option<String>,
    /// When the content was created, in seconds since the UNIX epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<i64>,
    /// Browser or client User-Agent string.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
    /// Page that the content was submitted on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub website_url: Option<String>,
    /// Domain associated with the content.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    /// Whatever else the client sent.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// Body of a check's answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CheckResponse {
    /// Unique identifier for audits, feedback and support.
    pub detection_id: String,
    /// Whether the threshold was met; the upstream's word wins over any comparison.
    pub is_spam: bool,
    /// Aggregate spam score, 0 to 100.
    pub total_score: f64,
    /// Score required to classify as spam, 0 to 100.
    pub threshold: f64,
    /// Processing time, in milliseconds.
    pub execution_time: f64,
    /// When the answer was generated, ISO 8601 with or without fractions.
    pub timestamp: String,
    /// `signals`, `confidence` and whatever else came.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// Body of `POST /feedback`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FeedbackRequest {
    /// Identifier returned by a check.
    pub detection_id: String,
    /// Final label.
    pub is_spam: bool,
    /// Whatever else the client sent.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// Body of the answer to feedback.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FeedbackResponse {
    /// Whether the feedback was accepted for processing.
    pub success: bool,
    /// Human-readable confirmation.
    pub message: String,
    /// The receipt.
    pub data: FeedbackReceipt,
    /// Whatever else came.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// The receipt of feedback.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FeedbackReceipt {
    /// Echo of the detection.
    pub detection_id: String,
    /// Echo of the label: `true` for spam. (The guide's sample contradicts its text; facts say it echoes.)
    pub user_status: bool,
    /// When the feedback entered the queue, ISO 8601.
    pub queued_at: String,
    /// Whatever else came.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// Body of the answer of `GET /verify`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VerifyResponse {
    /// Whether the key is active.
    pub valid: bool,
    /// Human-readable summary.
    pub message: String,
    /// About the key.
    pub key_info: KeyInfo,
    /// About its owner.
    pub user_info: UserInfo,
    /// When the answer was generated, ISO 8601.
    pub timestamp: String,
    /// Whatever else came.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// About an API key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KeyInfo {
    /// Label given to the key.
    pub name: String,
    /// When it was created, ISO 8601.
    pub created_at: String,
    /// Its last successful call, ISO 8601; `None` when there was none.
    pub last_used_at: Option<String>,
    /// Whatever else came.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// About the owner of an API key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UserInfo {
    /// Internal identifier.
    pub id: i64,
    /// Contact address of the account.
    pub email: String,
    /// Name, if provided.
    pub name: Option<String>,
    /// Whatever else came.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// Body of the answer of `GET /stats`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StatsResponse {
    /// Whether the look-up succeeded.
    pub success: bool,
    /// The figures.
    pub data: Stats,
    /// When they were generated, ISO 8601.
    pub timestamp: String,
    /// Whatever else came.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// Plan, usage and period.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stats {
    /// The plan behind the key.
    pub plan: Plan,
    /// What is used of it.
    pub usage: UsageFigures,
    /// The billing period.
    pub period: Period,
    /// `has_payment_method` and whatever else came.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// A plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Its name.
    pub name: String,
    /// Internal identifier.
    pub id: i64,
    /// Whatever else came.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// Usage in the current period.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UsageFigures {
    /// Quota of the period, in checks.
    pub total_requests: u64,
    /// Checks used.
    pub used_requests: u64,
    /// Checks left; 0 when more were used than allowed.
    pub remaining_requests: u64,
    /// Used share, in percent.
    pub usage_percentage: f64,
    /// Whatever else came.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// The billing period. A lifetime plan (`type` = `lifetime`) has no month or year.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Period {
    /// Month, 1 to 12.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub month: Option<u32>,
    /// Year.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub year: Option<i32>,
    /// `monthly` or `lifetime`, where given.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Whatever else came.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}
