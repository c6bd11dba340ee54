//! The API over HTTP.

mod options;
mod refusal;
#[cfg(test)]
mod tests;
mod tls;
mod transport;

use std::{borrow::Cow, collections::BTreeMap, fmt};

use async_trait::async_trait;
use reqwest::{
    Method,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue},
    redirect,
};
use secrecy::{ExposeSecret, SecretString};
use serde::{Serialize, de::DeserializeOwned};
use url::Url;

pub use options::{ClientOptions, ConfigError, DEFAULT_CONNECT_TIMEOUT, DEFAULT_TIMEOUT};

use crate::{
    Answer, ApiError, CheckEndpoint, CheckRequest, CheckResponse, FeedbackRequest, FeedbackResponse, SpamApi,
    StatsResponse, VerifyResponse,
    wire::keys::{drop_key_fields, has_key_fields},
};

/// A client of ActiveLayer, or of any service that speaks its API.
///
/// Connections are pooled and reused, over HTTP/2 where the server offers it. Clones share the pool and are cheap:
/// make one client and keep it. Redirects are never followed, so the key goes nowhere but to the base URL's host.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    base_url: Url,
    api_key: SecretString,
}

impl Client {
    /// Makes a client; nothing is sent yet.
    ///
    /// # Errors
    /// [`ConfigError`] when the base URL or the key cannot be used, or the system's trusted certificates cannot be
    /// loaded.
    pub fn new(options: ClientOptions) -> Result<Self, ConfigError> {
        let base_url = options.checked_base_url()?;
        let tls = tls::for_url(&base_url)?;
        Self::with_tls(options, base_url, tls)
    }

    fn with_tls(
        options: ClientOptions,
        base_url: Url,
        tls: rustls::ClientConfig,
    ) -> Result<Self, ConfigError> {
        let ClientOptions { api_key, connect_timeout, timeout, .. } = options;
        let api_key = SecretString::from(api_key.expose_secret().trim());
        let mut builder = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .default_headers(default_headers(&api_key)?)
            .user_agent(concat!("activelayer-rust/", env!("CARGO_PKG_VERSION")))
            .redirect(redirect::Policy::none())
            .referer(false)
            .connect_timeout(connect_timeout)
            .timeout(timeout);
        if options::is_loopback(&base_url) {
            // A proxy from the environment cannot reach this machine's loopback, and over http would read the key.
            builder = builder.no_proxy();
        }
        let http = builder.build().map_err(|error| ConfigError::Http(transport::reason(&error)))?;
        Ok(Self { http, base_url, api_key })
    }

    async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<Answer<T>, ApiError> {
        self.call(Method::GET, path, None).await
    }

    async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<Answer<T>, ApiError> {
        let body = serde_json::to_vec(body).map_err(|error| ApiError::Invalid {
            message: format!("the request cannot be written as JSON: {error}"),
            errors: BTreeMap::new(),
        })?;
        self.call(Method::POST, path, Some(body)).await
    }
}

/// Headers of every call, as the guide asks; the key's is marked so that no log of headers shows it.
fn default_headers(api_key: &SecretString) -> Result<HeaderMap, ConfigError> {
    if api_key.expose_secret().is_empty() {
        return Err(ConfigError::Key);
    }
    let mut authorization =
        HeaderValue::try_from(format!("Bearer {}", api_key.expose_secret())).map_err(|_| ConfigError::Key)?;
    authorization.set_sensitive(true);
    let json = HeaderValue::from_static("application/json");
    Ok([(AUTHORIZATION, authorization), (ACCEPT, json.clone()), (CONTENT_TYPE, json)].into_iter().collect())
}

#[async_trait]
impl SpamApi for Client {
    async fn check(
        &self,
        endpoint: CheckEndpoint,
        request: &CheckRequest,
    ) -> Result<Answer<CheckResponse>, ApiError> {
        let mut request = Cow::Borrowed(request);
        // The key of a gateway's caller is for the gateway, and never sent on.
        if has_key_fields(&request.extra) {
            drop_key_fields(&mut request.to_mut().extra);
        }
        self.post(endpoint.path(), &request).await
    }

    async fn feedback(&self, request: &FeedbackRequest) -> Result<Answer<FeedbackResponse>, ApiError> {
        let mut request = Cow::Borrowed(request);
        // The key of a gateway's caller is for the gateway, and never sent on.
        if has_key_fields(&request.extra) {
            drop_key_fields(&mut request.to_mut().extra);
        }
        self.post("feedback", &request).await
    }

    async fn verify(&self) -> Result<Answer<VerifyResponse>, ApiError> {
        self.get("verify").await
    }

    async fn stats(&self) -> Result<Answer<StatsResponse>, ApiError> {
        self.get("stats").await
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("base_url", &self.base_url.as_str()).finish_non_exhaustive()
    }
}
