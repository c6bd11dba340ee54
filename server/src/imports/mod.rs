//! Files come in, and what failed of them goes out again.

mod failed;
mod upload;

use std::{path::Path, time::Duration};

use axum::{Router, extract::DefaultBodyLimit, http::StatusCode, routing::get};
use domain::import::FILE_MAX_BYTES;
use moderation::{ImportOptions, resilience::BudgetLimits};
use tower_http::{limit::RequestBodyLimitLayer, timeout::TimeoutLayer};

use crate::{config::Settings, render, router::BODY_LIMIT, state::AppState};

pub use failed::failed_rows;

/// Longest time that an upload may take: a GiB at 3 Mbit/s.
const UPLOAD_TIME: Duration = Duration::from_secs(3600);

/// Largest body of an upload, in bytes: the file, and what is typed or pasted beside it.
const UPLOAD_LIMIT: usize = FILE_MAX_BYTES as usize + BODY_LIMIT;

/// The page with the form that files come in by, with limits of its own.
pub fn uploads() -> Router<AppState> {
    Router::new()
        .route("/imports/new", get(render::page).post(upload::submit))
        .layer(DefaultBodyLimit::disable())
        .layer(RequestBodyLimitLayer::new(UPLOAD_LIMIT))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, UPLOAD_TIME))
}

/// What imports need to know: files are kept beside the database, and a key's budget limits the pace.
pub fn options(settings: &Settings) -> ImportOptions {
    let mut options = ImportOptions::default();
    if let Some(folder) = settings.place.imports() {
        options.shared_folder = Some(folder.with_file_name("imports"));
        options.folder = folder;
    }
    if settings.activelayer_api_key.is_some() {
        let limits = BudgetLimits { per_minute: settings.upstream_per_minute, ..BudgetLimits::default() };
        options.checks_per_minute = Some(limits.steady_per_minute());
    }
    options
}

/// The file that a database URL names; `None` for one in memory, and for PostgreSQL.
pub fn database_file(url: &str) -> Option<&Path> {
    let path = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:"))?;
    let path = path.split('?').next().unwrap_or_default();
    (!path.is_empty() && !url.contains(":memory:") && !url.contains("mode=memory")).then(|| Path::new(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_kept_beside_the_database() {
        for (url, file) in [
            ("sqlite://data/gavel.db", Some("data/gavel.db")),
            ("sqlite:///var/lib/gavel.db?mode=rwc", Some("/var/lib/gavel.db")),
            ("sqlite::memory:", None),
            ("postgres://localhost/gavel", None),
        ] {
            assert_eq!(database_file(url), file.map(Path::new), "{url}");
        }
    }
}
