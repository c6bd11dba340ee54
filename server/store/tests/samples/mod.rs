//! Made-up rows for the tests.

#![allow(dead_code, reason = "each test asks for some of it")]

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use domain::{
    Circumstances, Content, DetectionId, Endpoint, JudgedBy, Judgement, Label, NewDetection, Origin, Role,
    User,
};
use store::{LabelOutcome, NewDecision, NewUser, Store};

/// Noon of a Friday; every story starts here.
pub(crate) fn noon() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2025, 2, 14, 12, 0, 0).unwrap()
}

pub(crate) fn seconds(count: i64) -> TimeDelta {
    TimeDelta::seconds(count)
}

/// A detection at noon with score 80 of threshold 50: spam.
pub(crate) fn detection(message: &str) -> NewDetection {
    NewDetection {
        created_at: noon(),
        endpoint: Endpoint::Check,
        origin: Origin::Paste,
        site: None,
        content: Content { message: message.to_owned(), ..Content::default() },
        content_hash: [7; 32],
        judgement: judgement(&format!("upstream-{message}"), 80.0),
        circumstances: Circumstances::default(),
    }
}

/// A verdict against threshold 50.
pub(crate) fn judgement(upstream_id: &str, score: f64) -> Judgement {
    Judgement {
        upstream_id: upstream_id.to_owned(),
        is_spam: score >= 50.0,
        score,
        threshold: 50.0,
        execution_ms: 1.25,
        upstream_timestamp: "2025-02-14T12:00:00Z".to_owned(),
        judged_by: JudgedBy::ActiveLayer,
        signals: Vec::new(),
        raw_answer: "{}".to_owned(),
    }
}

pub(crate) fn scored(message: &str, score: f64) -> NewDetection {
    let judgement = judgement(&format!("upstream-{message}"), score);
    NewDetection { judgement, ..detection(message) }
}

pub(crate) async fn moderator(store: &dyn Store, name: &str) -> User {
    let user = NewUser {
        email: format!("{}@example.com", name.to_lowercase()),
        name: name.to_owned(),
        role: Role::Moderator,
        password_hash: "$argon2id$".to_owned(),
        created_at: noon(),
    };
    store.create_user(&user).await.unwrap()
}

/// A decision at noon that may be undone for ten seconds.
pub(crate) fn decision(detection: DetectionId, label: Label, by: &User) -> NewDecision {
    NewDecision {
        detection_id: detection,
        label,
        user_id: by.id,
        decided_at: noon(),
        send_after: noon() + seconds(10),
        seen_version: None,
        with: domain::LabelParts::default(),
    }
}

pub(crate) async fn decide(
    store: &dyn Store,
    detection: DetectionId,
    label: Label,
    by: &User,
) -> domain::Decision {
    match store.decide(&decision(detection, label, by)).await.unwrap() {
        LabelOutcome::Decided(decision) => decision,
        other => panic!("not decided: {other:?}"),
    }
}
