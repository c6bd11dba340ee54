//! A whole Gavel on a port of its own, with a database of its own.

use std::{net::SocketAddr, path::PathBuf, sync::Arc};

use chrono::{DateTime, Utc};
use clap::Parser;
use domain::{Role, User};
use moderation::{Clock, ManualClock, SystemClock};
use reqwest::{Client, RequestBuilder, Response, redirect};
use server::{Failure, auth::password, config::Settings};
use store::{NewUser, Store};
use tempfile::TempDir;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

/// Passwords are hashed at their full cost, so every test uses these two.
pub(crate) const EMAIL: &str = "ana@example.com";
pub(crate) const PASSWORD: &str = "correct horse battery";

/// How a test wants its Gavel.
pub(crate) struct Wanted {
    flags: Vec<String>,
    accounts: bool,
    clock: Arc<dyn Clock>,
}

impl Wanted {
    /// A setting, as on the command line.
    pub(crate) fn with(mut self, flag: &str, value: impl ToString) -> Self {
        self.flags.extend([flag.to_owned(), value.to_string()]);
        self
    }

    /// Nobody has an account.
    pub(crate) fn without_accounts(mut self) -> Self {
        self.accounts = false;
        self
    }

    /// Time that the test moves.
    pub(crate) fn with_clock(mut self, clock: &ManualClock) -> Self {
        self.clock = Arc::new(clock.clone());
        self
    }

    /// Starts it.
    pub(crate) async fn start(self) -> TestApp {
        let folder = TempDir::new().unwrap();
        let database = store::testing::database(folder.path()).await;
        let mut settings = settings(&self.flags);
        settings.place.database.clone_from(&database);
        settings.place.files = folder.path().to_owned();
        let store = store::open(&database).await.unwrap();
        if self.accounts {
            add_user(&*store, EMAIL, Role::Admin, self.clock.now()).await;
        }
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let stopped = async { drop(stopped.await) };
        let serving = tokio::spawn(server::run(settings, self.clock, listener, stopped));
        let browser = browser();
        TestApp { address, database, store, browser, stop: Some(stop), serving, folder }
    }
}

/// A running Gavel.
pub(crate) struct TestApp {
    pub(crate) address: SocketAddr,
    pub(crate) database: String,
    /// A second door to the same database.
    pub(crate) store: Arc<dyn Store>,
    /// Keeps cookies; follows no redirects.
    pub(crate) browser: Client,
    stop: Option<oneshot::Sender<()>>,
    serving: JoinHandle<Result<(), Failure>>,
    folder: TempDir,
}

impl TestApp {
    pub(crate) fn wanted() -> Wanted {
        Wanted { flags: Vec::new(), accounts: true, clock: Arc::new(SystemClock) }
    }

    pub(crate) async fn start() -> Self {
        Self::wanted().start().await
    }

    /// Started, and logged in as an administrator.
    pub(crate) async fn start_logged_in() -> Self {
        let app = Self::start().await;
        assert_eq!(app.log_in(EMAIL, PASSWORD).await.status(), 303);
        app
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// A page, as a browser asks for it.
    pub(crate) fn page(&self, path: &str) -> RequestBuilder {
        self.browser.get(self.url(path)).header("accept", "text/html")
    }

    /// A form, as a browser sends it.
    pub(crate) fn form(&self, path: &str, fields: &[(&str, &str)]) -> RequestBuilder {
        let request = self.browser.post(self.url(path)).header("accept", "text/html");
        request.header("sec-fetch-site", "same-origin").form(fields)
    }

    pub(crate) async fn log_in(&self, email: &str, password: &str) -> Response {
        self.form("/login", &[("email", email), ("password", password)]).send().await.unwrap()
    }

    /// Asks the program to stop; gives what `run` returns.
    pub(crate) fn stop(mut self) -> JoinHandle<Result<(), Failure>> {
        self.stop.take();
        // The folder must outlive the program.
        let serving = std::mem::replace(&mut self.serving, tokio::spawn(async { Ok(()) }));
        tokio::spawn(async move {
            let result = serving.await.unwrap();
            drop(self.folder);
            result
        })
    }

    pub(crate) fn database_file(&self) -> PathBuf {
        self.folder.path().join("gavel.db")
    }

    pub(crate) async fn actions(&self) -> Vec<String> {
        let events = self.store.audit_events(None, 100).await.unwrap();
        events.into_iter().rev().map(|event| event.action).collect()
    }
}

/// A browser with no cookies yet.
pub(crate) fn browser() -> Client {
    // The workspace's reqwest comes without a TLS provider; the tests speak plain http, but it must have one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().cookie_store(true).redirect(redirect::Policy::none()).build().unwrap()
}

/// The defaults with some flags; what the environment of the tests says does not count.
pub(crate) fn settings(flags: &[String]) -> Settings {
    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        settings: Settings,
    }
    let line = std::iter::once("gavel".to_owned()).chain(flags.iter().cloned());
    let mut settings = Line::parse_from(line).settings;
    if !flags.iter().any(|flag| flag == "--activelayer-api-key") {
        settings.activelayer_api_key = None;
    }
    settings
}

pub(crate) async fn add_user(store: &dyn Store, email: &str, role: Role, created_at: DateTime<Utc>) -> User {
    let password_hash = password::hash(PASSWORD.into()).unwrap();
    let name = email.split('@').next().unwrap().to_owned();
    let user = NewUser { email: email.to_owned(), name, role, password_hash, created_at };
    store.create_user(&user).await.unwrap()
}

/// The value of a cookie that an answer sets.
pub(crate) fn set_cookie(response: &Response, name: &str) -> Option<String> {
    let cookies = response.headers().get_all("set-cookie").iter();
    cookies.map(|cookie| cookie.to_str().unwrap()).find(|cookie| cookie.starts_with(name)).map(str::to_owned)
}

pub(crate) fn location(response: &Response) -> Option<&str> {
    response.headers().get("location").map(|place| place.to_str().unwrap())
}
