//! `GET /events`: what happens, told to open pages as server-sent events: ids and labels, never content.

use std::{
    collections::{HashMap, VecDeque},
    convert::Infallible,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{
    Extension,
    extract::{Query, State},
    http::HeaderName,
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures_util::{StreamExt, stream};
use serde::Deserialize;
use tokio::time::{Instant, sleep, timeout_at};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use tower_sessions::Session;

use crate::{
    auth::{gate::Visitor, sessions},
    render,
    state::AppState,
};

/// How often a quiet stream says that it is alive: under the minute after which proxies give up.
const KEEP_ALIVE: Duration = Duration::from_secs(20);

/// How long a stream lasts. Browsers come back by themselves, and the gate looks at the session again.
const LONGEST: Duration = Duration::from_secs(600);

/// How long a browser waits before it comes back.
const COME_BACK: Duration = Duration::from_secs(2);

/// How often a stream looks whether its session is still open: it is to end within 5 s of it.
const LOOK_EVERY: Duration = Duration::from_secs(3);

/// Streams of one session at once: pages that a person has open. When there are more, the oldest ends.
const STREAMS_MAX: usize = 20;

/// The streams that are open, by what the database knows their session by.
#[derive(Debug, Default)]
pub(crate) struct Streams(Arc<Mutex<HashMap<Vec<u8>, VecDeque<CancellationToken>>>>);

/// A stream's place; given up when dropped.
struct Place {
    streams: Streams,
    session: Vec<u8>,
    ended: CancellationToken,
}

impl Streams {
    fn open(&self, session: &[u8]) -> Place {
        let ended = CancellationToken::new();
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let of_session = open.entry(session.to_owned()).or_default();
        of_session.push_back(ended.clone());
        if of_session.len() > STREAMS_MAX
            && let Some(oldest) = of_session.pop_front()
        {
            oldest.cancel();
        }
        Place { streams: Self(Arc::clone(&self.0)), session: session.to_owned(), ended }
    }
}

impl Place {
    fn ended(&self) -> WaitForCancellationFutureOwned {
        self.ended.clone().cancelled_owned()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // Told apart from the others of the session by being the one that is cancelled.
        self.ended.cancel();
        let mut open = self.streams.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(of_session) = open.get_mut(&self.session) {
            of_session.retain(|one| !one.is_cancelled());
            if of_session.is_empty() {
                open.remove(&self.session);
            }
        }
    }
}

/// Completes when the session is over: logged out, ended by a new password, expired.
async fn session_over(app: AppState, session: Vec<u8>) {
    loop {
        sleep(LOOK_EVERY).await;
        match app.store.session(&session, app.clock.now()).await {
            Ok(Some(record)) if record.user_id.is_some() => {}
            Ok(_) => return,
            Err(error) => tracing::error!(%error, "a session could not be looked up"),
        }
    }
}

/// What a page tells of itself.
#[derive(Debug, Deserialize)]
pub struct Since {
    /// The mark that it was written with.
    after: Option<String>,
}

/// The stream of one page.
pub async fn stream(
    State(app): State<AppState>,
    Query(Since { after }): Query<Since>,
    Extension(Visitor(visitor)): Extension<Visitor>,
    session: Session,
) -> Response {
    let until = Instant::now() + LONGEST;
    // The gate lets nobody in without one.
    let Some(session) = session.id().map(sessions::hash) else { return render::broken() };
    let place = app.streams.open(&session);
    let ended = place.ended();
    let hello =
        stream::once(async { Ok::<_, Infallible>(Event::default().retry(COME_BACK).comment("hello")) });
    let listener = app.moderation.listen(after.as_deref());
    // Colleagues see who is here for as long as the stream lasts.
    let presence = visitor.map(|user| app.moderation.opens_page(&user));
    let events =
        stream::unfold((listener, place, presence), move |(mut listener, place, presence)| async move {
            let event = timeout_at(until, listener.next()).await.ok()??;
            let written = Event::default().json_data(&event).unwrap_or_else(|error| {
                tracing::error!(%error, "an event could not be written");
                Event::default().comment("lost")
            });
            Some((Ok(written), (listener, place, presence)))
        });
    let over = async move {
        tokio::select! {
            () = ended => {}
            () = session_over(app, session) => {}
        }
    };
    let events = hello.chain(events).take_until(Box::pin(over));
    // Proxies that collect an answer before they pass it on are asked not to.
    let unbuffered = [(HeaderName::from_static("x-accel-buffering"), "no")];
    (unbuffered, Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE))).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_of_too_many_streams_of_a_session_ends() {
        let streams = Streams::default();
        let other = streams.open(b"other");
        let mut places: Vec<_> = (0..=STREAMS_MAX).map(|_| streams.open(b"one")).collect();
        assert!(places[0].ended.is_cancelled());
        assert!(!places[1].ended.is_cancelled() && !other.ended.is_cancelled());
        places.truncate(1);
        let again: Vec<_> = (0..STREAMS_MAX).map(|_| streams.open(b"one")).collect();
        assert!(!again[0].ended.is_cancelled(), "places are given up");
        drop((places, again, other));
        assert!(streams.0.lock().unwrap().is_empty());
    }
}
