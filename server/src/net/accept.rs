//! Takes connections in and serves them until it is told to stop.

use std::{
    convert::Infallible,
    io::{self, Write},
    net::SocketAddr,
    sync::Arc,
    time::Duration,
};

use axum::{Router, body::Body, extract::ConnectInfo, http::Request};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto::Builder,
};
use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    pin,
    time::{MissedTickBehavior, interval, sleep},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::Service;

use super::{
    connections::{Connections, Limits, Place},
    watched::{Answered, Received, Watched},
};

/// Connections that the system keeps until they are accepted: a burst of them must not drop an honest one's first packet, which
/// costs its sender a second.
const BACKLOG: u32 = 4096;

/// Most bytes of a request's line and headers, and most that are read ahead of a body.
const BUFFER_MAX_BYTES: usize = 64 * 1024;

/// What a stream and a connection of HTTP/2 may send ahead, in bytes: the most that is kept for one that nobody reads.
const WINDOW_BYTES: u32 = 64 * 1024;

/// Requests at once on one connection of HTTP/2.
const STREAMS_MAX: u32 = 100;

/// How often HTTP/2 clients are asked whether they are still there, and how long they may take to say so.
const ALIVE_EVERY: Duration = Duration::from_secs(20);

/// How often connections that last too long are looked for.
const SWEEP_EVERY: Duration = Duration::from_secs(1);

/// How long to wait when a connection cannot be taken in; by then some are closed.
const RETRY: Duration = Duration::from_millis(50);

/// Told to those for whom there is no room: everybody who is in waits for an answer.
const FULL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\ncontent-type: text/plain; charset=utf-8\r\n\
    content-length: 50\r\nretry-after: 1\r\nconnection: close\r\n\r\nGavel has no room for more connections right now.\n";

/// Listens, with room for a burst of connections.
///
/// # Errors
/// When the address cannot be listened on.
pub fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// A web server on one listener.
pub struct Server {
    listener: TcpListener,
    router: Router,
    connections: Arc<Connections>,
    tasks: TaskTracker,
}

impl Server {
    /// Nothing is served yet.
    pub fn new(listener: TcpListener, router: Router, limits: Limits) -> Self {
        Self { listener, router, connections: Connections::new(limits), tasks: TaskTracker::new() }
    }

    /// Serves until `stopping` is cancelled, and then until every request under way is answered. Connections end when
    /// `cut_off` is cancelled, whatever they do.
    pub async fn run(self, stopping: CancellationToken, cut_off: CancellationToken) {
        let builder = builder();
        let mut sweep = interval(SWEEP_EVERY);
        sweep.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                () = stopping.cancelled() => break,
                _ = sweep.tick() => self.connections.sweep(),
                accepted = self.listener.accept() => match accepted {
                    Ok((stream, peer)) => {
                        self.take_in(&builder, stream, peer, &stopping, &cut_off);
                        // In a burst, what those who are in have sent is read before more come in. Otherwise the first of them would
                        // seem to keep the server waiting, and be closed to make room.
                        tokio::task::yield_now().await;
                    }
                    Err(error) => self.wait_for_room(&error).await,
                },
            }
        }
        // Nobody else is to be taken in: the port is free from here on.
        let Self { listener, tasks, connections, .. } = self;
        drop(listener);
        tasks.close();
        let sweeping = async {
            loop {
                sweep.tick().await;
                connections.sweep();
            }
        };
        tokio::select! {
            () = tasks.wait() => {}
            () = sweeping => {}
        }
    }

    fn take_in(
        &self,
        builder: &Builder<TokioExecutor>,
        stream: TcpStream,
        peer: SocketAddr,
        stopping: &CancellationToken,
        cut_off: &CancellationToken,
    ) {
        let Some(place) = self.connections.admit(peer.ip()) else {
            // Written at once or not at all: nobody waits for whoever does not read it.
            if let Ok(mut stream) = stream.into_std() {
                let _ = stream.write(FULL);
            }
            return;
        };
        // A page goes out in several small writes; none of them should wait for the answer to the one before.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection cannot be hurried");
        }
        let told = Told { stopping: stopping.clone(), cut_off: cut_off.clone() };
        self.tasks.spawn(serve(builder.clone(), stream, peer, self.router.clone(), place, told));
    }

    /// A client that has gone away costs nothing; when files run out, somebody has to go.
    async fn wait_for_room(&self, error: &io::Error) {
        use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
        if matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
            return;
        }
        tracing::error!(%error, "a connection could not be taken in");
        self.connections.make_room();
        sleep(RETRY).await;
    }
}

fn builder() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    // hyper's own time for a header also counts while a kept connection is idle; `Pulse` tells the two apart.
    builder.http1().timer(TokioTimer::new()).header_read_timeout(None).max_buf_size(BUFFER_MAX_BYTES);
    builder
        .http2()
        .timer(TokioTimer::new())
        .initial_stream_window_size(WINDOW_BYTES)
        .initial_connection_window_size(WINDOW_BYTES)
        .max_concurrent_streams(STREAMS_MAX)
        .keep_alive_interval(ALIVE_EVERY)
        .keep_alive_timeout(ALIVE_EVERY);
    builder
}

/// What a connection is told from outside.
struct Told {
    stopping: CancellationToken,
    cut_off: CancellationToken,
}

/// Serves one connection to its end.
async fn serve(
    builder: Builder<TokioExecutor>,
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    place: Place,
    told: Told,
) {
    let pulse = &place.pulse;
    let service = service_fn(|request: Request<Incoming>| {
        let under_way = pulse.begin();
        let mut request = request.map(|body| Body::new(Received::new(body, Arc::clone(pulse))));
        request.extensions_mut().insert(ConnectInfo(peer));
        let answer = router.clone().call(request);
        async move {
            let response = answer.await?;
            Ok::<_, Infallible>(response.map(|body| Answered::new(body, under_way)))
        }
    });
    let connection = builder.serve_connection(TokioIo::new(Watched::new(stream, Arc::clone(pulse))), service);
    pin!(connection);
    let mut is_stopping = false;
    loop {
        tokio::select! {
            biased;
            () = place.close.cancelled() => break,
            () = told.cut_off.cancelled() => break,
            () = told.stopping.cancelled(), if !is_stopping => {
                is_stopping = true;
                connection.as_mut().graceful_shutdown();
            }
            served = connection.as_mut() => {
                if let Err(error) = served {
                    tracing::debug!(%error, "a connection broke");
                }
                break;
            }
        }
    }
}
