//! What every handler can reach.

use std::{ops::Deref, sync::Arc};

use axum::extract::FromRef;
use leptos::config::LeptosOptions;
use metrics_exporter_prometheus::PrometheusHandle;
use moderation::{Clock, Moderation};
use store::Store;

use crate::{
    auth::{first_run::SetupToken, password::Passwords, throttle::LoginThrottle},
    bodies::Bodies,
    config::Settings,
    events::Streams,
    security::ProxySigns,
};

/// Shared by all requests; cloning is cheap.
#[derive(Clone)]
pub struct AppState(Arc<Inner>);

/// The parts of [`AppState`].
pub struct Inner {
    /// The settings in force.
    pub settings: Settings,
    /// Accounts, sessions and the audit record; the rest goes through `moderation`.
    pub store: Arc<dyn Store>,
    /// The use cases.
    pub moderation: Arc<Moderation>,
    /// The clock that everything is dated by.
    pub clock: Arc<dyn Clock>,
    /// Hashes and verifies passwords.
    pub passwords: Passwords,
    /// Counts failed log-ins.
    pub throttle: LoginThrottle,
    /// Opens the first-run page while there is no account.
    pub setup: SetupToken,
    /// The memory for what is sent.
    pub(crate) bodies: Bodies,
    /// The streams of events that are open.
    pub(crate) streams: Streams,
    /// Signs of a proxy that the settings do not tell of.
    pub(crate) signs: ProxySigns,
    /// Prints the metrics.
    pub metrics: PrometheusHandle,
    /// What the page's head needs to know of the assets.
    pub leptos: LeptosOptions,
}

impl AppState {
    /// Puts the parts together.
    pub fn new(inner: Inner) -> Self {
        Self(Arc::new(inner))
    }
}

impl AppState {
    /// Where the style sheet is.
    pub fn style_sheet(&self) -> String {
        format!("/{}/{}.css", self.leptos.site_pkg_dir, self.leptos.output_name)
    }
}

impl Deref for AppState {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl FromRef<AppState> for LeptosOptions {
    fn from_ref(app: &AppState) -> Self {
        app.leptos.clone()
    }
}
