//! A detection: one submission, what was asked, what came back, and what moderators made of it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{ApiTokenId, Content, Forgotten, Label, rule::RuleHit};

/// Local id of a detection; grows with time, so paging and full-text order follow it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DetectionId(pub i64);

crate::words! {
    /// Which check was asked for.
    Endpoint {
        /// `POST /check`: full analysis.
        Check = "check",
        /// `POST /check-comment`: a light verdict for comments and reviews.
        CheckComment = "check-comment",
    }
}

crate::words! {
    /// How the content reached Gavel.
    Origin {
        /// A moderator pasted it on the Check page.
        Paste = "paste",
        /// A row of an import.
        Import = "import",
        /// An app asked through the gateway.
        Api = "api",
        /// Judged again later.
        Recheck = "recheck",
    }
}

crate::words! {
    /// Who gave the verdict.
    JudgedBy {
        /// The ActiveLayer API.
        ActiveLayer = "activelayer",
        /// The embedded detector, as the configured upstream.
        Detector = "detector",
        /// Nobody: the upstream was away and the site's fallback let the submission pass or decided.
        Fallback = "fallback",
        /// Nobody, for good: the submission was refused, and whoever sent it got no verdict.
        Refused = "refused",
        /// A rule that a moderator made; nothing was spent.
        Rule = "rule",
    }
}

impl JudgedBy {
    /// Whether somebody gave a verdict, at the cost of a check.
    pub fn is_verdict(self) -> bool {
        matches!(self, Self::ActiveLayer | Self::Detector)
    }
}

/// The score of what was refused: below all that an upstream gives, also one that keeps to no scale.
pub const NO_SCORE: f64 = -1e6;

crate::words! {
    /// How far the moderator's feedback has come on its way upstream.
    FeedbackState {
        /// No decision, or it was undone before anything was sent.
        None = "none",
        /// Waiting: for the undo period, for the upstream, or for a retry.
        Pending = "pending",
        /// Accepted by the upstream.
        Sent = "sent",
        /// Refused for good; [`crate::Decision::last_error`] says why.
        Failed = "failed",
    }
}

#[expect(clippy::derivable_impls, reason = "the macro that declares it derives the same for all words")]
impl Default for FeedbackState {
    fn default() -> Self {
        Self::None
    }
}

impl FeedbackState {
    /// Whether there is no feedback.
    pub fn is_none(&self) -> bool {
        *self == Self::None
    }
}

/// One piece of evidence for a verdict, in words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Signal {
    /// Stable identifier, for instance `shortener_link`.
    pub name: String,
    /// What a moderator reads, for instance "Link to a URL shortener".
    pub description: String,
    /// Pull on the verdict: positive towards spam, negative towards ham; unit is the engine's own.
    pub weight: f64,
    /// Byte range in `message` that shows it, if one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub span: Option<(usize, usize)>,
    /// The detections whose labels it goes back to, the nearest first; at most [`LIKE_SHOWN`], and only the embedded detector
    /// names any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub like: Vec<DetectionId>,
}

/// Detections that a signal names.
pub const LIKE_SHOWN: usize = 5;

impl Signal {
    /// The signals of an answer's JSON text, as far as they are understood; see [`Signal::read`].
    pub fn in_answer(raw_answer: &str) -> Vec<Self> {
        #[derive(Deserialize)]
        struct Answer {
            signals: Option<Value>,
        }
        let answer = serde_json::from_str::<Answer>(raw_answer).ok();
        answer.and_then(|answer| answer.signals).map(|signals| Self::read(&signals)).unwrap_or_default()
    }

