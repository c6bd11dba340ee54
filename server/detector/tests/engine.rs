//! The five endpoints, as a caller sees them.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use activelayer::{ApiError, CheckEndpoint, CheckRequest, FeedbackRequest, SpamApi};
use chrono::{DateTime, Utc};
use detector::{Engine, EngineOptions, MemoryLedger};
use serde_json::{Map, Value};

/// 2025-02-28T23:59:00Z.
const LATE_FEBRUARY: i64 = 1_740_787_140;

fn engine(monthly_quota: u64, used: u64) -> (Engine, Arc<AtomicI64>) {
    let time = Arc::new(AtomicI64::new(LATE_FEBRUARY));
    let read = Arc::clone(&time);
    let engine = Engine::new(EngineOptions {
        plan_name: "Embedded".into(),
        monthly_quota,
        used,
        clock: Arc::new(move || {
            DateTime::<Utc>::from_timestamp(read.load(Ordering::SeqCst), 0).unwrap_or_default()
        }),
        ledger: Arc::new(MemoryLedger::default()),
        knowledge: Arc::default(),
    });
    (engine, time)
}

fn message(text: &str) -> CheckRequest {
    CheckRequest { message: text.into(), ..CheckRequest::default() }
}

const SPAM_SAMPLE: &str =
    "Exclusive offer! Buy verified leads now and get 300% ROI. Click here: http://cheap-leads.biz/offer.";
const HAM_SAMPLE: &str =
    "Hey team, attached is the weekly report. Let me know if you need any follow-up data.";

#[tokio::test]
async fn the_guides_samples_are_judged_right_with_reasons() {
    let (engine, _) = engine(10, 0);
    let spam = engine.check(CheckEndpoint::Check, &message(SPAM_SAMPLE)).await.expect("a verdict").value;
    assert!(spam.is_spam && spam.total_score >= 50.0 && spam.total_score <= 100.0);
    let names: Vec<&str> = spam.extra["signals"]
        .as_array()
        .expect("signals")
        .iter()
        .map(|signal| signal["name"].as_str().expect("a name"))
        .collect();
    for reason in ["leads_for_sale", "income_promise", "abused_tld"] {
        assert!(names.contains(&reason), "{reason} is not among {names:?}");
    }
    let ham = engine.check(CheckEndpoint::Check, &message(HAM_SAMPLE)).await.expect("a verdict").value;
    assert!(!ham.is_spam && ham.total_score < 50.0 && ham.total_score >= 0.0);
    assert_eq!(ham.extra["content_analysis"]["language"], "eng");
    let signals = ham.extra["signals"].as_array().expect("signals");
    let strongest =
        signals.iter().find(|signal| signal["name"] == "ham_word").expect("a word of wanted messages");
    assert!(strongest["weight"].as_f64().is_some_and(|weight| weight < 0.0));
    let words = strongest["description"].as_str().expect("words");
    assert!(words.ends_with("is common in wanted messages"), "{words}");
}

#[tokio::test]
async fn the_body_is_the_answer_as_json() {
    let (engine, _) = engine(10, 0);
    let answer = engine.check(CheckEndpoint::Check, &message(SPAM_SAMPLE)).await.expect("a verdict");
    let body: Value = serde_json::from_str(&answer.body).expect("JSON");
    assert_eq!(body, serde_json::to_value(&answer.value).expect("JSON"));
    assert_eq!(body["timestamp"], "2025-02-28T23:59:00.000Z");
    assert_eq!(body["threshold"], 50.0);
    assert_eq!(body["content_analysis"]["channel"], "short");
    assert_eq!(body["content_analysis"]["links"], 1);
    for signal in body["signals"].as_array().expect("signals") {
        if let Some(span) = signal["span"].as_array() {
            let (start, end) =
                (span[0].as_u64().expect("start") as usize, span[1].as_u64().expect("end") as usize);
            assert!(!SPAM_SAMPLE[start..end].trim().is_empty());
        }
    }
}

#[tokio::test]
async fn comments_get_a_small_answer() {
    let (engine, _) = engine(10, 0);
    let answer = engine.check(CheckEndpoint::CheckComment, &message(SPAM_SAMPLE)).await.expect("a verdict");
    assert!(answer.value.extra["signals"].as_array().expect("signals").len() <= 3);
    assert!(!answer.value.extra.contains_key("content_analysis"));
}

#[tokio::test]
async fn feedback_echoes_the_label_and_refuses_the_unknown() {
    let (engine, _) = engine(10, 0);
    let detection_id =
        engine.check(CheckEndpoint::Check, &message("Hi")).await.expect("a verdict").value.detection_id;
    for is_spam in [true, false] {
        let request = FeedbackRequest { detection_id: detection_id.clone(), is_spam, extra: Map::new() };
        assert_eq!(engine.feedback(&request).await.expect("accepted").value.data.user_status, is_spam);
    }
    let unknown = FeedbackRequest { detection_id: "nobody".into(), is_spam: true, extra: Map::new() };
    let message = "No spam detection found with this detection_id".to_owned();
    assert_eq!(engine.feedback(&unknown).await, Err(ApiError::NotFound { message }));
}

#[tokio::test]
async fn the_quota_ends_and_comes_back_with_the_month() {
    let (engine, time) = engine(5, 4);
    engine.check(CheckEndpoint::Check, &message("Hi")).await.expect("the fifth");
    let refused = engine.check(CheckEndpoint::Check, &message("Hi")).await.expect_err("the sixth");
    let expected = ApiError::QuotaExhausted {
        message: "Monthly request limit exceeded".into(),
        limit: Some(5),
        used: Some(5),
        remaining: Some(0),
    };
    assert_eq!(refused, expected);
    time.fetch_add(120, Ordering::SeqCst);
    engine.check(CheckEndpoint::Check, &message("Hi")).await.expect("a new month");
    let stats = engine.stats().await.expect("figures").value.data;
    assert_eq!((stats.usage.used_requests, stats.usage.remaining_requests), (Some(1), Some(4)));
    assert_eq!((stats.period.month, stats.period.year), (Some(3), Some(2025)));
    assert_eq!(stats.usage.usage_percentage, Some(20.0));
}

#[tokio::test]
async fn what_is_refused_costs_nothing() {
    let (engine, _) = engine(5, 0);
    let refused = engine.check(CheckEndpoint::Check, &message("")).await.expect_err("no message");
    let ApiError::Invalid { errors, .. } = refused else { panic!("{refused}") };
    assert_eq!(errors["message"], ["The message field is required."]);
    assert_eq!(engine.stats().await.expect("figures").value.data.usage.used_requests, Some(0));
    assert!(engine.verify().await.expect("a key").value.key_info.last_used_at.is_none());
}
