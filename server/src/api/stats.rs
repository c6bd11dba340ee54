//! `GET /api/v1/stats`: the plan's usage.

use std::sync::Arc;

use axum::extract::{Request, State};

use super::{Asks, Contract, Reply, body, openapi};

/// Usage of the plan
///
/// To keep an eye on the quota, and for alerts. Asked often, it costs no checks and never holds them up.
#[utoipa::path(
    get,
    path = "/stats",
    operation_id = "stats",
    tag = "Account",
    responses(openapi::StatsAnswers)
)]
pub(super) async fn get<C: Contract>(
    State(contract): State<Arc<C>>,
    request: Request,
) -> Result<Reply, Reply> {
    let received = body::receive(&*contract, request, Asks::Stats).await?;
    Ok(contract.stats(received.caller).await)
}
