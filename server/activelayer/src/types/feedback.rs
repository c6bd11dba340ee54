//! `POST /feedback`.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Body of `POST /feedback`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FeedbackRequest {
    /// Identifier returned by a check.
    pub detection_id: String,
    /// Final label.
    pub is_spam: bool,
    /// Whatever else the client sent.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl FeedbackRequest {
    /// A final label (`true` for spam) on a detection.
    pub fn new(detection_id: impl Into<String>, is_spam: bool) -> Self {
        Self { detection_id: detection_id.into(), is_spam, extra: Map::new() }
    }
}

/// Body of the answer to feedback.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
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
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FeedbackReceipt {
    /// Echo of the detection.
    pub detection_id: String,
    /// Echo of the label: `true` for spam. (The guide's sample contradicts its text; the service echoes.)
    pub user_status: bool,
    /// When the feedback entered the queue, ISO 8601.
    pub queued_at: String,
    /// Whatever else came.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}
