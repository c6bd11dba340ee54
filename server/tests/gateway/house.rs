//! A whole Gavel on a port of its own, with a token for a shop's app.

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use clap::Parser;
use domain::{DecisionId, Detection, DetectionId, Fallback, Label, Role, TokenBounds, UserId};
use moderation::{
    Clock, SystemClock,
    tokens::{TokenWish, issue},
};
use reqwest::{Client, RequestBuilder, Response};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use server::{Failure, config::Settings};
use store::{LabelOutcome, NewDecision, NewUser, Store};
use tempfile::TempDir;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

use crate::upstream::{KEY, Upstream};

pub(crate) const SITE: &str = "shop.example.com";

pub(crate) struct House {
    pub(crate) address: SocketAddr,
    /// A second door to the same database.
    pub(crate) store: Arc<dyn Store>,
    pub(crate) database: String,
    pub(crate) app: Client,
    /// The shop's token: no limit, fallback `pass`.
    pub(crate) token: String,
    _stop: oneshot::Sender<()>,
    _serving: JoinHandle<Result<(), Failure>>,
    _folder: TempDir,
}

impl House {
    /// In front of `upstream`, fast enough for tests.
    pub(crate) async fn before(upstream: &Upstream) -> Self {
        Self::with(&["--activelayer-base-url", &upstream.base_url(), "--activelayer-api-key", KEY]).await
    }

    /// On an engine of the tests' choice.
    pub(crate) async fn with(flags: &[&str]) -> Self {
        let folder = TempDir::new().unwrap();
        let database = store::testing::database(folder.path()).await;
        Self::on(folder, database, flags).await
    }

    /// On a file, for what is about files.
    pub(crate) async fn in_a_file(flags: &[&str]) -> Self {
        let folder = TempDir::new().unwrap();
        let database = format!("sqlite://{}/gavel.db", folder.path().display());
        Self::on(folder, database, flags).await
    }

    async fn on(folder: TempDir, database: String, flags: &[&str]) -> Self {
        let mut settings = settings(flags);
        settings.place.database.clone_from(&database);
        settings.place.files = folder.path().to_owned();
        let store = store::open(&database).await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let stopped = async { drop(stopped.await) };
        let serving = tokio::spawn(server::run(settings, Arc::new(SystemClock), listener, stopped));
        let token = token(&*store, "shop", Fallback::Pass, None).await;
        Self {
            address,
            store,
            database,
            app: client(),
            token,
            _stop: stop,
            _serving: serving,
            _folder: folder,
        }
    }

    pub(crate) async fn token(&self, name: &str, fallback: Fallback, per_minute: Option<u32>) -> String {
        token(&*self.store, name, fallback, per_minute).await
    }

    /// A token of another site.
    pub(crate) async fn token_of(&self, name: &str, site: &str) -> String {
        let wish = TokenWish { fallback: Fallback::Pass, ..TokenWish::new(name, site) };
        issue(&*self.store, &wish, None, SystemClock.now()).await.unwrap().0.expose_secret().to_owned()
    }

    /// A token of the shop that is kept within bounds.
    pub(crate) async fn bounded(&self, name: &str, fallback: Fallback, bounds: TokenBounds) -> String {
        let wish = TokenWish { fallback, bounds, ..TokenWish::new(name, SITE) };
        issue(&*self.store, &wish, None, SystemClock.now()).await.unwrap().0.expose_secret().to_owned()
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}/api/v1/{path}", self.address)
    }

    /// A request with the shop's token.
    pub(crate) fn post(&self, path: &str, body: &Value) -> RequestBuilder {
        self.app.post(self.url(path)).bearer_auth(&self.token).json(body)
    }

    pub(crate) fn get(&self, path: &str) -> RequestBuilder {
        self.app.get(self.url(path)).bearer_auth(&self.token)
    }

    pub(crate) async fn check(&self, message: &str) -> Response {
        self.post("check", &json!({ "message": message })).send().await.unwrap()
    }

    /// The row in the log that an answer's header names, which may come a little later.
    pub(crate) async fn logged(&self, response: &Response) -> Detection {
        let id = response.headers()["x-gavel-detection"].to_str().unwrap().parse().unwrap();
        until("the row", async || self.store.detection(DetectionId(id)).await.unwrap()).await
    }
}

/// Makes a token for the shop's site.
pub(crate) async fn token(
    store: &dyn Store,
    name: &str,
    fallback: Fallback,
    per_minute: Option<u32>,
) -> String {
    let wish = TokenWish { per_minute, fallback, ..TokenWish::new(name, SITE) };
    issue(store, &wish, None, SystemClock.now()).await.unwrap().0.expose_secret().to_owned()
}

/// The defaults with some flags, and a budget that tests do not use up.
fn settings(flags: &[&str]) -> Settings {
    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        settings: Settings,
    }
    let own = ["gavel", "--upstream-per-minute", "100000", "--callback-hosts", "any"];
    let line = own.iter().chain(flags).copied();
    let mut settings = Line::parse_from(line).settings;
    if !flags.contains(&"--activelayer-api-key") {
        settings.activelayer_api_key = None;
    }
    settings
}

impl House {
    /// Somebody who labels.
    pub(crate) async fn moderator(&self) -> UserId {
        let user = NewUser {
            email: "ana@example.com".to_owned(),
            name: "Ana".to_owned(),
            role: Role::Moderator,
            password_hash: "$argon2id$".to_owned(),
            created_at: chrono::DateTime::UNIX_EPOCH,
        };
        self.store.create_user(&user).await.unwrap().id
    }

    /// Labels a detection; the upstream hears of it in a day.
    pub(crate) async fn label(&self, by: UserId, detection_id: DetectionId, label: Label) -> DecisionId {
        let now = SystemClock.now();
        let decision = NewDecision {
            detection_id,
            label,
            user_id: by,
            decided_at: now,
            send_after: now + chrono::TimeDelta::days(1),
            seen_version: None,
            with: domain::LabelParts::default(),
        };
        match self.store.decide(&decision).await.unwrap() {
            LabelOutcome::Decided(decision) => decision.id,
            other => panic!("{other:?}"),
        }
    }
}

pub(crate) fn client() -> Client {
    // The workspace's reqwest comes without a TLS provider; the tests speak plain http, but it must have one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().build().unwrap()
}

/// Status and body.
pub(crate) async fn read(response: Response) -> (u16, String) {
    (response.status().as_u16(), response.text().await.unwrap())
}

/// Waits until something holds, or gives up after a minute and a half.
pub(crate) async fn until<T, F: Future<Output = Option<T>>>(what: &str, look: impl Fn() -> F) -> T {
    let started = Instant::now();
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(started.elapsed() < Duration::from_secs(90), "never came: {what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
