//! Hosts of links: `link:example.com` finds links to that host and to the hosts below it.

use std::{collections::BTreeSet, net::IpAddr};

use url::{Host, Url};

/// The host of what somebody types: a host, `*.` before it, or a whole address. In lower case; `None` when it is none.
pub(super) fn typed(text: &str) -> Option<String> {
    let text = text.split_once("://").map_or(text, |(_, rest)| rest);
    let text = text.trim_start_matches("*.").split(['/', '?', '#']).next()?;
    let is_port = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit());
    let host = text.rsplit_once(':').filter(|(_, port)| is_port(port)).map_or(text, |(host, _)| host);
    let host = host.trim_end_matches('.').to_lowercase();
    let is_label = |label: &str| {
        !label.is_empty() && label.chars().all(|char| char.is_alphanumeric() || matches!(char, '-' | '_'))
    };
    let is_v6 =
        || host.strip_prefix('[').and_then(|host| host.strip_suffix(']')?.parse::<IpAddr>().ok()).is_some();
    (host.split('.').all(is_label) || is_v6()).then_some(host)
}

/// A host as links to it have it: names of other scripts in Punycode.
pub fn link_host(typed: &str) -> String {
    Host::parse(typed).map_or_else(|_| typed.to_owned(), |host| host.to_string())
}

/// Hosts of the web links in a text, each once, in their order.
pub fn link_hosts(text: &str) -> Vec<Host> {
    let mut seen = BTreeSet::new();
    let hosts = text.match_indices("://").filter_map(|(at, _)| {
        let scheme = text[..at].trim_end_matches(|char: char| char.is_ascii_alphabetic()).len();
        let is_web = matches!(text[scheme..at].to_ascii_lowercase().as_str(), "http" | "https");
        is_web.then(|| host(&text[scheme..], at + 3 - scheme))?
    });
    hosts.filter(|host| seen.insert(host.clone())).collect()
}

/// The host of the link that a text begins with, where it stands from `start` on.
fn host(text: &str, start: usize) -> Option<Host> {
    let ends = |char: char| char.is_whitespace() || matches!(char, '"' | '<' | '>' | '\'' | ')' | ']');
    // The brackets of an IPv6 address end no link.
    let v6 = text[start..].starts_with('[').then(|| text[start..].find(']')).flatten();
    let searched = start + v6.map_or(0, |close| close + 1);
    let end = text[searched..].find(ends).map_or(text.len(), |end| searched + end);
    Some(match Url::parse(&text[..end]).ok()?.host()?.to_owned() {
        Host::Domain(name) => Host::Domain(name.trim_end_matches('.').to_owned()),
        ip => ip,
    })
}

/// What a text's links are found by: their hosts, and every host above one.
pub fn link_keys(text: &str) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    for host in link_hosts(text) {
        if let Host::Domain(name) = &host {
            let parents = name.match_indices('.').map(|(dot, _)| name[dot + 1..].to_owned());
            keys.extend(parents);
        }
        keys.insert(host.to_string());
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_read_from_what_people_type() {
        for (text, host) in [
            ("example.com", Some("example.com")),
            ("*.Example.COM.", Some("example.com")),
            ("https://shop.example.com:8443/a?b#c", Some("shop.example.com")),
            ("Bücher.example", Some("bücher.example")),
            ("203.0.113.7", Some("203.0.113.7")),
            ("http://[2001:db8::1]/x", Some("[2001:db8::1]")),
            ("localhost", Some("localhost")),
            ("", None),
            ("a..b", None),
            ("a b.com", None),
            ("example.com*", None),
            ("[zz]", None),
        ] {
            assert_eq!(typed(text).as_deref(), host, "{text}");
        }
    }

    #[test]
    fn a_link_is_found_by_its_host_and_those_above() {
        let keys = |text: &str| link_keys(text).into_iter().collect::<Vec<_>>().join(" ");
        assert_eq!(keys("see <a href=\"HTTPS://A.Win.test:8/x\">"), "a.win.test test win.test");
        assert_eq!(keys("http://bücher.example."), format!("example {}", link_host("bücher.example")));
        assert_eq!(keys("http://203.0.113.7/x http://[2001:db8::1]/"), "203.0.113.7 [2001:db8::1]");
        assert_eq!(keys("http://[2001:db8::1]"), "[2001:db8::1]");
        assert_eq!(keys("win.test, mailto:a@win.test, ftp://win.test, http:// and ://x"), "");
        assert_eq!(keys("http://user@real.test/http://inner.test"), "inner.test real.test test");
    }
}
