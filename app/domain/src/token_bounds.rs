//! What a token may ask, where it may come from, and until when it works.

use std::net::IpAddr;

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, TimeDelta, Utc};
use ipnet::{IpNet, Ipv4Net};
use serde::{Deserialize, Serialize};

/// Most networks that a token can be kept to.
pub const NETWORKS_MAX: usize = 32;

/// How long the old secret of a token goes on beside the new one, unless somebody says otherwise, in hours.
pub const OVERLAP_HOURS: u32 = 24;

/// For how long it can go on at most, in hours: 30 days.
pub const OVERLAP_HOURS_MAX: u32 = 720;

/// The last year that an expiry can be in; more digits are a slip.
const LAST_YEAR: i32 = 9999;

crate::words! {
    /// What a token may ask for. Whether it is in force (`/verify`) any token may ask.
    TokenScope {
        /// Verdicts: `/check` and `/check-comment`.
        Check = "check",
        /// To be heard: `/feedback`.
        Feedback = "feedback",
        /// The usage of the plan: `/stats`.
        Stats = "stats",
        /// What was decided: `/decisions`.
        Decisions = "decisions",
    }
}

impl TokenScope {
    /// What it allows, in words that follow "may".
    pub fn title(self) -> &'static str {
        match self {
            Self::Check => "ask for verdicts",
            Self::Feedback => "send feedback",
            Self::Stats => "see the plan's usage",
            Self::Decisions => "hear decisions",
        }
    }
}

/// Bounds of a token. They are set when it is made and never change; the default has none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenBounds {
    /// What it may ask for, at least one, in the order of [`TokenScope::ALL`].
    pub scopes: Vec<TokenScope>,
    /// Where it may come from; anywhere when there are none.
    pub networks: Vec<IpNet>,
    /// From when on it opens nothing; `None` for never. People choose a day: this is midnight (UTC) behind it.
    pub expires_at: Option<DateTime<Utc>>,
}

impl Default for TokenBounds {
    fn default() -> Self {
        Self { scopes: TokenScope::ALL.to_vec(), networks: Vec::new(), expires_at: None }
    }
}

impl TokenBounds {
    /// Whether it may ask for this.
    pub fn allows(&self, scope: TokenScope) -> bool {
        self.scopes.contains(&scope)
    }

    /// Whether it may come from there.
    pub fn takes_from(&self, address: IpAddr) -> bool {
        self.networks.is_empty() || self.networks.iter().any(|network| network.contains(&address))
    }

    /// Whether it may ask for everything.
    pub fn has_all_scopes(&self) -> bool {
        TokenScope::ALL.iter().all(|scope| self.allows(*scope))
    }

    /// The last day on which it works, in UTC.
    pub fn last_day(&self) -> Option<NaiveDate> {
        self.expires_at.map(|at| (at - TimeDelta::milliseconds(1)).date_naive())
    }

    /// The words of its scopes, with commas between.
    pub fn scope_words(&self) -> String {
        let words: Vec<_> = self.scopes.iter().map(|scope| scope.as_str()).collect();
        words.join(", ")
    }

    /// Its networks, with commas between.
    pub fn network_words(&self) -> String {
        let words: Vec<_> = self.networks.iter().map(IpNet::to_string).collect();
        words.join(", ")
    }
}

/// A secret that another one replaced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviousSecret {
    /// The first characters of it.
    pub prefix: String,
    /// From when on it opens nothing.
    pub until: DateTime<Utc>,
}

/// Reads the last day of a token, as browsers send it: `2027-01-31`, or nothing for no end.
///
/// # Errors
/// What is wrong, in a sentence.
pub fn read_last_day(text: &str, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, String> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|day| day.year() <= LAST_YEAR);
    let end = day.and_then(|day| day.succ_opt()).map(|next| next.and_time(NaiveTime::MIN).and_utc());
    match end {
        None => Err("The last day must be written as 2027-01-31, or left blank for no end.".to_owned()),
        Some(end) if end <= now => {
            Err("The last day is over: choose today or a later day (in UTC).".to_owned())
        }
        end => Ok(end),
    }
}

/// Reads networks as people type them: addresses and networks in CIDR notation, with commas or blanks between; nothing for anywhere.
///
/// # Errors
/// What is wrong, in a sentence.
pub fn read_networks(text: &str) -> Result<Vec<IpNet>, String> {
    let mut networks = Vec::new();
    for word in text.split(|character: char| character == ',' || character.is_whitespace()) {
        if word.is_empty() {
            continue;
        }
        let network = word.parse().or_else(|_| word.parse::<IpAddr>().map(IpNet::from)).map_err(|_| {
            format!(
                "\"{word}\" is no network. Write addresses such as 203.0.113.9 or networks such as 203.0.113.0/24, with commas between."
            )
        })?;
        let network = canonical(network);
        if !networks.contains(&network) {
            networks.push(network);
        }
    }
    if networks.len() > NETWORKS_MAX {
        return Err(format!("A token can be kept to at most {NETWORKS_MAX} networks."));
    }
    Ok(networks)
}

