//! What the client tells of how a form was filled in: WordPress's plugin and others like it send it beside the message.

use activelayer::CheckRequest;
use serde_json::{Map, Value};

use crate::signals::Signal;

/// The most that these signals add to the logarithm of the odds; a filled trap alone makes a verdict spam, see [`TRAPPED`].
pub(crate) const CLIENT_CAP: f64 = 4.0;

/// The logit that a submission has at least whose trap was filled: nobody sees that field but a program.
pub(crate) const TRAPPED: f64 = 3.0;

/// Name of the signal of a filled trap.
pub(crate) const TRAP: &str = "honeypot_filled";

/// A form filled in within this many milliseconds was not typed.
const TOO_FAST: f64 = 2_000.0;

/// Values looked at, and how deep: what a client sends has no end of its own.
const MOST_VALUES: usize = 500;
const DEEPEST: usize = 4;

/// What was found in the fields.
#[derive(Debug, Default, PartialEq)]
struct Told {
    trapped: bool,
    driven: bool,
    headless: bool,
    stripped: bool,
    /// Milliseconds from the form's display to its submission.
    took: Option<f64>,
    /// Movements of a pointer or finger, and keys, where the client counts them.
    pointer: Option<f64>,
    keys: Option<f64>,
}

/// What the client's own words add: named signals, all against the sender. Ordinary values add nothing.
pub(crate) fn find(request: &CheckRequest) -> Vec<Signal> {
    let mut told = Told::default();
    let mut left = MOST_VALUES;
    told.read(&request.extra, DEEPEST, &mut left);
    let mut signals = vec![];
    let mut tell = |holds: bool, name: &str, text: &str, weight: f64| {
        if holds {
            signals.push(Signal::new(name, text, weight));
        }
    };
    tell(told.trapped, TRAP, "A hidden field was filled in, which only programs see", CLIENT_CAP);
    tell(told.driven, "webdriver", "The browser was steered by a program", 1.5);
    tell(told.headless && !told.driven, "headless", "The browser had no window", 1.2);
    tell(told.stripped, "signals_stripped", "The page's own signals were taken out on the way", 0.6);
    tell(
        told.took.is_some_and(|took| took < TOO_FAST),
        "filled_too_fast",
        "Filled in within two seconds",
        1.2,
    );
    let still = told.pointer == Some(0.0) && told.keys == Some(0.0);
    tell(still, "no_hand", "Neither a pointer moved nor a key was pressed", 1.0);
    signals
}

impl Told {
    fn read(&mut self, fields: &Map<String, Value>, deep: usize, left: &mut usize) {
        for (key, value) in fields {
            let Some(fewer) = left.checked_sub(1) else { return };
            *left = fewer;
            match value {
                Value::Object(inner) if deep > 0 => self.read(inner, deep - 1, left),
                _ => self.note(&plain(key), value),
            }
        }
    }

    fn note(&mut self, key: &str, value: &Value) {
        match key {
            "honeypotfilled" | "honeypottriggered" | "honeypottripped" | "honeypothit" => {
                self.trapped |= holds(value)
            }
            "honeypot" | "honeypotvalue" => {
                // The field itself: a program wrote something into it.
                self.trapped |= match value {
                    Value::String(text) => {
                        !matches!(text.trim(), "" | "0" | "false" | "no" | "empty" | "clean")
                    }
                    other => holds(other),
                }
            }
            "webdriver" | "iswebdriver" | "navigatorwebdriver" | "haswebdriver" | "automation"
            | "isautomated" => {
                self.driven |= holds(value);
            }
            "headless" | "isheadless" | "headlesschrome" | "headlessbrowser" | "headlessdetected" => {
                self.headless |= holds(value);
            }
            "signalsstripped" => self.stripped |= holds(value),
            _ => self.note_number(key, value),
        }
    }

