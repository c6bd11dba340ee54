//! `GET /imports/{id}/failed`: the rows that failed, as a file.

use app::error::AppError;
use axum::{
    Extension,
    body::{Body, Bytes},
    extract::{Path, State},
    http::{HeaderValue, Response, StatusCode, header},
    response::IntoResponse,
};
use domain::{ImportId, Role};
use futures_util::stream;
use moderation::ModerationError;

use crate::{auth::gate::Visitor, render, state::AppState};

/// Answers with a file that grows while it is read.
pub async fn failed_rows(
    State(app): State<AppState>,
    Extension(Visitor(visitor)): Extension<Visitor>,
    Path(id): Path<i64>,
) -> Response<Body> {
    if !visitor.is_some_and(|user| user.role.allows(Role::Moderator)) {
        let error = AppError::Forbidden(Role::Moderator.to_string());
        return render::plain(StatusCode::FORBIDDEN, error.title(), &error.to_string());
    }
    let file = match app.moderation.failed_file(ImportId(id)).await {
        Ok(file) => file,
        Err(ModerationError::NotFound(_) | ModerationError::Invalid(_)) => {
            let text = "There is no such import, or its file is no longer kept.";
            return render::plain(StatusCode::NOT_FOUND, "Not found", text);
        }
        Err(error) => {
            tracing::error!(%error, import = id, "failed rows could not be read");
            return render::broken();
        }
    };
    let pieces = stream::unfold(file.pieces, |mut pieces| async move {
        let piece = pieces.recv().await?;
        Some((piece.map(Bytes::from), pieces))
    });
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    let mut response = (headers, Body::from_stream(pieces)).into_response();
    if let Ok(value) = HeaderValue::try_from(format!("attachment; filename=\"{}\"", file.name)) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, value);
    }
    response
}
