//! Addresses in the text: hosts of links and of e-mail addresses, also where spaces were put between their parts.

use crate::text::{Clean, Kind, Token, Tokens};

/// What an address is part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LinkKind {
    /// A web address.
    Web,
    /// An e-mail address.
    Mail,
}

/// An address in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Link {
    /// What it is part of.
    pub(crate) kind: LinkKind,
    /// Lower-case host, without `www.`.
    pub(crate) host: String,
    /// First token of it.
    pub(crate) first: usize,
    /// One past the last token of its host.
    pub(crate) last: usize,
    /// First character in the cleaned text.
    pub(crate) start: u32,
    /// One past the last character: of the path too, up to the next space.
    pub(crate) end: u32,
}

/// Addresses looked at; a text with more is spam or an index.
const MAX_LINKS: usize = 40;

/// Top-level domains that are taken for one without `http` or `www` before: common ones that are not also words.
const BARE_TLDS: &[&str] = &[
    "app", "biz", "br", "cc", "click", "club", "cn", "co", "com", "de", "edu", "eu", "fr", "gov", "info",
    "io", "jp", "ly", "mobi", "net", "nl", "online", "org", "pl", "pw", "ru", "shop", "site", "space",
    "store", "tk", "top", "tv", "ua", "uk", "vip", "website", "xyz",
];

/// Finds the addresses of a text.
pub(crate) fn find(clean: &Clean, tokens: &Tokens) -> Vec<Link> {
    let mut links: Vec<Link> = vec![];
    let list = &tokens.list;
    let (mut at, mut in_vain) = (0, 0);
    while at < list.len() && links.len() < MAX_LINKS {
        let (kind, host_at, sure) = match start_of_address(tokens, at) {
            // What ends without a top-level domain does so wherever one begins to read.
            Some((_, host_at, false)) if host_at < in_vain => {
                at += 1;
                continue;
            }
            Some(found) => found,
            None => {
                at += 1;
                continue;
            }
        };
        match host(clean, tokens, host_at, sure) {
            Ok((name, last)) => {
                let end = end_of_path(clean, list[last - 1].end);
                links.push(Link { kind, host: name, first: at, last, start: list[at].start, end });
                at = last;
            }
            Err(last) => {
                at += 1;
                in_vain = in_vain.max(last);
            }
        }
    }
    links
}

/// Whether an address starts at token `at`: its kind, its host's first token, and whether the top-level domain is
/// beyond doubt because of what stands before.
fn start_of_address(tokens: &Tokens, at: usize) -> Option<(LinkKind, usize, bool)> {
    let list = &tokens.list;
    let token = &list[at];
    let sign = |index: usize, sign: &str| {
        list.get(index).is_some_and(|t| t.kind == Kind::Sign && tokens.is(t, sign))
    };
    match token.kind {
        Kind::Word | Kind::Mixed | Kind::Number => {
            let scheme = ["http", "https", "hxxp", "ftp"].iter().any(|scheme| tokens.is(token, scheme));
            if scheme && sign(at + 1, ":") && sign(at + 2, "/") {
                return Some((LinkKind::Web, at + 3, true));
            }
            if !sign(at + 1, ".") {
                return None;
            }
            Some((LinkKind::Web, at, tokens.is(token, "www")))
        }
        Kind::Sign if tokens.is(token, "@") && at > 0 && sign(at + 2, ".") => {
            Some((LinkKind::Mail, at + 1, true))
        }
        _ => None,
    }
}

