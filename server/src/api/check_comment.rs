//! `POST /api/v1/check-comment`: a light verdict for comments and reviews.

use std::sync::Arc;

use activelayer::CheckEndpoint;
use axum::extract::{Request, State};

use super::{Contract, Reply, check};

pub(super) async fn post<C: Contract>(
    State(contract): State<Arc<C>>,
    request: Request,
) -> Result<Reply, Reply> {
    check::answer(&*contract, CheckEndpoint::CheckComment, request).await
}
