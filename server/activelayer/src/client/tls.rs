//! TLS by rustls with ring's cryptography and the system's trusted certificates.
//!
//! The configuration is handed to reqwest ready made, so that applications need not install a process-wide
//! cryptography provider, and one that they did install is left alone.

use std::sync::Arc;

use rustls::{ClientConfig, RootCertStore, client::danger::ServerCertVerifier, crypto::CryptoProvider};
use rustls_platform_verifier::Verifier;
use url::Url;

use super::ConfigError;

/// The configuration for a base URL. Plain `http` (loopback only) trusts nobody: it needs no certificates, and so
/// works on machines that have none.
pub(super) fn for_url(base_url: &Url) -> Result<ClientConfig, ConfigError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    if base_url.scheme() == "http" {
        let builder = builder(provider)?;
        return Ok(builder.with_root_certificates(RootCertStore::empty()).with_no_client_auth());
    }
    let verifier = Verifier::new(provider.clone()).map_err(certificates)?;
    trusting(provider, Arc::new(verifier))
}

/// A configuration that trusts whom the verifier trusts, and offers HTTP/2 before HTTP/1.1.
pub(super) fn trusting(
    provider: Arc<CryptoProvider>,
    verifier: Arc<dyn ServerCertVerifier>,
) -> Result<ClientConfig, ConfigError> {
    let builder = builder(provider)?.dangerous().with_custom_certificate_verifier(verifier);
    let mut config = builder.with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

fn builder(
    provider: Arc<CryptoProvider>,
) -> Result<rustls::ConfigBuilder<ClientConfig, rustls::WantsVerifier>, ConfigError> {
    ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| ConfigError::Http(error.to_string()))
}

fn certificates(error: rustls::Error) -> ConfigError {
    match error {
        rustls::Error::General(reason) => ConfigError::Certificates(reason),
        other => ConfigError::Certificates(other.to_string()),
    }
}
