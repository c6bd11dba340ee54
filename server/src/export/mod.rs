//! `GET /detections/export`: all that matches a search, as a file, streamed page by page.

pub(crate) mod csv;
pub(crate) mod lessons;

use app::error::AppError;
use axum::{
    Extension,
    body::{Body, Bytes},
    extract::{Query, State},
    http::{HeaderValue, Response, StatusCode, header},
    response::IntoResponse,
};
use domain::{Detection, ExportFormat, Role, SearchQuery};
use futures_util::stream;
use moderation::{Export, NewExport};
use serde::Deserialize;

use crate::{auth::gate::Visitor, render, state::AppState};

/// What the address asks for.
#[derive(Deserialize)]
pub struct Wanted {
    #[serde(default)]
    q: String,
    format: String,
    /// By which the page asks how far it is.
    id: Option<String>,
}

/// Longest number of an export, in characters.
const ID_MAX: usize = 40;

/// Answers with a file that grows while it is read.
pub async fn download(
    State(app): State<AppState>,
    Extension(Visitor(visitor)): Extension<Visitor>,
    Query(wanted): Query<Wanted>,
) -> Response<Body> {
    let Some(user) = visitor.filter(|user| user.role.allows(Role::Moderator)) else {
        let error = AppError::Forbidden(Role::Moderator.to_string());
        return render::plain(StatusCode::FORBIDDEN, error.title(), &error.to_string());
    };
    let Ok(format) = wanted.format.parse::<ExportFormat>() else {
        let text = "The format of an export is csv or ndjson.";
        return render::plain(StatusCode::UNPROCESSABLE_ENTITY, "Format not known", text);
    };
    let Ok(query) = SearchQuery::parse(&wanted.q) else {
        let text = "The search could not be read. Go back: the box underlines what is wrong.";
        return render::plain(StatusCode::UNPROCESSABLE_ENTITY, "Search not understood", text);
    };
    let id = wanted.id.filter(|id| id.len() <= ID_MAX);
    let name = format!("gavel-detections-{}.{format}", app.clock.now().format("%Y-%m-%d-%H%M"));
    match app.moderation.export(NewExport { query, format, by: user.id, id }).await {
        Ok(export) => file(export, format, &name),
        Err(error) => {
            tracing::error!(%error, "an export could not begin");
            render::broken()
        }
    }
}

fn file(export: Export, format: ExportFormat, name: &str) -> Response<Body> {
    // The reader sets the pace; when it goes away the stream is dropped, and with it the export.
    let pages = stream::try_unfold((export, true), move |(mut export, is_first)| async move {
        let page =
            export.next_page().await.inspect_err(|error| tracing::warn!(%error, "an export ended early"))?;
        if page.is_empty() && !is_first {
            return Ok(None);
        }
        let bytes = match format {
            ExportFormat::Csv => csv::write(&page, is_first)?,
            ExportFormat::Ndjson => lines(&page)?,
        };
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(Some((Bytes::from(bytes), (export, false))))
    });
    let kind = match format {
        ExportFormat::Csv => "text/csv; charset=utf-8; header=present",
        ExportFormat::Ndjson => "application/x-ndjson; charset=utf-8",
    };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    let mut response = (headers, Body::from_stream(pages)).into_response();
    if let Ok(value) = HeaderValue::try_from(format!("attachment; filename=\"{name}\"")) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

fn lines(page: &[Detection]) -> serde_json::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    for detection in page {
        serde_json::to_writer(&mut bytes, detection)?;
        bytes.push(b'\n');
    }
    Ok(bytes)
}
