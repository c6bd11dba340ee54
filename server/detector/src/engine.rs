//! The ActiveLayer API, answered in process.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use activelayer::{
    Answer, ApiError, CheckEndpoint, CheckRequest, CheckResponse, FeedbackReceipt, FeedbackRequest,
    FeedbackResponse, KeyInfo, Period, Plan, SpamApi, Stats, StatsResponse, UsageFigures, UserInfo,
    VerifyResponse, wire::odd::wrong_fields,
};
use async_trait::async_trait;
use chrono::{DateTime, Datelike, SecondsFormat, Utc};
use serde::Serialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::{
    judge::{THRESHOLD, Verdict},
    language,
    ledger::{Ledger, LedgerError},
    site::SiteKnowledge,
    validate::validate,
};

/// Tells the time.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// How to set up an [`Engine`].
#[derive(Clone)]
pub struct EngineOptions {
    /// Name of the plan in `/stats`.
    pub plan_name: String,
    /// Checks allowed in a calendar month (UTC).
    pub monthly_quota: u64,
    /// Checks already used in the current month, from before a restart.
    pub used: u64,
    /// Tells the time.
    pub clock: Clock,
    /// Tells known detections from unknown ones.
    pub ledger: Arc<dyn Ledger>,
    /// What this installation's moderators taught, and what came in lately.
    pub knowledge: Arc<SiteKnowledge>,
}

/// The embedded detector behind the same interface as the ActiveLayer client.
#[derive(Clone)]
pub struct Engine {
    options: EngineOptions,
    started: DateTime<Utc>,
    usage: Arc<Mutex<Usage>>,
    remembers: bool,
    judges_all: bool,
}

/// Checks used in a month.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Usage {
    year: i32,
    month: u32,
    used: u64,
    last_check: Option<DateTime<Utc>>,
}

/// Signals in the answer of `/check`.
const SIGNALS: usize = 12;

/// Signals in the answer of `/check-comment`, which is to be small.
const COMMENT_SIGNALS: usize = 3;

impl Engine {
    /// Sets the engine up; the quota's month is the clock's.
    pub fn new(options: EngineOptions) -> Self {
        let started = (options.clock)();
        let usage =
            Usage { year: started.year(), month: started.month(), used: options.used, last_check: None };
        Self { options, started, usage: Arc::new(Mutex::new(usage)), remembers: true, judges_all: false }
    }

    /// The same engine for work that repeats what came before (rechecks, imports): it goes by memory, but leaves no trace
    /// in it.
    #[must_use]
    pub fn for_repeats(&self) -> Self {
        Self { remembers: false, ..self.clone() }
    }

    /// The same engine where a verdict is better than none: what the guide's table calls wrong is left out of the verdict, too,
    /// instead of refused.
    #[must_use]
    pub fn for_all(self) -> Self {
        Self { judges_all: true, ..self }
    }

    /// The usage of the month that `now` is in; a new month starts from nothing.
    fn usage<T>(&self, now: DateTime<Utc>, act: impl FnOnce(&mut Usage) -> T) -> T {
        let mut usage = self.usage.lock().unwrap_or_else(PoisonError::into_inner);
        if (now.year(), now.month()) > (usage.year, usage.month) {
            *usage = Usage { year: now.year(), month: now.month(), used: 0, ..*usage };
        }
        act(&mut usage)
    }

    /// Takes one check from the quota.
    fn spend(&self, now: DateTime<Utc>) -> Result<(), ApiError> {
        let limit = self.options.monthly_quota;
        self.usage(now, |usage| {
            if usage.used >= limit {
                return Err(ApiError::QuotaExhausted {
                    message: "Monthly request limit exceeded".into(),
                    limit: Some(limit),
                    used: Some(usage.used),
                    remaining: Some(0),
                });
            }
            usage.used += 1;
            usage.last_check = Some(now);
            Ok(())
        })
    }
}

#[async_trait]
impl SpamApi for Engine {
    async fn check(
        &self,
        endpoint: CheckEndpoint,
        request: &CheckRequest,
    ) -> Result<Answer<CheckResponse>, ApiError> {
        let request = &match validate(request) {
            Ok(()) => Cow::Borrowed(request),
            Err(_) if self.judges_all => Cow::Owned(without_wrong(request)),
            Err(refusal) => return Err(refusal),
        };
        let now = (self.options.clock)();
        self.spend(now)?;
        let start = Instant::now();
        let verdict = self.options.knowledge.judge(request, now, self.remembers);
        let language = language::of(&request.message);
        let milliseconds = start.elapsed().as_secs_f64() * 1_000.0;
        let detection_id = Uuid::new_v4().to_string();
        self.options.ledger.record(&detection_id).await.map_err(server_error)?;
        let response = CheckResponse {
            detection_id,
            is_spam: verdict.is_spam,
            total_score: verdict.score,
            threshold: THRESHOLD,
            execution_time: (milliseconds * 1_000.0).round() / 1_000.0,
            timestamp: instant(now),
            extra: report(endpoint, &verdict, language)?,
        };
        answer(response)
    }

