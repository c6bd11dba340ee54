//! `GET /settings/audit/file`: the record of who did what as a file, newest first, streamed page by page.

use app::error::AppError;
use axum::{
    Extension,
    body::{Body, Bytes},
    extract::{Query, State},
    http::{HeaderValue, Response, StatusCode, header},
    response::IntoResponse,
};
use chrono::SecondsFormat;
use domain::{AuditEvent, AuditFilter, Role};
use futures_util::stream;
use serde::Deserialize;

use super::{Failure, csv};
use crate::{auth::gate::Visitor, render, state::AppState};

/// Entries that are read at once.
pub(crate) const PAGE: u32 = 1_000;

/// The names of the columns.
const COLUMNS: [&str; 8] = ["id", "at", "user_id", "user", "action", "subject", "details", "hash"];

/// How the file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum AuditFormat {
    Csv,
    Ndjson,
}

/// What the address asks for.
#[derive(Deserialize)]
pub(crate) struct Wanted {
    format: AuditFormat,
    #[serde(default)]
    who: String,
    #[serde(default)]
    action: String,
}

/// Answers with a file that grows while it is read.
pub(crate) async fn download(
    State(app): State<AppState>,
    Extension(Visitor(visitor)): Extension<Visitor>,
    wanted: Result<Query<Wanted>, axum::extract::rejection::QueryRejection>,
) -> Response<Body> {
    let Some(user) = visitor.filter(|user| user.role.allows(Role::Admin)) else {
        let error = AppError::Forbidden(Role::Admin.to_string());
        return render::plain(StatusCode::FORBIDDEN, error.title(), &error.to_string());
    };
    let filter = wanted.ok().and_then(|Query(wanted)| {
        AuditFilter::read(&wanted.who, &wanted.action).map(|filter| (filter, wanted.format))
    });
    let Some((filter, format)) = filter else {
        let text = "The format of the record is csv or ndjson, and who is a person's number.";
        return render::plain(StatusCode::UNPROCESSABLE_ENTITY, "Not understood", text);
    };
    let (kind, ending) = match format {
        AuditFormat::Csv => ("text/csv; charset=utf-8; header=present", "csv"),
        AuditFormat::Ndjson => ("application/x-ndjson; charset=utf-8", "ndjson"),
    };
    if let Err(error) = app.moderation.note_audit_export(&filter, ending, user.id).await {
        tracing::error!(%error, "an export of the audit record could not begin");
        return render::broken();
    }
    let name = format!("gavel-audit-{}.{ending}", app.clock.now().format("%Y-%m-%d-%H%M"));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    let mut response = (headers, Body::from_stream(pages(app, filter, format))).into_response();
    if let Ok(value) = HeaderValue::try_from(format!("attachment; filename=\"{name}\"")) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

fn pages(
    app: AppState,
    filter: AuditFilter,
    format: AuditFormat,
) -> impl stream::Stream<Item = Result<Bytes, Failure>> {
    stream::try_unfold((app, filter, None), move |(app, filter, before)| async move {
        let events = app.moderation.audit_events(&filter, before, PAGE).await;
        let events = events.inspect_err(|error| tracing::warn!(%error, "an export ended early"))?;
        let Some(last) = events.last().map(|event| event.id) else { return Ok(None) };
        let bytes = Bytes::from(page(&events, format, before.is_none())?);
        Ok(Some((bytes, (app, filter, Some(last)))))
    })
}

/// A page of the file; the first one of a table begins with the names of its columns.
///
/// # Errors
/// Never: what is on record can be written.
pub(crate) fn page(events: &[AuditEvent], format: AuditFormat, is_first: bool) -> Result<Vec<u8>, Failure> {
    match format {
        AuditFormat::Csv => csv::table(&COLUMNS, events.iter().map(cells), is_first),
        AuditFormat::Ndjson => {
            let mut bytes = Vec::new();
            for event in events {
                serde_json::to_writer(&mut bytes, event)?;
                bytes.push(b'\n');
            }
            Ok(bytes)
        }
    }
}

fn cells(event: &AuditEvent) -> [String; COLUMNS.len()] {
    [
        event.id.to_string(),
        event.at.to_rfc3339_opts(SecondsFormat::Millis, true),
        event.user_id.map(|id| id.0.to_string()).unwrap_or_default(),
        event.user_name.clone().unwrap_or_default(),
        event.action.clone(),
        event.subject.clone(),
        event.details.to_string(),
        event.hash.clone(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_no_formula() {
        let event = AuditEvent {
            id: 1,
            at: chrono::DateTime::UNIX_EPOCH,
            user_id: None,
            user_name: Some("=cmd()".to_owned()),
            action: "login".to_owned(),
            subject: "user:1".to_owned(),
            details: serde_json::json!({}),
            hash: String::new(),
        };
        let csv = String::from_utf8(page(&[event], AuditFormat::Csv, true).unwrap()).unwrap();
        assert!(csv.starts_with("\u{feff}\"id\",\"at\"") && !csv.contains("\"=cmd"), "{csv}");
    }
}
