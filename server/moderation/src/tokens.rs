//! Tokens of apps: made once, shown once, kept as a hash.

use activelayer::SecretString;
use chrono::{DateTime, TimeDelta, Utc};
use domain::{ApiToken, Fallback, FieldError};
use sha2::{Digest, Sha256};
use store::{NewApiToken, Store};

use crate::{Moderation, ModerationError};

/// Starts every token, so that people and secret scanners know one when they see it.
const TOKEN_START: &str = "gvl_";

/// Random bytes in a token: 256 bits, which nobody guesses.
const TOKEN_BYTES: usize = 32;

/// Characters shown of a token: enough to tell two apart, and 224 bits stay secret.
const PREFIX_CHARS: usize = 12;

/// How coarsely the last use is kept: one write a minute and token, not one a request.
const USE_NOTED_EVERY: TimeDelta = TimeDelta::seconds(60);

/// Longest name and longest site, in characters (a host name has at most 253).
const LONGEST_WORD: usize = 253;

/// What a new token is to be for.
#[derive(Clone, Debug)]
pub struct TokenWish {
    /// What people call it.
    pub name: String,
    /// The site whose submissions are checked with it.
    pub site: String,
    /// Requests allowed a minute, at least 1; `None` for no limit.
    pub per_minute: Option<u32>,
    /// What the app is answered when there is no verdict.
    pub fallback: Fallback,
}

/// Makes a token. The secret is returned here and nowhere else, ever.
///
/// # Errors
/// [`ModerationError::Invalid`] for a blank or overlong name or site, [`ModerationError::Store`] when a token of this name is
/// in force, or the store or the system's source of randomness fails.
pub async fn issue(
    store: &dyn Store,
    wish: &TokenWish,
    now: DateTime<Utc>,
) -> Result<(SecretString, ApiToken), ModerationError> {
    let mut problems = Vec::new();
    let mut word = |field: &str, text: &str| {
        let text = text.trim().to_owned();
        if text.is_empty() || text.chars().count() > LONGEST_WORD || text.chars().any(char::is_control) {
            let problem = format!("The {field} must have 1 to {LONGEST_WORD} visible characters.");
            problems.push(FieldError { field: field.to_owned(), problem });
        }
        text
    };
    let (name, site) = (word("name", &wish.name), word("site", &wish.site));
    if !problems.is_empty() {
        return Err(ModerationError::Invalid(problems));
    }
    let secret = random_token()?;
    let token = NewApiToken {
        name,
        hash: hash(&secret),
        prefix: secret.chars().take(PREFIX_CHARS).collect(),
        site,
        per_minute: wish.per_minute,
        fallback: wish.fallback,
        created_at: now,
    };
    let token = store.create_api_token(&token).await?;
    Ok((SecretString::from(secret), token))
}

/// A fresh random token.
///
/// # Errors
/// [`ModerationError::Randomness`] when the system has no randomness to give.
pub fn random_token() -> Result<String, ModerationError> {
    let mut bytes = [0; TOKEN_BYTES];
    getrandom::fill(&mut bytes).map_err(|error| ModerationError::Randomness(error.to_string()))?;
    Ok(bytes.iter().fold(TOKEN_START.to_owned(), |text, byte| format!("{text}{byte:02x}")))
}

/// What is kept of a secret of 256 random bits. It needs no salt and no slow hash.
pub fn hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret).into()
}

impl Moderation {
    /// The token in force with this secret, asked of the store each time: revocation is immediate. Notes the use.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn token(&self, secret: &str) -> Result<Option<ApiToken>, ModerationError> {
        let Some(token) = self.store.api_token_by_hash(&hash(secret)).await? else { return Ok(None) };
        let now = self.clock.now();
        if token.last_used_at.is_none_or(|last| now - last >= USE_NOTED_EVERY) {
            self.store.api_token_used(token.id, now).await?;
        }
        Ok(Some(token))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_long_and_never_the_same() {
        let (one, other) = (random_token().unwrap(), random_token().unwrap());
        assert_eq!(one.len(), TOKEN_START.len() + 2 * TOKEN_BYTES);
        assert!(one.starts_with(TOKEN_START));
        assert_ne!(one, other);
        assert_ne!(hash(&one), hash(&other));
    }
}
