//! Who calls the gateway. The store is asked at every request, so that a revocation counts from the next one, whichever process
//! made it; but a check need not wait for that.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use activelayer::wire::Refusal;
use domain::ApiToken;
use moderation::{ModerationError, tokens};

use crate::state::AppState;

/// An app, by its token.
pub struct Caller {
    /// As it stood at the token's last use, or as the store has just said.
    pub(super) token: ApiToken,
    /// Where `token` is from memory: whom to ask for the token of this secret.
    unconfirmed: Option<(Callers, String)>,
}

impl Caller {
    /// The same, once the store has said that the token is in force.
    ///
    /// # Errors
    /// 401 when it is not.
    pub(super) async fn certain(self) -> Result<Self, Refusal> {
        Ok(Self { token: self.confirmed().await?, unconfirmed: None })
    }

    /// The token, once the store has said that it is in force.
    ///
    /// # Errors
    /// 401 when it is not.
    pub(super) async fn confirmed(self) -> Result<ApiToken, Refusal> {
        match self.unconfirmed {
            None => Ok(self.token),
            Some((callers, key)) => callers.look_up(&key).await,
        }
    }
}

/// The tokens that were in force when they were last used, by the hashes of their secrets: as many as there are tokens, at most.
#[derive(Clone)]
pub(super) struct Callers {
    app: AppState,
    known: Arc<Mutex<HashMap<[u8; 32], ApiToken>>>,
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
        let caller = match self.known(key) {
            Some(token) => Caller { token, unconfirmed: Some((self.clone(), key.to_owned())) },
            None => Caller { token: self.look_up(key).await?, unconfirmed: None },
        };
        self.app.moderation.note_use(&caller.token).await;
        Ok(caller)
    }

    fn known(&self, key: &str) -> Option<ApiToken> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&tokens::hash(key)).cloned()
    }

    async fn ask_store(&self, key: &str) -> Result<Option<ApiToken>, ModerationError> {
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
                return self.known(key).ok_or_else(|| failed(&error));
            }
            Err(error) => return Err(failed(&error)),
        };
        {
            let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            match &found {
                Some(token) => known.insert(tokens::hash(key), token.clone()),
                None => known.remove(&tokens::hash(key)),
            };
        }
        if found.is_none() {
            self.app.moderation.note_unknown_key(key).await.map_err(|error| failed(&error))?;
        }
        found.ok_or_else(Refusal::unauthorized)
    }
}

fn failed(error: &ModerationError) -> Refusal {
    tracing::error!(%error, "the store could not be asked about a token");
    match error.trouble() {
        Some(_) => Refusal::unavailable(),
        None => Refusal::internal(),
    }
}
