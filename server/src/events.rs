//! `GET /events`: what happens, told to open pages as server-sent events: ids and labels, never content.

use std::{convert::Infallible, time::Duration};

use axum::{
    extract::State,
    http::HeaderName,
    response::{
        IntoResponse,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures_util::{StreamExt, stream};
use tokio::time::{Instant, timeout_at};

use crate::state::AppState;

/// How often a quiet stream says that it is alive: under the minute after which proxies give up.
const KEEP_ALIVE: Duration = Duration::from_secs(20);

/// How long a stream lasts. Browsers come back by themselves, and the gate looks at the session again.
const LONGEST: Duration = Duration::from_secs(600);

/// How long a browser waits before it comes back.
const COME_BACK: Duration = Duration::from_secs(2);

/// The stream of one page.
pub async fn stream(State(app): State<AppState>) -> impl IntoResponse {
    let until = Instant::now() + LONGEST;
    let hello =
        stream::once(async { Ok::<_, Infallible>(Event::default().retry(COME_BACK).comment("hello")) });
    let events = stream::unfold(app.moderation.listen(), move |mut listener| async move {
        let event = timeout_at(until, listener.next()).await.ok()??;
        let written = Event::default().json_data(&event).unwrap_or_else(|error| {
            tracing::error!(%error, "an event could not be written");
            Event::default().comment("lost")
        });
        Some((Ok(written), listener))
    });
    // Proxies that collect an answer before they pass it on are asked not to.
    let unbuffered = [(HeaderName::from_static("x-accel-buffering"), "no")];
    (unbuffered, Sse::new(hello.chain(events)).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}
