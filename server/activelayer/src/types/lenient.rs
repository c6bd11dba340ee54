//! How values are read where services in the field differ from the guide, and written where they must not.
//!
//! Numbers come as `50` or `50.0` depending on the upstream's JSON writer; optional texts come as `""` or `null`
//! depending on the client. Strings that look like numbers are refused: no service was seen to send them.

use serde::{Deserialize, Deserializer, Serializer, de::Error};
use serde_json::{Number, Value};

/// Largest magnitude below which every whole `f64` is exact (2^53).
const EXACT: f64 = 9_007_199_254_740_992.0;

/// The whole number that `number` stands for, in whichever notation: `7`, `7.0`, `7e0`.
fn whole(number: &Number) -> Option<i64> {
    number.as_i64().or_else(|| {
        let float = number.as_f64()?;
        #[expect(clippy::cast_possible_truncation, reason = "whole and below 2^53, so the cast is exact")]
        (float.fract() == 0.0 && float.abs() < EXACT).then_some(float as i64)
    })
}

/// The whole number that a JSON value is; see [`whole`].
pub(crate) fn whole_of(value: &Value) -> Option<i64> {
    if let Value::Number(number) = value { whole(number) } else { None }
}

/// A count that is never negative: an overdrawn quota (`-3` remaining) reads as 0.
pub(crate) fn count_of(value: &Value) -> Option<u64> {
    let Value::Number(number) = value else { return None };
    number.as_u64().or_else(|| whole(number).map(|count| u64::try_from(count).unwrap_or(0)))
}

/// Reads an identifier: a whole number in any notation.
pub(super) fn id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    let value = Value::deserialize(deserializer)?;
    whole_of(&value)
        .ok_or_else(|| D::Error::custom(format_args!("expected a whole number, found {}", kind(&value))))
}

/// Reads a whole number that may be missing, `null` or an empty string.
pub(super) fn optional_whole<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: TryFrom<i64>,
{
    let value = Value::deserialize(deserializer)?;
    let number = match &value {
        Value::Null => return Ok(None),
        Value::String(text) if text.trim().is_empty() => return Ok(None),
        _ => whole_of(&value).and_then(|number| T::try_from(number).ok()),
    };
    number
        .map(Some)
        .ok_or_else(|| D::Error::custom(format_args!("expected a whole number, found {}", kind(&value))))
}

/// Reads a text that may be missing, `null` or blank; blank is absent.
pub(super) fn optional_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.filter(|text| !text.trim().is_empty()))
}

/// Whether an optional text is not worth sending.
#[expect(clippy::ref_option, reason = "the signature is serde's")]
pub(super) fn is_absent(text: &Option<String>) -> bool {
    text.as_ref().is_none_or(|text| text.trim().is_empty())
}

/// Reads a value whose type's default stands for `null`.
pub(super) fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}

/// Writes whole floats without a fraction (`50`, not `50.0`), as the guide's samples do.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature is serde's")]
pub(super) fn shortest<S: Serializer>(float: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    match Number::from_f64(*float).as_ref().and_then(whole) {
        Some(whole) => serializer.serialize_i64(whole),
        None => serializer.serialize_f64(*float),
    }
}

/// The same for a float that may be unknown, which is `null`.
#[expect(clippy::ref_option, reason = "the signature is serde's")]
pub(super) fn shortest_of<S: Serializer>(float: &Option<f64>, serializer: S) -> Result<S::Ok, S::Error> {
    match float {
        Some(float) => shortest(float, serializer),
        None => serializer.serialize_none(),
    }
}

/// What a value is, without saying it: a value may be content that belongs in no log.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "another number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}
