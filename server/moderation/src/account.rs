//! What apps are told about their token, the upstream's key and the plan: fresh when the upstream answers
//! soon, else what is known.

use std::{
    future::Future,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use activelayer::{Answer, ApiError, KeyInfo, UserInfo, VerifyResponse};
use chrono::{DateTime, SecondsFormat, Utc};
use domain::ApiToken;
use futures_util::{
    FutureExt,
    future::{BoxFuture, Shared},
};
use serde_json::{Map, Value};

use crate::{GatewayError, Moderation, ModerationError};

/// How long an app waits for fresh figures where older ones are known. A WordPress page asks up to six times,
/// one after the other.
const FRESH_PATIENCE: Duration = Duration::from_millis(300);

/// How long it waits where nothing is known yet; apps give up after 5 s.
const FIRST_PATIENCE: Duration = Duration::from_millis(4250);

/// Name of the field of `/verify` that tells whether the upstream accepts Gavel's key; `null` when nobody
/// knows.
const UPSTREAM_KEY_VALID: &str = "upstream_key_valid";

/// What an app is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountAnswer {
    /// The answer's JSON text.
    pub body: String,
    /// How old it is, when it is not fresh.
    pub age: Option<Duration>,
}

/// A question to the upstream that everybody who asks it meanwhile shares.
pub(crate) struct Question<T: Clone>(Mutex<Option<Shared<BoxFuture<'static, T>>>>);

impl<T: Clone> Default for Question<T> {
    fn default() -> Self {
        Self(Mutex::new(None))
    }
}

impl<T: Clone + Send + Sync + 'static> Question<T> {
    /// Waits for the answer of the question that is under way, or asks it. It goes on when nobody waits any
    /// more; when it panics, the answer is a time-out.
    fn ask<F>(&self, ask: impl FnOnce() -> F) -> Shared<BoxFuture<'static, T>>
    where
        F: Future<Output = T> + Send + 'static,
        T: From<ApiError>,
    {
        let mut under_way = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(shared) = under_way.as_ref().filter(|shared| shared.peek().is_none()) {
            return shared.clone();
        }
        let task = tokio::spawn(ask());
        let answer = async move { task.await.unwrap_or_else(|_| T::from(ApiError::Timeout)) };
        let shared = answer.boxed().shared();
        *under_way = Some(shared.clone());
        shared
    }
}

/// What a question brought, so that it can be shared.
#[derive(Clone, Debug)]
pub(crate) struct Asked<T>(pub(crate) Result<T, ApiError>);

impl<T> From<ApiError> for Asked<T> {
    fn from(error: ApiError) -> Self {
        Self(Err(error))
    }
}

impl Moderation {
    /// The upstream's word on the plan's usage, byte for byte: fresh, or the newest that is known when the
    /// upstream is slow or away.
    ///
    /// # Errors
    /// [`GatewayError::Unavailable`] when none was ever given; [`GatewayError::Failed`] when the store fails.
    pub async fn stats_for_app(self: &Arc<Self>) -> Result<AccountAnswer, GatewayError> {
        let this = Arc::clone(self);
        let question = self.stats_asked.ask(|| async move { Asked(this.ask_for_stats().await) });
        let mut question = std::pin::pin!(question);
        let soon = tokio::time::timeout(FRESH_PATIENCE, &mut question).await;
        if let Ok(Asked(Ok(body))) = soon {
            return Ok(AccountAnswer { body, age: None });
        }
        if let Some((taken_at, body)) = self.store.stats_answer().await.map_err(ModerationError::from)? {
            return Ok(AccountAnswer { body, age: Some(self.age_of(taken_at)) });
        }
        let rest = FIRST_PATIENCE.saturating_sub(FRESH_PATIENCE);
        let answer = match soon {
            Ok(answer) => answer,
            Err(_) => tokio::time::timeout(rest, question).await.unwrap_or(Asked(Err(ApiError::Timeout))),
        };
        match answer.0 {
            Ok(body) => Ok(AccountAnswer { body, age: None }),
            Err(cause) => Err(GatewayError::Unavailable { cause, detection: None }),
        }
    }

    /// Asks and keeps the answer. What could not be kept is told all the same.
    async fn ask_for_stats(&self) -> Result<String, ApiError> {
        let (sample, body) = self.usage_by(&self.upstreams.background).await?;
        // The detector in the program is asked again the next time: nothing has to be kept of it.
        if !self.is_embedded()
            && let Err(error) = self.keep(&sample, &body).await
        {
            tracing::error!(%error, "a usage sample could not be kept");
        }
        Ok(body)
    }

    /// What an app is told about its own token, in the guide's shape, and of the upstream only whether it
    /// accepts Gavel's key.
    ///
    /// # Errors
    /// When the answer cannot be written, which it always can.
    pub async fn verify_for_app(self: &Arc<Self>, token: &ApiToken) -> Result<AccountAnswer, GatewayError> {
        let this = Arc::clone(self);
        let question = self.verify_asked.ask(|| async move {
            Asked(match this.verify().await {
                Ok(_) => Ok(()),
                Err(ModerationError::Upstream(error)) => Err(error),
                Err(_) => Err(ApiError::Timeout),
            })
        });
        let fresh = tokio::time::timeout(FRESH_PATIENCE, question).await;
        let is_fresh = matches!(fresh, Ok(Asked(Ok(()) | Err(ApiError::Unauthorized { .. }))));
        let (key_valid, known_at) = self.health.key_known();
        let now = self.clock.now();
        let written = |time: DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::AutoSi, true);
        let own = VerifyResponse {
            valid: true,
            message: "API key is valid".to_owned(),
            key_info: KeyInfo {
                name: token.name.clone(),
                created_at: written(token.created_at),
                // This request is its last use.
                last_used_at: Some(written(now)),
                extra: Map::new(),
            },
            user_info: UserInfo {
                id: 0,
                email: String::new(),
                name: Some("Gavel".to_owned()),
                extra: Map::new(),
            },
            timestamp: written(now),
            extra: [(UPSTREAM_KEY_VALID.to_owned(), key_valid.map_or(Value::Null, Value::Bool))]
                .into_iter()
                .collect(),
        };
        let body = Answer::encode(own).map_err(ModerationError::Upstream)?.body;
        Ok(AccountAnswer { body, age: known_at.filter(|_| !is_fresh).map(|at| self.age_of(at)) })
    }

    fn age_of(&self, taken_at: DateTime<Utc>) -> Duration {
        (self.clock.now() - taken_at).to_std().unwrap_or_default()
    }
}
