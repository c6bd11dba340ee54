//! `GET /api/v1/verify`: is the key in force, and whose is it?

use std::sync::Arc;

use axum::extract::{Request, State};

use super::{Contract, Reply, body};

pub(super) async fn get<C: Contract>(
    State(contract): State<Arc<C>>,
    request: Request,
) -> Result<Reply, Reply> {
    let received = body::receive(&*contract, request).await?;
    Ok(contract.verify(received.caller).await)
}
