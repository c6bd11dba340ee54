//! Sessions in the database, behind tower-sessions. (Its own sqlx store is stuck on sqlx 0.8; this one is small.)

use std::{collections::HashMap, fmt, sync::Arc};

use async_trait::async_trait;
use axum::http::{HeaderMap, header};
use chrono::DateTime;
use domain::UserId;
use moderation::Clock;
use sha2::{Digest, Sha256};
use store::{SessionRecord, Store, StoreError};
use tower_sessions::{
    Expiry, SessionManagerLayer, SessionStore,
    cookie::{SameSite, time},
    session::{Id, Record},
    session_store,
};

use crate::config::Settings;

/// The value in a session by which anybody is let in: the id of the person who logged in.
pub const USER: &str = "user";

/// The layer that gives every request its session.
///
/// `SameSite=Lax`: a link from a chat finds the moderator logged in, a form on another site does not. A session ends
/// `session_lifetime` after log-in, whatever happens in between.
pub fn layer(
    settings: &Settings,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
) -> SessionManagerLayer<Sessions> {
    let lifetime = time::Duration::try_from(settings.session_lifetime).unwrap_or(time::Duration::DAY);
    SessionManagerLayer::new(Sessions { store, clock })
        .with_name(cookie_name(settings))
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_secure(settings.secure_cookies())
        .with_path("/")
        .with_expiry(Expiry::OnInactivity(lifetime))
}

/// Over TLS the name makes the browser insist on `Secure`, `Path=/` and this very host.
pub fn cookie_name(settings: &Settings) -> &'static str {
    if settings.secure_cookies() { "__Host-gavel_session" } else { "gavel_session" }
}

/// Keeps sessions by the hash of their id, so that a stolen database opens none.
#[derive(Clone)]
pub struct Sessions {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
}

impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sessions")
    }
}

#[async_trait]
impl SessionStore for Sessions {
    async fn create(&self, record: &mut Record) -> session_store::Result<()> {
        // 128 random bits never meet twice, so there is no look before the leap.
        self.save(record).await
    }

    async fn save(&self, record: &Record) -> session_store::Result<()> {
        let data = serde_json::to_string(&record.data)
            .map_err(|error| session_store::Error::Encode(error.to_string()))?;
        let user_id = record.data.get(USER).and_then(serde_json::Value::as_i64).map(UserId);
        let expires_at = DateTime::from_timestamp(record.expiry_date.unix_timestamp(), 0)
            .ok_or_else(|| session_store::Error::Encode("expiry out of range".to_owned()))?;
        let session = SessionRecord { id_hash: hash(record.id), user_id, data, expires_at };
        self.store.save_session(&session).await.map_err(backend)
    }

    async fn load(&self, id: &Id) -> session_store::Result<Option<Record>> {
        let found = self.store.session(&hash(*id), self.clock.now()).await.map_err(backend)?;
        found.map(|session| restore(*id, &session)).transpose()
    }

    async fn delete(&self, id: &Id) -> session_store::Result<()> {
        self.store.delete_session(&hash(*id)).await.map_err(backend)
    }
}

fn restore(id: Id, session: &SessionRecord) -> session_store::Result<Record> {
    let data: HashMap<String, serde_json::Value> = serde_json::from_str(&session.data)
        .map_err(|error| session_store::Error::Decode(error.to_string()))?;
    let expiry_date = time::OffsetDateTime::from_unix_timestamp(session.expires_at.timestamp())
        .map_err(|error| session_store::Error::Decode(error.to_string()))?;
    Ok(Record { id, data, expiry_date })
}

/// Longest name of a browser that is kept, in characters: what tells one from another stands ahead.
const BROWSER_MAX_CHARS: usize = 160;

/// What a browser calls itself.
pub(super) fn browser(headers: &HeaderMap) -> String {
    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    agent.chars().take(BROWSER_MAX_CHARS).collect()
}

/// What the database knows a session by.
pub(crate) fn hash(id: Id) -> Vec<u8> {
    Sha256::digest(id.0.to_le_bytes()).to_vec()
}

fn backend(error: StoreError) -> session_store::Error {
    session_store::Error::Backend(error.to_string())
}
