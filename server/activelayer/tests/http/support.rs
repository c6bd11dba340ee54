//! A server that gives one scripted reply to everything and remembers what it was asked.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use activelayer::{Client, ClientOptions, Url};
use axum::{
    Router,
    body::{Body, Bytes},
    extract::{ConnectInfo, State},
    http::{HeaderMap, Method, Response, Uri},
};
use tokio::net::TcpListener;

/// The key that every test uses.
pub(crate) const KEY: &str = "ak_live_51f0c2a9";

/// A request as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) peer: SocketAddr,
}

type Reply = Arc<dyn Fn() -> Response<Body> + Send + Sync>;

/// The server; it lives as long as the test's runtime.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Server {
    /// Answers everything with `reply()`.
    pub(crate) async fn replying(reply: impl Fn() -> Response<Body> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let app = Router::new().fallback(answer).with_state((Arc::new(reply) as Reply, seen.clone()));
        let app = app.into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { address, seen }
    }

    /// Answers everything with a status, headers and a body.
    pub(crate) async fn giving(status: u16, headers: &[(&'static str, &str)], body: &str) -> Self {
        let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        let body = body.to_owned();
        Self::replying(move || {
            let mut response = Response::builder().status(status);
            for (name, value) in &headers {
                response = response.header(*name, value);
            }
            response.body(Body::from(body.clone())).unwrap()
        })
        .await
    }

    /// What was asked, in order.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Where the API would be.
    pub(crate) fn base_url(&self) -> String {
        format!("http://{}/api/v1", self.address)
    }

    /// A client of this server.
    pub(crate) fn client(&self) -> Client {
        client(&self.base_url())
    }
}

async fn answer(
    State((reply, seen)): State<(Reply, Arc<Mutex<Vec<Seen>>>)>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let asked = Seen { method, uri, headers, body, peer };
    seen.lock().unwrap_or_else(PoisonError::into_inner).push(asked);
    reply()
}

/// Options with the tests' key.
pub(crate) fn options(base_url: &str) -> ClientOptions {
    ClientOptions { base_url: Url::parse(base_url).unwrap(), ..ClientOptions::new(KEY.into()) }
}

/// A client with the tests' key.
pub(crate) fn client(base_url: &str) -> Client {
    Client::new(options(base_url)).unwrap()
}