    async fn feedback(&self, request: &FeedbackRequest) -> Result<Answer<FeedbackResponse>, ApiError> {
        if request.detection_id.trim().is_empty() {
            let words = "The detection id field is required.".to_owned();
            return Err(ApiError::Invalid {
                message: "Validation failed".into(),
                errors: BTreeMap::from([("detection_id".into(), vec![words])]),
            });
        }
        if !self.options.ledger.knows(&request.detection_id).await.map_err(server_error)? {
            return Err(ApiError::NotFound {
                message: "No spam detection found with this detection_id".into(),
            });
        }
        answer(FeedbackResponse {
            success: true,
            message: "Feedback submitted and will be processed shortly".into(),
            data: FeedbackReceipt {
                detection_id: request.detection_id.clone(),
                user_status: request.is_spam,
                queued_at: instant((self.options.clock)()),
                extra: Map::new(),
            },
            extra: Map::new(),
        })
    }

    async fn verify(&self) -> Result<Answer<VerifyResponse>, ApiError> {
        let now = (self.options.clock)();
        let last_used = self.usage(now, |usage| usage.last_check);
        answer(VerifyResponse {
            valid: true,
            message: "The embedded detector needs no API key".into(),
            key_info: KeyInfo {
                name: "Embedded detector".into(),
                created_at: instant(self.started),
                last_used_at: last_used.map(instant),
                extra: Map::new(),
            },
            user_info: UserInfo { id: 0, email: "detector@localhost".into(), name: None, extra: Map::new() },
            timestamp: instant(now),
            extra: Map::new(),
        })
    }

    async fn stats(&self) -> Result<Answer<StatsResponse>, ApiError> {
        let now = (self.options.clock)();
        let usage = self.usage(now, |usage| *usage);
        let total = self.options.monthly_quota;
        let percent = if total == 0 { 100.0 } else { usage.used as f64 / total as f64 * 100.0 };
        answer(StatsResponse {
            success: true,
            data: Stats {
                plan: Plan { name: self.options.plan_name.clone(), id: Some(0), extra: Map::new() },
                usage: UsageFigures {
                    total_requests: Some(total),
                    used_requests: Some(usage.used),
                    remaining_requests: Some(total.saturating_sub(usage.used)),
                    usage_percentage: Some((percent * 100.0).round() / 100.0),
                    extra: Map::new(),
                },
                period: Period {
                    month: Some(usage.month),
                    year: Some(usage.year),
                    kind: Some("monthly".into()),
                    extra: Map::new(),
                },
                extra: Map::new(),
            },
            timestamp: instant(now),
            extra: Map::new(),
            unread: Vec::new(),
        })
    }
}

/// The request without the fields that are wrong; odd ones are not looked at anyway.
fn without_wrong(request: &CheckRequest) -> CheckRequest {
    let mut right = request.clone();
    for (field, _) in wrong_fields(request) {
        right.take(field);
    }
    right
}

/// What goes beyond the guide's fields: little for comments, everything for full checks.
fn report(
    endpoint: CheckEndpoint,
    verdict: &Verdict,
    language: Option<&'static str>,
) -> Result<Map<String, Value>, ApiError> {
    let shown = match endpoint {
        CheckEndpoint::Check => SIGNALS,
        CheckEndpoint::CheckComment => COMMENT_SIGNALS,
    };
    let signals = &verdict.signals[..verdict.signals.len().min(shown)];
    let mut extra = Map::new();
    extra.insert("confidence".into(), json!(verdict.confidence));
    extra.insert("signals".into(), serde_json::to_value(signals).map_err(malformed)?);
    if endpoint == CheckEndpoint::Check {
        let mut analysis = serde_json::to_value(&verdict.analysis).map_err(malformed)?;
        analysis["language"] = json!(language);
        extra.insert("content_analysis".into(), analysis);
    }
    Ok(extra)
}

fn answer<T: Serialize>(value: T) -> Result<Answer<T>, ApiError> {
    let body = serde_json::to_string(&value).map_err(malformed)?;
    Ok(Answer { value, body })
}

fn malformed(error: serde_json::Error) -> ApiError {
    ApiError::Malformed { reason: error.to_string() }
}

fn server_error(error: LedgerError) -> ApiError {
    ApiError::Server { status: 500, message: error.to_string() }
}

/// ISO 8601 with milliseconds and `Z`.
fn instant(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}
