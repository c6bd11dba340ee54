//! `POST /api/v1/feedback`: an app's final word on a detection.

use std::sync::Arc;

use activelayer::wire::read_feedback;
use axum::extract::{Request, State};

use super::{Contract, Reply, body};

pub(super) async fn post<C: Contract>(
    State(contract): State<Arc<C>>,
    request: Request,
) -> Result<Reply, Reply> {
    let received = body::receive(&*contract, request).await?;
    let request = read_feedback(&received.body)?.request;
    Ok(contract.feedback(received.caller, request).await)
}
