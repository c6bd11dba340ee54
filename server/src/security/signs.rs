//! Signs of a proxy that the settings do not tell of: said once in the log, and to administrators under Health.

use std::{
    net::IpAddr,
    sync::{Mutex, PoisonError},
};

/// Signs kept at most: anybody can send a header, and the first ones say enough.
const SIGNS_MAX: usize = 5;

/// Longest name of a host that is shown, in characters.
const NAME_MAX: usize = 100;

/// What was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Sign {
    /// A header that proxies send, from an address that is not trusted.
    Forwarded {
        /// Who sent it.
        peer: IpAddr,
        /// Its name.
        header: &'static str,
    },
    /// A form was refused, since the page's origin is not the host that was asked for.
    Origin {
        /// Of the page.
        origin: String,
        /// As it arrived.
        host: String,
    },
    /// A request was refused for its host.
    Host {
        /// As it arrived.
        host: String,
    },
}

impl Sign {
    /// What it may mean, and what to set.
    fn in_words(&self) -> String {
        match self {
            Self::Forwarded { peer, header } => format!(
                "Requests from {peer} carry the header {header}, as a proxy sends it, but {peer} is not among the \
                 trusted_proxies: so all of its clients count as one, and none can be told from the others. If {peer} \
                 is a proxy of yours, start Gavel with --trusted-proxies {peer}; if it is not, nothing is to be done."
            ),
            Self::Origin { origin, host } => {
                let (origin, host) = (short(origin), short(host));
                format!(
                    "A form of a page at {origin} was refused, since it arrived for the host {host}. If people open \
                     Gavel at {origin}, start it with --public-url {origin}, or have the proxy pass the host on \
                     (nginx: proxy_set_header Host $http_host)."
                )
            }
            Self::Host { host } => {
                let host = short(host);
                let flag = public_url_flag(&host);
                format!(
                    "A request for the host {host} was refused: it is none that Gavel is known to have. If people open \
                     Gavel at {host}, start it with {flag}; if a proxy of yours asks so, have it pass the host on \
                     (nginx: proxy_set_header Host $http_host). If neither, nothing is to be done."
                )
            }
        }
    }
}

/// A name as it is shown.
pub(super) fn short(name: &str) -> String {
    name.chars().take(NAME_MAX).collect()
}

/// The setting that makes a host Gavel's own; without the host where a shell would read it as more than that.
pub(super) fn public_url_flag(host: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-._:[]".contains(letter);
    if !host.is_empty() && host.chars().all(is_plain) {
        format!("--public-url http://{host}")
    } else {
        "--public-url".to_owned()
    }
}

/// What was seen since the start.
#[derive(Debug, Default)]
pub(crate) struct ProxySigns(Mutex<Vec<Sign>>);

impl ProxySigns {
    /// Notes a sign, and tells of it in the log the first time.
    pub(crate) fn note(&self, sign: Sign) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= SIGNS_MAX || seen.contains(&sign) {
            return;
        }
        tracing::warn!("{}", sign.in_words());
        seen.push(sign);
    }

    /// A few sentences for each.
    pub(crate) fn in_words(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().map(Sign::in_words).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_sign_is_kept_once_and_few_are_kept() {
        let signs = ProxySigns::default();
        for n in [1, 1, 2, 3, 4, 5, 6, 7] {
            signs.note(Sign::Forwarded { peer: IpAddr::from([192, 0, 2, n]), header: "x-forwarded-for" });
        }
        assert_eq!(signs.in_words().len(), SIGNS_MAX);
        assert!(signs.in_words()[0].contains("--trusted-proxies 192.0.2.1;"));
    }

    #[test]
    fn what_is_to_be_pasted_into_a_shell_is_only_a_host() {
        assert_eq!(public_url_flag("mods.lan:3000"), "--public-url http://mods.lan:3000");
        for host in ["", "x;id", "$(id)", "`id`", "a b", "m\u{f6}ds.example"] {
            assert_eq!(public_url_flag(host), "--public-url", "{host}");
        }
    }
}
