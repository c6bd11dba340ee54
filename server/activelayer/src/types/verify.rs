//! `GET /verify`.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::lenient::{id, or_default};

/// Body of the answer of `GET /verify`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VerifyResponse {
    /// Whether the key is active.
    pub valid: bool,
    /// Human-readable summary.
    pub message: String,
    /// About the key.
    pub key_info: KeyInfo,
    /// About its owner.
    pub user_info: UserInfo,
    /// When the answer was generated, ISO 8601.
    pub timestamp: String,
    /// Whatever else came.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// About an API key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KeyInfo {
    /// Label given to the key; empty when it has none (`null`).
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    /// When it was created, ISO 8601.
    pub created_at: String,
    /// Its last successful call, ISO 8601; `None` when there was none.
    pub last_used_at: Option<String>,
    /// Whatever else came.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// About the owner of an API key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UserInfo {
    /// Internal identifier.
    #[serde(deserialize_with = "id")]
    pub id: i64,
    /// Contact address of the account.
    pub email: String,
    /// Name, if provided.
    pub name: Option<String>,
    /// Whatever else came.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}
