//! How the values of settings are read. An error says what is expected, in words that follow "expected".

use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use ipnet::IpNet;
use moderation::audit_stream::AuditTarget;
use secrecy::SecretString;
use tracing_subscriber::EnvFilter;
use url::Url;

type Parsed<T> = Result<T, String>;

/// `syslog`, `syslog:` and the path of its socket, or the path of a file.
pub fn audit_target(text: &str) -> Parsed<AuditTarget> {
    match text.split_once(':') {
        _ if text == "syslog" => Ok(AuditTarget::Syslog(AuditTarget::SYSLOG.into())),
        Some(("syslog", socket)) if !socket.is_empty() => Ok(AuditTarget::Syslog(socket.into())),
        _ if text.is_empty() || text.ends_with('/') => {
            Err("the word syslog, or the path of a file such as /var/log/gavel/audit.ndjson".to_owned())
        }
        _ => Ok(AuditTarget::File(text.into())),
    }
}

/// `address:port`.
pub fn listen_address(text: &str) -> Parsed<SocketAddr> {
    text.parse().map_err(|_| "an IP address and a port such as 127.0.0.1:3000 or [::1]:3000".to_owned())
}

/// An `http` or `https` address without query or user.
pub fn web_address(text: &str) -> Parsed<Url> {
    let plain = |url: &Url| {
        matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none()
    };
    Url::parse(text)
        .ok()
        .filter(plain)
        .ok_or_else(|| "a web address such as https://gavel.example.com, without user or query".to_owned())
}

/// The address that people type: without a path, since cookies and links of the pages begin at the host.
pub fn public_address(text: &str) -> Parsed<Url> {
    let expected = "a web address such as https://gavel.example.com, without user, query or path (below a folder of \
                    another site Gavel does not work: give it a host name of its own)";
    web_address(text).ok().filter(|url| url.path() == "/").ok_or_else(|| expected.to_owned())
}

/// A host's name in full, as mail servers want it in EHLO, or an address in brackets.
pub fn full_host_name(text: &str) -> Parsed<String> {
    let text = text.trim();
    let is_label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let literal = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let is_literal = literal.is_some_and(|ip| ip.trim_start_matches("IPv6:").parse::<IpAddr>().is_ok());
    let is_name = text.len() <= 253 && text.contains('.') && text.split('.').all(is_label);
    if is_literal || is_name {
        return Ok(text.to_owned());
    }
    Err("a full host name such as gavel.example.com, or an address in brackets such as [192.0.2.1]"
        .to_owned())
}

/// A network such as `10.0.0.0/8`, or one address.
pub fn ip_net(text: &str) -> Parsed<IpNet> {
    let text = text.trim();
    text.parse()
        .or_else(|_| text.parse::<IpAddr>().map(IpNet::from))
        .map_err(|_| "IP addresses or networks such as 10.0.0.0/8, separated by commas".to_owned())
}

/// A filter of `tracing-subscriber`: a level, or levels by target.
pub fn log_filter(text: &str) -> Parsed<String> {
    let expected = "error, warn, info, debug or trace, also by part as in info,server=debug";
    // EnvFilter takes any single word for the name of a target; a misspelt level would silently log nothing.
    let is_word = !text.contains(['=', ',', '[']);
    if is_word && !["error", "warn", "info", "debug", "trace", "off"].contains(&text) {
        return Err(expected.to_owned());
    }
    EnvFilter::try_new(text).map(|_| text.to_owned()).map_err(|_| expected.to_owned())
}

/// An API key: visible ASCII, since it travels in a header.
pub fn secret(text: &str) -> Parsed<SecretString> {
    let text = text.trim();
    if text.is_empty() || !text.chars().all(|c| c.is_ascii_graphic()) {
        return Err("a key of visible ASCII characters, without spaces".to_owned());
    }
    Ok(SecretString::from(text))
}

/// A password: whatever it is made of, but something.
pub fn password(text: &str) -> Parsed<SecretString> {
    if text.is_empty() { Err("a password".to_owned()) } else { Ok(SecretString::from(text)) }
}

