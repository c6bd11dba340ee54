//! What was asked for is done, also when whoever asked has hung up: an app's check must still be found in the log, and what a
//! moderator clicked must not depend on how soon they leave the page.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, resume_unwind},
    pin::Pin,
    task::{Context, Poll},
};

use axum::{body::Body, extract::Request, http::Response, middleware::Next};
use futures_util::FutureExt;
use tracing::Instrument;

/// Does the work whether or not the caller still waits: what a caller leaves undone becomes a task of its own. As long as they wait it is part
/// of theirs, which spares every check the way to another task and back.
///
/// # Errors
/// When the work panicked: what it panicked with.
pub async fn to_the_end<T: Send + 'static>(
    work: impl Future<Output = T> + Send + 'static,
) -> Result<T, Box<dyn Any + Send>> {
    Work(Some(Box::pin(AssertUnwindSafe(work.in_current_span()).catch_unwind()))).await
}

/// Work that is left to a task when it is dropped before its end.
struct Work<F>(Option<Pin<Box<F>>>)
where
    F: Future<Output: Send> + Send + 'static;

impl<F: Future<Output: Send> + Send + 'static> Future for Work<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let Some(work) = &mut self.0 else { return Poll::Pending };
        let done = work.as_mut().poll(context);
        if done.is_ready() {
            self.0 = None;
        }
        done
    }
}

impl<F: Future<Output: Send> + Send + 'static> Drop for Work<F> {
    fn drop(&mut self) {
        // Without a runtime the program is at its end.
        if let (Some(work), Ok(runtime)) = (self.0.take(), tokio::runtime::Handle::try_current()) {
            runtime.spawn(work.map(drop));
        }
    }
}

/// Middleware: a request that may change something is worked off to the end. A panic stays one.
pub async fn finish(request: Request, next: Next) -> Response<Body> {
    if request.method().is_safe() {
        return next.run(request).await;
    }
    to_the_end(next.run(request)).await.unwrap_or_else(|panic| resume_unwind(panic))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn what_the_caller_leaves_undone_is_done_all_the_same() {
        let (go, wait) = oneshot::channel::<()>();
        let (done, heard) = oneshot::channel();
        let work = to_the_end(async move {
            wait.await.unwrap();
            tokio::task::yield_now().await;
            done.send("done").unwrap();
        });
        // The caller asks once, and hangs up.
        assert!(tokio::time::timeout(Duration::ZERO, work).await.is_err());
        go.send(()).unwrap();
        assert_eq!(heard.await.unwrap(), "done");
    }

    #[tokio::test]
    async fn who_waits_hears_what_came_of_it_also_of_a_panic() {
        assert_eq!(to_the_end(async { 7 }).await.unwrap(), 7);
        let panic = to_the_end(async { panic!("as asked") }).await.map(|(): ()| ()).unwrap_err();
        assert_eq!(panic.downcast_ref::<&str>(), Some(&"as asked"));
    }
}
