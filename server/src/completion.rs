//! What was asked for is done, also when whoever asked has hung up: an app's check must still be found in the log, and what a
//! moderator clicked must not depend on how soon they leave the page.

use std::panic::resume_unwind;

use axum::{
    body::Body,
    extract::Request,
    http::{Response, StatusCode},
    middleware::Next,
    response::IntoResponse,
};
use tokio::task::JoinError;
use tracing::Instrument;

/// Does the work whether or not the caller still waits.
///
/// # Errors
/// When the work panicked.
pub async fn to_the_end<T: Send + 'static>(
    work: impl Future<Output = T> + Send + 'static,
) -> Result<T, JoinError> {
    tokio::spawn(work.in_current_span()).await
}

/// Middleware: a request that may change something is worked off to the end. A panic stays one.
pub async fn finish(request: Request, next: Next) -> Response<Body> {
    if request.method().is_safe() {
        return next.run(request).await;
    }
    match to_the_end(next.run(request)).await.map_err(JoinError::try_into_panic) {
        Ok(response) => response,
        Err(Ok(panic)) => resume_unwind(panic),
        // The program ends.
        Err(Err(_)) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}
