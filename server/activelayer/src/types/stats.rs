//! `GET /stats`.
//!
//! Services in the field write these figures in many ways: `-1`, `null` or `0` for "no limit", numbers as
//! text, a month by its name. What can be understood is used, and each value that cannot is named in
//! [`StatsResponse::unread`].

use serde::{Deserialize, Deserializer, Serialize, de::Error};
use serde_json::{Map, Value};

use super::figures::{Read, count, month, percentage, whole_number};
use super::lenient::shortest_of;

/// Body of the answer of `GET /stats`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StatsResponse {
    /// Whether the look-up succeeded.
    pub success: bool,
    /// The figures.
    pub data: Stats,
    /// When they were generated, ISO 8601; empty when it was not told.
    pub timestamp: String,
    /// Whatever else came.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
    /// Names of the values below `data` that could not be read, such as `usage.used_requests`.
    #[serde(skip)]
    pub unread: Vec<String>,
}

/// Plan, usage and period.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Stats {
    /// The plan behind the key.
    pub plan: Plan,
    /// What is used of it.
    pub usage: UsageFigures,
    /// The billing period; empty when the upstream gives none (`null` or missing), as for a lifetime plan.
    pub period: Period,
    /// `has_payment_method` and whatever else came.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// A plan.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Plan {
    /// Its name; empty when it has none.
    pub name: String,
    /// Internal identifier, where there is one.
    pub id: Option<i64>,
    /// Whatever else came.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// Usage in the current period.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UsageFigures {
    /// Quota of the period, in checks. `None`: there is no limit, unless [`StatsResponse::unread`] names it.
    pub total_requests: Option<u64>,
    /// Checks used; `None` when it could not be read, nor reckoned from the other figures.
    pub used_requests: Option<u64>,
    /// Checks left; 0 when more were used than allowed, `None` without a limit.
    pub remaining_requests: Option<u64>,
    /// Used share, in percent; may pass 100 when more were used than allowed, `None` without a limit.
    #[serde(serialize_with = "shortest_of")]
    pub usage_percentage: Option<f64>,
    /// Whatever else came.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// The billing period. A lifetime plan (`type` = `lifetime`) has no month or year.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Period {
    /// Month, 1 to 12.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub month: Option<u32>,
    /// Year.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub year: Option<i32>,
    /// `monthly` or `lifetime`, where given.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Whatever else came.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl<'de> Deserialize<'de> for StatsResponse {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut body = Map::deserialize(deserializer)?;
        let Some(Value::Object(mut data)) = body.remove("data") else {
            return Err(D::Error::custom("data: expected an object with plan, usage and period"));
        };
        let Some(Value::Object(usage)) = data.remove("usage") else {
            return Err(D::Error::custom("data.usage: expected an object with the figures"));
        };
        let mut unread = Unread::default();
        let usage = UsageFigures::read(usage, &mut unread);
        let plan = Plan::read(data.remove("plan"), &mut unread);
        let period = Period::read(data.remove("period"), &mut unread);
        Ok(Self {
            success: body.remove("success").and_then(|value| value.as_bool()).unwrap_or(true),
            timestamp: body.remove("timestamp").and_then(text).unwrap_or_default(),
            data: Stats { plan, usage, period, extra: data },
            extra: body,
            unread: unread.0,
        })
    }
}

/// Collects the names of what cannot be read.
#[derive(Default)]
struct Unread(Vec<String>);

impl Unread {
    /// The value, if it was understood; else its name is kept.
    fn note<T>(&mut self, name: &str, read: Read<T>) -> Option<T> {
        match read {
            Read::Value(value) => Some(value),
            Read::Nothing => None,
            Read::Strange => {
                self.0.push(name.to_owned());
                None
            }
        }
    }
}

fn text(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

impl Plan {
    fn read(value: Option<Value>, unread: &mut Unread) -> Self {
        let mut plan = match value {
            Some(Value::Object(plan)) => plan,
            Some(Value::String(name)) => return Self { name, ..Self::default() },
            None | Some(Value::Null) => return Self::default(),
            Some(_) => {
                unread.0.push("plan".to_owned());
                return Self::default();
            }
        };
        let name = match plan.remove("name") {
            None | Some(Value::Null) => Read::Nothing,
            Some(value) => text(value).map_or(Read::Strange, Read::Value),
        };
        Self {
            name: unread.note("plan.name", name).unwrap_or_default(),
            // Nothing depends on it.
            id: match whole_number(plan.remove("id").as_ref()) {
                Read::Value(id) => Some(id),
                Read::Nothing | Read::Strange => None,
            },
            extra: plan,
        }
    }
}

impl Period {
    fn read(value: Option<Value>, unread: &mut Unread) -> Self {
        let mut period = match value {
            Some(Value::Object(period)) => period,
            None | Some(Value::Null) => return Self::default(),
            Some(_) => {
                unread.0.push("period".to_owned());
                return Self::default();
            }
        };
        let year = whole_number(period.remove("year").as_ref()).and_then(|year| i32::try_from(year).ok());
        Self {
            month: unread.note("period.month", month(period.remove("month").as_ref())),
            year: unread.note("period.year", year),
            kind: period.remove("type").and_then(text),
            extra: period,
        }
    }
}

impl UsageFigures {
    /// Reads the figures; each that is missing or cannot be read is reckoned from the others where they tell
    /// it.
    fn read(mut usage: Map<String, Value>, unread: &mut Unread) -> Self {
        let mut take = |name: &str| usage.remove(name);
        let (total, used) = (count(take("total_requests").as_ref()), count(take("used_requests").as_ref()));
        let remaining = count(take("remaining_requests").as_ref());
        let share = unread.note("usage.usage_percentage", percentage(take("usage_percentage").as_ref()));
        let is_total_strange = total == Read::Strange;
        let total = unread.note("usage.total_requests", total);
        let used = unread.note("usage.used_requests", used);
        let left = unread.note("usage.remaining_requests", remaining);
        // A plan of no checks is refused with 403: 0 stands for "no limit", unless all of it is said to be
        // used.
        let is_no_limit = |total: i64| total < 0 || (total == 0 && share.is_none_or(|share| share < 100.0));
        let never_negative = |count: i64| u64::try_from(count).unwrap_or(0);
        let reckoned = || Some(never_negative(used?) + never_negative(left.filter(|left| *left >= 0)?));
        let total = match total {
            Some(total) if is_no_limit(total) => None,
            Some(total) => Some(never_negative(total)),
            None if is_total_strange || left.is_some() => reckoned(),
            None => None,
        };
        let by_share = || Some(part(total?, share?));
        let by_rest = || Some(total?.saturating_sub(never_negative(left?)));
        let used = used.map(never_negative).or_else(by_rest).or_else(by_share);
        let rest = left.map(never_negative).or_else(|| Some(total?.saturating_sub(used?)));
        Self {
            total_requests: total,
            used_requests: used,
            remaining_requests: total.and(rest),
            usage_percentage: total.and_then(|total| share.or_else(|| Some(share_of(used?, total)))),
            extra: usage,
        }
    }
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share of a count"
)]
fn part(total: u64, percent: f64) -> u64 {
    (total as f64 * percent / 100.0).round() as u64
}

#[expect(clippy::cast_precision_loss, reason = "for people")]
fn share_of(used: u64, total: u64) -> f64 {
    if total == 0 { 100.0 } else { used as f64 * 100.0 / total as f64 }
}
