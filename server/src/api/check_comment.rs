//! `POST /api/v1/check-comment`: a light verdict for comments and reviews.

use std::sync::Arc;

use activelayer::CheckEndpoint;
use axum::extract::{Request, State};

use super::{Contract, Reply, check, openapi};

/// Light verdict
///
/// For comments and reviews. Takes and gives the same fields as `/check`.
#[utoipa::path(
    post,
    path = "/check-comment",
    operation_id = "checkComment",
    tag = "Checks",
    request_body(content = activelayer::wire::schema::CheckBody, example = openapi::COMMENT),
    responses(openapi::CheckAnswers)
)]
pub(super) async fn post<C: Contract>(
    State(contract): State<Arc<C>>,
    request: Request,
) -> Result<Reply, Reply> {
    check::answer(&*contract, CheckEndpoint::CheckComment, request).await
}
