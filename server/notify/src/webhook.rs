//! One request to an address that an administrator set.

use std::{sync::Arc, time::Duration};

use reqwest::{Client, header::CONTENT_TYPE, redirect};
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::Verifier;
use secrecy::ExposeSecret;
use url::{Host, Url};

use crate::{NotifyError, Post, Reach, SIGNATURE_HEADER, Webhook, reach::resolve, refusal, sign};

/// How long a receiver may take, from the look-up of its name to the end of its answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Posts, and looks at the status of the answer; what a refusal says is told on.
pub(crate) async fn post(to: &Webhook, post: &Post) -> Result<(), NotifyError> {
    let posted = tokio::time::timeout(PATIENCE, post_at_leisure(to, post)).await;
    posted.unwrap_or(Err(NotifyError::TimedOut(PATIENCE.as_secs())))
}

/// Notes are few, so each has a client of its own: it knows only the addresses that were looked at.
async fn post_at_leisure(to: &Webhook, post: &Post) -> Result<(), NotifyError> {
    let signature = sign(to.secret.expose_secret(), post.sent_at, &post.body);
    let request = client(&to.url, to.reach)
        .await?
        .post(to.url.clone())
        .header(CONTENT_TYPE, "application/json")
        .header("gavel-event", post.event)
        .header("gavel-delivery", &post.id)
        .header(SIGNATURE_HEADER, signature)
        .body(post.body.clone());
    let answer = request.send().await.map_err(|error| {
        if error.is_timeout() { NotifyError::TimedOut(PATIENCE.as_secs()) } else { unreachable(error) }
    })?;
    if answer.status().is_success() { Ok(()) } else { Err(refusal::read(&to.url, answer).await) }
}

/// The cause, without the address: its path may be a secret.
fn unreachable(error: reqwest::Error) -> NotifyError {
    let error = error.without_url();
    let mut cause: &dyn std::error::Error = &error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    NotifyError::Unreachable(format!("the receiver cannot be reached: {cause}"))
}

/// A client for one address that an administrator set: it knows only the machines that were looked at, follows no redirect, and
/// waits 10 s.
///
/// # Errors
/// [`NotifyError::Settings`] for an address where nobody's service may be.
pub async fn client(url: &Url, reach: Reach) -> Result<Client, NotifyError> {
    let found = resolve(url, reach).await?;
    let mut builder = Client::builder()
        .tls_backend_preconfigured(tls(url)?)
        .user_agent(concat!("gavel/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::none())
        .referer(false)
        .timeout(PATIENCE);
    if let Some(Host::Domain(name)) = url.host() {
        // Also where none was found: a name that is looked up a second time could lead elsewhere. A proxy knows names by itself.
        builder = builder.resolve_to_addrs(name, &found);
    }
    if found.iter().any(|address| address.ip().is_loopback()) {
        // A proxy from the environment cannot reach this machine's loopback.
        builder = builder.no_proxy();
    }
    builder.build().map_err(unreachable)
}

/// By rustls with ring and the system's certificates; without TLS nobody is trusted, and machines need no certificates.
fn tls(url: &Url) -> Result<ClientConfig, NotifyError> {
    let unusable = |error: rustls::Error| NotifyError::Settings(error.to_string());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider));
    let builder = builder.with_safe_default_protocol_versions().map_err(unusable)?;
    if url.scheme() == "http" {
        return Ok(builder.with_root_certificates(RootCertStore::empty()).with_no_client_auth());
    }
    let verifier = Arc::new(Verifier::new(provider).map_err(unusable)?);
    Ok(builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth())
}
