//! One error for all server functions, in words for the person who looks at it, each with its HTTP status.

use domain::FieldError;
use leptos::{
    prelude::{FromServerFnError, ServerFnErrorErr},
    server_fn::codec::JsonEncoding,
};
use serde::{Deserialize, Serialize};

/// Why a server function did not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum AppError {
    /// Nobody is logged in.
    #[error("You are logged out. Log in and try again.")]
    LoggedOut,
    /// The person's role does not allow it.
    #[error("Only people with the role {0} can do this. Ask an administrator.")]
    Forbidden(String),
    /// What was asked for is not there.
    #[error("There is no such {0}.")]
    NotFound(String),
    /// Fields are wrong; nothing was sent.
    #[error("Please correct the marked fields.")]
    Invalid(Vec<FieldError>),
    /// The search could not be read.
    #[error("The search could not be read: {0}")]
    BadSearch(String),
    /// It may not be, for a reason that is told in sentences; nothing was written.
    #[error("{0}")]
    Refused(String),
    /// Somebody else decided first; nothing was written.
    #[error("{0} Nothing was changed; look again before you decide.")]
    Stale(String),
    /// The upstream gave no verdict.
    #[error("{}", .0.what)]
    Upstream(UpstreamProblem),
    /// Arguments are missing or of another kind than the server expects.
    #[error(
        "The server does not understand what this page sent; it may be newer than the page. Load the page again."
    )]
    Outdated,
    /// Something broke; the server's log says what.
    #[error("Something went wrong on the server. Nothing was lost; try again in a moment.")]
    Internal,
    /// The database cannot be written; why, as the end of a sentence.
    #[error(
        "Nothing can be kept at the moment: {0}. Nothing was changed; try again in a moment, or tell an administrator."
    )]
    NotKept(String),
    /// The server was not reached, or its answer was not understood.
    #[error("The server could not be reached. Check the connection and try again.")]
    Unreachable,
}

/// An error of the upstream: what happened, what to do next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpstreamProblem {
    /// The status that the upstream answered with; `None` when there was no answer.
    pub status: Option<u16>,
    /// What happened.
    pub what: String,
    /// What to do about it.
    pub next_step: String,
}

impl AppError {
    /// The HTTP status that says the same.
    pub fn status(&self) -> u16 {
        match self {
            Self::LoggedOut => 401,
            Self::Forbidden(_) => 403,
            Self::NotFound(_) => 404,
            Self::Invalid(_) | Self::BadSearch(_) => 422,
            Self::Stale(_) | Self::Refused(_) => 409,
            Self::Upstream(_) => 502,
            Self::Outdated => 422,
            Self::Internal => 500,
            Self::NotKept(_) | Self::Unreachable => 503,
        }
    }

    /// All that is to be said in one line: what is wrong with each field, or what happened.
    pub fn words(&self) -> String {
        match self {
            Self::Invalid(fields) => {
                fields.iter().map(|field| field.problem.as_str()).collect::<Vec<_>>().join(" ")
            }
            other => other.to_string(),
        }
    }

    /// A heading of a few words.
    pub fn title(&self) -> &'static str {
        match self {
            Self::LoggedOut => "Logged out",
            Self::Forbidden(_) => "Not allowed",
            Self::NotFound(_) => "Not found",
            Self::Invalid(_) => "Not valid",
            Self::BadSearch(_) => "Search not understood",
            Self::Stale(_) => "Decided meanwhile",
            Self::Refused(_) => "Not done",
            Self::Upstream(_) => "No verdict",
            Self::Outdated => "Not understood",
            Self::Internal => "Server error",
            Self::NotKept(_) => "Nothing can be kept",
            Self::Unreachable => "No connection",
        }
    }
}

impl FromServerFnError for AppError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Request(_) | ServerFnErrorErr::Response(_) => Self::Unreachable,
            #[cfg(feature = "ssr")]
            ServerFnErrorErr::Args(_)
            | ServerFnErrorErr::MissingArg(_)
            | ServerFnErrorErr::Deserialization(_) => Self::Outdated.with_status(),
            _ => Self::Internal,
        }
    }
}

#[cfg(feature = "ssr")]
mod server {
    use activelayer::ApiError;
    use axum::http::{StatusCode, header, request::Parts};
    use domain::Role;
    use leptos::prelude::use_context;
    use leptos_axum::ResponseOptions;
    use moderation::ModerationError;

    use super::{AppError, UpstreamProblem};

    impl AppError {
        /// Logs the cause once and says nothing of it.
        pub(crate) fn internal(cause: &dyn std::fmt::Display) -> Self {
            tracing::error!(%cause, "a server function failed");
            Self::Internal.with_status()
        }

        /// A form that is not as the pages send it.
        pub(crate) fn malformed() -> Self {
            Self::Outdated.with_status()
        }

        pub(crate) fn logged_out() -> Self {
            Self::LoggedOut.with_status()
        }

        /// For the rest of a paste when its beginning used up the time.
        pub(crate) fn took_too_long() -> Self {
            Self::Upstream(UpstreamProblem {
                status: None,
                what: "Not checked: the messages before it took too long.".to_owned(),
                next_step: "Paste the rest again.".to_owned(),
            })
        }

        pub(crate) fn forbidden(required: Role) -> Self {
            Self::Forbidden(required.to_string()).with_status()
        }

