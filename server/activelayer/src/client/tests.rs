//! TLS for real: a certificate made for the test, HTTP/2 where the server offers it.

use std::sync::{Arc, Mutex};

use hyper::{Request, Response, Version, body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
};
use rustls::{
    RootCertStore, ServerConfig,
    client::WebPkiServerVerifier,
    crypto::CryptoProvider,
    pki_types::{CertificateDer, PrivateKeyDer},
};
use tokio::{io::AsyncWriteExt, net::TcpListener};
use tokio_rustls::TlsAcceptor;

use super::*;

const VERIFY: &str = r#"{"valid":true,"message":"ok","key_info":{"name":"k","created_at":"t","last_used_at":null},
    "user_info":{"id":1,"email":"ops@example.com","name":null},"timestamp":"t"}"#;

/// Serves `VERIFY` over TLS with these protocols, and notes the HTTP version of each request.
async fn serve(
    alpn: &[&[u8]],
    certificate: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
) -> (u16, Arc<Mutex<Vec<Version>>>) {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    config.alpn_protocols = alpn.iter().map(|name| name.to_vec()).collect();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let versions = Arc::new(Mutex::new(Vec::new()));
    let seen = versions.clone();
    tokio::spawn(async move {
        while let Ok((connection, _)) = listener.accept().await {
            let (acceptor, seen) = (acceptor.clone(), seen.clone());
            tokio::spawn(async move {
                let Ok(connection) = acceptor.accept(connection).await else { return };
                let service = service_fn(move |request: Request<Incoming>| {
                    seen.lock().unwrap().push(request.version());
                    async { Ok::<_, std::convert::Infallible>(Response::new(VERIFY.to_owned())) }
                });
                let _ = auto::Builder::new(TokioExecutor::new())
                    .serve_connection(TokioIo::new(connection), service)
                    .await;
            });
        }
    });
    (port, versions)
}

fn certificate() -> (CertificateDer<'static>, PrivateKeyDer<'static>) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    (made.cert.der().clone(), PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap())
}

fn options(port: u16) -> ClientOptions {
    let base_url = Url::parse(&format!("https://localhost:{port}/api/v1")).unwrap();
    ClientOptions { base_url, ..ClientOptions::new("k".into()) }
}

/// A client that trusts this one certificate, by the configuration that `Client::new` makes of the system's.
fn client_trusting(certificate: CertificateDer<'static>, port: u16) -> Client {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut roots = RootCertStore::empty();
    roots.add(certificate).unwrap();
    let verifier =
        WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone()).build().unwrap();
    let options = options(port);
    let base_url = options.checked_base_url().unwrap();
    Client::with_tls(options, base_url, tls::trusting(provider, verifier).unwrap()).unwrap()
}

#[tokio::test]
async fn http_2_is_spoken_where_offered_and_http_1_where_not() {
    for (alpn, expected) in [(&[b"h2".as_slice(), b"http/1.1"][..], Version::HTTP_2), (&[], Version::HTTP_11)]
    {
        let (certificate, key) = certificate();
        let (port, versions) = serve(alpn, certificate.clone(), key).await;
        let client = client_trusting(certificate, port);
        client.verify().await.unwrap();
        client.verify().await.unwrap();
        assert_eq!(*versions.lock().unwrap(), [expected, expected]);
    }
}

#[tokio::test]
async fn an_unknown_certificate_is_refused() {
    let (served, key) = certificate();
    let (port, versions) = serve(&[], served, key).await;
    let (trusted, _) = certificate();
    let error = client_trusting(trusted, port).verify().await.unwrap_err();
    assert!(matches!(&error, ApiError::Connect { reason } if reason.contains("certificate")), "{error:?}");
    assert!(versions.lock().unwrap().is_empty());
}

#[tokio::test]
async fn broken_tls_is_no_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (mut connection, _) = listener.accept().await.unwrap();
        connection.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await
    });
    let (trusted, _) = certificate();
    let error = client_trusting(trusted, port).verify().await.unwrap_err();
    assert!(matches!(error, ApiError::Connect { .. }), "{error:?}");
}

#[test]
fn no_provider_needs_to_be_installed() {
    // Without the system's certificates (bare containers) there is an error that says so, never a panic.
    let client = Client::new(ClientOptions::new("k".into()));
    assert!(matches!(client, Ok(_) | Err(ConfigError::Certificates(_))), "{client:?}");
    assert!(CryptoProvider::get_default().is_none());
}
