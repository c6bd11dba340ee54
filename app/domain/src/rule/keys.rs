//! WordPress's disallowed comment keys (Settings → Discussion) as searches.

use std::net::Ipv4Addr;

use ipnet::{IpNet, Ipv4Net};

use crate::SearchQuery;
use crate::search::{Pattern, Term, TermKind};

/// The search that finds what a key of WordPress means: an e-mail address, an IP address or the start of one, else words. WordPress
/// also finds a key within a word (`press` in `WordPress`), which this does not; nothing harmless is met by that.
pub fn of_key(key: &str) -> SearchQuery {
    let kind = address(key).or_else(|| email(key)).unwrap_or_else(|| TermKind::Phrase(key.to_owned()));
    SearchQuery { terms: vec![Term { negated: false, kind }] }
}

fn email(key: &str) -> Option<TermKind> {
    let (user, domain) = key.split_once('@')?;
    let plain = !key.contains(char::is_whitespace) && !key.contains('*') && domain.contains('.');
    // `@mail.test` is everybody there.
    let whole = if user.is_empty() { format!("*{key}") } else { key.to_owned() };
    plain.then(|| TermKind::Email(Pattern::new(&whole)))
}

/// An address, or the first numbers of one: `203.0.113.` and `203.0.113` are the network of 256.
fn address(key: &str) -> Option<TermKind> {
    if let Ok(ip) = key.parse::<std::net::IpAddr>() {
        return Some(TermKind::Ip(IpNet::from(ip)));
    }
    if let Some(start) = key.strip_suffix(':').filter(|start| start.contains(':') && !start.ends_with(':')) {
        let groups = u8::try_from(start.split(':').count()).ok()?;
        let net = format!("{start}::/{}", groups.checked_mul(16)?);
        return net.parse().ok().map(|net: IpNet| TermKind::Ip(net.trunc()));
    }
    let numbers: Vec<u8> =
        key.trim_end_matches('.').split('.').map(|number| number.parse().ok()).collect::<Option<_>>()?;
    if !(2..=3).contains(&numbers.len()) {
        return None;
    }
    let mut octets = [0; 4];
    octets[..numbers.len()].copy_from_slice(&numbers);
    let length = 8 * u8::try_from(numbers.len()).ok()?;
    Some(TermKind::Ip(IpNet::V4(Ipv4Net::new(Ipv4Addr::from(octets), length).ok()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_addresses_networks_or_words() {
        for (key, search) in [
            ("win@mail.test", "email:win@mail.test"),
            ("@mail.test", "email:*@mail.test"),
            ("203.0.113.7", "ip:203.0.113.7"),
            ("203.0.113.", "ip:203.0.113.0/24"),
            ("203.0", "ip:203.0.0.0/16"),
            ("2001:db8::1", "ip:2001:db8::1"),
            ("2001:db8:", "ip:2001:db8::/32"),
            ("note:", "\"note:\""),
            ("casino", "\"casino\""),
            ("free money", "\"free money\""),
            ("http://win.test", "\"http://win.test\""),
            ("7", "\"7\""),
        ] {
            assert_eq!(of_key(key).to_string(), search, "{key}");
        }
    }
}
