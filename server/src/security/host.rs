//! Which host a request may ask for. A name that another site points at this server (DNS rebinding) would else make that
//! site's scripts read Gavel's pages as their own.

use std::net::{IpAddr, SocketAddr};

use axum::{
    body::Body,
    extract::{ConnectInfo, Request, State},
    http::{Response, StatusCode, Uri, header, uri::Authority},
    middleware::Next,
};

use super::Sign;
use crate::{bodies, config::Settings, render, state::AppState};

/// Probes ask for whatever name or address they find a machine under, and are told nothing secret.
const FOR_PROBES: [&str; 2] = ["/healthz", "/readyz"];

/// Middleware: where the public URL is set, pages are for those who ask for it, for this machine, and for proxies that are told
/// of. Apps are not checked: they bring a key, which no browser would send by itself.
pub async fn check_host(State(app): State<AppState>, request: Request, next: Next) -> Response<Body> {
    let Some(url) = app.settings.public_url.clone() else { return next.run(request).await };
    let asked = asked_host(&request);
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip().to_canonical());
    let is_expected = asked.as_ref().is_none_or(|host| is_expected(&app.settings, host, peer))
        || FOR_PROBES.contains(&request.uri().path());
    if is_expected {
        return next.run(request).await;
    }
    bodies::drop_rest(request.into_body()).await;
    let host = asked.unwrap_or_default();
    let text = render::escaped(&format!(
        "Gavel is at {url}, but was asked for {host}. Open Gavel there. If a proxy in front of it changes the host, an \
         administrator has it pass the host on (nginx: proxy_set_header Host $http_host), or names the proxy in the \
         setting trusted_proxies."
    ));
    app.signs.note(Sign::Host { host });
    render::plain(StatusCode::MISDIRECTED_REQUEST, "Another address", &text)
}

/// The name or address in the URL (HTTP/2) or in the header, without its port, in lower case; `None` when there is none, as
/// HTTP/1.0 allows.
pub(crate) fn asked_host(request: &Request) -> Option<String> {
    let of_uri = |uri: &Uri| uri.authority().cloned();
    let of_header = || request.headers().get(header::HOST)?.to_str().ok().map(str::to_owned);
    let host = match of_uri(request.uri()) {
        Some(authority) => authority.host().to_owned(),
        None => {
            let text = of_header()?;
            text.parse::<Authority>().map_or(text, |authority| authority.host().to_owned())
        }
    };
    Some(host.trim_matches(['[', ']']).trim_end_matches('.').to_lowercase())
}

fn is_expected(settings: &Settings, host: &str, peer: Option<IpAddr>) -> bool {
    let public = settings.public_url.as_ref().and_then(|url| url.host_str());
    if public.is_some_and(|public| public.trim_matches(['[', ']']).eq_ignore_ascii_case(host)) {
        return true;
    }
    if peer.is_some_and(|peer| settings.trusts(peer)) || host == "localhost" || host.ends_with(".localhost") {
        return true;
    }
    match host.parse::<IpAddr>().map(|ip| ip.to_canonical()) {
        // No name points at an address that was asked for as such. In a network of one's own, proxies often ask so.
        Ok(ip) => ip.is_loopback() || ip == settings.listen.ip() || is_private(ip),
        // Nor does a name without a dot leave such a network: containers know each other by them.
        Err(_) => !host.contains('.') && peer.is_some_and(is_private),
    }
}

/// Whether a name cannot be one that another site points here: an address, this machine's own name, or one without a dot.
pub(crate) fn is_of_this_machine(host: &str) -> bool {
    host.parse::<IpAddr>().is_ok() || !host.contains('.') || host.ends_with(".localhost")
}

/// Whether an address is of a network of one's own (RFC 1918, RFC 4193, RFC 6598), or of the link.
pub(crate) fn is_private(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => {
            let [first, second, ..] = ip.octets();
            ip.is_private() || ip.is_link_local() || first == 100 && (64..128).contains(&second)
        }
        IpAddr::V6(ip) => ip.is_unique_local() || ip.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        settings: Settings,
    }

    fn expected(host: &str, peer: &str) -> bool {
        let line = ["gavel", "--public-url", "https://gavel.example.com", "--trusted-proxies", "192.0.2.7"];
        is_expected(&Line::parse_from(line).settings, host, peer.parse().ok())
    }

    #[test]
    fn the_public_url_this_machine_and_told_proxies_are_expected() {
        for (host, peer) in [
            ("gavel.example.com", "203.0.113.9"),
            ("localhost", "127.0.0.1"),
            ("127.0.0.1", "127.0.0.1"),
            ("::1", "::1"),
            ("anything.example", "192.0.2.7"),
            ("10.0.0.5", "10.0.0.9"),
            ("gavel", "172.17.0.1"),
        ] {
            assert!(expected(host, peer), "{host} from {peer}");
        }
        for (host, peer) in [
            ("evil.example", "127.0.0.1"),
            ("gavel.example.com.evil.example", "127.0.0.1"),
            ("evil.example", "10.0.0.9"),
            ("gavel", "203.0.113.9"),
            ("203.0.113.1", "203.0.113.9"),
            ("", "203.0.113.9"),
        ] {
            assert!(!expected(host, peer), "{host} from {peer}");
        }
    }

    #[test]
    fn a_host_is_read_as_people_write_it() {
        for (header, host) in [
            ("Gavel.Example.com:443", "gavel.example.com"),
            ("[::1]:3000", "::1"),
            ("gavel.example.com.", "gavel.example.com"),
            ("a b", "a b"),
        ] {
            let request = Request::builder().header("host", header).body(Body::empty()).unwrap();
            assert_eq!(asked_host(&request).as_deref(), Some(host));
        }
        assert_eq!(asked_host(&Request::new(Body::empty())), None);
    }
}
