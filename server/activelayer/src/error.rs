//! Everything the API can refuse with, one variant a documented case.

use std::{collections::BTreeMap, time::Duration};

/// Why a call gave no answer.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ApiError {
    /// 401: key missing, invalid or revoked.
    #[error("the API key is not valid: {message}")]
    Unauthorized {
        /// The upstream's words.
        message: String,
    },
    /// 403 in the API's own words: the key's owner has no active plan. (A 403 page of a firewall in between is
    /// [`ApiError::UnexpectedStatus`].)
    #[error("the account has no active plan: {message}")]
    NoPlan {
        /// The upstream's words.
        message: String,
    },
    /// 404 in the API's own words: feedback on a `detection_id` that the upstream does not know. (A 404 page, as a
    /// wrong base URL gives, is [`ApiError::UnexpectedStatus`].)
    #[error("not found: {message}")]
    NotFound {
        /// The upstream's words.
        message: String,
    },
    /// 422 in the API's own words: validation failed. (A 422 page of a firewall in between is
    /// [`ApiError::UnexpectedStatus`].)
    #[error("validation failed: {message}")]
    Invalid {
        /// The upstream's words.
        message: String,
        /// Field name to what is wrong with it.
        errors: BTreeMap<String, Vec<String>>,
    },
    /// 429 by the minute: too many requests for now.
    #[error("too many requests a minute: {message}")]
    RateLimited {
        /// The upstream's words.
        message: String,
        /// How long the upstream asks to wait (`Retry-After`), if it does.
        retry_after: Option<Duration>,
    },
    /// 429 by the month: the plan's quota is used up until the next period.
    #[error("monthly quota used up: {message}")]
    QuotaExhausted {
        /// The upstream's words.
        message: String,
        /// Checks that the plan allows in the period.
        limit: Option<u64>,
        /// Checks used.
        used: Option<u64>,
        /// Checks left.
        remaining: Option<u64>,
    },
    /// 5xx: the upstream broke.
    #[error("the service failed with status {status}: {message}")]
    Server {
        /// HTTP status, 500 to 599.
        status: u16,
        /// The upstream's words.
        message: String,
    },
    /// A status that the guide does not name.
    #[error("unexpected status {status}: {message}")]
    UnexpectedStatus {
        /// HTTP status.
        status: u16,
        /// The upstream's words.
        message: String,
    },
    /// No answer in time. The request may have been received, and its quota spent.
    #[error("no answer in time")]
    Timeout,
    /// No connection: refused, unknown host, broken TLS, no connection in time. The request was never sent.
    #[error("cannot connect: {reason}")]
    Connect {
        /// What the network said; never the key.
        reason: String,
    },
    /// A successful status, but not the JSON that the guide promises, or a connection lost before the answer was
    /// complete. The request may have been received, and its quota spent.
    #[error("the answer is malformed: {reason}")]
    Malformed {
        /// What is wrong with it.
        reason: String,
    },
}

impl ApiError {
    /// Whether the same request may succeed later without anybody doing anything: rate limits, 5xx, time-outs,
    /// lost connections and garbled answers.
    pub fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::RateLimited { .. }
                | Self::QuotaExhausted { .. }
                | Self::Server { .. }
                | Self::Timeout
                | Self::Connect { .. }
                | Self::Malformed { .. }
        )
    }

    /// Whether the upstream may have judged all the same, and been paid: nothing that can be read came back.
    pub fn may_be_paid(&self) -> bool {
        matches!(self, Self::Timeout | Self::Malformed { .. })
    }

    /// Whether the upstream may still carry the request out: nobody waited for its answer to the end, neither we nor a proxy
    /// between (502, 504).
    pub fn may_arrive_late(&self) -> bool {
        matches!(self, Self::Timeout | Self::Malformed { .. } | Self::Server { status: 502 | 504, .. })
    }

    /// How long the upstream asks to wait before the next try, where it says so.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RateLimited { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// The same error with every text that came from outside passed through `rewrite`.
    pub(crate) fn map_texts(mut self, rewrite: impl Fn(&str) -> String) -> Self {
        match &mut self {
            Self::Unauthorized { message }
            | Self::NoPlan { message }
            | Self::NotFound { message }
            | Self::RateLimited { message, .. }
            | Self::QuotaExhausted { message, .. }
            | Self::Server { message, .. }
            | Self::UnexpectedStatus { message, .. }
            | Self::Connect { reason: message }
            | Self::Malformed { reason: message } => *message = rewrite(message),
            Self::Invalid { message, errors } => {
                *message = rewrite(message);
                let fields = std::mem::take(errors).into_iter();
                *errors = fields
                    .map(|(field, texts)| (rewrite(&field), texts.iter().map(|text| rewrite(text)).collect()))
                    .collect();
            }
            Self::Timeout => {}
        }
        self
    }
}