        /// Gives the answer under way this error's status; but not to a form that a browser sent by itself: that is answered
        /// by a redirect to its page, which shows the error.
        pub(crate) fn with_status(self) -> Self {
            if answers_form() {
                return self;
            }
            if let (Some(options), Ok(status)) =
                (use_context::<ResponseOptions>(), StatusCode::from_u16(self.status()))
            {
                options.set_status(status);
            }
            self
        }
    }

    impl AppError {
        /// One field of a form is wrong.
        pub(crate) fn bad_field(field: &str, problem: &str) -> Self {
            let error = domain::FieldError { field: field.to_owned(), problem: problem.to_owned() };
            Self::Invalid(vec![error]).with_status()
        }
    }

    impl From<ModerationError> for AppError {
        fn from(error: ModerationError) -> Self {
            match error {
                ModerationError::Invalid(fields) => Self::Invalid(fields).with_status(),
                ModerationError::Refused(words) => Self::Refused(words).with_status(),
                ModerationError::NotFound(what) => Self::NotFound(what.to_owned()).with_status(),
                ModerationError::Stale(Some(standing)) => {
                    let ago = match crate::context::moderation() {
                        Ok(moderation) => domain::time::relative(standing.decided_at, moderation.now()),
                        Err(_) => "meanwhile".to_owned(),
                    };
                    let words = format!("{} marked this as {} {ago}.", standing.user_name, standing.label);
                    Self::Stale(words).with_status()
                }
                ModerationError::Claimed(name) => {
                    Self::Stale(format!("{name} is reviewing this now.")).with_status()
                }
                ModerationError::Stale(None) => {
                    Self::Stale("A decision on this was taken back meanwhile.".to_owned()).with_status()
                }
                ModerationError::Superseded => {
                    Self::Stale("A later decision stands on this one.".to_owned()).with_status()
                }
                ModerationError::Upstream(error) => Self::Upstream(describe(&error)).with_status(),
                error => match error.trouble() {
                    Some(trouble) => {
                        tracing::error!(%error, "a server function could not write");
                        Self::NotKept(trouble.words().to_owned()).with_status()
                    }
                    None => Self::internal(&error),
                },
            }
        }
    }

    /// Whether a server function was called by a plain form, without JavaScript.
    fn answers_form() -> bool {
        use_context::<Parts>().is_some_and(|parts| {
            let accepts = parts.headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
            parts.uri.path().starts_with("/fn/") && accepts.is_some_and(|accept| accept.contains("text/html"))
        })
    }

    /// Words and a next step for each documented error of the upstream (the guide's table "Common Errors").
    fn describe(error: &ApiError) -> UpstreamProblem {
        let (status, what, next_step) = match error {
            ApiError::Unauthorized { .. } => (
                Some(401),
                "ActiveLayer does not accept the API key.".to_owned(),
                "Check ACTIVELAYER_API_KEY: the key may be mistyped, deleted or revoked. An administrator can create a new one under API Tokens.".to_owned(),
            ),
            ApiError::NoPlan { .. } => (
                Some(403),
                "The ActiveLayer account has no active plan.".to_owned(),
                "Activate a plan in the ActiveLayer dashboard, then check again.".to_owned(),
            ),
            ApiError::NotFound { .. } => (
                Some(404),
                "ActiveLayer does not know this detection.".to_owned(),
                "It may have been made with another account's key. Check the content again to get a new detection.".to_owned(),
            ),
            ApiError::Invalid { message, errors } => {
                let fields: Vec<_> = errors.values().flatten().map(String::as_str).collect();
                let what = if fields.is_empty() { message.clone() } else { fields.join(" ") };
                (
                    Some(422),
                    format!("ActiveLayer refused the content: {what}"),
                    "Correct the fields that it names and check again.".to_owned(),
                )
            }
            ApiError::RateLimited { retry_after, .. } => (
                Some(429),
                "Too many checks in this minute (ActiveLayer allows 50 a minute for each key).".to_owned(),
                match retry_after {
                    Some(wait) => format!("Wait {} s, then check again.", wait.as_secs().max(1)),
                    None => "Wait a few seconds, then check again.".to_owned(),
                },
            ),
            ApiError::QuotaExhausted { limit, used, .. } => (
                Some(429),
                match (used, limit) {
                    (Some(used), Some(limit)) => format!("The monthly quota is used up: {used} of {limit} checks."),
                    _ => "The monthly quota is used up.".to_owned(),
                },
                "Wait for the next billing period, or upgrade the plan.".to_owned(),
            ),
            ApiError::Server { status, .. } => (
                Some(*status),
                "ActiveLayer had an internal error.".to_owned(),
                "Check again in a moment. If it stays, contact ActiveLayer's support.".to_owned(),
            ),
            ApiError::UnexpectedStatus { status, .. } => (
                Some(*status),
                format!("ActiveLayer answered with an unexpected status ({status})."),
                "Check ACTIVELAYER_BASE_URL: it may point at something else.".to_owned(),
            ),
            ApiError::Timeout => (
                None,
                "ActiveLayer did not answer in time.".to_owned(),
                "Check again in a moment.".to_owned(),
            ),
            ApiError::Connect { .. } => (
                None,
                "ActiveLayer cannot be reached.".to_owned(),
                "Check the server's network and ACTIVELAYER_BASE_URL, then check again.".to_owned(),
            ),
            ApiError::Malformed { .. } => (
                None,
                "ActiveLayer's answer could not be understood.".to_owned(),
                "Check ACTIVELAYER_BASE_URL: it may point at something else.".to_owned(),
            ),
        };
        UpstreamProblem { status, what, next_step }
    }
}
