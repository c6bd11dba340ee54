//! Bodies of requests: who may send how much, and how much of them all is held in memory at once.
//!
//! A body is read when it is known who sends it. Those who are not known yet (at the log-in, or an app whose key is in the body)
//! have little room, and share it with each other only.

use std::{sync::Arc, time::Duration};

use axum::{
    body::{Body, Bytes, HttpBody},
    extract::{Request, State},
    http::{HeaderValue, Response, StatusCode, header},
    middleware::Next,
};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::SizeHint;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use crate::{auth::gate::Visitor, render, router::BODY_LIMIT, state::AppState};

/// Largest form of somebody who is not logged in, in bytes: log-in and first run.
const STRANGER_MAX_BYTES: usize = 16 * 1024;

/// How long a form may take to arrive.
const FORM_TIME: Duration = Duration::from_secs(30);
const STRANGER_FORM_TIME: Duration = Duration::from_secs(10);

/// How long to wait for room.
const ROOM_TIME: Duration = Duration::from_secs(5);

/// Bodies of known senders at once, in KiB.
const KNOWN_KIB: usize = 64 * 1024;

/// Bodies of unknown senders at once, in KiB: large ones, and those that are as small as most messages are. A few large ones
/// cannot take the room of the small.
const LARGE_KIB: usize = 8 * 1024;
const SMALL_KIB: usize = 4 * 1024;

/// Up to here a body of an unknown sender counts as small, in bytes.
const SMALL_MAX_BYTES: usize = 16 * 1024;

/// How much of a body that nobody wants is read and dropped, in bytes, and how long that may take: many clients only listen
/// once they have sent everything, and would hear nothing but that the connection broke.
const DROPPED_MAX_BYTES: usize = 16 * 1024 * 1024;
const DROPPED_TIME: Duration = Duration::from_secs(5);

/// Who sends a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sender {
    /// Somebody with a session, or an app with a key that is in force.
    Known,
    /// Anybody.
    Unknown,
}

/// The memory for bodies.
#[derive(Debug)]
pub struct Bodies {
    known: Arc<Semaphore>,
    large: Arc<Semaphore>,
    small: Arc<Semaphore>,
}

impl Default for Bodies {
    fn default() -> Self {
        let kib = |kib| Arc::new(Semaphore::new(kib));
        Self { known: kib(KNOWN_KIB), large: kib(LARGE_KIB), small: kib(SMALL_KIB) }
    }
}

/// Room for a body, until it is dropped.
#[derive(Debug)]
pub struct Room(#[expect(dead_code, reason = "dropping it gives the room back")] OwnedSemaphorePermit);

impl Bodies {
    /// Waits for room for a body of a length that is declared, or else may be up to `most` bytes. `None` when there is none in
    /// time.
    pub async fn room(&self, sender: Sender, size: SizeHint, most: usize) -> Option<Room> {
        let declared = size.upper().and_then(|bytes| usize::try_from(bytes).ok());
        let bytes = declared.unwrap_or(most).min(most);
        let memory = match sender {
            Sender::Known => &self.known,
            Sender::Unknown if bytes <= SMALL_MAX_BYTES => &self.small,
            Sender::Unknown => &self.large,
        };
        let kib = u32::try_from(bytes.div_ceil(1024)).unwrap_or(u32::MAX);
        let permit = timeout(ROOM_TIME, Arc::clone(memory).acquire_many_owned(kib)).await;
        permit.ok()?.ok().map(Room)
    }
}

/// Reads on and forgets, so that the sender gets to hear the answer.
pub async fn drop_rest(mut body: Body) {
    let reading = async {
        let mut seen = 0;
        while let Some(Ok(frame)) = body.frame().await {
            seen += frame.data_ref().map_or(0, Bytes::len);
            if seen > DROPPED_MAX_BYTES {
                break;
            }
        }
    };
    // Whoever has not sent it by then does not hear why.
    let _ = timeout(DROPPED_TIME, reading).await;
}

/// Middleware behind the gate: reads a form whole before anything is done with it.
pub async fn admit(State(app): State<AppState>, request: Request, next: Next) -> Response<Body> {
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    let is_known = request.extensions().get::<Visitor>().is_some_and(|visitor| visitor.0.is_some());
    let (sender, most, time) = if is_known {
        (Sender::Known, BODY_LIMIT, FORM_TIME)
    } else {
        (Sender::Unknown, STRANGER_MAX_BYTES, STRANGER_FORM_TIME)
    };
    let (parts, body) = request.into_parts();
    if body.size_hint().lower() > most as u64 {
        drop_rest(body).await;
        return render::too_large();
    }
    let Some(_room) = app.bodies.room(sender, body.size_hint(), most).await else { return busy() };
    let bytes = match timeout(time, Limited::new(body, most).collect()).await {
        Ok(Ok(whole)) => whole.to_bytes(),
        Ok(Err(error)) if error.is::<LengthLimitError>() => return render::too_large(),
        // Nobody reads this any more.
        Ok(Err(_)) => return render::malformed(),
        Err(_) => return too_slow(),
    };
    next.run(Request::from_parts(parts, Body::from(bytes))).await
}

fn busy() -> Response<Body> {
    let text = "Too much is being sent to Gavel at once. Nothing was changed; try again in a moment.";
    let mut response = render::plain(StatusCode::SERVICE_UNAVAILABLE, "Busy", text);
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
    response
}

fn too_slow() -> Response<Body> {
    let text = "The form did not arrive in time. Nothing was changed; go back and try again.";
    render::plain(StatusCode::REQUEST_TIMEOUT, "Too slow", text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn unknown_senders_leave_room_for_known_ones_and_for_small_bodies() {
        let bodies = Bodies::default();
        let mib = || SizeHint::with_exact(1024 * 1024);
        let mut held = Vec::new();
        while let Some(room) = bodies.room(Sender::Unknown, mib(), 1024 * 1024).await {
            held.push(room);
        }
        assert_eq!(held.len(), LARGE_KIB / 1024);
        assert!(bodies.room(Sender::Unknown, SizeHint::with_exact(5), 1024 * 1024).await.is_some());
        assert!(bodies.room(Sender::Known, mib(), 1024 * 1024).await.is_some());
        held.pop();
        assert!(bodies.room(Sender::Unknown, mib(), 1024 * 1024).await.is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_of_unknown_length_takes_the_room_of_the_largest() {
        let bodies = Bodies::default();
        let mut held = Vec::new();
        while let Some(room) = bodies.room(Sender::Unknown, SizeHint::new(), 1024 * 1024).await {
            held.push(room);
        }
        assert_eq!(held.len(), LARGE_KIB / 1024);
    }

    #[tokio::test(start_paused = true)]
    async fn what_nobody_wants_is_not_waited_for() {
        let endless = Body::from_stream(futures_util::stream::pending::<Result<Bytes, std::io::Error>>());
        drop_rest(endless).await;
    }
}
