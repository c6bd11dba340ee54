//! A rule decides about a submission: in the gateway, on the Check page, in imports.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use activelayer::{Answer, CheckRequest, CheckResponse};
use domain::{NewDetection, Rule, RuleAction, RuleHit, search::link_hosts};
use serde_json::{Value, json};
use tokio::sync::Notify;

use super::book::{Asked, Book, Verdict};
use crate::{Moderation, ModerationError, check::to_wire};

/// How long what was read of the store holds: a rule made anywhere counts within a second.
const LOOK_AGAIN: Duration = Duration::from_millis(700);

/// How old it is when it is read again beside the checks: while they keep coming, none of them waits for that.
const LOOK_AHEAD: Duration = Duration::from_millis(350);

/// Rules as they were last read.
#[derive(Default)]
pub(crate) struct LastRead {
    read: Mutex<Read>,
    /// Whoever looks at them; the others wait for that, so that none of a burst follows what is no longer so.
    looking: tokio::sync::Mutex<()>,
    /// Rings when they were asked for at an age of [`LOOK_AHEAD`].
    pub(crate) ageing: Notify,
}

#[derive(Default)]
struct Read {
    at: Option<Instant>,
    /// How often somebody here said that they changed: what was read meanwhile may be from before.
    changes: u64,
    version: Option<i64>,
    book: Arc<Book>,
}

impl LastRead {
    fn locked(&self) -> MutexGuard<'_, Read> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The rules, when they were read just now.
    fn fresh(&self) -> Option<Arc<Book>> {
        let read = self.locked();
        let age = read.at?.elapsed();
        if age >= LOOK_AHEAD {
            self.ageing.notify_one();
        }
        (age < LOOK_AGAIN).then(|| Arc::clone(&read.book))
    }

    /// Has the next check look at them again.
    pub(crate) fn change(&self) {
        let mut read = self.locked();
        read.at = None;
        read.changes += 1;
    }
}

impl Moderation {
    /// Asks the rules about what was submitted, and notes in it which one decides. The answer, if that rule gives one.
    pub(crate) async fn by_rule(
        &self,
        detection: &mut NewDetection,
        token: Option<&str>,
        request: &CheckRequest,
        started: Instant,
    ) -> Result<Option<Answer<CheckResponse>>, ModerationError> {
        let book = self.rule_book().await;
        let Some(rule) = book.first(&asked(detection, token, None), self.clock.now()) else {
            return Ok(None);
        };
        detection.circumstances.rule = Some(hit(rule));
        match rule.action {
            RuleAction::Spam => self.said_by(rule, 100.0, detection, started).map(Some),
            RuleAction::Ham => self.said_by(rule, 0.0, detection, started).map(Some),
            RuleAction::Spare => Ok(self.spared_by(rule, detection, request).await),
            RuleAction::Review => Ok(None),
        }
    }

    /// Asks the rules that want to know the verdict, unless another one has decided.
    pub(crate) async fn hold_by_rule(&self, detection: &mut NewDetection, token: Option<&str>) {
        if detection.circumstances.rule.is_some() {
            return;
        }
        let verdict = Verdict {
            label: detection.judgement.verdict(),
            score: detection.judgement.score,
            by: detection.judgement.judged_by,
        };
        let book = self.rule_book().await;
        let rule = book.first(&asked(detection, token, Some(verdict)), self.clock.now());
        detection.circumstances.rule = rule.map(hit);
    }

    /// The rule's own verdict, in the guide's shape.
    fn said_by(
        &self,
        rule: &Rule,
        score: f64,
        detection: &NewDetection,
        started: Instant,
    ) -> Result<Answer<CheckResponse>, ModerationError> {
        let mut answer = self.pass(started)?.value;
        answer.is_spam = score >= answer.threshold;
        answer.total_score = score;
        // The optional fields that a judge's answer has: apps may show or weigh them.
        answer.extra.insert("confidence".to_owned(), json!(1.0));
        if detection.endpoint == domain::Endpoint::Check {
            answer.extra.insert("content_analysis".to_owned(), analysis(detection));
        }
        Ok(naming(rule, answer)?)
    }

