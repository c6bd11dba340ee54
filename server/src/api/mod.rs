//! The ActiveLayer API as a server: one file an endpoint, one contract for the gateway and for `gavel engine serve`.
//!
//! The guide is the authority on fields, statuses and error bodies; [`activelayer::wire`] reads and writes them. Who judges
//! is behind [`Contract`].

mod allowed;
mod body;
mod callers;
mod check;
mod check_comment;
pub mod connect;
mod decisions;
pub mod engine;
pub mod faults;
mod feedback;
mod gateway;
mod key;
mod limits;
pub mod openapi;
mod reply;
mod stats;
mod strays;
mod text;
mod verify;

use std::{any::Any, net::IpAddr, sync::Arc};

use activelayer::{CheckEndpoint, CheckRequest, FeedbackRequest, wire::Refusal};
use async_trait::async_trait;
use axum::{
    Router,
    body::Body,
    http::Response,
    response::IntoResponse,
    routing::{get, post},
};
use domain::TokenScope;
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::Path as _;

use crate::bodies::Bodies;

pub use decisions::{Decision, Decisions, Part};
pub use gateway::Gateway;
pub use reply::Reply;
pub use strays::catch as catch_strays;

/// Largest body of a request, in bytes: 1 MiB.
pub const BODY_MAX_BYTES: usize = 1024 * 1024;

/// Where the endpoints are. Some clients put `…/api/v1/` and `/check` together as they stand, or end with a slash.
const BASES: [&str; 2] = ["/v1", "/v1/"];
const ENDS: [&str; 2] = ["", "/"];

/// What a caller asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Asks {
    /// A verdict.
    Check,
    /// To be heard: an app's word on a detection costs nothing, and one that is refused is lost.
    ToBeHeard,
    /// Whether its key is in force.
    Verify,
    /// The plan's usage.
    Stats,
    /// What was decided.
    Decisions,
}

/// So many words an app may send for each request that it may make: in WordPress a moderator marks a page of comments at once.
const WORDS_A_REQUEST: u32 = 10;

impl Asks {
    /// What a token must be allowed for it; nothing to ask about itself.
    fn scope(self) -> Option<TokenScope> {
        Some(match self {
            Self::Check => TokenScope::Check,
            Self::ToBeHeard => TokenScope::Feedback,
            Self::Verify => return None,
            Self::Stats => TokenScope::Stats,
            Self::Decisions => TokenScope::Decisions,
        })
    }

    /// How many a minute, for a caller who may make so many requests.
    fn allowed(self, per_minute: u32) -> u32 {
        match self {
            Self::ToBeHeard => per_minute.saturating_mul(WORDS_A_REQUEST),
            _ => per_minute,
        }
    }
}

/// Who answers the endpoints.
#[async_trait]
pub trait Contract: Send + Sync + 'static {
    /// Who asks.
    type Caller: Send + Sync;

    /// Finds out who asks, and counts what costs something; `from` is the caller's address.
    ///
    /// # Errors
    /// 401 for a key that opens nothing, 403 for one that does not open this or not from there, 429 for a caller who asks too often.
    async fn caller(&self, key: &str, asks: Asks, from: IpAddr) -> Result<Self::Caller, Refusal>;

    /// Counts a request that was refused before it was read.
    fn note_refusal(&self, _caller: Option<&Self::Caller>, _refusal: &Refusal) {}

    /// The memory for what is sent.
    fn bodies(&self) -> &Bodies;

    /// `POST /check` and `/check-comment`; `from` is the caller's address.
    async fn check(
        &self,
        caller: Self::Caller,
        endpoint: CheckEndpoint,
        request: CheckRequest,
        from: IpAddr,
    ) -> Reply;

    /// `POST /feedback`.
    async fn feedback(&self, caller: Self::Caller, request: FeedbackRequest) -> Reply;

    /// `GET /verify`.
    async fn verify(&self, caller: Self::Caller) -> Reply;

    /// `GET /stats`.
    async fn stats(&self, caller: Self::Caller) -> Reply;

    /// `GET /decisions`. Where nobody decides anything, there are none.
    async fn decisions(&self, _caller: Self::Caller, part: Part) -> Reply {
        Decisions { decisions: Vec::new(), next: part.after, more: false }.into()
    }
}

/// Everything below `/api`. No session, no cookie and no page is known here: what a browser brings along opens nothing, so
/// there is nothing for another site to forge.
///
/// `more` is what stands beside the endpoints. Their paths and methods are those of the OpenAPI document, from one place.
pub fn routes<C: Contract>(contract: C, more: Router) -> Router {
    let spellings = BASES.iter().flat_map(|base| ENDS.iter().map(move |end| (base, end)));
    spellings
        .fold(Router::new(), |routes, (base, end)| {
            let place = |path: String| format!("{base}{path}{end}");
            routes
                .route(&place(check::__path_post::path()), post(check::post::<C>))
                .route(&place(check_comment::__path_post::path()), post(check_comment::post::<C>))
                .route(&place(feedback::__path_post::path()), post(feedback::post::<C>))
                .route(&place(verify::__path_get::path()), get(verify::get::<C>))
                .route(&place(stats::__path_get::path()), get(stats::get::<C>))
                .route(&place(decisions::__path_get::path()), get(decisions::get::<C>))
        })
        .with_state(Arc::new(contract))
        .merge(more)
        .method_not_allowed_fallback(async || Reply::from(Refusal::method_not_allowed()))
        .fallback(async || Reply::from(Refusal::no_such_endpoint()))
        .layer(CatchPanicLayer::custom(panicked))
}

/// The panic's place was logged as it happened.
fn panicked(_: Box<dyn Any + Send + 'static>) -> Response<Body> {
    Reply::from(Refusal::internal()).into_response()
}
