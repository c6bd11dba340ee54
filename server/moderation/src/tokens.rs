//! Tokens of apps: made once, shown once, kept as a hash.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use activelayer::SecretString;
use chrono::{DateTime, TimeDelta, Utc};
use domain::{ApiToken, ApiTokenId, Fallback, FieldError, TokenBounds, UserId};
use sha2::{Digest, Sha256};
use store::{NewApiToken, NewSecret, SecretOf, Store, StoreError};
use tokio::time::timeout;

use crate::{Moderation, ModerationError};

/// Starts every token, so that people and secret scanners know one when they see it.
const TOKEN_START: &str = "gvl_";

/// Random bytes in a token: 256 bits, which nobody guesses.
const TOKEN_BYTES: usize = 32;

/// Characters shown of a token: enough to tell two apart, and 224 bits stay secret.
const PREFIX_CHARS: usize = 12;

/// How coarsely the last use is kept: one write a minute and token, not one a request.
const USE_NOTED_EVERY: TimeDelta = TimeDelta::seconds(60);

/// How long a request waits for its use to be noted: usually a millisecond.
const NOTING: Duration = Duration::from_millis(250);

/// Highest limit by the minute that can be set; more is no limit.
const MOST_PER_MINUTE: u32 = 1_000_000;

/// Longest name and longest site, in characters (a host name has at most 253).
const LONGEST_WORD: usize = 253;

/// What a new token is to be for.
#[derive(Clone, Debug)]
pub struct TokenWish {
    /// What people call it.
    pub name: String,
    /// The site whose submissions are checked with it; see [`domain::site::read`].
    pub site: String,
    /// Requests allowed a minute, at least 1; `None` for no limit.
    pub per_minute: Option<u32>,
    /// What the app is answered when there is no verdict.
    pub fallback: Fallback,
    /// What it may ask, from where, and until when.
    pub bounds: TokenBounds,
}

impl TokenWish {
    /// A token without a limit and without bounds, whose app is always answered by somebody.
    pub fn new(name: impl Into<String>, site: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            site: site.into(),
            per_minute: None,
            fallback: Fallback::default(),
            bounds: TokenBounds::default(),
        }
    }
}

/// Makes a token. The secret is returned here and nowhere else, ever.
///
/// # Errors
/// [`ModerationError::Invalid`] for a blank or overlong name or site, or the name of a token that is in force; otherwise when the
/// store or the system's source of randomness fails.
pub async fn issue(
    store: &dyn Store,
    wish: &TokenWish,
    by: Option<UserId>,
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
    let site = domain::site::read(&site).unwrap_or_else(|problem| {
        problems.push(FieldError { field: "site".to_owned(), problem: problem.to_owned() });
        None
    });
    if wish.bounds.scopes.is_empty() {
        let problem = "Choose at least one thing that the token may ask for.".to_owned();
        problems.push(FieldError { field: "scopes".to_owned(), problem });
    }
    if !problems.is_empty() {
        return Err(ModerationError::Invalid(problems));
    }
    let secret = random_token()?;
    let token = NewApiToken {
        name,
        hash: hash(&secret),
        prefix: prefix(&secret),
        site: site.unwrap_or_default(),
        per_minute: wish.per_minute,
        fallback: wish.fallback,
        bounds: wish.bounds.clone(),
        created_by: by,
        created_at: now,
    };
    let created = store.create_api_token(&token).await;
    let token = created.map_err(|error| match error {
        StoreError::Taken(_) => {
            let problem = "An active token has this name. Choose another, or revoke that one.";
            ModerationError::Invalid(vec![FieldError {
                field: "name".to_owned(),
                problem: problem.to_owned(),
            }])
        }
        error => error.into(),
    })?;
    Ok((SecretString::from(secret), token))
}

/// Gives another secret to the token with this name. It is returned here and nowhere else, ever. The old one goes on for `overlap`.
///
/// # Errors
/// [`ModerationError::NotFound`] when no token of this name is in force; otherwise when the store or the system's source of randomness
/// fails.
pub async fn rotate(
    store: &dyn Store,
    name: &str,
    overlap: TimeDelta,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> Result<(SecretString, ApiToken), ModerationError> {
    let secret = random_token()?;
    let new = NewSecret {
        name: name.trim().to_owned(),
        hash: hash(&secret),
        prefix: prefix(&secret),
        old_until: now + overlap,
        by,
        at: now,
    };
    let rotated = store.rotate_api_token(&new).await?;
    Ok((SecretString::from(secret), rotated.ok_or(ModerationError::NotFound("token in force"))?))
}

/// What is shown of a secret.
fn prefix(secret: &str) -> String {
    secret.chars().take(PREFIX_CHARS).collect()
}

/// Reads a limit as people type it: requests a minute, or nothing for no limit.
///
/// # Errors
/// [`ModerationError::Invalid`] for anything but blank and 1 to 1,000,000.
pub fn read_limit(text: &str) -> Result<Option<u32>, ModerationError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let limit = text.parse().ok().filter(|count| (1..=MOST_PER_MINUTE).contains(count));
    limit.map(Some).ok_or_else(|| {
        let problem = "The limit must be a whole number from 1 to 1000000, or blank for none.".to_owned();
        ModerationError::Invalid(vec![FieldError { field: "per_minute".to_owned(), problem }])
    })
}

/// A fresh random token.
///
/// # Errors
/// [`ModerationError::Randomness`] when the system has no randomness to give.
pub fn random_token() -> Result<String, ModerationError> {
    Ok(format!("{TOKEN_START}{}", random_secret()?))
}

