//! An ActiveLayer that answers as a test tells it to, and remembers what it was asked.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, Uri, header},
    response::IntoResponse,
};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::guide;

/// The key of the gateway; no app ever sees it.
pub(crate) const KEY: &str = "ak_live_never_shown_51f0c2a9";

#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) path: String,
    pub(crate) query: Option<String>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

/// Whether a request's body is meant.
type Condition = fn(&Value) -> bool;

#[derive(Default)]
struct Inner {
    /// Which requests the refusal is for; all without one.
    condition: Mutex<Option<Condition>>,
    asked: Mutex<Vec<Asked>>,
    /// What checks and feedback are refused with.
    refusal: Mutex<Option<(u16, String)>>,
    /// Whether `/verify` and `/stats` are refused, too.
    refuses_all: Mutex<bool>,
}

#[derive(Clone)]
pub(crate) struct Upstream {
    pub(crate) address: SocketAddr,
    inner: Arc<Inner>,
}

impl Upstream {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let inner = Arc::new(Inner::default());
        let app = Router::new().fallback(answer).with_state(Arc::clone(&inner));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { address, inner }
    }

    /// From now on checks and feedback are refused so; with `None` they are answered again.
    pub(crate) fn refuse(&self, refusal: Option<(u16, &str)>) {
        *self.inner.refusal.lock().unwrap() = refusal.map(|(status, body)| (status, body.to_owned()));
    }

    /// From now on only checks and feedback are refused whose body is meant.
    pub(crate) fn refuse_when(&self, condition: Condition, status: u16, body: &str) {
        *self.inner.condition.lock().unwrap() = Some(condition);
        self.refuse(Some((status, body)));
    }

    /// The same for every endpoint.
    pub(crate) fn refuse_all(&self, status: u16, body: &str) {
        *self.inner.refuses_all.lock().unwrap() = true;
        self.refuse(Some((status, body)));
    }

    /// What came to an endpoint, in order.
    pub(crate) fn asked(&self, path: &str) -> Vec<Asked> {
        let path = format!("/api/v1/{path}");
        self.inner.asked.lock().unwrap().iter().filter(|asked| asked.path == path).cloned().collect()
    }

    pub(crate) fn base_url(&self) -> String {
        format!("http://{}/api/v1/", self.address)
    }
}

async fn answer(
    State(inner): State<Arc<Inner>>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> impl IntoResponse {
    let path = uri.path().to_owned();
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let query = uri.query().map(str::to_owned);
    inner.asked.lock().unwrap().push(Asked { path: path.clone(), query, headers, body: body.clone() });
    let is_poll = path.ends_with("verify") || path.ends_with("stats");
    let refusal = inner.refusal.lock().unwrap().clone();
    let is_meant = inner.condition.lock().unwrap().is_none_or(|is_meant| is_meant(&body));
    let refuses = is_meant && (!is_poll || *inner.refuses_all.lock().unwrap());
    let (status, text) = match refusal.filter(|_| refuses) {
        Some(refusal) => refusal,
        None if path.ends_with("verify") => (200, guide::VERIFY.to_owned()),
        None if path.ends_with("stats") => (200, guide::STATS.to_owned()),
        None if path.ends_with("feedback") => (200, receipt(&body).to_string()),
        None => (200, guide::ANSWER.to_owned()),
    };
    (StatusCode::from_u16(status).unwrap(), [(header::CONTENT_TYPE, "application/json")], text)
}

fn receipt(feedback: &Value) -> Value {
    json!({
        "success": true, "message": "Feedback submitted and will be processed shortly",
        "data": {"detection_id": feedback["detection_id"], "user_status": feedback["is_spam"],
                 "queued_at": "2025-02-15T11:36:42.055Z"},
        "has_payment_method": false,
    })
}
