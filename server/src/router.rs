//! Every route and every layer of the web server, in order.

use std::time::Duration;

use axum::{
    Router,
    http::{HeaderValue, StatusCode, header},
    middleware::{from_fn, from_fn_with_state},
    routing::{any, get, post},
};
use tower_http::{
    CompressionLevel, catch_panic::CatchPanicLayer, compression::CompressionLayer,
    set_header::SetResponseHeaderLayer, timeout::TimeoutLayer,
};

use crate::{
    api, assets,
    auth::{client_address, first_run, gate, join, log_in, log_out, own_password, sessions, wordpress},
    bodies, completion, events, export, imports, render, security,
    state::AppState,
    stats_file,
    telemetry::{health, metrics, requests},
};

/// Largest body of a request, in bytes: a form triples a message that is all non-ASCII (`%D0` for a byte), so 1 MiB of
/// message ([`domain::content::MESSAGE_MAX_BYTES`]) takes up to 3 MiB, and the other fields some more.
pub const BODY_LIMIT: usize = 4 * 1024 * 1024;

/// Longest time for an answer: a paste of many messages asks the upstream for each of them.
const TIME_LIMIT: Duration = Duration::from_secs(60);

/// How hard pages are compressed: at the next level of Brotli than the usual (4), a page of the log is 8 % smaller for a millisecond more;
/// those above it gain a hundredth each.
const PAGES: CompressionLevel = CompressionLevel::Precise(5);

/// The web server.
pub fn router(app: AppState) -> Router {
    let routes = Router::new()
        .route("/pkg/{*path}", get(assets::bundle))
        .route("/favicon.svg", get(assets::public))
        .route("/favicon.ico", get(assets::public))
        .route("/robots.txt", get(assets::public))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(metrics::page))
        .route("/login", get(log_in::page).post(log_in::submit))
        .route("/logout", post(log_out::submit))
        .route("/setup", get(first_run::page).post(first_run::submit))
        .route("/join", get(join::page).post(join::submit))
        .route("/account", get(render::page).post(own_password::submit))
        .route("/events", get(events::stream))
        .route("/detections/export", get(export::download))
        .route("/stats/file", get(stats_file::download))
        .route("/imports/{id}/failed", get(imports::failed_rows))
        .route("/settings/lessons", get(export::lessons::download))
        .route("/settings/audit/file", get(export::audit::download))
        .route(wordpress::APPROVED, get(wordpress::approved))
        .route("/account/register", get(wordpress::register))
        .route("/fn/{*name}", any(render::server_function));
    // The app's own list, in app/src/routes.rs; a form without JavaScript posts to its page.
    let taken = ["/login", "/setup", "/join", "/account", "/imports/new"];
    let routes = render::pages()
        .iter()
        .map(String::as_str)
        .filter(|path| !taken.contains(path))
        .fold(routes, |routes, path| routes.route(path, get(render::page).post(render::submitted)));
    // The last layer sees a request first.
    routes
        .fallback(render::not_found)
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, TIME_LIMIT))
        .layer(from_fn(completion::finish))
        .layer(from_fn_with_state(app.clone(), bodies::admit))
        // Files take longer and are larger than anything else; they have limits of their own.
        .merge(imports::uploads())
        .layer(from_fn_with_state(app.clone(), gate::guard))
        .layer(sessions::layer(&app.settings, app.store.clone(), app.clock.clone()))
        .layer(security::cross_site_protection(&app.settings))
        .layer(from_fn_with_state(app.clone(), security::explain_refusal))
        .layer(from_fn_with_state(app.clone(), security::check_host))
        .layer(CatchPanicLayer::custom(requests::panicked))
        .layer(CompressionLayer::new().quality(PAGES).compress_when(assets::is_page))
        .layer(from_fn_with_state(app.clone(), security::harden))
        .layer(from_fn(api::catch_strays))
        // Apps bring a token of their own to every request: nothing of the above is for them.
        .nest(
            "/api",
            api::routes(
                api::Gateway::new(app.clone()),
                api::openapi::routes(app.clone()).merge(api::connect::routes(app.clone())),
            )
            .with_state(()),
        )
        .layer(SetResponseHeaderLayer::overriding(
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ))
        .layer(from_fn_with_state(app.clone(), client_address::attach))
        .layer(from_fn_with_state(app.clone(), requests::observe))
        .with_state(app)
}