    /// Reads what can be understood of `signals`. The guide promises signals without giving their shape, so objects,
    /// plain words and a map of names to weights are all taken; what is not understood stays in the raw answer.
    pub fn read(signals: &Value) -> Vec<Self> {
        let named = |name: &str, weight: f64| Self {
            name: name.to_owned(),
            description: name.replace(['_', '-'], " "),
            weight,
            span: None,
            like: Vec::new(),
        };
        match signals {
            Value::Array(items) => items
                .iter()
                .filter_map(|item| match item {
                    Value::String(name) => Some(named(name, 0.0)),
                    Value::Object(fields) => {
                        let text = |key: &str| fields.get(key).and_then(Value::as_str);
                        let name = text("name").or(text("type")).or(text("id"))?;
                        let weight = ["weight", "score"]
                            .iter()
                            .find_map(|key| fields.get(*key)?.as_f64())
                            .unwrap_or(0.0);
                        let mut signal = named(name, weight);
                        if let Some(description) = text("description").or(text("message")) {
                            description.clone_into(&mut signal.description);
                        }
                        signal.span =
                            fields.get("span").and_then(|span| serde_json::from_value(span.clone()).ok());
                        if let Some(like) = fields.get("like").and_then(Value::as_array) {
                            let numbers = like.iter().filter_map(Value::as_i64).take(LIKE_SHOWN);
                            signal.like = numbers.map(DetectionId).collect();
                        }
                        Some(signal)
                    }
                    _ => None,
                })
                .collect(),
            Value::Object(map) => {
                map.iter().map(|(name, weight)| named(name, weight.as_f64().unwrap_or(0.0))).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// What came back for a check.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judgement {
    /// The upstream's `detection_id`.
    pub upstream_id: String,
    /// The verdict; the upstream's word, whatever score and threshold say.
    pub is_spam: bool,
    /// Spam score, 0 to 100; [`NO_SCORE`] for what was refused.
    pub score: f64,
    /// Score at which the upstream says spam, 0 to 100.
    pub threshold: f64,
    /// The upstream's own processing time, in milliseconds.
    pub execution_ms: f64,
    /// The upstream's timestamp, as it came (ISO 8601).
    pub upstream_timestamp: String,
    /// Who judged.
    pub judged_by: JudgedBy,
    /// Evidence, as the answer gives it ([`Signal::in_answer`]); empty when it carried none.
    pub signals: Vec<Signal>,
    /// The answer's JSON text, byte for byte.
    pub raw_answer: String,
}

impl Judgement {
    /// The verdict as a label; what was refused passed.
    pub fn verdict(&self) -> Label {
        Label::from_is_spam(self.is_spam)
    }

    /// What was wrong with a submission that was refused, in the words that the app was told.
    pub fn refusal(&self) -> Option<String> {
        let answer: Value = serde_json::from_str(&self.raw_answer).unwrap_or_default();
        let sentences = |fields: &serde_json::Map<String, Value>| {
            let texts = fields.values().filter_map(Value::as_array).flatten().filter_map(Value::as_str);
            texts.map(str::to_owned).collect::<Vec<_>>().join(" ")
        };
        let errors = answer.get("errors").and_then(Value::as_object).map(sentences);
        let message =
            || ["message", "error"].iter().find_map(|name| answer.get(*name)?.as_str()).map(str::to_owned);
        self.is_refused().then(|| errors.filter(|text| !text.is_empty()).or_else(message).unwrap_or_default())
    }

    /// Whether the submission was refused: then there is no verdict, and [`Self::raw_answer`] says what is wrong with it.
    pub fn is_refused(&self) -> bool {
        self.judged_by == JudgedBy::Refused
    }
}

/// What is known of a check beside its content and its verdict. None of it is known of every check.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Circumstances {
    /// The id under which it was kept before it was judged, which is that of its detection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub submission: Option<DetectionId>,
    /// The token of the app that asked.
    pub token_id: Option<ApiTokenId>,
    /// How long the asker waited for the answer, in milliseconds.
    pub took_ms: Option<f64>,
    /// The language of the message, as a BCP 47 tag; see [`crate::Language`].
    pub language: Option<String>,
    /// The rule that it met, if one applied to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<RuleHit>,
}

/// A detection about to be logged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewDetection {
    /// When Gavel got it.
    pub created_at: DateTime<Utc>,
    /// Which check was asked for.
    pub endpoint: Endpoint,
    /// How it reached Gavel.
    pub origin: Origin,
    /// Which site it belongs to, if known.
    pub site: Option<String>,
    /// What was judged.
    pub content: Content,
    /// SHA-256 of the message with white space folded; equal texts share it.
    pub content_hash: [u8; 32],
    /// What came back.
    pub judgement: Judgement,
    /// What else is known.
    pub circumstances: Circumstances,
}

/// A detection as the log keeps it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Detection {
    /// Local id.
    pub id: DetectionId,
    /// When Gavel got it.
    pub created_at: DateTime<Utc>,
    /// Which check was asked for.
    pub endpoint: Endpoint,
    /// How it reached Gavel.
    pub origin: Origin,
    /// Which site it belongs to, if known.
    pub site: Option<String>,
    /// What was judged.
    pub content: Content,
    /// What came back.
    pub judgement: Judgement,
    /// The moderators' standing label.
    pub label: Option<Label>,
    /// Why it was set: names of reasons.
    #[serde(default)]
    pub reasons: Vec<String>,
    /// The name of who set it.
    pub labelled_by: Option<String>,
    /// When it was set.
    pub labelled_at: Option<DateTime<Utc>>,
    /// Counts decisions and undos; a decision made on an older version is refused.
    pub version: i64,
    /// Where the feedback is.
    pub feedback: FeedbackState,
    /// What an app's feedback said last.
    pub app_word: Option<Label>,
    /// What the app that asked was told, where `is:late` finds the detection: something else than what stands now
    /// ([`Detection::standing`]), and the app has not said that itself since.
    pub told: Option<Label>,
    /// Whether [`Content::ip`] is an address that the app itself calls from: then it tells nothing of the writer.
    pub ip_is_apps: bool,
    /// The rule that it met, if one applied to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<RuleHit>,
    /// What of it is no longer kept.
    #[serde(default)]
    pub forgotten: Forgotten,
}