    fn note_number(&mut self, key: &str, value: &Value) {
        let Some(number) = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok()) else { return };
        let took = |milliseconds: f64| (number > 0.0).then_some(number * milliseconds);
        match key {
            "formfilltimems" | "filltimems" | "timetosubmitms" | "submittimems" | "formtimems"
            | "timeonformms" | "completiontimems" | "timeonpagems" | "elapsedms" => {
                self.took = least(self.took, took(1.0))
            }
            // Clients disagree on the unit where the name does not say it. Below 2 it is seconds; above, it may be minutes of
            // honest reading.
            "formfilltime"
            | "filltime"
            | "timetosubmit"
            | "formtime"
            | "timeonform"
            | "completiontime"
            | "timeonpage"
            | "formfilltimeseconds"
            | "filltimeseconds"
            | "filltimesec"
            | "timetosubmitseconds"
            | "timeonpageseconds" => {
                self.took = least(self.took, took(1_000.0));
            }
            "mousemovements" | "mousemoves" | "mouseevents" | "mousemovecount" | "mousemovementcount"
            | "mouseclicks" | "pointerevents" | "pointermoves" | "touchevents" | "touchcount"
            | "clickcount" | "scrollevents" => {
                self.pointer = Some(self.pointer.unwrap_or(0.0) + number);
            }
            "keypresses" | "keystrokes" | "keyevents" | "keypresscount" | "keystrokecount"
            | "keydowncount" | "keydowns" | "pasteevents" | "pastecount" | "inputevents" => {
                self.keys = Some(self.keys.unwrap_or(0.0) + number)
            }
            _ => {}
        }
    }
}

/// A key in lower case without signs, so that `fillTimeMs` and `fill_time_ms` are the same.
fn plain(key: &str) -> String {
    key.chars().filter(|c| c.is_alphanumeric()).take(40).flat_map(char::to_lowercase).collect()
}

fn holds(value: &Value) -> bool {
    match value {
        Value::Bool(holds) => *holds,
        Value::Number(number) => number.as_f64().is_some_and(|number| number > 0.0),
        Value::String(text) => {
            matches!(text.trim().to_ascii_lowercase().as_str(), "1" | "true" | "yes" | "on")
        }
        Value::Array(list) => !list.is_empty(),
        Value::Null | Value::Object(_) => false,
    }
}

fn least(one: Option<f64>, other: Option<f64>) -> Option<f64> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn names(extra: Value) -> Vec<String> {
        let Value::Object(extra) = extra else { panic!("an object") };
        let request = CheckRequest { extra, ..CheckRequest::new("Hello") };
        find(&request).into_iter().map(|signal| signal.name).collect()
    }

    #[test]
    fn what_a_program_leaves_is_named() {
        assert_eq!(names(json!({"honeypot_signals": {"honeypot_filled": true}})), ["honeypot_filled"]);
        assert_eq!(
            names(json!({"webdriver": true, "signals_stripped": 1})),
            ["webdriver", "signals_stripped"]
        );
        assert_eq!(names(json!({"environment_signals": {"isHeadless": "true"}})), ["headless"]);
        assert_eq!(names(json!({"behavioral_signals": {"fill_time_ms": 340}})), ["filled_too_fast"]);
        assert_eq!(names(json!({"context": {"signals": {"mouse_moves": 0, "key_presses": 0}}})), ["no_hand"]);
    }

    #[test]
    fn ordinary_values_say_nothing() {
        assert!(
            names(json!({
                "honeypot_signals": {"honeypot_filled": false, "honeypot_present": true, "honeypot_value": ""},
                "webdriver": false, "signals_stripped": false, "signal_integrity": "ok",
                "environment_signals": {"headless": 0, "screen_width": 1440, "timezone": "Europe/Berlin"},
                "behavioral_signals": {"fill_time_ms": 48_000, "time_on_page": 95.5, "mouse_moves": 0, "key_presses": 212},
                "context": {"site_url": "https://example.org", "post_id": 4}
            }))
            .is_empty()
        );
        assert!(names(json!({"behavioral_signals": {"mouse_moves": 0}})).is_empty(), "keys are not counted");
        assert!(names(json!({"fill_time_ms": 0})).is_empty(), "nothing was measured");
    }

    #[test]
    fn deep_and_long_fields_have_an_end() {
        let mut deep = json!({"webdriver": true});
        (0..50).for_each(|_| deep = json!({"inner": deep.take()}));
        assert!(names(deep).is_empty());
        let long: Map<String, Value> = (0..5_000).map(|n| (format!("field{n:05}"), json!(n))).collect();
        assert!(names(Value::Object(long)).is_empty());
    }
}
