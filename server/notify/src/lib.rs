//! Tells people outside Gavel what happens: by signed webhook, and by e-mail. It knows neither alerts nor the database.
//!
//! This, `activelayer` and `wordpress` are the only crates that make HTTP requests. Where a webhook leads is set by administrators only;
//! redirects are not followed, of a refusal's body only the beginning is read, and no error shows the address, which may hold a
//! secret.

#![deny(missing_docs)]

mod mail;
mod reach;
mod refusal;
mod signature;
mod webhook;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use secrecy::SecretString;
use url::Url;

pub use mail::{MailOptions, MailTls, Mailer};
pub use reach::{Reach, resolve};
pub use signature::{SIGNATURE_HEADER, sign, verify};
pub use webhook::client;

/// Why somebody was not told.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotifyError {
    /// The address or the settings cannot be used.
    #[error("{0}")]
    Settings(String),
    /// No connection, or it broke.
    #[error("{0}")]
    Unreachable(String),
    /// No answer in time.
    #[error("no answer within {0} s")]
    TimedOut(u64),
    /// The receiver answered something else than success.
    #[error("the receiver answered with status {status}{}", and_said(said))]
    Status {
        /// The status.
        status: u16,
        /// The beginning of its answer, as text of one line without the address; may be empty.
        said: String,
    },
    /// The receiver is elsewhere.
    #[error(
        "the receiver answered with a redirect ({status}) to {to}; redirects are not followed, so set that address instead"
    )]
    Redirect {
        /// The status.
        status: u16,
        /// Where to, without what may be secret in it.
        to: String,
    },
    /// The mail server refused.
    #[error("the mail server said: {0}")]
    Mail(String),
}

fn and_said(said: &str) -> String {
    if said.is_empty() { String::new() } else { format!(" and said: {said}") }
}

/// Where and how to post.
#[derive(Clone, Debug)]
pub struct Webhook {
    /// The address; debug output shows it, errors do not.
    pub url: Url,
    /// Signs the body.
    pub secret: SecretString,
    /// Which networks the address may lead to.
    pub reach: Reach,
}

/// Something to post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Post {
    /// The same at every attempt, so that a receiver can tell a repeat.
    pub id: String,
    /// What happens, for instance `alert.opened`.
    pub event: &'static str,
    /// JSON.
    pub body: String,
    /// Now; part of what is signed.
    pub sent_at: DateTime<Utc>,
}

/// A letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// The same at every attempt: mail programs show a repeat once.
    pub id: String,
    /// One line.
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// Now.
    pub sent_at: DateTime<Utc>,
}

/// Carries notes out of the house.
#[async_trait]
pub trait Messenger: std::fmt::Debug + Send + Sync {
    /// Posts to a webhook.
    ///
    /// # Errors
    /// When the receiver did not answer with a status of success.
    async fn post(&self, to: &Webhook, post: &Post) -> Result<(), NotifyError>;

    /// Sends a letter to those whom the configuration names.
    ///
    /// # Errors
    /// When the mail server did not take it, or none is set.
    async fn mail(&self, letter: &Letter) -> Result<(), NotifyError>;

    /// Where letters go, in words without secrets; `None` when no mail server is set.
    fn mail_route(&self) -> Option<String>;
}

/// The real messenger.
#[derive(Debug, Default)]
pub struct Outside {
    mailer: Option<Mailer>,
}

impl Outside {
    /// Sends letters by `mailer`, if there is one.
    pub fn new(mailer: Option<Mailer>) -> Self {
        Self { mailer }
    }
}

#[async_trait]
impl Messenger for Outside {
    async fn post(&self, to: &Webhook, post: &Post) -> Result<(), NotifyError> {
        webhook::post(to, post).await
    }

    async fn mail(&self, letter: &Letter) -> Result<(), NotifyError> {
        match &self.mailer {
            Some(mailer) => mailer.send(letter).await,
            None => Err(NotifyError::Settings("no mail server is set".to_owned())),
        }
    }

    fn mail_route(&self) -> Option<String> {
        self.mailer.as_ref().map(Mailer::route)
    }
}
