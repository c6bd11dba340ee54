//! `POST /api/v1/check`: full analysis.

use std::sync::Arc;

use activelayer::{CheckEndpoint, wire::read_check};
use axum::{
    extract::{Request, State},
    http::HeaderMap,
};
use domain::callback::{EXTERNAL_ID, EXTERNAL_ID_MAX_CHARS};

use super::{Asks, Contract, Reply, body, openapi};

/// Full analysis
///
/// For longer submissions: e-mails, tickets, contact forms.
#[utoipa::path(
    post,
    path = "/check",
    operation_id = "check",
    tag = "Checks",
    request_body(content = activelayer::wire::schema::CheckBody, example = openapi::CHECK),
    responses(openapi::CheckAnswers)
)]
pub(super) async fn post<C: Contract>(
    State(contract): State<Arc<C>>,
    request: Request,
) -> Result<Reply, Reply> {
    answer(&*contract, CheckEndpoint::Check, request).await
}

/// Both checks take and give the same.
pub(super) async fn answer<C: Contract>(
    contract: &C,
    endpoint: CheckEndpoint,
    request: Request,
) -> Result<Reply, Reply> {
    let external_id = external_id(request.headers());
    let received = body::receive(contract, request, Asks::Check).await?;
    let request = read_check(&received.body);
    let mut request =
        request.inspect_err(|refusal| contract.note_refusal(Some(&received.caller), refusal))?.request;
    request.forget_key(&received.key);
    if let Some(id) = external_id {
        request.extra.insert(EXTERNAL_ID.to_owned(), id.into());
    }
    Ok(contract.check(received.caller, endpoint, request, received.from).await)
}

/// The app's own name for what it submits; one that is blank, too long or no text is none.
fn external_id(headers: &HeaderMap) -> Option<String> {
    let id = std::str::from_utf8(headers.get("gavel-external-id")?.as_bytes()).ok()?.trim();
    (!id.is_empty() && id.chars().count() <= EXTERNAL_ID_MAX_CHARS).then(|| id.to_owned())
}
