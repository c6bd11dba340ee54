//! `GET /settings/lessons`: what the detector was taught, as labelled messages that `gavel engine eval` and `train` read.

use app::error::AppError;
use axum::{
    Extension,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderValue, Response, StatusCode, header},
    response::IntoResponse,
};
use chrono::SecondsFormat;
use domain::{Role, Teacher};
use futures_util::stream;
use moderation::LessonRow;
use serde_json::json;

use crate::{auth::gate::Visitor, render, state::AppState};

/// Answers with a file that grows while it is read.
pub(crate) async fn download(
    State(app): State<AppState>,
    Extension(Visitor(visitor)): Extension<Visitor>,
) -> Response<Body> {
    let Some(user) = visitor.filter(|user| user.role.allows(Role::Admin)) else {
        let error = AppError::Forbidden(Role::Admin.to_string());
        return render::plain(StatusCode::FORBIDDEN, error.title(), &error.to_string());
    };
    let reader = match app.moderation.export_lessons(user.id).await {
        Ok(reader) => reader,
        Err(error) => {
            tracing::error!(%error, "an export of lessons could not begin");
            return render::broken();
        }
    };
    let name = format!("gavel-lessons-{}.ndjson", app.clock.now().format("%Y-%m-%d-%H%M"));
    let moderation = app.moderation.clone();
    let pages = stream::try_unfold((moderation, reader), |(moderation, mut reader)| async move {
        let page = moderation.next_lessons(&mut reader).await;
        let page = page.inspect_err(|error| tracing::warn!(%error, "an export of lessons ended early"))?;
        Ok::<_, moderation::ModerationError>(
            page.map(|rows| (Bytes::from(rows.iter().map(line).collect::<String>()), (moderation, reader))),
        )
    });
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    let mut response = (headers, Body::from_stream(pages)).into_response();
    if let Ok(value) = HeaderValue::try_from(format!("attachment; filename=\"{name}\"")) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

/// A lesson as a line of a corpus, its end included. Whose word it is is told by number: names may change.
pub(crate) fn line(row: &LessonRow) -> String {
    let LessonRow { detection, label, teacher } = row;
    let content = &detection.content;
    let by = match teacher {
        Teacher::Person(user) => format!("person:{}", user.0),
        Teacher::PeopleOf(token) => format!("people-of-app:{}", token.0),
        Teacher::App(token) => format!("app:{}", token.0),
    };
    let labelled_at = detection.labelled_at.map(|at| at.to_rfc3339_opts(SecondsFormat::Millis, true));
    let line = json!({
        "label": label,
        "message": content.message,
        "email": content.email,
        "name": content.name,
        "ip": content.ip,
        "source": "lessons",
        "id": format!("detection/{}", detection.id.0),
        "by": by,
        "labelled_at": labelled_at,
    });
    format!("{line}\n")
}
