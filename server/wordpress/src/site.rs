//! A site, logged in.

use notify::Reach;
use reqwest::{Client, Method, RequestBuilder, header::AUTHORIZATION};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};
use url::Url;

use crate::{
    Comment, Status, WordPressError,
    comment::FIELDS,
    error::unreachable,
    request::{answer, client},
};

/// Most comments of one page; WordPress refuses more (400).
const PER_PAGE: u32 = 100;

/// A site with somebody's login: one round of requests.
#[derive(Debug)]
pub struct Site {
    client: Client,
    api: Url,
    login: String,
    password: SecretString,
}

/// Which comments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// Where they stand; `None`: anywhere, spam and bin included.
    pub status: Option<Status>,
    /// Of this post.
    pub post: Option<i64>,
    /// By this address.
    pub email: Option<String>,
    /// The page, from 1; newest first.
    pub page: u32,
}

/// A page of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Newest first.
    pub comments: Vec<Comment>,
    /// Pages in all.
    pub pages: u32,
    /// Comments in all.
    pub total: u64,
}

#[derive(Deserialize)]
struct Me {
    #[serde(default)]
    capabilities: Map<String, Value>,
}

impl Site {
    /// Gets ready to ask; nothing is sent yet.
    ///
    /// # Errors
    /// [`WordPressError::Address`] when the address may not be asked.
    pub async fn new(
        api: &Url,
        reach: Reach,
        login: &str,
        password: SecretString,
    ) -> Result<Self, WordPressError> {
        Ok(Self { client: client(api, reach).await?, api: api.clone(), login: login.to_owned(), password })
    }

    /// Sees that the login is good and that its person moderates comments.
    ///
    /// # Errors
    /// [`WordPressError::Login`], [`WordPressError::MayNot`], or when it cannot be asked.
    pub async fn verify(&self) -> Result<(), WordPressError> {
        let request =
            self.request(Method::GET, "users/me", &[("context", "edit"), ("_fields", "id,capabilities")]);
        let me: Me = self.answer(request).await?;
        let may = me.capabilities.get("moderate_comments").is_some_and(|may| may == &json!(true));
        if may { Ok(()) } else { Err(WordPressError::MayNot) }
    }

    /// A page of comments. Trackbacks are left out, as WordPress does unless told otherwise; one comment that makes no sense is no reason
    /// to lose the others.
    ///
    /// # Errors
    /// When it cannot be asked or may not be told.
    pub async fn comments(&self, listing: &Listing) -> Result<Page, WordPressError> {
        let (per_page, page) = (PER_PAGE.to_string(), listing.page.max(1).to_string());
        let post = listing.post.map(|post| post.to_string());
        let mut query = vec![
            ("context", "edit"),
            ("_fields", FIELDS),
            ("orderby", "id"),
            ("order", "desc"),
            ("per_page", per_page.as_str()),
            ("page", page.as_str()),
            ("status", listing.status.map_or("any", Status::listed)),
        ];
        query.extend(post.as_deref().map(|post| ("post", post)));
        query.extend(listing.email.as_deref().map(|email| ("author_email", email)));
        let response = self.request(Method::GET, "comments", &query).send().await.map_err(unreachable)?;
        let count = |name| {
            let value = response.headers().get(name).and_then(|value| value.to_str().ok());
            value.and_then(|value| value.parse().ok()).unwrap_or_default()
        };
        let (total, pages): (u64, u64) = (count("x-wp-total"), count("x-wp-totalpages"));
        let values: Vec<Value> = answer(response).await.map_err(|error| self.told(error))?;
        // A site that sends more than it was asked for is not waited for.
        let values = values.into_iter().take(PER_PAGE as usize);
        let comments = values.filter_map(|value| serde_json::from_value(value).ok()).collect();
        Ok(Page { comments, total, pages: u32::try_from(pages).unwrap_or(u32::MAX) })
    }

