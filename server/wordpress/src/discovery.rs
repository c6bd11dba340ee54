//! From the address that a person types to WordPress's REST interface, and where a person approves Gavel.

use notify::Reach;
use reqwest::header::LINK;
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use crate::{
    WordPressError,
    error::unreachable,
    request::{body, client, json, plain, redirected},
};

/// What marks the interface's address in the `Link` header of every page.
const RELATION: &str = "https://api.w.org/";

/// Longest address of a front page, in bytes; what names a longer one is shown by the address that was typed.
const HOME_MAX: usize = 500;

/// A WordPress that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What its owner calls it.
    pub name: String,
    /// Its front page, as it names it.
    pub home: String,
    /// The root of its REST interface.
    pub api: Url,
    /// The page where a person approves an application.
    pub authorize: Url,
}

#[derive(Deserialize)]
struct Index {
    #[serde(default)]
    name: String,
    home: String,
    #[serde(default)]
    authentication: Value,
}

/// Looks for WordPress at an address of a network that may be reached: of its front page, or of any page of it.
///
/// # Errors
/// When the address leads nowhere, elsewhere, or to something else than WordPress with application passwords.
pub async fn find(address: &Url, reach: Reach) -> Result<Found, WordPressError> {
    let client = client(address, reach).await?;
    let page = client.get(address.clone()).send().await.map_err(unreachable)?;
    if let Some(place) = redirected(&page) {
        return Err(WordPressError::Redirected(place));
    }
    let api = page
        .headers()
        .get_all(LINK)
        .iter()
        .filter_map(|links| links.to_str().ok())
        .find_map(linked)
        .and_then(|link| address.join(&link).ok())
        .ok_or(WordPressError::NoWordPress)?;
    // What the page names must not lead to another machine than the person named.
    if api.origin() != address.origin() {
        return Err(WordPressError::Redirected(api.to_string()));
    }
    let index = client.get(api.clone()).send().await.map_err(unreachable)?;
    if !index.status().is_success() {
        return Err(WordPressError::NoWordPress);
    }
    let index: Index = json(&body(index).await?).map_err(|_| WordPressError::NoWordPress)?;
    let authorize = index
        .authentication
        .pointer("/application-passwords/endpoints/authorization")
        .and_then(Value::as_str)
        .and_then(|place| Url::parse(place).ok())
        .ok_or(WordPressError::NoPasswords)?;
    // A person follows this: it must be a web page, of the site that they named.
    if authorize.host() != address.host() || !matches!(authorize.scheme(), "http" | "https") {
        return Err(WordPressError::Redirected(authorize.to_string()));
    }
    // WordPress keeps names as HTML.
    let name = plain(&html_escape::decode_html_entities(&index.name));
    let home = Url::parse(&index.home)
        .ok()
        .filter(|home| home.host() == address.host() && home.as_str().len() <= HOME_MAX);
    let home = home.unwrap_or_else(|| address.clone()).to_string();
    Ok(Found { name, home, api, authorize })
}

/// The interface's address in a `Link` header: `<https://…/wp-json/>; rel="https://api.w.org/"`.
fn linked(header: &str) -> Option<String> {
    header.split(", <").find_map(|link| {
        let (place, parameters) = link.trim_start_matches('<').split_once('>')?;
        parameters.contains(RELATION).then(|| place.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interface_is_named_among_other_links() {
        let plain = "<http://a.example/index.php?rest_route=/>; rel=\"https://api.w.org/\"";
        assert_eq!(linked(plain).as_deref(), Some("http://a.example/index.php?rest_route=/"));
        let among = "<https://a.example/?p=1>; rel=shortlink, <https://a.example/wp-json/>; rel=\"https://api.w.org/\"";
        assert_eq!(linked(among).as_deref(), Some("https://a.example/wp-json/"));
        assert_eq!(linked("<https://a.example/>; rel=shortlink"), None);
        assert_eq!(linked(""), None);
    }
}
