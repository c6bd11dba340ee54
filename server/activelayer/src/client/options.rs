//! Where to connect, as whom, and for how long.

use std::{fmt, time::Duration};

use secrecy::SecretString;
use url::{Host, Url};

/// The guide's base URL.
const DEFAULT_BASE_URL: &str = "https://api.activelayer.com/api/v1/";

/// How long to wait for a connection: 2 s. TCP and TLS take three round trips, well under a second from anywhere;
/// a SYN that is lost once is repeated after 1 s, so 2 s survives one loss and leaves 3 s of the total for the answer.
pub const DEFAULT_CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// How long to wait for a whole answer, connection included: 5 s, as in the guide's own example. Services that wait
/// for a verdict in turn give up after 5 to 10 s.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(5);

/// How to reach the API.
///
/// ```
/// use activelayer::{ClientOptions, SecretString};
/// use std::time::Duration;
///
/// let options = ClientOptions { timeout: Duration::from_secs(3), ..ClientOptions::new("my key".into()) };
/// assert!(!format!("{options:?}").contains("my key"));
/// ```
#[derive(Clone)]
pub struct ClientOptions {
    /// Where the API is, up to and including the version, with or without a slash at the end. `https`, except on
    /// loopback addresses. Default: `https://api.activelayer.com/api/v1`.
    pub base_url: Url,
    /// The API key. White space around it is ignored, as it comes from files and pipes.
    pub api_key: SecretString,
    /// How long to wait for a connection. Default: [`DEFAULT_CONNECT_TIMEOUT`].
    pub connect_timeout: Duration,
    /// How long to wait for a whole answer, connection included. Default: [`DEFAULT_TIMEOUT`].
    pub timeout: Duration,
}

impl ClientOptions {
    /// ActiveLayer itself, with the default time-outs.
    #[expect(clippy::expect_used, reason = "parses a constant, and a test does so")]
    pub fn new(api_key: SecretString) -> Self {
        Self {
            base_url: Url::parse(DEFAULT_BASE_URL).expect("a valid constant"),
            api_key,
            connect_timeout: DEFAULT_CONNECT_TIMEOUT,
            timeout: DEFAULT_TIMEOUT,
        }
    }

    /// The base URL with a slash at the end, so that endpoints can be joined to it.
    pub(super) fn checked_base_url(&self) -> Result<Url, ConfigError> {
        let mut url = self.base_url.clone();
        if !url.username().is_empty() || url.password().is_some() {
            return Err(ConfigError::Credentials);
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(ConfigError::Query);
        }
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(&url) => {}
            "http" => return Err(ConfigError::Insecure),
            _ => return Err(ConfigError::Scheme),
        }
        if !url.path().ends_with('/') {
            url.set_path(&format!("{}/", url.path()));
        }
        Ok(url)
    }
}

impl fmt::Debug for ClientOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientOptions")
            .field("base_url", &redacted(&self.base_url))
            .field("api_key", &"[redacted]")
            .field("connect_timeout", &self.connect_timeout)
            .field("timeout", &self.timeout)
            .finish()
    }
}

/// The URL without what may be secret in one: user, password, query, fragment.
fn redacted(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}://{host}{port}{}", url.scheme(), url.path())
}

/// Whether the URL names this very machine, where plain `http` gives nothing away.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}

/// Why a client cannot be made of its options.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The base URL holds a user name or password.
    #[error("the base URL holds credentials; the API takes a key instead")]
    Credentials,
    /// The base URL has a query or fragment.
    #[error("the base URL has a query or fragment; give it up to the version only, like https://host/api/v1")]
    Query,
    /// The base URL is `http` to another machine, which would show the key to everybody in between.
    #[error("the base URL must be https: http would show the API key to the network")]
    Insecure,
    /// The base URL is neither `https` nor `http`.
    #[error("the base URL must be https, like https://host/api/v1")]
    Scheme,
    /// The key is empty, or has characters that no HTTP header can carry.
    #[error("the API key is empty or has characters that cannot be sent")]
    Key,
    /// The system's trusted certificates cannot be loaded.
    #[error("no trusted certificates: {0} (on Debian: apt install ca-certificates)")]
    Certificates(String),
    /// The HTTP client cannot be set up.
    #[error("the HTTP client cannot be set up: {0}")]
    Http(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(base_url: &str) -> Result<String, ConfigError> {
        let options =
            ClientOptions { base_url: Url::parse(base_url).unwrap(), ..ClientOptions::new("k".into()) };
        options.checked_base_url().map(String::from)
    }

    #[test]
    fn a_base_url_is_the_same_with_and_without_a_slash() {
        let expected = ClientOptions::new("k".into()).base_url.to_string();
        assert_eq!(checked("https://api.activelayer.com/api/v1"), Ok(expected.clone()));
        assert_eq!(checked("https://api.activelayer.com/api/v1/"), Ok(expected));
        assert_eq!(checked("https://api.example.com"), Ok("https://api.example.com/".to_owned()));
    }

    #[test]
    fn plain_http_goes_no_further_than_this_machine() {
        for host in ["127.0.0.1:4000", "127.9.9.9", "[::1]:4000", "localhost:4000", "api.localhost"] {
            assert!(checked(&format!("http://{host}/api/v1")).is_ok(), "{host}");
        }
        for host in ["api.activelayer.com", "192.168.0.1", "127.0.0.1.example.com", "notlocalhost", "[::2]"] {
            assert_eq!(checked(&format!("http://{host}/api/v1")), Err(ConfigError::Insecure), "{host}");
        }
        assert_eq!(checked("ftp://127.0.0.1/"), Err(ConfigError::Scheme));
    }

    #[test]
    fn a_base_url_carries_no_secrets() {
        assert_eq!(checked("https://user:pw@api.example.com/"), Err(ConfigError::Credentials));
        assert_eq!(checked("https://api.example.com/?api_key=abc"), Err(ConfigError::Query));
    }

    #[test]
    fn debug_shows_no_secrets() {
        let base_url = Url::parse("https://user:hunter2@api.example.com:8443/v1?api_key=abcdef#x").unwrap();
        let shown = format!("{:?}", ClientOptions { base_url, ..ClientOptions::new("s3cr3t".into()) });
        for secret in ["hunter2", "user", "abcdef", "s3cr3t"] {
            assert!(!shown.contains(secret), "{shown}");
        }
        assert!(shown.contains("https://api.example.com:8443/v1"), "{shown}");
    }
}
