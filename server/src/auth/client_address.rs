//! Whose request it is: the peer, or, behind trusted proxies, the client that they name.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::{
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, HeaderName, header::FORWARDED},
    middleware::Next,
    response::Response,
};
use ipnet::IpNet;

use crate::state::AppState;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The client's address, on every request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddress {
    /// The address that is throttled, logged and told to the upstream.
    pub ip: IpAddr,
    /// Whether the request came straight from this machine, through no proxy.
    pub is_local: bool,
}

/// Middleware: puts [`ClientAddress`] on the request.
pub async fn attach(State(app): State<AppState>, mut request: Request, next: Next) -> Response {
    // Without a peer (no TCP listener) nobody is trusted.
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0.ip().to_canonical());
    let address = client_address(peer, request.headers(), &app.settings.trusted_proxies);
    request.extensions_mut().insert(address);
    next.run(request).await
}

/// Reads `X-Forwarded-For` from the right, as far as the proxies are trusted; the first untrusted hop is the client.
fn client_address(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> ClientAddress {
    let is_trusted = |ip: &IpAddr| trusted.iter().any(|net| net.contains(ip));
    let was_forwarded = headers.contains_key(X_FORWARDED_FOR) || headers.contains_key(FORWARDED);
    let is_local = peer.is_loopback() && !was_forwarded;
    let mut ip = peer;
    let hops = headers.get_all(X_FORWARDED_FOR).iter().filter_map(|value| value.to_str().ok());
    let hops: Vec<_> = hops.flat_map(|value| value.split(',')).collect();
    for hop in hops.iter().rev() {
        if !is_trusted(&ip) {
            break;
        }
        let Some(next) = hop_address(hop) else { break };
        ip = next;
    }
    ClientAddress { ip, is_local }
}

/// An address in the header, with or without a port.
fn hop_address(hop: &str) -> Option<IpAddr> {
    let hop = hop.trim();
    let ip = hop.parse().or_else(|_| hop.parse::<SocketAddr>().map(|address| address.ip()));
    ip.or_else(|_| hop.trim_start_matches('[').trim_end_matches(']').parse())
        .ok()
        .map(|ip: IpAddr| ip.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(peer: &str, forwarded: &[&str], trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append(X_FORWARDED_FOR, value.parse().unwrap());
        }
        let trusted: Vec<IpNet> = trusted.iter().map(|net| net.parse().unwrap()).collect();
        client_address(peer.parse().unwrap(), &headers, &trusted).ip.to_string()
    }

    #[test]
    fn nobody_is_believed_by_default() {
        assert_eq!(seen("192.0.2.1", &["203.0.113.9"], &[]), "192.0.2.1");
    }

    #[test]
    fn trusted_proxies_name_the_client() {
        let proxies = ["10.0.0.0/8"];
        assert_eq!(seen("10.0.0.1", &["203.0.113.9"], &proxies), "203.0.113.9");
        assert_eq!(seen("10.0.0.1", &["1.1.1.1, 203.0.113.9, 10.0.0.2"], &proxies), "203.0.113.9");
        assert_eq!(seen("10.0.0.1", &["1.1.1.1", "203.0.113.9:4711"], &proxies), "203.0.113.9");
        assert_eq!(seen("10.0.0.1", &["[2001:db8::1]"], &proxies), "2001:db8::1");
        assert_eq!(seen("10.0.0.1", &["garbage"], &proxies), "10.0.0.1");
        assert_eq!(seen("192.0.2.1", &["203.0.113.9"], &proxies), "192.0.2.1");
    }

    #[test]
    fn what_a_proxy_forwards_is_not_local() {
        let local = |headers: &HeaderMap| client_address(Ipv4Addr::LOCALHOST.into(), headers, &[]).is_local;
        assert!(local(&HeaderMap::new()));
        let mut headers = HeaderMap::new();
        headers.insert(FORWARDED, "for=203.0.113.9".parse().unwrap());
        assert!(!local(&headers));
    }
}
