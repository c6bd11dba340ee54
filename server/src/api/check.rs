//! `POST /api/v1/check`: full analysis.

use std::sync::Arc;

use activelayer::{CheckEndpoint, wire::read_check};
use axum::extract::{Request, State};

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
    let received = body::receive(contract, request, Asks::Answer).await?;
    let request = read_check(&received.body);
    let mut request =
        request.inspect_err(|refusal| contract.note_refusal(Some(&received.caller), refusal))?.request;
    request.forget_key(&received.key);
    Ok(contract.check(received.caller, endpoint, request, received.from).await)
}
