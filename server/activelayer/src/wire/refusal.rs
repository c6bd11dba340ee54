//! Every error that the API answers with: status and payload.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};

use crate::ApiError;

/// The payload of an error. Which fields there are depends on the error.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Error))]
pub struct ErrorBody {
    /// Short title, for instance `Rate Limit Exceeded`.
    pub error: String,
    /// What happened, in a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub message: Option<String>,
    /// What happened, in the one error (404) that says so by this name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub error_details: Option<String>,
    /// Validation only: field name to what is wrong with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub errors: Option<BTreeMap<String, Vec<String>>>,
    /// Quota only: checks that the plan allows in the period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub limit: Option<u64>,
    /// Quota only: checks used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub used: Option<u64>,
    /// Limits only: what is left; 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub remaining: Option<u64>,
}

impl ErrorBody {
    fn new(error: &str, message: impl Into<String>) -> Self {
        Self { error: error.to_owned(), message: Some(message.into()), ..Self::default() }
    }
}

/// An error as it goes out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// HTTP status, 400 to 599.
    pub status: u16,
    /// When to try again: the `Retry-After` header, where known.
    pub retry_after: Option<Duration>,
    /// The payload.
    pub body: Box<ErrorBody>,
}

impl Refusal {
    fn new(status: u16, body: ErrorBody) -> Self {
        Self { status, retry_after: None, body: Box::new(body) }
    }

    /// 400: the body is not JSON, and where it ceases to be. (Not in the guide.)
    pub fn malformed_json(reason: &str) -> Self {
        Self::new(
            400,
            ErrorBody::new("Malformed JSON", format!("The request body is not valid JSON: {reason}.")),
        )
    }

    /// 401: the key is missing, invalid or revoked.
    pub fn unauthorized() -> Self {
        Self::new(401, ErrorBody::new("Invalid API key", "The provided API key is not valid"))
    }

    /// 403: the key's owner has no active plan.
    pub fn no_plan() -> Self {
        Self::new(403, ErrorBody::new("No Plan", "User has no active plan"))
    }

    /// 404: feedback on an unknown detection.
    pub fn detection_not_found() -> Self {
        let details = "No spam detection found with this detection_id".to_owned();
        let body = ErrorBody {
            error: "Detection not found".to_owned(),
            error_details: Some(details),
            ..ErrorBody::default()
        };
        Self::new(404, body)
    }

    /// 404: there is no such endpoint. (Not in the guide.)
    pub fn no_such_endpoint() -> Self {
        let message =
            "There is no such endpoint. The API's base URL is /api/v1 below the address of the server.";
        Self::new(404, ErrorBody::new("Not found", message))
    }

    /// 405: the endpoint takes another method. (Not in the guide.)
    pub fn method_not_allowed() -> Self {
        Self::new(405, ErrorBody::new("Method not allowed", "The endpoint takes another method."))
    }

    /// 413: the body is larger than `max_bytes`. (Not in the guide.)
    pub fn too_large(max_bytes: usize) -> Self {
        let message = format!("The request body must not be larger than {max_bytes} bytes.");
        Self::new(413, ErrorBody::new("Payload too large", message))
    }

    /// 415: the body is compressed. (Not in the guide; clients in the field send plain JSON.)
    pub fn compressed() -> Self {
        let message = "The request body must be sent without Content-Encoding.";
        Self::new(415, ErrorBody::new("Unsupported media type", message))
    }

    /// 422: field name to what is wrong with it.
    pub fn invalid(errors: BTreeMap<String, Vec<String>>) -> Self {
        let body =
            ErrorBody { error: "Validation failed".to_owned(), errors: Some(errors), ..ErrorBody::default() };
        Self::new(422, body)
    }

    /// 429 by the minute. The guide gives no payload but `remaining: 0`; without `limit` and `used`, clients do not
    /// take it for the month's.
    pub fn rate_limited(retry_after: Option<Duration>) -> Self {
        let body = ErrorBody {
            remaining: Some(0),
            ..ErrorBody::new("Rate Limit Exceeded", "Per-minute request limit exceeded")
        };
        Self { retry_after, ..Self::new(429, body) }
    }

    /// 429 by the month: `used` of `limit` checks are used.
    pub fn quota_exhausted(limit: u64, used: u64) -> Self {
        let body = ErrorBody {
            limit: Some(limit),
            used: Some(used),
            remaining: Some(0),
            ..ErrorBody::new("Rate Limit Exceeded", "Monthly request limit exceeded")
        };
        Self::new(429, body)
    }

    /// 500: something broke; the payload does not say what.
    pub fn internal() -> Self {
        let message = "An error occurred while processing your request.";
        Self::new(500, ErrorBody::new("Internal server error", message))
    }

    /// 503: the service cannot be reached now. (Not in the guide; its shape is.)
    pub fn unavailable() -> Self {
        Self::new(
            503,
            ErrorBody::new("Service unavailable", "The service cannot be reached. Try again later."),
        )
    }

    /// The payload's JSON text.
    pub fn body_json(&self) -> String {
        // Texts and numbers only, so this cannot fail; if it ever did, the status would still say what matters.
        serde_json::to_string(&self.body).unwrap_or_else(|_| "{}".to_owned())
    }
}

/// Passes an upstream's error on, in the guide's shape. What the guide does not name becomes 500 when the upstream
/// answered wrongly, 503 when it did not answer; inner reasons stay inside.
impl From<&ApiError> for Refusal {
    fn from(error: &ApiError) -> Self {
        match error {
            ApiError::Unauthorized { message } => Self::unauthorized().saying(message),
            ApiError::NoPlan { message } => Self::no_plan().saying(message),
            ApiError::NotFound { message } => {
                let mut refusal = Self::detection_not_found();
                refusal.body.error_details = Some(message.clone());
                refusal
            }
            ApiError::Invalid { message, errors } => {
                let refusal = Self::invalid(errors.clone());
                if message.is_empty() || *message == refusal.body.error {
                    refusal
                } else {
                    refusal.saying(message)
                }
            }
            ApiError::RateLimited { message, retry_after } => {
                Self::rate_limited(*retry_after).saying(message)
            }
            ApiError::QuotaExhausted { message, limit, used, remaining } => {
                let mut refusal = Self::quota_exhausted(0, 0).saying(message);
                (refusal.body.limit, refusal.body.used) = (*limit, *used);
                refusal.body.remaining = remaining.or(Some(0));
                refusal
            }
            ApiError::Timeout | ApiError::Connect { .. } => Self::unavailable(),
            ApiError::Server { .. } | ApiError::UnexpectedStatus { .. } | ApiError::Malformed { .. } => {
                Self::internal()
            }
        }
    }
}

impl Refusal {
    fn saying(mut self, message: &str) -> Self {
        self.body.message = Some(message.to_owned());
        self
    }
}
