//! `GET /api/v1/verify`: is the token in force?

use std::sync::Arc;

use axum::extract::{Request, State};

use super::{Asks, Contract, Reply, body, openapi};

/// Is the token in force?
///
/// For health checks and before the first check.
#[utoipa::path(
    get,
    path = "/verify",
    operation_id = "verify",
    tag = "Account",
    responses(openapi::VerifyAnswers)
)]
pub(super) async fn get<C: Contract>(
    State(contract): State<Arc<C>>,
    request: Request,
) -> Result<Reply, Reply> {
    let received = body::receive(&*contract, request, Asks::Verify).await?;
    Ok(contract.verify(received.caller).await)
}
