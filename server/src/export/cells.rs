//! Detections as the cells of a table.

use chrono::{DateTime, SecondsFormat, Utc};
use domain::{Detection, export::COLUMNS};

/// One cell for each of [`COLUMNS`].
pub(super) type Cells = [String; COLUMNS.len()];

pub(super) fn cells(detection: &Detection) -> serde_json::Result<Cells> {
    let Detection { content, judgement, .. } = detection;
    let word = |word: Option<&'static str>| word.unwrap_or_default().to_owned();
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    Ok([
        detection.id.0.to_string(),
        time(detection.created_at),
        text(&detection.site),
        detection.origin.to_string(),
        detection.endpoint.to_string(),
        if judgement.is_refused() { String::new() } else { judgement.verdict().to_string() },
        if judgement.is_refused() { String::new() } else { judgement.score.to_string() },
        judgement.threshold.to_string(),
        judgement.judged_by.to_string(),
        word(detection.label.map(domain::Label::as_str)),
        text(&detection.labelled_by),
        detection.labelled_at.map(time).unwrap_or_default(),
        detection.feedback.to_string(),
        detection.version.to_string(),
        text(&content.email),
        text(&content.name),
        content.ip.map(|ip| ip.to_string()).unwrap_or_default(),
        text(&content.user_agent),
        text(&content.website_url),
        text(&content.domain),
        content.timestamp.map(|seconds| seconds.to_string()).unwrap_or_default(),
        content.message.clone(),
        serde_json::to_string(&content.extra)?,
        serde_json::to_string(&judgement.signals)?,
        judgement.upstream_id.clone(),
        judgement.upstream_timestamp.clone(),
        judgement.execution_ms.to_string(),
        judgement.raw_answer.clone(),
        detection.reasons.join(", "),
    ])
}

fn time(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}
