//! Renders pages and runs server functions, each with what the app expects in its context.

use std::sync::{Arc, LazyLock};

use app::{
    context::{AppInfo, CurrentSession, CurrentUser, JoinLink, ProxySigns, SubmittedForm},
    forms::{FormProblem, UploadProblem},
};
use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{FromRequest, Multipart, Request, State},
    http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header, request::Parts},
    response::IntoResponse,
};
use leptos::{nonce::Nonce, prelude::*};

use crate::{
    auth::gate::{SessionHash, Visitor},
    router::BODY_LIMIT,
    state::AppState,
};

/// The paths of the pages that the app has, as axum writes them.
///
/// They are listed once in a process: while Leptos lists them, no resource loads anywhere in it, and one that is first asked
/// for in that time never does (leptos-rs/leptos#4773), so that a second server, as tests have them, would hang pages of the
/// first.
pub fn pages() -> &'static [String] {
    static PAGES: LazyLock<Vec<String>> = LazyLock::new(|| {
        leptos_axum::generate_route_list(app::App).iter().map(|page| page.path().to_owned()).collect()
    });
    &PAGES
}

/// Renders the page that the URL names.
pub async fn page(State(app): State<AppState>, request: Request) -> Response<Body> {
    let options = app.leptos.clone();
    let render =
        leptos_axum::render_app_async_with_context(context(app), move || app::shell(options.clone()));
    render(request).await
}

/// Renders the page that a form was posted to; the page acts on the form while it renders.
pub async fn submitted(State(app): State<AppState>, request: Request) -> Response<Body> {
    let (mut parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, BODY_LIMIT).await else { return too_large() };
    let form = if has_files(&parts.headers) {
        without_files(&parts.headers, body).await
    } else {
        String::from_utf8(body.into()).ok()
    };
    let Some(form) = form else { return malformed() };
    parts.extensions.insert(SubmittedForm(form));
    page(State(app), Request::from_parts(parts, Body::empty())).await
}

fn has_files(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("multipart/form-data"))
}

/// A form with files as one without: what is in a file stands where text would. `None` when it cannot be read.
async fn without_files(headers: &HeaderMap, body: Bytes) -> Option<String> {
    let mut request = Request::new(Body::from(body));
    *request.headers_mut() = headers.clone();
    let mut form = Multipart::from_request(request, &()).await.ok()?;
    let mut fields = Vec::new();
    while let Some(field) = form.next_field().await.ok()? {
        let name = field.name()?.to_owned();
        fields.push((name, String::from_utf8_lossy(&field.bytes().await.ok()?).into_owned()));
    }
    Some(url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish())
}

/// Renders a page again with what was wrong about its form.
pub async fn page_with_problem<P: Clone + Send + Sync + 'static>(
    app: AppState,
    mut parts: Parts,
    status: StatusCode,
    problem: P,
) -> Response<Body> {
    parts.method = Method::GET;
    parts.extensions.insert(problem);
    let mut response = page(State(app), Request::from_parts(parts, Body::empty())).await;
    *response.status_mut() = status;
    response
}

/// Renders the app's own page for what is not there.
pub async fn not_found(State(app): State<AppState>, request: Request) -> Response<Body> {
    let mut response = page(State(app), request).await;
    if response.status().is_success() {
        *response.status_mut() = StatusCode::NOT_FOUND;
    }
    response
}

/// Runs a server function.
pub async fn server_function(State(app): State<AppState>, request: Request) -> impl IntoResponse {
    leptos_axum::handle_server_fns_with_context(context(app), request).await
}

/// What pages and server functions find in their context.
fn context(app: AppState) -> impl Fn() + Clone + Send + Sync + 'static {
    move || {
        provide_context(Arc::clone(&app.moderation));
        provide_context(AppInfo {
            embedded: app.moderation.is_embedded(),
            upstream: app.settings.activelayer_base_url.to_string(),
        });
        provide_context(ProxySigns(app.signs.in_words()));
        let Some(parts) = use_context::<Parts>() else { return };
        let visitor = parts.extensions.get::<Visitor>().and_then(|visitor| visitor.0.clone());
        provide_context(CurrentUser(visitor));
        provide_context(CurrentSession(
            parts.extensions.get::<SessionHash>().map(|session| session.0.clone()),
        ));
        if let Some(link) = parts.extensions.get::<JoinLink>() {
            provide_context(link.clone());
        }
        if let Some(nonce) = parts.extensions.get::<Nonce>() {
            provide_context(nonce.clone());
        }
        if let Some(problem) = parts.extensions.get::<FormProblem>() {
            provide_context(problem.clone());
        }
        if let Some(problem) = parts.extensions.get::<UploadProblem>() {
            provide_context(problem.clone());
        }
        if let Some(form) = parts.extensions.get::<SubmittedForm>() {
            provide_context(form.clone());
        }
    }
}

/// A page of two sentences for what goes wrong outside the app, where nothing can be rendered or nobody is known.
pub fn plain(status: StatusCode, title: &str, text: &str) -> Response<Body> {
    let html = format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title} · Gavel</title>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"></head>\
         <body><main><h1>{title}</h1><p>{text}</p><p><a href=\"/\">Back to Gavel</a></p></main></body></html>\n"
    );
    let mut response = Response::new(Body::from(html));
    *response.status_mut() = status;
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, html);
    response
}

/// The answer to a body over [`BODY_LIMIT`].
pub fn too_large() -> Response<Body> {
    plain(StatusCode::PAYLOAD_TOO_LARGE, "Too large", "What was sent is too large. Shorten it and try again.")
}

/// The answer to a form that cannot be read.
pub fn malformed() -> Response<Body> {
    let text =
        "The form did not arrive as Gavel's pages send it. Nothing was changed; go back and try again.";
    plain(StatusCode::UNPROCESSABLE_ENTITY, "Not understood", text)
}

/// The text with what HTML would read as markup written out.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// The answer when something broke; the log says what.
pub fn broken() -> Response<Body> {
    plain(
        StatusCode::INTERNAL_SERVER_ERROR,
        "Something went wrong",
        "The server failed to answer. Nothing was lost; try again in a moment.",
    )
}
