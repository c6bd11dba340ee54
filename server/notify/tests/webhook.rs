//! What a receiver gets, and what is said when it does not.

#![expect(clippy::unwrap_used, reason = "a test ends where its assumptions do")]

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
    routing::post,
};
use chrono::{DateTime, TimeDelta};
use notify::{Messenger, NotifyError, Outside, Post, Reach, SIGNATURE_HEADER, Webhook, verify};
use tokio::net::TcpListener;

type Taken = Arc<Mutex<Vec<(HeaderMap, String)>>>;

async fn receiver() -> (SocketAddr, Taken) {
    let taken = Taken::default();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = Router::new().route("/{what}", post(take)).with_state(Arc::clone(&taken));
    tokio::spawn(async move { axum::serve(listener, app).await });
    (address, taken)
}

async fn take(
    State(taken): State<Taken>,
    Path(what): Path<String>,
    headers: HeaderMap,
    body: String,
) -> Response {
    taken.lock().unwrap().push((headers, body));
    match what.as_str() {
        "fails" => (StatusCode::INTERNAL_SERVER_ERROR, "{\"error\":\n \"no hidden here\"}").into_response(),
        "elsewhere" => Redirect::temporary("/hook").into_response(),
        _ => StatusCode::NO_CONTENT.into_response(),
    }
}

async fn send(url: &str) -> Result<(), NotifyError> {
    let webhook = Webhook { url: url.parse().unwrap(), secret: "gvlwh_secret".into(), reach: Reach::Any };
    let sent_at = DateTime::from_timestamp(1_739_619_120, 0).unwrap();
    let note = Post {
        id: "alert-1-opened".to_owned(),
        event: "alert.opened",
        body: "{\"a\":1}".to_owned(),
        sent_at,
    };
    Outside::default().post(&webhook, &note).await
}

#[tokio::test]
async fn a_note_is_signed_and_names_itself() {
    let (address, taken) = receiver().await;
    send(&format!("http://{address}/hook")).await.unwrap();
    let (headers, body) = taken.lock().unwrap().remove(0);
    assert_eq!(body, "{\"a\":1}");
    assert_eq!(
        (&headers["gavel-event"], &headers["gavel-delivery"]),
        (&"alert.opened".parse().unwrap(), &"alert-1-opened".parse().unwrap())
    );
    assert_eq!(headers["content-type"], "application/json");
    let at = DateTime::from_timestamp(1_739_619_120, 0).unwrap();
    let signature = headers[SIGNATURE_HEADER].to_str().unwrap();
    assert!(verify("gvlwh_secret", signature, &body, at, TimeDelta::minutes(5)));
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_a_status_is_told() {
    let (address, taken) = receiver().await;
    let elsewhere = send(&format!("http://{address}/elsewhere")).await;
    assert_eq!(elsewhere, Err(NotifyError::Redirect { status: 307, to: format!("http://{address}/hook") }));
    let fails = send(&format!("http://{address}/fails?key=hidden")).await;
    assert_eq!(
        fails,
        Err(NotifyError::Status { status: 500, said: "{\"error\": \"no … here\"}".to_owned() })
    );
    assert_eq!(taken.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn no_error_shows_the_address() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let error = send(&format!("http://{free}/hook?key=hidden")).await.unwrap_err().to_string();
    assert!(error.starts_with("the receiver cannot be reached") && !error.contains("hidden"), "{error}");
}

#[tokio::test]
async fn what_leads_elsewhere_is_not_called() {
    let (address, taken) = receiver().await;
    let url = format!("http://{address}/hook").parse().unwrap();
    let webhook = Webhook { url, secret: "gvlwh_secret".into(), reach: Reach::Public };
    let note =
        Post { id: "1".to_owned(), event: "test", body: "{}".to_owned(), sent_at: DateTime::UNIX_EPOCH };
    let posted = Outside::default().post(&webhook, &note).await;
    assert!(matches!(posted, Err(NotifyError::Settings(_))), "{posted:?}");
    assert!(taken.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_name_that_nobody_knows_is_unreachable() {
    let error = send("http://nobody.invalid/hook").await.unwrap_err();
    assert!(matches!(error, NotifyError::Unreachable(_)), "{error}");
}
