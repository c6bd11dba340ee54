//! Where a link leads: a link by itself is no sign of spam, its host may be.

use std::{collections::HashMap, sync::OnceLock};

use crate::links;

/// The list, kept by hand.
const LIST: &str = include_str!("hosts.txt");

/// What is known of a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// A well-known place of this kind.
    Known(&'static str),
    /// A government's, a university's or another body's that not anybody can register under.
    Official,
    /// Anybody opens a page there for nothing.
    Anyone,
    /// A chat.
    Chat,
    /// Hides where it leads.
    Shortener,
    /// A bare IP address.
    Numeric,
    /// Under a top-level domain with far more abuse than use.
    Abused,
    /// Nothing is known.
    Unknown,
}

/// Top-level domains with far more abuse than use, by the public league tables of abused domains.
const ABUSED_TLDS: &[&str] = &[
    "bid", "biz", "buzz", "cf", "click", "club", "cyou", "fit", "ga", "gdn", "gq", "icu", "link", "live",
    "loan", "men", "ml", "mom", "monster", "online", "party", "pw", "quest", "rest", "review", "sbs", "site",
    "space", "store", "stream", "tk", "top", "trade", "vip", "win", "work", "xyz", "zip",
];

/// Labels of suffixes that are given to public bodies only.
const OFFICIAL: &[&str] =
    &["gov", "edu", "ac", "mil", "gob", "gouv", "govt", "gc", "go", "int", "sch", "nhs", "police"];

/// Whether a top-level domain has far more abuse than use.
pub(crate) fn is_abused_tld(tld: &str) -> bool {
    ABUSED_TLDS.binary_search(&tld).is_ok()
}

/// What is known of a host, in lower case; `path` starts where the host ends.
pub(crate) fn standing(host: &str, path: &str) -> Standing {
    if host.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return Standing::Numeric;
    }
    let list = list();
    // The deepest name that is listed counts: sites.google.com is not google.com.
    let mut rest = Some(host);
    while let Some(name) = rest {
        if let Some(standing) = list.get(name) {
            return with_path(name, path)
                .and_then(|name| list.get(name.as_str()))
                .copied()
                .unwrap_or(*standing);
        }
        rest = name.split_once('.').map(|(_, parent)| parent);
    }
    if is_official(host) {
        Standing::Official
    } else if is_abused_tld(links::tld(host)) {
        Standing::Abused
    } else {
        Standing::Unknown
    }
}

/// A host with the first part of its path, such as `goo.gl/maps`.
fn with_path(name: &str, path: &str) -> Option<String> {
    let first = path.strip_prefix('/')?.split(['/', '?', '#']).next().filter(|part| !part.is_empty())?;
    Some(format!("{name}/{first}"))
}

/// `gov`, `x.gov`, `x.gov.uk`, `x.ac.jp`, `x.edu.pl`: the suffix, or the label before a country's.
fn is_official(host: &str) -> bool {
    let mut labels = host.rsplit('.');
    let (last, before) = (labels.next().unwrap_or_default(), labels.next().unwrap_or_default());
    matches!(last, "gov" | "edu" | "mil" | "int") || (last.len() == 2 && OFFICIAL.contains(&before))
}

fn list() -> &'static HashMap<&'static str, Standing> {
    static HOSTS: OnceLock<HashMap<&'static str, Standing>> = OnceLock::new();
    HOSTS.get_or_init(|| {
        let mut hosts = HashMap::new();
        for line in LIST.lines().filter(|line| !line.starts_with('#')) {
            let mut words = line.split_whitespace();
            let standing = match words.next() {
                Some("anyone") => Standing::Anyone,
                Some("chat") => Standing::Chat,
                Some("shortener") => Standing::Shortener,
                Some(kind) => Standing::Known(kind),
                None => continue,
            };
            hosts.extend(words.map(|host| (host, standing)));
        }
        hosts
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_told_apart() {
        for (host, path, expected) in [
            ("bbc.co.uk", "/news/1", Standing::Known("news")),
            ("en.wikipedia.org", "/wiki/Rust", Standing::Known("reference")),
            ("goo.gl", "/abc", Standing::Shortener),
            ("goo.gl", "/maps/x", Standing::Known("maps")),
            ("docs.google.com", "/forms/d", Standing::Known("documents")),
            ("sites.google.com", "/view/x", Standing::Anyone),
            ("my-blog.blogspot.com", "", Standing::Anyone),
            ("t.me", "/x", Standing::Chat),
            ("leeds.gov.uk", "", Standing::Official),
            ("physik.uni.ac.at", "", Standing::Official),
            ("whitehouse.gov", "", Standing::Official),
            ("notbbc.co.uk", "", Standing::Unknown),
            ("cheap.shop.xyz", "", Standing::Abused),
            ("10.0.0.1", "", Standing::Numeric),
            ("vosswindows.co.uk", "", Standing::Unknown),
        ] {
            assert_eq!(standing(host, path), expected, "{host}{path}");
        }
    }

    #[test]
    fn the_list_is_sorted_or_in_lower_case() {
        assert!(ABUSED_TLDS.is_sorted());
        assert!(LIST.lines().filter(|line| !line.starts_with('#')).all(|line| line.to_lowercase() == line));
    }
}
