//! `POST /api/v1/feedback`: an app's final word on a detection.

use std::sync::Arc;

use activelayer::wire::read_feedback;
use axum::extract::{Request, State};

use super::{Asks, Contract, Reply, body, openapi};

/// Final word on a detection
///
/// Tells what a submission was in the end. The word is kept and shown to moderators at once, whoever judged the submission, and
/// carried on to the upstream if that judged it, so that it learns; while it is away, later. The receipt is the same. The same
/// detection can be corrected again: the last word counts, and arrives last. Ten of these count as one of a token's requests a minute, beside the others.
#[utoipa::path(
    post,
    path = "/feedback",
    operation_id = "feedback",
    tag = "Feedback",
    request_body(content = activelayer::wire::schema::FeedbackBody, example = openapi::FEEDBACK),
    responses(openapi::FeedbackAnswers)
)]
pub(super) async fn post<C: Contract>(
    State(contract): State<Arc<C>>,
    request: Request,
) -> Result<Reply, Reply> {
    let received = body::receive(&*contract, request, Asks::ToBeHeard).await?;
    let request = read_feedback(&received.body);
    let mut request =
        request.inspect_err(|refusal| contract.note_refusal(Some(&received.caller), refusal))?.request;
    request.forget_key(&received.key);
    Ok(contract.feedback(received.caller, request).await)
}
