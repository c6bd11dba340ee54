//! Which host a request may ask for. A name that another site points at this server (DNS rebinding) would else make that
//! site's scripts read Gavel's pages as their own.

use std::net::IpAddr;

use axum::{
    body::Body,
    extract::{Request, State},
    http::{Response, StatusCode, header, uri::Authority},
    middleware::Next,
};

use super::{
    Sign,
    signs::{public_url_flag, short},
};
use crate::{bodies, config::Settings, render, state::AppState};

/// Probes and scrapers ask for whatever name or address they find a machine under. Probes are told nothing secret, and
/// the gate asks more of scrapers than a host.
const FOR_PROBES: [&str; 3] = ["/healthz", "/readyz", "/metrics"];

/// Middleware: pages are for those who ask for the public URL or for this machine; where no public URL is set, also for
/// those who ask for an address, whichever it is. Proxies are no exception: they pass on what a browser asks for. It
/// stands before [`super::cross_site_protection`], which takes the host's word for what this site is. Apps are not
/// checked: they bring a key, which no browser would send by itself.
pub async fn check_host(State(app): State<AppState>, request: Request, next: Next) -> Response<Body> {
    let asked = asked(&request);
    let is_expected = asked.as_ref().is_none_or(|asked| is_expected(&app.settings, &host_of(asked)));
    if is_expected || FOR_PROBES.contains(&request.uri().path()) {
        return next.run(request).await;
    }
    bodies::drop_rest(request.into_body()).await;
    let host = asked.unwrap_or_default();
    let text = render::escaped(&words(&app.settings, &short(&host)));
    app.signs.note(Sign::Host { host });
    render::plain(StatusCode::MISDIRECTED_REQUEST, "Another address", &text)
}

/// The name or address that is asked for, without its port, in lower case; `None` when there is none, as HTTP/1.0 allows.
pub(crate) fn asked_host(request: &Request) -> Option<String> {
    asked(request).map(|asked| host_of(&asked))
}

/// What stands in the URL (HTTP/2) or in the header, in lower case.
fn asked(request: &Request) -> Option<String> {
    let text = match request.uri().authority() {
        Some(authority) => authority.as_str().to_owned(),
        // One that cannot be read is a host, too, and nobody's.
        None => String::from_utf8_lossy(request.headers().get(header::HOST)?.as_bytes()).into_owned(),
    };
    Some(text.to_ascii_lowercase())
}

fn host_of(asked: &str) -> String {
    let authority = asked.parse::<Authority>();
    let host = authority.as_ref().map_or(asked, |authority| authority.host());
    host.trim_matches(['[', ']']).trim_end_matches('.').to_owned()
}

fn is_expected(settings: &Settings, host: &str) -> bool {
    let ip = host.parse::<IpAddr>().ok().map(|ip| ip.to_canonical());
    if host == "localhost" || host.ends_with(".localhost") || ip.is_some_and(|ip| ip.is_loopback()) {
        return true;
    }
    match settings.public_url.as_ref().and_then(|url| url.host_str()) {
        Some(public) => public.trim_matches(['[', ']']).trim_end_matches('.').eq_ignore_ascii_case(host),
        // Whoever owns a name can point it here; nobody can point an address elsewhere.
        None => ip.is_some(),
    }
}

fn words(settings: &Settings, asked: &str) -> String {
    let flag = public_url_flag(asked);
    match &settings.public_url {
        Some(url) => format!(
            "Gavel is at {url}, but was asked for {asked}. Open Gavel there. If a proxy in front of it changes the host, \
             an administrator has it pass the host on (nginx: proxy_set_header Host $http_host); if {asked} is where \
             people should open it, an administrator sets public_url ({flag})."
        ),
        None => format!(
            "Gavel was asked for {asked}, and does not know that name as its own: another site may have pointed it \
             here. If {asked} is where people should open Gavel, an administrator starts it with {flag} (https instead \
             of http where a proxy ends TLS). Until then it is found at this machine's IP address, or as localhost on \
             the machine itself."
        ),
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

    fn expected(host: &str, flags: &[&str]) -> bool {
        let line = ["gavel"].iter().chain(flags).copied();
        is_expected(&Line::parse_from(line).settings, host)
    }

    #[test]
    fn this_machine_is_always_expected_and_a_strange_name_never() {
        let none: &[&str] = &[];
        let public: &[&str] =
            &["--public-url", "https://gavel.example.com", "--trusted-proxies", "127.0.0.1"];
        for flags in [none, public] {
            for host in ["localhost", "gavel.localhost", "127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1"]
            {
                assert!(expected(host, flags), "{host} with {flags:?}");
            }
            for host in [
                "evil.example",
                "gavel.example.com.evil.example",
                "localhost.evil.example",
                "127.0.0.1.evil.example",
                "notlocalhost",
                "gavel",
                "",
            ] {
                assert!(!expected(host, flags), "{host} with {flags:?}");
            }
        }
    }

    #[test]
    fn the_public_url_is_expected_instead_of_addresses() {
        for host in ["10.0.0.5", "203.0.113.1", "2001:db8::1", "0.0.0.0"] {
            assert!(expected(host, &[]), "{host}");
            assert!(!expected(host, &["--public-url", "http://gavel.example.com"]), "{host}");
        }
        assert!(!expected("gavel.example.com", &[]));
        for (host, url) in [
            ("gavel.example.com", "http://gavel.example.com:8080"),
            ("gavel.example.com", "https://gavel.example.com./"),
            ("10.0.0.5", "http://10.0.0.5:3000"),
            ("2001:db8::1", "http://[2001:db8::1]"),
            ("gavel", "http://gavel:3000"),
        ] {
            assert!(expected(host, &["--public-url", url]), "{host} of {url}");
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
        let unreadable = Request::builder().header("host", &b"gavel\xff"[..]).body(Body::empty()).unwrap();
        assert_eq!(asked_host(&unreadable).as_deref(), Some("gavel\u{fffd}"));
        let http2 = Request::builder().uri("http://Evil.example:80/login").header("host", "localhost");
        assert_eq!(asked_host(&http2.body(Body::empty()).unwrap()).as_deref(), Some("evil.example"));
        assert_eq!(asked_host(&Request::new(Body::empty())), None);
    }
}
