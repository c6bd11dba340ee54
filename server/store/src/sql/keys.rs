//! What is looked up by one value, as words of the full-text index.
//!
//! An index of its own would take every new row at a random place; the full-text index takes its words in order, and gives
//! them back by id, which is the order of the log. Keys and words in one expression are met in one walk.

use std::fmt::Write;
use std::net::IpAddr;

use domain::search::{Pattern, TermKind};
use domain::{JudgedBy, Origin};
use ipnet::IpNet;

use super::expression::start as start_of;
pub(super) use super::expression::whole;

/// Starts every key: no word that people send or search for has it, so none equals a key.
const MARK: char = domain::search::INDEX_MARK;

/// Shortest start of a value that is looked up; a shorter one is the start of too many.
const START_MIN: usize = 3;

/// Networks that an address is found by, by the length of their prefix.
const V4_NETWORKS: [u8; 4] = [32, 24, 16, 8];
const V6_NETWORKS: [u8; 5] = [128, 64, 56, 48, 32];

/// What of a detection is looked up by one value.
pub(super) struct Keys<'a> {
    pub(super) origin: Origin,
    pub(super) judged_by: JudgedBy,
    pub(super) site: Option<&'a str>,
    pub(super) email: Option<&'a str>,
    pub(super) ip: Option<IpAddr>,
    pub(super) upstream_id: &'a str,
    pub(super) content_hash: &'a [u8],
    pub(super) language: Option<&'a str>,
}

impl<'a> Keys<'a> {
    /// The keys as the column `keys` of the index takes them, with those of pictures and of links' hosts.
    pub(super) fn text(
        &self,
        pictures: impl IntoIterator<Item = char>,
        links: impl IntoIterator<Item = String>,
    ) -> String {
        let mut keys = vec![origin(self.origin), judged(self.judged_by), upstream(self.upstream_id)];
        keys.push(content(self.content_hash));
        keys.extend(self.site.map(|site| folded('s', site)));
        keys.extend(self.language.map(|language| folded('l', language)));
        if let Some(email) = self.email {
            keys.push(self::email(email));
            keys.extend(email.rsplit_once('@').map(|(_, domain)| folded('d', domain)));
        }
        if let Some(ip) = self.ip.map(|ip| ip.to_canonical()) {
            let lengths: &[u8] = if ip.is_ipv4() { &V4_NETWORKS } else { &V6_NETWORKS };
            keys.extend(lengths.iter().filter_map(|length| IpNet::new(ip, *length).ok()).map(network));
        }
        keys.extend(pictures.into_iter().map(picture));
        keys.extend(links.into_iter().map(|host| link(&host)));
        keys.join(" ")
    }
}

/// A look-up of keys.
pub(super) struct Lookup {
    /// As the engine takes it.
    pub(super) expression: String,
    /// Whether just the rows meant are found; else some others with them.
    pub(super) exact: bool,
}

impl Lookup {
    fn exact(key: &str) -> Option<Self> {
        Some(Self { expression: whole(key), exact: true })
    }
}

/// How the rows that a term means can be looked up, if they can.
pub(super) fn lookup(kind: &TermKind) -> Option<Lookup> {
    match kind {
        TermKind::From(from) => Lookup::exact(&origin(*from)),
        TermKind::Judged(by) => Lookup::exact(&judged(*by)),
        TermKind::Site(pattern) => by_pattern('s', pattern),
        TermKind::Lang(tag) => Lookup::exact(&folded('l', tag)),
        TermKind::Email(pattern) => match pattern.as_str().rsplit_once('@') {
            Some(("*", domain)) if !domain.contains('*') => Lookup::exact(&folded('d', domain)),
            Some((_, domain)) if !domain.contains('*') && pattern.exact().is_none() => {
                Some(Lookup { expression: whole(&folded('d', domain)), exact: false })
            }
            _ => by_pattern('e', pattern),
        },
        TermKind::Ip(net) => {
            let lengths: &[u8] = if net.addr().is_ipv4() { &V4_NETWORKS } else { &V6_NETWORKS };
            let length = lengths.iter().copied().find(|length| *length <= net.prefix_len())?;
            let wider = IpNet::new(net.addr(), length).ok()?;
            Some(Lookup { expression: whole(&network(wider)), exact: length == net.prefix_len() })
        }
        _ => None,
    }
}

fn by_pattern(kind: char, pattern: &Pattern) -> Option<Lookup> {
    if let Some(value) = pattern.exact() {
        return Lookup::exact(&folded(kind, value));
    }
    let start = pattern.prefix();
    let exact = pattern.as_str().len() == start.len() + 1;
    (start.len() >= START_MIN).then(|| Lookup { expression: start_of(&folded(kind, start)), exact })
}

/// The key of a text's hash: equal texts share it.
pub(super) fn content(hash: &[u8]) -> String {
    let mut key = String::from_iter([MARK, 'c']);
    // Eight bytes tell the texts of any log apart; who must be certain compares the column.
    for byte in hash.iter().take(8) {
        hex(&mut key, *byte);
    }
    key
}

/// The key of an e-mail address.
pub(super) fn email(address: &str) -> String {
    folded('e', address)
}

/// The key of an upstream `detection_id`.
pub(super) fn upstream(id: &str) -> String {
    key('u', id, false)
}

/// The key of an emoji that stands somewhere in a text.
pub(super) fn picture(picture: char) -> String {
    format!("{MARK}p{:x}", u32::from(picture))
}

/// The key of a host that a link leads to, or to one below it.
pub(super) fn link(host: &str) -> String {
    folded('h', host)
}

fn origin(origin: Origin) -> String {
    key('o', origin.as_str(), true)
}

fn judged(by: JudgedBy) -> String {
    key('j', by.as_str(), true)
}

fn network(net: IpNet) -> String {
    let mut key = format!("{MARK}n{}x", net.prefix_len());
    let net = net.trunc();
    match net.addr() {
        IpAddr::V4(ip) => ip.octets().iter().for_each(|byte| hex(&mut key, *byte)),
        IpAddr::V6(ip) => ip.octets().iter().for_each(|byte| hex(&mut key, *byte)),
    }
    key
}

/// A key of a value whose ASCII letters are of any case, as the columns compare them.
fn folded(kind: char, value: &str) -> String {
    key(kind, value, true)
}

/// Letters and digits stand for themselves, `z` and every other byte for `z` and its two digits: one word to the index,
/// different for different values, and the start of a value gives the start of its key.
fn key(kind: char, value: &str, fold: bool) -> String {
    let mut key = String::with_capacity(value.len() + 8);
    key.extend([MARK, kind]);
    for byte in value.bytes() {
        match if fold { byte.to_ascii_lowercase() } else { byte } {
            byte @ (b'a'..=b'y' | b'0'..=b'9') => key.push(char::from(byte)),
            byte => {
                key.push('z');
                hex(&mut key, byte);
            }
        }
    }
    key
}

fn hex(key: &mut String, byte: u8) {
    // Writing to a string does not fail.
    let _ = write!(key, "{byte:02x}");
}