/// Reads labels and dots from token `at`: the host, and one past its last token. When it is no host, its last token,
/// which another may begin with.
fn host(clean: &Clean, tokens: &Tokens, at: usize, sure: bool) -> Result<(String, usize), usize> {
    let list = &tokens.list;
    let is_label = |t: &Token| matches!(t.kind, Kind::Word | Kind::Mixed | Kind::Number | Kind::Cjk);
    let mut name = String::new();
    let mut dots = 0;
    let mut next = at;
    let mut last = at;
    let mut spaced = None;
    while let Some(label) = list.get(next).filter(|t| is_label(t)) {
        if name.len() > 200 {
            break;
        }
        let letters = &clean.chars[label.start as usize..label.end as usize];
        name.extend(letters.iter().flat_map(|c| c.to_lowercase()));
        last = next + 1;
        let Some(joint) = list.get(next + 1).filter(|t| t.kind == Kind::Sign && t.run == 1) else { break };
        let Some(after) = list.get(next + 2).filter(|t| is_label(t)) else { break };
        // Either no spaces at all, or one on each side of every sign: an end of sentence has one side only.
        let style = match (joint.gap, after.gap) {
            (false, false) => false,
            (true, true) => true,
            _ => break,
        };
        if *spaced.get_or_insert(style) != style {
            break;
        }
        if tokens.is(joint, ".") {
            name.push('.');
            dots += 1;
        } else if tokens.is(joint, "-") {
            name.push('-');
        } else {
            break;
        }
        next += 2;
    }
    let tld = tld(&name);
    let plausible = tld.chars().all(char::is_alphabetic) && tld.chars().count() >= 2;
    let is_ip = sure && dots == 3 && name.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let known = sure || BARE_TLDS.binary_search(&tld).is_ok();
    if dots == 0 || !(is_ip || (plausible && known)) {
        return Err(last.saturating_sub(1));
    }
    Ok((name.strip_prefix("www.").unwrap_or(&name).to_owned(), last))
}

/// One past the path of an address whose host ends at `from`.
fn end_of_path(clean: &Clean, from: u32) -> u32 {
    let from = from as usize;
    if !matches!(clean.chars.get(from), Some('/' | ':' | '?')) {
        return from as u32;
    }
    let stop = |c: &char| c.is_whitespace() || matches!(c, '"' | '<' | '>' | ')');
    let len = clean.chars[from..].iter().take(300).position(stop);
    (from + len.unwrap_or((clean.chars.len() - from).min(300))) as u32
}

/// The registrable part of a host, by the public suffix list: `example.co.uk` of `shop.example.co.uk`.
pub(crate) fn registrable(host: &str) -> &str {
    if host.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return host;
    }
    psl::domain_str(host).unwrap_or(host)
}

/// The last label of a host.
pub(crate) fn tld(host: &str) -> &str {
    host.rsplit('.').next().unwrap_or(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(text: &str) -> Vec<String> {
        let mut clean = Clean::default();
        clean.read(text);
        let mut tokens = Tokens::default();
        tokens.read(&clean);
        find(&clean, &tokens).into_iter().map(|link| link.host).collect()
    }

    #[test]
    fn hosts_are_found_however_they_are_written() {
        assert_eq!(hosts("see http://www.cheap-leads.biz/offer."), ["cheap-leads.biz"]);
        assert_eq!(hosts("see http : / / www . cheap - leads . biz / offer"), ["cheap-leads.biz"]);
        assert_eq!(hosts("mail joe@mail.example.org now"), ["mail.example.org"]);
        assert_eq!(hosts("go to spam.biz today"), ["spam.biz"]);
        assert_eq!(hosts("http://10.1.2.3/x"), ["10.1.2.3"]);
    }

    #[test]
    fn ends_of_sentences_are_no_hosts() {
        assert!(hosts("I like it.It is good. Com on").is_empty());
        assert!(hosts("version 1.2.3 and 10 a.m.").is_empty());
    }

    #[test]
    fn registrable_parts() {
        assert_eq!(registrable("a.b.example.com"), "example.com");
        assert_eq!(registrable("shop.example.co.uk"), "example.co.uk");
        assert_eq!(registrable("10.1.2.3"), "10.1.2.3");
        assert_eq!(registrable("com"), "com");
    }

    #[test]
    fn a_host_may_begin_where_none_ended() {
        assert_eq!(hosts("see a.b . com now"), ["b.com"]);
        assert_eq!(hosts("a.b.c.nothing then x.example.org"), ["x.example.org"]);
        assert_eq!(hosts(&format!("{}com", "a.".repeat(400))), hosts(&format!("{}com", "a.".repeat(100))));
    }

    #[test]
    fn bare_domains_are_sorted_for_the_search() {
        assert!(BARE_TLDS.is_sorted());
    }
}