/// 256 random bits in hexadecimal.
///
/// # Errors
/// [`ModerationError::Randomness`] when the system has no randomness to give.
pub fn random_secret() -> Result<String, ModerationError> {
    let mut bytes = [0; TOKEN_BYTES];
    getrandom::fill(&mut bytes).map_err(|error| ModerationError::Randomness(error.to_string()))?;
    Ok(bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}")))
}

/// What is kept of a secret of 256 random bits. It needs no salt and no slow hash.
pub fn hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret).into()
}

impl Moderation {
    /// Every token, also the revoked ones, newest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn tokens(&self) -> Result<Vec<ApiToken>, ModerationError> {
        Ok(self.store.api_tokens().await?)
    }

    /// Makes a token on behalf of `by`; see [`issue`].
    ///
    /// # Errors
    /// Those of [`issue`].
    pub async fn create_token(
        &self,
        wish: &TokenWish,
        by: Option<UserId>,
    ) -> Result<(SecretString, ApiToken), ModerationError> {
        issue(&*self.store, wish, by, self.clock.now()).await
    }

    /// Revokes the token in force with this name, on behalf of `by`.
    ///
    /// # Errors
    /// [`ModerationError::NotFound`] when there is none.
    pub async fn revoke_token(&self, name: &str, by: Option<UserId>) -> Result<ApiToken, ModerationError> {
        let revoked = self.store.revoke_api_token(name, by, self.clock.now()).await?;
        revoked.ok_or(ModerationError::NotFound("token in force"))
    }

    /// Gives another secret to the token in force with this name, on behalf of `by`; see [`rotate`].
    ///
    /// # Errors
    /// Those of [`rotate`].
    pub async fn rotate_token(
        &self,
        name: &str,
        overlap: TimeDelta,
        by: Option<UserId>,
    ) -> Result<(SecretString, ApiToken), ModerationError> {
        rotate(&*self.store, name, overlap, by, self.clock.now()).await
    }

    /// Says of the token in force with this name whether people decide what it sends as feedback, on behalf of `by`. The detector
    /// reads its lessons anew then.
    ///
    /// # Errors
    /// [`ModerationError::NotFound`] when there is none.
    pub async fn mark_token(
        &self,
        name: &str,
        of_people: bool,
        by: Option<UserId>,
    ) -> Result<ApiToken, ModerationError> {
        let marked = self.store.mark_api_token(name, of_people, by, self.clock.now()).await?;
        marked.ok_or(ModerationError::NotFound("token in force"))
    }

    /// The token of this secret, if it is not revoked, asked of the store each time: revocation is immediate, also when another process
    /// (`gavel token revoke`) did it. Whether its time is over is for the caller to see, by [`ApiToken::ended`].
    ///
    /// # Errors
    /// When the store fails.
    pub async fn token(&self, secret: &str) -> Result<Option<SecretOf>, ModerationError> {
        Ok(self.store.api_token_by_hash(&hash(secret)).await?)
    }

    /// Notes that a token is used, at most once a minute and token, however many requests come at once. Nobody's request waits long
    /// for this, or fails by it.
    pub async fn note_use(&self, token: &ApiToken) {
        let now = self.clock.now();
        let is_due = token.last_used_at.is_none_or(|last| now - last >= USE_NOTED_EVERY);
        if is_due && !self.is_database_away() && self.token_uses.claim(token.id, now) {
            let (store, id) = (Arc::clone(&self.store), token.id);
            let noting = tokio::spawn(async move {
                if let Err(error) = store.api_token_used(id, now).await {
                    tracing::warn!(token = id.0, %error, "the last use of a token was not noted");
                }
            });
            let _ = timeout(NOTING, noting).await;
        }
    }
}

/// When the last use of each token was noted. There are few tokens, so none is ever forgotten.
#[derive(Debug, Default)]
pub(crate) struct Uses(Mutex<HashMap<ApiTokenId, DateTime<Utc>>>);

impl Uses {
    /// Whether the caller is the one to note this use: the first within a minute.
    fn claim(&self, id: ApiTokenId, now: DateTime<Utc>) -> bool {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_first = noted.get(&id).is_none_or(|last| now - *last >= USE_NOTED_EVERY);
        if is_first {
            noted.insert(id, now);
        }
        is_first
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_use_is_noted_once_a_minute_and_token() {
        let (uses, start) = (Uses::default(), DateTime::from_timestamp(1_739_619_120, 0).unwrap());
        let claims = |id, after| uses.claim(ApiTokenId(id), start + TimeDelta::seconds(after));
        assert_eq!(
            [claims(1, 0), claims(1, 0), claims(2, 0), claims(1, 59), claims(1, 60)],
            [true, false, true, false, true]
        );
    }

    #[test]
    fn a_limit_is_a_number_or_nothing() {
        assert_eq!(read_limit(" ").unwrap(), None);
        assert_eq!(read_limit(" 60 ").unwrap(), Some(60));
        for wrong in ["0", "-1", "1.5", "many", "1000001"] {
            assert!(matches!(read_limit(wrong), Err(ModerationError::Invalid(_))), "{wrong}");
        }
    }

    #[test]
    fn tokens_are_long_and_never_the_same() {
        let (one, other) = (random_token().unwrap(), random_token().unwrap());
        assert_eq!(one.len(), TOKEN_START.len() + 2 * TOKEN_BYTES);
        assert!(one.starts_with(TOKEN_START));
        assert_ne!(one, other);
        assert_ne!(hash(&one), hash(&other));
    }
}
