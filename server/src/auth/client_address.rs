//! Whose request it is: the peer, or, behind trusted proxies, the client that they name.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::{
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, HeaderName},
    middleware::Next,
    response::Response,
};
use ipnet::IpNet;

use crate::{
    security::{Sign, asked_host, is_of_this_machine},
    state::AppState,
};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The client's address, on every request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddress {
    /// The address that is throttled, logged and told to the upstream.
    pub ip: IpAddr,
    /// The client that somebody names who is not believed: a proxy that the settings do not tell of, or anybody at all.
    pub claimed: Option<IpAddr>,
    /// Whether the request came straight from this machine, through no proxy.
    pub is_local: bool,
}

/// Middleware: puts [`ClientAddress`] on the request.
pub async fn attach(State(app): State<AppState>, mut request: Request, next: Next) -> Response {
    // Without a peer (no TCP listener) nobody is trusted.
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0.ip().to_canonical());
    let mut address = client_address(peer, request.headers(), &app.settings.trusted_proxies);
    // A browser on this machine can be made to ask in the name of another site.
    address.is_local &= asked_host(&request).is_none_or(|host| is_of_this_machine(&host));
    if let Some(header) = forwarding_header(request.headers())
        && !app.settings.trusts(peer)
    {
        app.signs.note(Sign::Forwarded { peer, header });
    }
    request.extensions_mut().insert(address);
    next.run(request).await
}

/// Reads `X-Forwarded-For` from the right, as far as the proxies are trusted; the first untrusted hop is the client.
fn client_address(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> ClientAddress {
    let is_trusted = |ip: &IpAddr| trusted.iter().any(|net| net.contains(ip));
    let is_local = peer.is_loopback() && forwarding_header(headers).is_none();
    let mut ip = peer;
    let hops = headers.get_all(X_FORWARDED_FOR).iter().filter_map(|value| value.to_str().ok());
    let hops: Vec<_> = hops.flat_map(|value| value.split(',')).collect();
    let claimed = if is_trusted(&peer) { None } else { hops.last().and_then(|hop| hop_address(hop)) };
    for hop in hops.iter().rev() {
        if !is_trusted(&ip) {
            break;
        }
        let Some(next) = hop_address(hop) else { break };
        ip = next;
    }
    ClientAddress { ip, claimed, is_local }
}

/// The header by which a proxy says that it is one.
fn forwarding_header(headers: &HeaderMap) -> Option<&'static str> {
    ["x-forwarded-for", "forwarded", "x-real-ip", "x-forwarded-proto", "x-forwarded-host"]
        .into_iter()
        .find(|name| headers.contains_key(*name))
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
        for (name, value) in [("forwarded", "for=203.0.113.9"), ("x-real-ip", "203.0.113.9")] {
            let mut headers = HeaderMap::new();
            headers.insert(name, value.parse().unwrap());
            assert!(!local(&headers), "{name}");
        }
    }

    #[test]
    fn what_is_not_believed_is_kept_apart() {
        let mut headers = HeaderMap::new();
        headers.insert(X_FORWARDED_FOR, "1.1.1.1, 203.0.113.9".parse().unwrap());
        let peer = Ipv4Addr::LOCALHOST.into();
        let address = client_address(peer, &headers, &[]);
        assert_eq!((address.ip, address.claimed), (peer, "203.0.113.9".parse().ok()));
        let trusted = client_address(peer, &headers, &["127.0.0.1/32".parse().unwrap()]);
        assert_eq!((trusted.ip.to_string().as_str(), trusted.claimed), ("203.0.113.9", None));
    }
}
