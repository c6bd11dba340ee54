//! Who calls the gateway. The store is asked at every request, so that a revocation counts from the next one, whichever process
//! made it; but a check need not wait for that.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use activelayer::wire::Refusal;
use domain::ApiToken;
use moderation::{ModerationError, tokens};
use store::SecretOf;

use super::allowed;
use crate::state::AppState;

/// An app, by its token.
pub struct Caller {
    /// As it stood at the token's last use, or as the store has just said.
    pub(super) token: ApiToken,
    /// Whether `token` is from memory.
    is_remembered: bool,
    /// Whom to ask for the token of this secret.
    callers: Callers,
    key: String,
}

impl Caller {
    /// The same, once the store has said that the token is in force.
    ///
    /// # Errors
    /// 401 when it is not.
    pub(super) async fn certain(self) -> Result<Self, Refusal> {
        if !self.is_remembered {
            return Ok(self);
        }
        let token = self.callers.look_up(&self.key).await?;
        Ok(Self { token, is_remembered: false, ..self })
    }

    /// The token, once the store has said that it is in force.
    ///
    /// # Errors
    /// 401 when it is not.
    pub(super) async fn confirmed(self) -> Result<ApiToken, Refusal> {
        Ok(self.certain().await?.token)
    }

    /// The token as the store has it now, whatever it said before.
    ///
    /// # Errors
    /// 401 when it is not in force.
    pub(super) async fn again(self) -> Result<ApiToken, Refusal> {
        self.callers.look_up(&self.key).await
    }
}

/// The tokens that were in force when they were last used, by the hashes of their secrets: as many as there are secrets, at most.
#[derive(Clone)]
pub(super) struct Callers {
    app: AppState,
    known: Arc<Mutex<HashMap<[u8; 32], SecretOf>>>,
}

impl Callers {
    pub(super) fn new(app: AppState) -> Self {
        Self { app, known: Arc::default() }
    }

    /// Finds out who asks. For a token that was used before, the store is still to be asked.
    ///
    /// # Errors
    /// 401 for a secret that opens nothing.
    pub(super) async fn find(&self, key: &str) -> Result<Caller, Refusal> {
        let (token, is_remembered) = match self.known(key) {
            Some(found) => (self.in_time(found)?, true),
            None => (self.look_up(key).await?, false),
        };
        Ok(Caller { token, is_remembered, callers: self.clone(), key: key.to_owned() })
    }

    fn known(&self, key: &str) -> Option<SecretOf> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&tokens::hash(key)).cloned()
    }

    /// The token, if its time goes on. What is remembered says that as well as the store: an end once set never comes later.
    fn in_time(&self, found: SecretOf) -> Result<ApiToken, Refusal> {
        allowed::in_time(&found, self.app.clock.now()).map_err(|(kind, refusal)| {
            let words = refusal.body.message.as_deref().unwrap_or_default();
            self.app.moderation.note_refusal(Some(found.token.id), kind, words);
            refusal
        })?;
        Ok(found.token)
    }

    async fn ask_store(&self, key: &str) -> Result<Option<SecretOf>, ModerationError> {
        if self.app.moderation.is_database_away() {
            // It would be waited for in vain.
            return Err(ModerationError::NothingKept(store::Trouble::Away));
        }
        self.app.moderation.token(key).await
    }

    async fn look_up(&self, key: &str) -> Result<ApiToken, Refusal> {
        let found = match self.ask_store(key).await {
            Ok(found) => found,
            // Nobody can have revoked it since the database went away, and an app is answered by its fallback meanwhile.
            Err(error) if self.app.moderation.is_database_away() => {
                let known = self.known(key).ok_or_else(|| failed(&error))?;
                return self.in_time(known);
            }
            Err(error) => return Err(failed(&error)),
        };
        {
            let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            match &found {
                Some(found) => known.insert(tokens::hash(key), found.clone()),
                None => known.remove(&tokens::hash(key)),
            };
        }
        let Some(found) = found else {
            self.app.moderation.note_unknown_key(key).await.map_err(|error| failed(&error))?;
            return Err(Refusal::unauthorized());
        };
        self.in_time(found)
    }
}

fn failed(error: &ModerationError) -> Refusal {
    tracing::error!(%error, "the store could not be asked about a token");
    match error.trouble() {
        Some(_) => Refusal::unavailable(),
        None => Refusal::internal(),
    }
}
