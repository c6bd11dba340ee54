//! `GET /stats/file`: a chart of the Stats page, as a picture or as a table.

use app::{
    error::AppError,
    server_fns::stats::Asked,
    stats_files::{ChartFile, Colours, chart_file},
};
use axum::{
    Extension,
    body::Body,
    extract::{Query, State},
    http::{HeaderValue, Response, StatusCode, header},
    response::IntoResponse,
};
use domain::Role;
use serde::Deserialize;

use crate::{auth::gate::Visitor, export::csv, render, state::AppState};

/// What the address asks for, beside range, site and search.
#[derive(Deserialize)]
pub struct Wanted {
    chart: String,
    format: String,
    /// `dark` for a picture that is looked at on a dark page.
    #[serde(default)]
    colours: String,
}

/// Answers with the file.
pub async fn download(
    State(app): State<AppState>,
    Extension(Visitor(visitor)): Extension<Visitor>,
    Query(wanted): Query<Wanted>,
    Query(asked): Query<Asked>,
) -> Response<Body> {
    if !visitor.is_some_and(|user| user.role.allows(Role::Viewer)) {
        let error = AppError::Forbidden(Role::Viewer.to_string());
        return render::plain(StatusCode::FORBIDDEN, error.title(), &error.to_string());
    }
    let picture = match &*wanted.format {
        "svg" if wanted.colours == "dark" => Some(Colours::Dark),
        "svg" => Some(Colours::Light),
        "csv" => None,
        _ => {
            let text = "The format of a chart is csv or svg.";
            return render::plain(StatusCode::UNPROCESSABLE_ENTITY, "Format not known", text);
        }
    };
    let (kind, body) = match chart_file(&app.moderation, &asked, &wanted.chart, picture).await {
        Ok(ChartFile::Svg(svg)) => ("image/svg+xml; charset=utf-8", svg.into_bytes()),
        Ok(ChartFile::Records(records)) => match csv::records(&records) {
            Ok(bytes) => ("text/csv; charset=utf-8; header=present", bytes),
            Err(error) => {
                tracing::error!(%error, "a chart could not be written");
                return render::broken();
            }
        },
        Err(error) => {
            let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            return render::plain(status, error.title(), "Go back to Stats and choose again.");
        }
    };
    let date = app.clock.now().format("%Y-%m-%d");
    // Only the names of charts that there are come this far.
    let name = format!("attachment; filename=\"gavel-{}-{date}.{}\"", wanted.chart, wanted.format);
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    let mut response = (headers, body).into_response();
    if let Ok(value) = HeaderValue::try_from(name) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, value);
    }
    response
}
