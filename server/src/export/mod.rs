//! `GET /detections/export`: all that matches a search, as a file, streamed page by page.

pub(crate) mod audit;
mod cells;
pub mod csv;
pub(crate) mod lessons;
pub mod workbook;

use std::io::Write;

use app::error::AppError;
use axum::{
    Extension,
    body::{Body, Bytes},
    extract::{Query, State},
    http::{HeaderMap, HeaderValue, Response, StatusCode, header},
    response::IntoResponse,
};
use domain::{Detection, ExportFormat, Role, SearchQuery};
use futures_util::{Stream, StreamExt, stream};
use moderation::{Export, NewExport, Pieces};
use serde::Deserialize;
use tokio::sync::mpsc;

use crate::{auth::gate::Visitor, render, state::AppState};

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Pages between the log and the workbook.
const PAGES_AHEAD: usize = 2;

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
    headers: HeaderMap,
    Query(wanted): Query<Wanted>,
) -> Response<Body> {
    let Some(user) = visitor.filter(|user| user.role.allows(Role::Moderator)) else {
        let error = AppError::Forbidden(Role::Moderator.to_string());
        return render::plain(StatusCode::FORBIDDEN, error.title(), &error.to_string());
    };
    let Ok(format) = wanted.format.parse::<ExportFormat>() else {
        let text = "The format of an export is csv, xlsx or ndjson.";
        return render::plain(StatusCode::UNPROCESSABLE_ENTITY, "Format not known", text);
    };
    let Ok(query) = SearchQuery::parse(&wanted.q) else {
        let text = "The search could not be read. Go back: the box underlines what is wrong.";
        return render::plain(StatusCode::UNPROCESSABLE_ENTITY, "Search not understood", text);
    };
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let query =
        query.in_zone(&app::zone::in_cookies(&cookies.collect::<Vec<_>>().join(";")), app.clock.now());
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
    let (kind, body) = match format {
        ExportFormat::Csv => ("text/csv; charset=utf-8; header=present", pages(export, csv::write)),
        ExportFormat::Ndjson => {
            ("application/x-ndjson; charset=utf-8", pages(export, |page, _| Ok(lines(page)?)))
        }
        ExportFormat::Xlsx => (
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Body::from_stream(packed(export)),
        ),
    };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    let mut response = (headers, body).into_response();
    if let Ok(value) = HeaderValue::try_from(format!("attachment; filename=\"{name}\"")) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

/// A file that is written page by page. The writer is told which one is the first, which may be empty.
fn pages(export: Export, write: fn(&[Detection], bool) -> Result<Vec<u8>, Failure>) -> Body {
    // The reader sets the pace; when it goes away the stream is dropped, and with it the export.
    Body::from_stream(stream::try_unfold((export, true), move |(mut export, is_first)| async move {
        let page =
            export.next_page().await.inspect_err(|error| tracing::warn!(%error, "an export ended early"))?;
        if page.is_empty() && !is_first {
            return Ok(None);
        }
        let bytes = write(&page, is_first)?;
        Ok::<_, Failure>(Some((Bytes::from(bytes), (export, false))))
    }))
}

/// A workbook, which is written where blocking is allowed, and leaves in pieces once its last row is known.
fn packed(export: Export) -> impl Stream<Item = std::io::Result<Bytes>> {
    let (mut sink, pieces) = Pieces::new();
    let failed = sink.sender();
    let (sender, mut pages) = mpsc::channel(PAGES_AHEAD);
    tokio::spawn(read(export, sender, failed.clone()));
    let writing = tokio::task::spawn_blocking(move || {
        let mut table = workbook::Table::new()?;
        loop {
            match pages.blocking_recv() {
                Some(Ok(page)) => table.add(&page)?,
                Some(Err(error)) => return Err(error),
                None => break,
            }
        }
        table.finish(&mut sink)?;
        Ok(sink.flush()?)
    });
    tokio::spawn(async move {
        // Without this the file would look whole.
        let outcome = writing.await.unwrap_or_else(|error| Err(Failure::from(error)));
        if let Err(error) = outcome {
            tracing::warn!(%error, "a workbook could not be written");
            drop(failed.send(Err(std::io::Error::other(error))).await);
        }
    });
    stream::unfold(pieces, |mut pieces| async move { Some((pieces.recv().await?, pieces)) })
        .map(|piece| piece.map(Bytes::from))
}

/// Hands the pages of an export over, until the end or until nobody takes the file any more.
async fn read(
    mut export: Export,
    sender: mpsc::Sender<Result<Vec<Detection>, Failure>>,
    taker: mpsc::Sender<std::io::Result<Vec<u8>>>,
) {
    loop {
        let page = tokio::select! {
            () = taker.closed() => Err(Failure::from("nobody takes it any more")),
            page = export.next_page() => page.map_err(Failure::from),
        };
        let is_last = page.as_ref().map_or(true, Vec::is_empty);
        let is_empty = page.as_ref().is_ok_and(Vec::is_empty);
        if (!is_empty && sender.send(page).await.is_err()) || is_last {
            return;
        }
    }
}

/// A page of objects, one a line.
pub fn lines(page: &[Detection]) -> serde_json::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    for detection in page {
        serde_json::to_writer(&mut bytes, detection)?;
        bytes.push(b'\n');
    }
    Ok(bytes)
}
