//! Figures as services write them: numbers, numbers as text, names of months, and words for "no limit".

use serde_json::Value;

use super::lenient::whole_of;

/// What a value turned out to be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Read<T> {
    /// Understood.
    Value(T),
    /// Missing, `null` or blank.
    Nothing,
    /// Something else.
    Strange,
}

impl<T> Read<T> {
    /// The value as something narrower; [`Read::Strange`] when it is none.
    pub(super) fn and_then<U>(self, narrow: impl FnOnce(T) -> Option<U>) -> Read<U> {
        match self {
            Self::Value(value) => narrow(value).map_or(Read::Strange, Read::Value),
            Self::Nothing => Read::Nothing,
            Self::Strange => Read::Strange,
        }
    }
}

/// Months by their English names, as a short form of three letters or more.
const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// Reads text or number with the same rule; `parse` gets a text without white space around it.
fn read<T>(
    value: Option<&Value>,
    number: impl FnOnce(&Value) -> Option<T>,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Read<T> {
    match value {
        None | Some(Value::Null) => Read::Nothing,
        Some(Value::String(text)) if text.trim().is_empty() => Read::Nothing,
        Some(Value::String(text)) => parse(text.trim()).map_or(Read::Strange, Read::Value),
        Some(value) => number(value).map_or(Read::Strange, Read::Value),
    }
}

/// A whole number, also as text and with separators between groups of three digits.
pub(super) fn whole_number(value: Option<&Value>) -> Read<i64> {
    read(value, whole_of, whole_text)
}

/// A number of checks; below 0 means "no limit" or "overdrawn", as the caller knows. Words for "no limit"
/// read as -1.
pub(super) fn count(value: Option<&Value>) -> Read<i64> {
    read(value, whole_of, |text| {
        let is_no_limit = ["unlimited", "infinite", "infinity", "none", "∞"]
            .iter()
            .any(|word| text.eq_ignore_ascii_case(word));
        if is_no_limit { Some(-1) } else { whole_text(text) }
    })
}

/// A share in percent, 0 or more.
pub(super) fn percentage(value: Option<&Value>) -> Read<f64> {
    let sound = |share: f64| (share.is_finite() && share >= 0.0).then_some(share);
    read(
        value,
        |value| value.as_f64().and_then(sound),
        |text| text.trim_end_matches('%').trim_end().parse().ok().and_then(sound),
    )
}

/// A month: its number, or its English name.
pub(super) fn month(value: Option<&Value>) -> Read<u32> {
    let numbered = |number: i64| u32::try_from(number).ok().filter(|month| (1..=12).contains(month));
    read(
        value,
        |value| whole_of(value).and_then(numbered),
        |text| whole_text(text).and_then(numbered).or_else(|| named_month(text)),
    )
}

fn named_month(text: &str) -> Option<u32> {
    let text = text.trim_end_matches('.').to_ascii_lowercase();
    let place = MONTHS.iter().position(|month| text.len() >= 3 && month.starts_with(&text))?;
    u32::try_from(place + 1).ok()
}

/// `1000`, `1000.0`, `1,000`, `1 000`.
fn whole_text(text: &str) -> Option<i64> {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
    let digits = match digits.split_once('.') {
        Some((whole, rest)) if !rest.is_empty() && rest.bytes().all(|byte| byte == b'0') => whole,
        Some(_) => return None,
        None => digits,
    };
    let groups: Vec<&str> = digits.split([',', ' ', '_', '\'', '\u{a0}', '\u{202f}']).collect();
    let is_grouped = groups.len() == 1 || groups.iter().skip(1).all(|group| group.len() == 3);
    let joined = groups.concat();
    if !is_grouped || groups[0].is_empty() || !joined.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    joined.parse::<i64>().ok().map(|number| sign * number)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        for (value, number) in [
            (json!(400), 400),
            (json!(4e2), 400),
            (json!("400"), 400),
            (json!(" 400.0 "), 400),
            (json!("25,000"), 25_000),
            (json!("1 000 000"), 1_000_000),
            (json!("-300"), -300),
            (json!("Unlimited"), -1),
        ] {
            assert_eq!(count(Some(&value)), Read::Value(number), "{value}");
        }
        for value in [
            json!("many"),
            json!("4,00"),
            json!("1.5"),
            json!(1.5),
            json!([]),
            json!({}),
            json!(true),
            json!("-"),
        ] {
            assert_eq!(count(Some(&value)), Read::Strange, "{value}");
        }
        for value in [None, Some(&json!(null)), Some(&json!("  "))] {
            assert_eq!(count(value), Read::Nothing);
        }
    }

    #[test]
    fn months_have_numbers_and_names() {
        for (value, number) in [
            (json!(2), 2),
            (json!("02"), 2),
            (json!("February"), 2),
            (json!("feb."), 2),
            (json!("DECEMBER"), 12),
        ] {
            assert_eq!(month(Some(&value)), Read::Value(number), "{value}");
        }
        for value in [json!(0), json!(13), json!("Febtember"), json!("ja"), json!([2])] {
            assert_eq!(month(Some(&value)), Read::Strange, "{value}");
        }
    }

    #[test]
    fn shares_may_carry_their_sign_and_pass_a_hundred() {
        assert_eq!(percentage(Some(&json!("40 %"))), Read::Value(40.0));
        assert_eq!(percentage(Some(&json!(130.5))), Read::Value(130.5));
        assert_eq!(percentage(Some(&json!(-1))), Read::Strange);
    }
}