/// Without the bits of a host, and IPv4 as such: that is how the addresses of callers are known.
fn canonical(network: IpNet) -> IpNet {
    /// Bits of IPv6 before an IPv4 address that is written as one of IPv6 (RFC 4291, 2.5.5.2).
    const MAPPED: u8 = 96;
    let network = network.trunc();
    let IpNet::V6(six) = network else { return network };
    let mapped = six.addr().to_ipv4_mapped().zip(six.prefix_len().checked_sub(MAPPED));
    let four = mapped.and_then(|(address, bits)| Ipv4Net::new(address, bits).ok());
    four.map_or(network, IpNet::from)
}

/// Reads for how many hours the old secret goes on: a whole number, or nothing for [`OVERLAP_HOURS`].
///
/// # Errors
/// What is wrong, in a sentence.
pub fn read_overlap(text: &str) -> Result<TimeDelta, String> {
    let text = text.trim();
    let hours = if text.is_empty() { Some(OVERLAP_HOURS) } else { text.parse().ok() };
    let hours = hours.filter(|hours| *hours <= OVERLAP_HOURS_MAX);
    hours.map(|hours| TimeDelta::hours(hours.into())).ok_or_else(|| {
        format!(
            "The hours must be a whole number from 0 to {OVERLAP_HOURS_MAX}; with 0 the old secret ends at once."
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_token_works_until_the_end_of_its_last_day() {
        let now = at("2026-11-30T19:00:00Z");
        let end = read_last_day(" 2026-11-30 ", now).unwrap();
        assert_eq!(end, Some(at("2026-12-01T00:00:00Z")));
        let bounds = TokenBounds { expires_at: end, ..TokenBounds::default() };
        assert_eq!(bounds.last_day().unwrap().to_string(), "2026-11-30");
        assert_eq!(read_last_day(" ", now), Ok(None));
        assert!(read_last_day("2026-11-29", now).unwrap_err().contains("is over"));
        for wrong in ["tomorrow", "30.11.2026", "2026-02-30", "+20260-01-01"] {
            assert!(read_last_day(wrong, now).unwrap_err().contains("2027-01-31"), "{wrong}");
        }
    }

    #[test]
    fn networks_are_read_as_people_write_them() {
        let read = |text| {
            read_networks(text)
                .map(|networks| TokenBounds { networks, ..TokenBounds::default() }.network_words())
        };
        assert_eq!(read(" "), Ok(String::new()));
        assert_eq!(
            read("203.0.113.9, 10.1.2.3/8\n2001:db8::1/32 203.0.113.9"),
            Ok("203.0.113.9/32, 10.0.0.0/8, 2001:db8::/32".to_owned())
        );
        assert_eq!(read("::ffff:10.0.0.1 ::ffff:10.0.0.0/104"), Ok("10.0.0.1/32, 10.0.0.0/8".to_owned()));
        assert!(read("10.0.0.0/33").unwrap_err().contains("\"10.0.0.0/33\" is no network"));
        let many: Vec<_> = (0..=NETWORKS_MAX).map(|number| format!("10.0.0.{number}")).collect();
        assert!(read(&many.join(" ")).unwrap_err().contains("at most 32"));
    }

    #[test]
    fn a_token_without_networks_comes_from_anywhere() {
        let mut bounds = TokenBounds::default();
        let (inside, outside) = ("10.9.9.9".parse().unwrap(), "203.0.113.9".parse().unwrap());
        assert!(bounds.takes_from(outside) && bounds.has_all_scopes());
        bounds.networks = read_networks("10.0.0.0/8").unwrap();
        bounds.scopes = vec![TokenScope::Check, TokenScope::Stats];
        assert!(bounds.takes_from(inside) && !bounds.takes_from(outside));
        assert!(bounds.allows(TokenScope::Stats) && !bounds.allows(TokenScope::Feedback));
        assert_eq!(bounds.scope_words(), "check, stats");
    }

    #[test]
    fn the_old_secret_goes_on_for_a_day_unless_somebody_says_otherwise() {
        assert_eq!(read_overlap(" "), Ok(TimeDelta::hours(24)));
        assert_eq!(read_overlap("0"), Ok(TimeDelta::zero()));
        for wrong in ["-1", "721", "1.5", "a day"] {
            assert!(read_overlap(wrong).is_err(), "{wrong}");
        }
    }
}
