//! The Connect button of ActiveLayer's own WordPress plugin: a site gets a key of this Gavel, once, and only the plugin that asked.

use activelayer::SecretString;
use chrono::TimeDelta;
use domain::{FieldError, UserId};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use url::Url;

use crate::{
    Moderation, ModerationError,
    tokens::{self, TokenWish},
};

/// How long a site may take to fetch its key.
const FETCH_WITHIN: TimeDelta = TimeDelta::minutes(10);

/// Characters of a SHA-256 in hexadecimal.
const CHALLENGE_CHARS: usize = 64;

/// Names that are tried for a token: of the same site others may be in force.
const NAMES: u32 = 50;

/// What a code carries.
#[derive(Serialize, Deserialize)]
struct Code {
    site: String,
    challenge: String,
    user: i64,
}

impl Moderation {
    /// Lets a site fetch a key; returns where its owner goes on, which carries the code. The code is worth nothing without what only the
    /// plugin knows (as RFC 7636 has it).
    ///
    /// # Errors
    /// [`ModerationError::Invalid`] when the address to return to is another site's, or something is missing.
    pub async fn grant_connection(
        &self,
        site_url: &str,
        return_url: &str,
        challenge: &str,
        by: UserId,
    ) -> Result<String, ModerationError> {
        let wrong = |field: &str, problem: &str| {
            ModerationError::Invalid(vec![FieldError {
                field: field.to_owned(),
                problem: problem.to_owned(),
            }])
        };
        let page = |text: &str| {
            let plain = |url: &Url| url.username().is_empty() && url.password().is_none();
            Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && plain(url))
        };
        let site = page(site_url).ok_or_else(|| wrong("site_url", "This is no address of a site."))?;
        let back = page(return_url).filter(|back| back.origin() == site.origin());
        let mut back = back.ok_or_else(|| {
            wrong("return_url", "The site asks to go on elsewhere than on itself: do not connect it.")
        })?;
        let is_digest =
            challenge.len() == CHALLENGE_CHARS && challenge.chars().all(|char| char.is_ascii_hexdigit());
        if !is_digest {
            return Err(wrong(
                "code_challenge",
                "The site did not send what its plugin should. Press Connect there again.",
            ));
        }
        let name = domain::site::read(site_url).ok().flatten();
        let code = Code {
            site: name.ok_or_else(|| wrong("site_url", "This is no address of a site."))?,
            challenge: challenge.to_ascii_lowercase(),
            user: by.0,
        };
        let code = self.pending_code(&code, FETCH_WITHIN).await?;
        back.query_pairs_mut().append_pair("al_code", &code);
        Ok(back.into())
    }

    /// The key for a code, once, for whoever knows what the code was asked with.
    ///
    /// # Errors
    /// [`ModerationError::Refused`] for a code that is unknown, too old, used, or another's.
    pub async fn claim_connection(
        &self,
        code: &str,
        verifier: &str,
    ) -> Result<SecretString, ModerationError> {
        let refused = || {
            let words = "This code is unknown, too old or used. Press Connect in WordPress again.";
            ModerationError::Refused(words.to_owned())
        };
        let read: Code = self.take_pending(code).await?.ok_or_else(refused)?;
        if hex::encode(Sha256::digest(verifier)) != read.challenge {
            return Err(refused());
        }
        let now = self.clock.now();
        let mut outcome = Err(refused());
        for number in 1..=NAMES {
            let name = match number {
                1 => format!("WordPress plugin of {}", read.site),
                number => format!("WordPress plugin of {} ({number})", read.site),
            };
            let wish = TokenWish::new(name, &read.site);
            outcome = tokens::issue(&*self.store, &wish, Some(UserId(read.user)), now).await;
            if !matches!(outcome, Err(ModerationError::Invalid(_))) {
                break;
            }
        }
        outcome.map(|(secret, _)| secret)
    }
}
