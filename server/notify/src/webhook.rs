//! One request to an address that an administrator set.

use std::{net::IpAddr, sync::Arc, time::Duration};

use reqwest::{Client, header::CONTENT_TYPE, redirect};
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::Verifier;
use secrecy::ExposeSecret;
use tokio::net::lookup_host;
use url::{Host, Url};

use crate::{NotifyError, Post, SIGNATURE_HEADER, Webhook, refusal, sign};

/// How long a receiver may take, its connection included.
const PATIENCE: Duration = Duration::from_secs(10);

/// Posts, and looks at the status of the answer; what a refusal says is told on. Notes are few, so each has a client of its own: it knows only the
/// addresses that were looked at.
pub(crate) async fn post(to: &Webhook, post: &Post) -> Result<(), NotifyError> {
    let signature = sign(to.secret.expose_secret(), post.sent_at, &post.body);
    let request = client(&to.url)
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

/// A client for one address that an administrator set: it knows only the machines that were looked at, follows no redirect, and waits 10 s.
///
/// # Errors
/// [`NotifyError::Settings`] for an address where nobody's service may be.
pub async fn client(url: &Url) -> Result<Client, NotifyError> {
    let mut builder = Client::builder()
        .tls_backend_preconfigured(tls(url)?)
        .user_agent(concat!("gavel/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::none())
        .referer(false)
        .timeout(PATIENCE);
    let mut addresses = match url.host() {
        Some(Host::Ipv4(ip)) => vec![IpAddr::from(ip)],
        Some(Host::Ipv6(ip)) => vec![ip.into()],
        Some(Host::Domain(host)) => {
            let port = url.port_or_known_default().unwrap_or(443);
            let found = tokio::time::timeout(PATIENCE, lookup_host((host, port))).await;
            // Behind a proxy, this machine may know no names: the proxy does.
            let found: Vec<_> = found.ok().and_then(Result::ok).map(Iterator::collect).unwrap_or_default();
            if !found.is_empty() {
                builder = builder.resolve_to_addrs(host, &found);
            }
            found.into_iter().map(|address| address.ip()).collect()
        }
        None => return Err(NotifyError::Settings("the address names no host".to_owned())),
    };
    if addresses.iter().any(|ip| is_link_local(*ip)) {
        let reason = "the address is link-local, where only this machine's own services are";
        return Err(NotifyError::Settings(reason.to_owned()));
    }
    addresses.retain(IpAddr::is_loopback);
    if !addresses.is_empty() {
        // A proxy from the environment cannot reach this machine's loopback.
        builder = builder.no_proxy();
    }
    builder.build().map_err(unreachable)
}

/// Clouds hand out a machine's own credentials at link-local addresses (169.254.169.254): nobody's webhook lives there.
fn is_link_local(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => ip.is_link_local() || ip.is_unspecified(),
        IpAddr::V6(ip) => ip.is_unicast_link_local() || ip.is_unspecified(),
    }
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
