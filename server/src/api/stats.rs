//! `GET /api/v1/stats`: the plan's usage.

use std::sync::Arc;

use axum::extract::{Request, State};

use super::{Contract, Reply, body};

pub(super) async fn get<C: Contract>(
    State(contract): State<Arc<C>>,
    request: Request,
) -> Result<Reply, Reply> {
    let received = body::receive(&*contract, request).await?;
    Ok(contract.stats(received.caller).await)
}
