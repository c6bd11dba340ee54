//! Connections: kept, lost, late, never made.

use std::{collections::HashSet, time::Duration};

use activelayer::{ApiError, Client, ClientOptions, ConfigError, SpamApi};
use axum::{
    body::{Body, Bytes},
    http::Response,
};
use futures_util::{StreamExt, stream};
use tokio::{io::AsyncReadExt, net::TcpListener};

use crate::{
    guide,
    support::{KEY, Server, client, options},
};

/// Short enough not to wait for, and never a race: the servers of these tests stay silent for good.
const SHORT: Duration = Duration::from_millis(150);

fn impatient(base_url: &str) -> Client {
    Client::new(ClientOptions { timeout: SHORT, ..options(base_url) }).unwrap()
}

#[tokio::test]
async fn silence_is_a_time_out() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://{}/api/v1", listener.local_addr().unwrap());
    let server = tokio::spawn(async move {
        let (mut connection, _) = listener.accept().await.unwrap();
        let mut request = Vec::new();
        connection.read_to_end(&mut request).await
    });
    assert_eq!(impatient(&base_url).verify().await.unwrap_err(), ApiError::Timeout);
    server.abort();
}

#[tokio::test]
async fn a_body_that_stops_midway_is_a_time_out() {
    for status in [200, 500] {
        let server = Server::replying(move || {
            let start = Ok::<_, std::io::Error>(Bytes::from_static(b"{\"valid\":"));
            let body = Body::from_stream(stream::once(async { start }).chain(stream::pending()));
            Response::builder().status(status).body(body).unwrap()
        })
        .await;
        assert_eq!(impatient(&server.base_url()).verify().await.unwrap_err(), ApiError::Timeout);
    }
}

#[tokio::test]
async fn a_refused_connection_says_so() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://{}/api/v1", listener.local_addr().unwrap());
    drop(listener);
    let error = client(&base_url).verify().await.unwrap_err();
    let ApiError::Connect { reason } = &error else { panic!("{error:?}") };
    assert!(reason.contains("refused"), "{reason}");
    assert!(error.is_transient());
}

#[tokio::test]
async fn a_connection_lost_midway_is_malformed_not_unsent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://{}/api/v1", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut connection, _) = listener.accept().await.unwrap();
        let mut some = [0; 64];
        connection.read_exact(&mut some).await.unwrap();
    });
    let error = client(&base_url).verify().await.unwrap_err();
    assert!(matches!(&error, ApiError::Malformed { reason } if reason.contains("lost")), "{error:?}");
}

#[tokio::test]
async fn connections_are_kept_and_shared_by_clones() {
    let server = Server::giving(200, &[], guide::VERIFY).await;
    let client = server.client();
    for client in [client.clone(), client.clone(), client] {
        client.verify().await.unwrap();
    }
    let peers: HashSet<_> = server.seen().iter().map(|seen| seen.peer).collect();
    assert_eq!((server.seen().len(), peers.len()), (3, 1));
}

#[tokio::test]
async fn errors_do_not_cost_the_connection() {
    let server = Server::giving(500, &[], guide::SERVER).await;
    let client = server.client();
    client.verify().await.unwrap_err();
    client.verify().await.unwrap_err();
    let peers: HashSet<_> = server.seen().iter().map(|seen| seen.peer).collect();
    assert_eq!(peers.len(), 1);
}

#[tokio::test]
async fn debug_shows_where_but_not_as_whom() {
    let server = Server::giving(200, &[], guide::VERIFY).await;
    let shown = format!("{:?}", server.client());
    assert!(shown.contains(&server.base_url()) && !shown.contains(KEY), "{shown}");
}

#[test]
fn unusable_keys_are_refused() {
    for key in ["", "  \n", "two\nlines"] {
        let error = Client::new(ClientOptions::new(key.into())).unwrap_err();
        assert_eq!(error, ConfigError::Key);
    }
}