/// `host:port` of a mail server.
pub fn mail_server(text: &str) -> Parsed<(String, u16)> {
    let parts = text.trim().rsplit_once(':').and_then(|(host, port)| Some((host, port.parse::<u16>().ok()?)));
    let parts = parts.filter(|(host, port)| !host.is_empty() && !host.contains(['/', ' ', '@']) && *port > 0);
    parts
        .map(|(host, port)| (host.trim_matches(['[', ']']).to_owned(), port))
        .ok_or_else(|| "a mail server and its port such as smtp.example.com:587".to_owned())
}

/// A whole number of things, at least 1.
pub fn count(text: &str) -> Parsed<u64> {
    text.parse().ok().filter(|n| *n > 0).ok_or_else(|| "a whole number, at least 1".to_owned())
}

/// A whole number from `least` to `most`.
pub fn between(least: u32, most: u32) -> impl Fn(&str) -> Parsed<u32> + Clone + Send + Sync + 'static {
    move |text| {
        let number = text.parse().ok().filter(|n| (least..=most).contains(n));
        number.ok_or_else(|| format!("a whole number from {least} to {most}"))
    }
}

/// A time such as `90s`, `15m` or `7d`, from `least` to `most`.
pub fn duration(
    least: Duration,
    most: Duration,
) -> impl Fn(&str) -> Parsed<Duration> + Clone + Send + Sync + 'static {
    move |text| {
        let time = humantime::parse_duration(text).ok().filter(|time| (least..=most).contains(time));
        time.ok_or_else(|| {
            let (least, most) = (humantime::format_duration(least), humantime::format_duration(most));
            format!("a time such as 90s, 15m or 7d, from {least} to {most}")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_units_and_bounds() {
        let parse = duration(Duration::from_secs(1), Duration::from_secs(3600));
        assert_eq!(parse("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(parse("1h"), Ok(Duration::from_secs(3600)));
        for bad in ["", "10", "0s", "2h", "soon"] {
            assert_eq!(parse(bad).unwrap_err(), "a time such as 90s, 15m or 7d, from 1s to 1h", "{bad:?}");
        }
    }

    #[test]
    fn a_misspelt_log_level_is_refused() {
        for good in ["info", "off", "warn,server=debug", "server=trace"] {
            assert!(log_filter(good).is_ok(), "{good}");
        }
        for bad in ["", "verbose", "server=loud"] {
            assert!(log_filter(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_mail_server_has_a_port() {
        assert_eq!(mail_server("smtp.example.com:587"), Ok(("smtp.example.com".to_owned(), 587)));
        assert_eq!(mail_server("[::1]:25"), Ok(("::1".to_owned(), 25)));
        for bad in ["", "smtp.example.com", ":25", "smtp://x:25", "x:0", "x:port"] {
            assert!(mail_server(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_public_address_has_no_path() {
        assert!(public_address("https://gavel.example.com").is_ok());
        assert!(public_address("http://mods.lan.example:8080/").is_ok());
        assert!(public_address("https://example.com/gavel").unwrap_err().contains("path"));
    }

    #[test]
    fn a_mail_server_is_greeted_by_a_full_name() {
        for good in ["gavel.example.com", "[192.0.2.1]", "[IPv6:2001:db8::1]", " a.b "] {
            assert!(full_host_name(good).is_ok(), "{good}");
        }
        for bad in ["", "gavel", "gavel.", "-a.example", "a b.example", "[gavel]", "a_b.example", "x\r\ny.z"]
        {
            assert!(full_host_name(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn one_address_is_a_network_of_one() {
        assert_eq!(ip_net("10.1.2.3").unwrap().to_string(), "10.1.2.3/32");
        assert_eq!(ip_net(" 2001:db8::/32").unwrap().to_string(), "2001:db8::/32");
        assert!(ip_net("10.0.0.0/33").is_err());
    }

    #[test]
    fn web_addresses_carry_no_credentials() {
        assert!(web_address("https://gavel.example.com/").is_ok());
        for bad in ["gavel.example.com", "ftp://x", "https://a:b@x", "https://x/?q=1", "javascript:alert(1)"]
        {
            assert!(web_address(bad).is_err(), "{bad}");
        }
    }
}
