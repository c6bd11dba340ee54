//! A comment is judged: validated content goes to the upstream, everything that comes back goes into the log.

use std::time::Instant;

use activelayer::{Answer, CheckEndpoint, CheckRequest, CheckResponse};
use domain::{
    Circumstances, Content, Detection, DetectionId, Endpoint, JudgedBy, Judgement, Language, NewDetection,
    Origin, Signal,
};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{Moderation, ModerationError};

/// Content that somebody wants judged.
#[derive(Clone, Debug)]
pub struct NewCheck {
    /// Which check to ask for.
    pub endpoint: Endpoint,
    /// How the content reached Gavel.
    pub origin: Origin,
    /// Which site it belongs to, if known.
    pub site: Option<String>,
    /// What to judge, validated.
    pub content: Content,
}

impl Moderation {
    /// Asks the upstream for a verdict and logs it.
    ///
    /// # Errors
    /// [`ModerationError::Upstream`] when there was no verdict (nothing is logged then: the caller still has the
    /// content), [`ModerationError::NotLogged`] when the verdict could not be written.
    pub async fn check(&self, check: NewCheck) -> Result<Detection, ModerationError> {
        let started = Instant::now();
        let request = to_request(&check.content);
        let answer = self.timed(self.upstreams.interactive.check(to_wire(check.endpoint), &request)).await?;
        let circumstances =
            Circumstances { took_ms: Some(milliseconds(started)), ..Circumstances::default() };
        let id = self.log_with(check, answer, self.options.judged_by, circumstances).await?;
        self.detection(id).await
    }

    /// Writes a submission and what came back into the log. Its language is told here.
    pub(crate) async fn log_with(
        &self,
        check: NewCheck,
        answer: Answer<CheckResponse>,
        judged_by: JudgedBy,
        circumstances: Circumstances,
    ) -> Result<DetectionId, ModerationError> {
        let language = (self.options.language_of)(&check.content.message).and_then(Language::of_code);
        let detection = NewDetection {
            created_at: self.clock.now(),
            endpoint: check.endpoint,
            origin: check.origin,
            site: check.site,
            content_hash: content_hash(&check.content.message),
            content: check.content,
            judgement: to_judgement(answer, judged_by),
            circumstances: Circumstances { language: language.map(|language| language.tag), ..circumstances },
        };
        let (site, token) = (detection.site.clone(), detection.circumstances.token_id);
        let id = self.log.append(detection).await?;
        if judged_by != JudgedBy::Fallback && self.budgets.count(site.as_deref(), token, self.clock.now()) {
            self.alerts_wanted.notify_one();
        }
        Ok(id)
    }

    /// One detection, whole.
    ///
    /// # Errors
    /// [`ModerationError::NotFound`] when there is none.
    pub async fn detection(&self, id: DetectionId) -> Result<Detection, ModerationError> {
        self.store.detection(id).await?.ok_or(ModerationError::NotFound("detection"))
    }

    /// One page of the log.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn search(
        &self,
        query: &domain::SearchQuery,
        page: &domain::PageRequest,
    ) -> Result<domain::Page<domain::DetectionSummary>, ModerationError> {
        let mut page = self.store.search(query, page, self.clock.now()).await?;
        self.mark_matches(query, &mut page.rows).await?;
        Ok(page)
    }

    /// How many match, counted no further than [`domain::paging::COUNT_BOUND`].
    ///
    /// # Errors
    /// When the store fails.
    pub async fn count(&self, query: &domain::SearchQuery) -> Result<domain::BoundedCount, ModerationError> {
        Ok(self.store.count(query, domain::paging::COUNT_BOUND, self.clock.now()).await?)
    }

    /// What the newest matches are made of.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn facets(&self, query: &domain::SearchQuery) -> Result<domain::Facets, ModerationError> {
        Ok(self.store.facets(query, self.clock.now()).await?)
    }
}

/// How long ago, in milliseconds.
pub(crate) fn milliseconds(started: Instant) -> f64 {
    started.elapsed().as_secs_f64() * 1000.0
}

pub(crate) fn to_wire(endpoint: Endpoint) -> CheckEndpoint {
    match endpoint {
        Endpoint::Check => CheckEndpoint::Check,
        Endpoint::CheckComment => CheckEndpoint::CheckComment,
    }
}

pub(crate) fn to_request(content: &Content) -> CheckRequest {
    CheckRequest {
        message: content.message.clone(),
        email: content.email.clone(),
        name: content.name.clone(),
        ip: content.ip.map(|ip| ip.to_string()),
        timestamp: content.timestamp,
        user_agent: content.user_agent.clone(),
        website_url: content.website_url.clone(),
        domain: content.domain.clone(),
        extra: content.extra.clone(),
    }
}

pub(crate) fn to_judgement(answer: Answer<CheckResponse>, judged_by: JudgedBy) -> Judgement {
    let Answer { value, body } = answer;
    Judgement {
        signals: value.extra.get("signals").map(read_signals).unwrap_or_default(),
        upstream_id: value.detection_id,
        is_spam: value.is_spam,
        score: value.total_score,
        threshold: value.threshold,
        execution_ms: value.execution_time,
        upstream_timestamp: value.timestamp,
        judged_by,
        raw_answer: body,
    }
}

/// Reads what can be understood of `signals`. The guide promises signals without giving their shape, so objects,
/// plain words and a map of names to weights are all taken; what is not understood stays in the raw answer.
fn read_signals(signals: &Value) -> Vec<Signal> {
    let named = |name: &str, weight: f64| Signal {
        name: name.to_owned(),
        description: name.replace(['_', '-'], " "),
        weight,
        span: None,
    };
    match signals {
        Value::Array(items) => items
            .iter()
            .filter_map(|item| match item {
                Value::String(name) => Some(named(name, 0.0)),
                Value::Object(fields) => {
                    let text = |key: &str| fields.get(key).and_then(Value::as_str);
                    let name = text("name").or(text("type")).or(text("id"))?;
                    let weight =
                        ["weight", "score"].iter().find_map(|key| fields.get(*key)?.as_f64()).unwrap_or(0.0);
                    let mut signal = named(name, weight);
                    if let Some(description) = text("description").or(text("message")) {
                        description.clone_into(&mut signal.description);
                    }
                    signal.span =
                        fields.get("span").and_then(|span| serde_json::from_value(span.clone()).ok());
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

/// SHA-256 of the message with white space folded, so that the same text pasted twice is found again.
pub fn content_hash(message: &str) -> [u8; 32] {
    let mut hash = Sha256::new();
    for word in message.split_whitespace() {
        hash.update(word.as_bytes());
        hash.update(b" ");
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn signals_of_several_shapes_are_read() {
        let objects = read_signals(
            &json!([{ "name": "shortener_link", "description": "Link to a shortener", "weight": 1.5, "span": [3, 9] }, 7]),
        );
        assert_eq!(objects.len(), 1);
        assert_eq!((objects[0].description.as_str(), objects[0].span), ("Link to a shortener", Some((3, 9))));
        assert_eq!(read_signals(&json!(["bad_ip"]))[0].description, "bad ip");
        assert_eq!(read_signals(&json!({ "links": 2.0 }))[0].weight, 2.0);
        assert!(read_signals(&json!("free text")).is_empty());
    }

    #[test]
    fn the_hash_ignores_white_space_only() {
        assert_eq!(content_hash("buy  now\n"), content_hash(" buy now"));
        assert_ne!(content_hash("buynow"), content_hash("buy now"));
    }
}