    /// The embedded detector's verdict instead of ActiveLayer's; `None` where it judges anyway, or cannot.
    async fn spared_by(
        &self,
        rule: &Rule,
        detection: &NewDetection,
        request: &CheckRequest,
    ) -> Option<Answer<CheckResponse>> {
        if self.is_embedded() {
            return None;
        }
        let engine = self.upstreams.stand_in.as_ref()?;
        let answer = match engine.check(to_wire(detection.endpoint), request).await {
            Ok(answer) => answer,
            Err(error) => {
                tracing::warn!(%error, "the engine gave no verdict, so the upstream is asked in spite of a rule");
                return None;
            }
        };
        let site = detection.site.as_deref();
        let answer = self.at_own_threshold(answer, domain::JudgedBy::Fallback, site).await;
        naming(rule, answer.value).ok()
    }

    /// The rules as they stand. When the store fails, what was read last holds: nobody's check is to fail for it.
    async fn rule_book(&self) -> Arc<Book> {
        if let Some(book) = self.rules.fresh() {
            return book;
        }
        let _looking = self.rules.looking.lock().await;
        if let Some(book) = self.rules.fresh() {
            return book;
        }
        self.read_rules().await;
        Arc::clone(&self.rules.locked().book)
    }

    /// Reads the rules again that are about to be too old.
    pub(crate) async fn look_at_rules(&self) {
        let _looking = self.rules.looking.lock().await;
        if self.rules.locked().at.is_none_or(|at| at.elapsed() >= LOOK_AHEAD) {
            self.read_rules().await;
        }
    }

    async fn read_rules(&self) {
        if self.is_database_away() {
            return;
        }
        if let Err(error) = self.read_newer_rules().await {
            tracing::warn!(%error, "the rules could not be read; the last ones hold");
            self.rules.locked().at = Some(Instant::now());
        }
    }

    async fn read_newer_rules(&self) -> Result<(), ModerationError> {
        let begun = Instant::now();
        let (known, changes) = {
            let read = self.rules.locked();
            (read.version, read.changes)
        };
        // The version first: a change in between is seen with the next look.
        let version = self.store.rules_version().await?;
        let book = match known == Some(version) {
            true => None,
            false => Some(Arc::new(Book::of(self.store.rules().await?))),
        };
        let mut read = self.rules.locked();
        if read.changes == changes {
            read.at = Some(begun);
        }
        if let Some(book) = book
            && read.version.is_none_or(|read| read < version)
        {
            (read.version, read.book) = (Some(version), book);
        }
        Ok(())
    }
}

fn asked<'a>(detection: &'a NewDetection, token: Option<&'a str>, verdict: Option<Verdict>) -> Asked<'a> {
    Asked {
        content: &detection.content,
        site: detection.site.as_deref(),
        origin: detection.origin,
        token,
        language: detection.circumstances.language.as_deref(),
        verdict,
    }
}

/// What is known of a message that nobody judged.
fn analysis(detection: &NewDetection) -> Value {
    let message = &detection.content.message;
    json!({
        "language": detection.circumstances.language,
        "characters": message.chars().count(),
        "words": message.split_whitespace().count(),
        "links": link_hosts(message).len(),
    })
}

fn hit(rule: &Rule) -> RuleHit {
    RuleHit { id: rule.id, held: rule.action == RuleAction::Review }
}

/// An answer that says by which rule it is given.
fn naming(rule: &Rule, mut answer: CheckResponse) -> Result<Answer<CheckResponse>, activelayer::ApiError> {
    /// Above all that the embedded detector weighs: nothing else has a say.
    const WEIGHT: f64 = 100.0;
    let weight = rule.action.verdict().map_or(0.0, |label| if label.is_spam() { WEIGHT } else { -WEIGHT });
    let signal = json!({ "name": "rule", "description": rule.words(), "weight": weight });
    let signals = answer.extra.entry("signals").or_insert_with(|| json!([]));
    match signals {
        Value::Array(signals) => signals.insert(0, signal),
        other => *other = json!([signal]),
    }
    answer.extra.insert("judged_by".to_owned(), json!("rule"));
    Answer::encode(answer)
}
