//! `GET /stats`.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::lenient::{count, id, optional_whole, or_default, shortest};

/// Body of the answer of `GET /stats`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StatsResponse {
    /// Whether the look-up succeeded.
    pub success: bool,
    /// The figures.
    pub data: Stats,
    /// When they were generated, ISO 8601.
    pub timestamp: String,
    /// Whatever else came.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// Plan, usage and period.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Stats {
    /// The plan behind the key.
    pub plan: Plan,
    /// What is used of it.
    pub usage: UsageFigures,
    /// The billing period; empty when the upstream gives none (`null` or missing), as for a lifetime plan.
    #[serde(default, deserialize_with = "or_default")]
    pub period: Period,
    /// `has_payment_method` and whatever else came.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// A plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Plan {
    /// Its name.
    pub name: String,
    /// Internal identifier.
    #[serde(deserialize_with = "id")]
    pub id: i64,
    /// Whatever else came.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// Usage in the current period.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UsageFigures {
    /// Quota of the period, in checks.
    #[serde(deserialize_with = "count")]
    pub total_requests: u64,
    /// Checks used.
    #[serde(deserialize_with = "count")]
    pub used_requests: u64,
    /// Checks left; 0 when more were used than allowed.
    #[serde(deserialize_with = "count")]
    pub remaining_requests: u64,
    /// Used share, in percent; may pass 100 when more were used than allowed.
    #[serde(serialize_with = "shortest")]
    pub usage_percentage: f64,
    /// Whatever else came.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// The billing period. A lifetime plan (`type` = `lifetime`) has no month or year.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Period {
    /// Month, 1 to 12.
    #[serde(default, deserialize_with = "optional_whole", skip_serializing_if = "Option::is_none")]
    pub month: Option<u32>,
    /// Year.
    #[serde(default, deserialize_with = "optional_whole", skip_serializing_if = "Option::is_none")]
    pub year: Option<i32>,
    /// `monthly` or `lifetime`, where given.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Whatever else came.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}
