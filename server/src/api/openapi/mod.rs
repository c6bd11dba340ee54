//! The gateway described in OpenAPI 3.1, from the code that serves it: `GET /api/openapi.json`, and as a page at `/api`.
//!
//! Paths and methods are the routes' own ([`super::routes`] takes them from the same annotations), fields are those of
//! `activelayer`'s wire types with what its validation allows, and the errors are written by the code that answers with them.

mod answers;
mod fields;
mod page;
mod samples;
mod webhooks;

use std::sync::{Arc, LazyLock};

use activelayer::{
    CheckResponse, FeedbackResponse, StatsResponse, VerifyResponse,
    wire::{
        ErrorBody,
        schema::{CheckBody, FeedbackBody},
    },
};
use app::context::Theme;
use axum::{
    Router,
    extract::State,
    http::{HeaderMap, header},
    middleware::from_fn_with_state,
    response::{Html, IntoResponse},
    routing::get,
};
use leptos::nonce::Nonce;
use utoipa::{
    OpenApi,
    openapi::{
        InfoBuilder, SecurityRequirement, ServerBuilder,
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

use super::{Decision, Decisions, check, check_comment, decisions, feedback, stats, verify};
use crate::{security, state::AppState};

pub(super) use answers::{CheckAnswers, DecisionsAnswers, FeedbackAnswers, StatsAnswers, VerifyAnswers};
pub(super) use samples::{CHECK, COMMENT, FEEDBACK};

/// What there is to know before the first call.
const ABOUT: &str = "The ActiveLayer spam-detection API, as Gavel serves it to your apps. An app that talks to ActiveLayer \
changes one thing, its base URL. Every submission is on the disk before its answer leaves, and in the moderators' log right after; the answer's body is the \
upstream's, byte for byte; fields that are not listed here may come along.\n\n\
Every request needs a token of Gavel's (`gavel token create`, or Settings), in one of four places: `Authorization: Bearer`, \
`X-API-Key`, the query's `api_key`, or `api_key` in a JSON body. Where there are several, the first of these counts. A token may have a last day, scopes \
(`check`, `feedback`, `stats`, `decisions`) and networks that it may come from: after that day it is answered with 401, out of these bounds with 403.\n\n\
Bodies are JSON objects, at most 1 MiB, whatever `Content-Type` says, in UTF-8 or the charset that it declares; forms \
(`application/x-www-form-urlencoded`) are read, too. Optional fields that are `null` or blank count as absent. Those that have another \
form than the one given here are no reason to leave a submission unjudged: they are forwarded as they came, and where the upstream \
refuses them, it is asked once more without them (the answer's header `gavel-left-out` names them). Without an upstream, what is wrong \
beyond doubt in `ip`, `website_url` and `email` is refused with 422. A sign-up (`data_type` is `user_registration`) may have an empty message. \
What is refused with 422 is in the log with its content. Errors are JSON objects with `error`, in the shape that the guide gives for their status. Unknown paths are \
answered with 404, other methods with 405 and `Allow`. An answer comes within 5 seconds, also when the upstream is away.";

#[derive(OpenApi)]
#[openapi(
    paths(check::post, check_comment::post, feedback::post, verify::get, stats::get, decisions::get),
    components(schemas(
        CheckBody,
        CheckResponse,
        FeedbackBody,
        FeedbackResponse,
        VerifyResponse,
        StatsResponse,
        Decisions,
        Decision,
        ErrorBody
    ))
)]
struct Described;

/// The whole document.
pub fn document() -> utoipa::openapi::OpenApi {
    let mut document = Described::openapi();
    document.info = InfoBuilder::new()
        .title("Gavel gateway")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(ABOUT))
        .build();
    let server = ServerBuilder::new().url("/api/v1").description(Some("The base URL for apps"));
    document.servers = Some(vec![server.build()]);
    document.webhooks = Some(webhooks::described());
    let schemes = schemes();
    let any_of = schemes.iter().map(|(name, _)| SecurityRequirement::new::<_, [&str; 0], &str>(*name, []));
    document.security = Some(any_of.collect());
    let components = document.components.get_or_insert_default();
    for (name, scheme) in schemes {
        components.add_security_scheme(name, scheme);
    }
    document
}

/// The places for a token that OpenAPI has words for, best first.
fn schemes() -> [(&'static str, SecurityScheme); 3] {
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("The usual place."));
    let header = ApiKeyValue::with_description("X-API-Key", "For clients that cannot set Authorization.");
    let query = ApiKeyValue::with_description(
        "api_key",
        "Works, but URLs end up in logs of proxies and browsers: use a header where you can. In a body, the field of \
         the same name does.",
    );
    [
        ("bearer", SecurityScheme::Http(bearer.build())),
        ("header", SecurityScheme::ApiKey(ApiKey::Header(header))),
        ("query", SecurityScheme::ApiKey(ApiKey::Query(query))),
    ]
}

/// The document and its page; both are open to everybody and hold nothing about this installation.
pub fn routes(app: AppState) -> Router {
    Router::new()
        .route("/", get(reference))
        .route("/openapi.json", get(json))
        .layer(from_fn_with_state(app.clone(), security::harden))
        .with_state(app)
}

async fn json() -> impl IntoResponse {
    static TEXT: LazyLock<String> = LazyLock::new(|| document().to_json().unwrap_or_default());
    ([(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-cache")], TEXT.as_str())
}

async fn reference(
    State(app): State<AppState>,
    nonce: Option<axum::Extension<Nonce>>,
    headers: HeaderMap,
) -> impl IntoResponse {
    static DOCUMENT: LazyLock<Arc<utoipa::openapi::OpenApi>> = LazyLock::new(|| Arc::new(document()));
    let nonce = nonce.map(|nonce| nonce.0.to_string()).unwrap_or_default();
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let theme = Theme::in_cookies(&cookies.collect::<Vec<_>>().join(";"));
    let frame = page::Frame { style: app.style_sheet(), theme, nonce };
    Html(page::render(&DOCUMENT, &frame))
}
