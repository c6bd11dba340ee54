//! Detections as a table.
//!
//! The csv crate writes the quotes; formulas are its caller's business. Every cell is quoted, and what a spreadsheet might
//! take for a formula gets an apostrophe ahead of it (OWASP, "CSV Injection").

use std::borrow::Cow;

use chrono::{DateTime, SecondsFormat, Utc};
use csv::{QuoteStyle, WriterBuilder};
use domain::Detection;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The columns, in order.
const COLUMNS: [&str; 28] = [
    "id",
    "created_at",
    "site",
    "origin",
    "endpoint",
    "verdict",
    "score",
    "threshold",
    "judged_by",
    "label",
    "labelled_by",
    "labelled_at",
    "feedback",
    "version",
    "email",
    "name",
    "ip",
    "user_agent",
    "website_url",
    "domain",
    "submitted_at",
    "message",
    "extra",
    "signals",
    "detection_id",
    "upstream_timestamp",
    "execution_ms",
    "raw_answer",
];

/// A page of the table, with the names of the columns ahead of the first.
pub(super) fn write(page: &[Detection], with_names: bool) -> Result<Vec<u8>, Failure> {
    let mut writer = WriterBuilder::new().quote_style(QuoteStyle::Always).from_writer(Vec::new());
    if with_names {
        writer.write_record(COLUMNS)?;
    }
    for detection in page {
        for cell in cells(detection)? {
            writer.write_field(defused(&cell).as_bytes())?;
        }
        writer.write_record(None::<&[u8]>)?;
    }
    Ok(writer.into_inner()?)
}

/// Rows of any table, the names of its columns first.
pub(crate) fn records(records: &[Vec<String>]) -> Result<Vec<u8>, Failure> {
    let mut writer = WriterBuilder::new().quote_style(QuoteStyle::Always).from_writer(Vec::new());
    for record in records {
        for cell in record {
            writer.write_field(defused(cell).as_bytes())?;
        }
        writer.write_record(None::<&[u8]>)?;
    }
    Ok(writer.into_inner()?)
}

fn cells(detection: &Detection) -> Result<[String; 28], Failure> {
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
    ])
}

fn time(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// The cell, so that no spreadsheet runs it. Programs that look past leading blanks, and full-width signs, which some
/// take for the plain ones, are thought of.
fn defused(cell: &str) -> Cow<'_, str> {
    let starts =
        |text: &str| text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    if starts(cell) || starts(cell.trim_start()) {
        Cow::Owned(format!("'{cell}"))
    } else {
        Cow::Borrowed(cell)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_defused_and_other_text_is_as_it_was() {
        for formula in [
            "=1+1",
            "+1",
            "-1",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            "\n=1",
            "＝1",
            "＋1",
            "－1",
            "＠x",
            "  =cmd|' /C calc'!A0",
        ] {
            assert_eq!(defused(formula), format!("'{formula}"));
        }
        for text in ["", "a=b", "mail@example.com", "'=1", "100 - 1", "\"=1\""] {
            assert_eq!(defused(text), text);
        }
    }
}
