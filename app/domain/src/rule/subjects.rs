//! What rules can be made of a submission.

use std::net::IpAddr;

use ipnet::IpNet;

use crate::Content;
use crate::search::{Pattern, TermKind, link_hosts};

/// Length of the prefix of a network that one household or server has, as a rule: a /24 of IPv4, a /64 of IPv6 (RFC 6177).
const NETWORKS: (u8, u8) = (24, 64);

/// Hosts of links that are offered.
const HOSTS_MAX: usize = 3;

/// Sender, domain, address, network and hosts of links, each with its name: the narrowest first. `own_ip` says that the address is
/// the app's own, which tells nothing of the writer.
pub fn subjects(content: &Content, own_ip: bool) -> Vec<(&'static str, TermKind)> {
    let mut subjects = Vec::new();
    // A star in an address would stand for any characters.
    if let Some(email) = content.email.as_deref().filter(|email| !email.contains('*')) {
        subjects.push(("from this sender", TermKind::Email(Pattern::new(email))));
        if let Some((_, domain)) = email.rsplit_once('@') {
            subjects.push(("from this domain", TermKind::Email(Pattern::new(&format!("*@{domain}")))));
        }
    }
    if let Some(ip) = content.ip.filter(|_| !own_ip) {
        subjects.push(("from this address", TermKind::Ip(IpNet::from(ip))));
        let length = if matches!(ip, IpAddr::V4(_)) { NETWORKS.0 } else { NETWORKS.1 };
        let network = IpNet::new(ip, length).ok();
        subjects.extend(network.map(|net| ("from this network", TermKind::Ip(net.trunc()))));
    }
    let hosts = link_hosts(&content.message).into_iter().take(HOSTS_MAX);
    subjects.extend(hosts.map(|host| ("with this link", TermKind::Link(host.to_string()))));
    subjects
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SearchQuery;
    use crate::search::Term;

    #[test]
    fn rules_are_offered_from_the_narrowest_on() {
        let content = Content {
            message: "see <a href=\"HTTPS://Win.test/x\">this</a> http://win.test and http://two.test."
                .to_owned(),
            email: Some("a b@mail.test".to_owned()),
            ip: Some("2001:db8::7".parse().unwrap()),
            ..Content::default()
        };
        let printed = |own_ip| {
            let subjects = subjects(&content, own_ip).into_iter();
            let query = |kind| SearchQuery { terms: vec![Term { negated: false, kind }] };
            subjects.map(|(_, kind)| query(kind).to_string()).collect::<Vec<_>>()
        };
        let all = printed(false);
        assert_eq!(
            all,
            [
                "email:\"a b@mail.test\"",
                "email:*@mail.test",
                "ip:2001:db8::7",
                "ip:2001:db8::/64",
                "link:win.test",
                "link:two.test"
            ]
        );
        assert!(all.iter().all(|search| super::super::query(search, None).is_ok()));
        assert_eq!(printed(true).len(), 4);
    }
}