impl Detection {
    /// What counts in the end: the moderators' label, else the verdict.
    pub fn standing(&self) -> Label {
        self.label.unwrap_or_else(|| self.judgement.verdict())
    }
}

/// A row of the log: a detection without what only its own page shows. Pages carry fifty of them as JSON, so names are short there and what
/// is not there is left out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DetectionSummary {
    /// Local id.
    pub id: DetectionId,
    /// When Gavel got it.
    #[serde(rename = "at")]
    pub created_at: DateTime<Utc>,
    /// How it reached Gavel.
    pub origin: Origin,
    /// Which site it belongs to, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<String>,
    /// The first characters of the message (at most [`EXCERPT_CHARS`]), or those around what a search matched.
    #[serde(rename = "text")]
    pub excerpt: String,
    /// Byte ranges of the excerpt that a search matched, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub marks: Vec<(usize, usize)>,
    /// Sender's e-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Author's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The verdict.
    #[serde(rename = "spam")]
    pub is_spam: bool,
    /// Spam score, 0 to 100.
    pub score: f64,
    /// Threshold, 0 to 100.
    #[serde(rename = "from")]
    pub threshold: f64,
    /// Who judged.
    #[serde(rename = "by")]
    pub judged_by: JudgedBy,
    /// The moderators' standing label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<Label>,
    /// The name of who set it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labelled_by: Option<String>,
    /// See [`Detection::version`].
    #[serde(rename = "v")]
    pub version: i64,
    /// Where the feedback is.
    #[serde(default, skip_serializing_if = "FeedbackState::is_none")]
    pub feedback: FeedbackState,
    /// See [`Detection::app_word`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app_word: Option<Label>,
    /// See [`Detection::told`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<Label>,
}

/// Length of [`DetectionSummary::excerpt`], in characters: two lines of the widest list.
pub const EXCERPT_CHARS: usize = 240;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn signals_of_several_shapes_are_read() {
        let objects = Signal::read(
            &json!([{ "name": "shortener_link", "description": "Link to a shortener", "weight": 1.5, "span": [3, 9] }, 7]),
        );
        assert_eq!(objects.len(), 1);
        assert_eq!((objects[0].description.as_str(), objects[0].span), ("Link to a shortener", Some((3, 9))));
        assert_eq!(Signal::read(&json!(["bad_ip"]))[0].description, "bad ip");
        assert_eq!(Signal::read(&json!({ "links": 2.0 }))[0].weight, 2.0);
        assert!(Signal::read(&json!("free text")).is_empty());
    }

    #[test]
    fn an_answer_gives_its_signals_and_broken_ones_none() {
        let read = |answer| Signal::in_answer(answer).len();
        assert_eq!(read(r#"{"total_score":9.5,"signals":["bad_ip",{"name":"links"}],"more":{}}"#), 2);
        assert_eq!([read("{}"), read(r#"{"signals":null}"#), read("<html>"), read("[]")], [0; 4]);
    }
}