    /// One comment.
    ///
    /// # Errors
    /// [`WordPressError::Gone`] when it was deleted for good.
    pub async fn comment(&self, id: i64) -> Result<Comment, WordPressError> {
        let request =
            self.request(Method::GET, &format!("comments/{id}"), &[("context", "edit"), ("_fields", FIELDS)]);
        self.answer(request).await
    }

    /// Changes where a comment stands. Address and browser of its writer are sent along: WordPress would put the caller's in their place
    /// (Trac 64248). A status that WordPress does not take is 200 and changes nothing, so what it answers is looked at.
    ///
    /// # Errors
    /// When it cannot be asked, or did not do it.
    pub async fn set_status(&self, comment: &Comment, status: Status) -> Result<Comment, WordPressError> {
        let mut change = json!({ "status": status.as_str(), "author_user_agent": comment.author_user_agent });
        // An empty address is refused.
        if !comment.author_ip.is_empty() {
            change["author_ip"] = json!(comment.author_ip);
        }
        let path = format!("comments/{}", comment.id);
        let request =
            self.request(Method::POST, &path, &[("context", "edit"), ("_fields", FIELDS)]).json(&change);
        let changed: Comment = self.answer(request).await?;
        if changed.status() == Some(status) {
            return Ok(changed);
        }
        Err(WordPressError::Refused {
            status: 200,
            code: Some("comment_unchanged".to_owned()),
            words: format!("the comment did not become {}", status.as_str()),
        })
    }

    async fn answer<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, WordPressError> {
        let response = request.send().await.map_err(unreachable)?;
        answer(response).await.map_err(|error| self.told(error))
    }

    /// What went wrong, without the password, which some sites repeat.
    fn told(&self, error: WordPressError) -> WordPressError {
        let password = self.password.expose_secret();
        let basic = self.client.get(self.api.clone()).basic_auth(&self.login, Some(password)).build().ok();
        let basic =
            basic.and_then(|request| Some(request.headers().get(AUTHORIZATION)?.to_str().ok()?.to_owned()));
        let basic = basic.unwrap_or_default();
        // A header begins with the word Basic, which proves nothing.
        let basic = basic.split_once(' ').map_or(password, |(_, coded)| coded);
        // Words are cut, so the beginning tells it.
        error.without([password, basic].map(|secret| secret.get(..12).unwrap_or(secret)))
    }

    fn request(&self, method: Method, path: &str, query: &[(&str, &str)]) -> RequestBuilder {
        let request = self.client.request(method, endpoint(&self.api, path, query));
        request.basic_auth(&self.login, Some(self.password.expose_secret()))
    }
}

/// An endpoint's address. Without pretty permalinks the path is itself a parameter (`?rest_route=/wp/v2/comments`).
fn endpoint(api: &Url, path: &str, query: &[(&str, &str)]) -> Url {
    let mut url = api.clone();
    let rest_route =
        api.query_pairs().find(|(name, _)| name == "rest_route").map(|(_, route)| route.into_owned());
    match rest_route {
        Some(route) => {
            url.query_pairs_mut()
                .clear()
                .append_pair("rest_route", &format!("{}/wp/v2/{path}", route.trim_end_matches('/')));
        }
        None => url.set_path(&format!("{}/wp/v2/{path}", api.path().trim_end_matches('/'))),
    }
    url.query_pairs_mut().extend_pairs(query);
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_with_and_without_pretty_permalinks() {
        let with =
            |api: &str| endpoint(&api.parse().unwrap(), "comments/7", &[("context", "edit")]).to_string();
        assert_eq!(
            with("https://a.example/blog/wp-json/"),
            "https://a.example/blog/wp-json/wp/v2/comments/7?context=edit"
        );
        assert_eq!(
            with("https://a.example/index.php?rest_route=/"),
            "https://a.example/index.php?rest_route=%2Fwp%2Fv2%2Fcomments%2F7&context=edit"
        );
    }
}
