//! The name of a site, as it is kept: its host. `https://www.shop.example/`, `WWW.shop.example` and `www.shop.example:443` are one.

use url::Url;

use crate::content::present;

/// What is wrong with a site's name, and what to do.
const WORDS: &str = "A site is written like blog.example.com: the host alone, without spaces.";

/// Reads a site as people type it: a host, or an address, of which the host is kept. Blank is no site.
///
/// # Errors
/// A sentence, when it names no host.
pub fn read(text: &str) -> Result<Option<String>, &'static str> {
    let Some(text) = present(text) else { return Ok(None) };
    let address = if text.contains("://") { text } else { format!("http://{text}") };
    // The parser of addresses drops tabs and line ends, and writes blanks as %20.
    if address.chars().any(|char| char.is_whitespace() || char.is_control()) {
        return Err(WORDS);
    }
    let url = Url::parse(&address).map_err(|_| WORDS)?;
    let host = url.host_str().map(|host| host.trim_end_matches('.')).filter(|host| !host.is_empty());
    match host {
        Some(host)
            if matches!(url.scheme(), "http" | "https")
                && !host.contains('%')
                && !host.split('.').any(ends_in_hyphen) =>
        {
            Ok(Some(host.to_owned()))
        }
        _ => Err(WORDS),
    }
}

/// Whether a label begins or ends with a hyphen, as no host's does (RFC 952, RFC 1123, 2.1): it is a flag, or was cut
/// off.
fn ends_in_hyphen(label: &str) -> bool {
    label.starts_with('-') || label.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_is_its_host_however_it_is_written() {
        for text in [
            "www.shop.example",
            " WWW.Shop.Example ",
            "https://www.shop.example/",
            "http://www.shop.example:8080/cart?x=1",
            "www.shop.example:443",
            "www.shop.example/blog",
            "www.shop.example.",
        ] {
            assert_eq!(read(text), Ok(Some("www.shop.example".to_owned())), "{text}");
        }
        assert_eq!(read("localhost"), Ok(Some("localhost".to_owned())));
        assert_eq!(read("192.0.2.7"), Ok(Some("192.0.2.7".to_owned())));
        assert_eq!(read("bücher.example"), Ok(Some("xn--bcher-kva.example".to_owned())));
        assert_eq!(read("my-shop.a--b.example"), Ok(Some("my-shop.a--b.example".to_owned())));
        assert_eq!(read("http://[2001:db8::1]/"), Ok(Some("[2001:db8::1]".to_owned())));
        assert_eq!(read("  "), Ok(None));
    }

    #[test]
    fn what_names_no_host_is_refused() {
        for text in ["my blog", "my\tblog", "ftp://files.example", "https://", "a b.example", "x<y", "a%20b"]
        {
            assert_eq!(read(text), Err(WORDS), "{text}");
        }
        for text in [
            "-x",
            "--site",
            "x-",
            "-",
            "shop-.example.com",
            "shop.-example.com",
            "shop.example-",
            "http://-x/",
        ] {
            assert_eq!(read(text), Err(WORDS), "{text}");
        }
    }
}
