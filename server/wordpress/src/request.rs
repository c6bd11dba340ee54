//! One request: who may be asked, how long, how much is read of the answer.

use notify::Reach;
use reqwest::{Client, Response, StatusCode, header::LOCATION};
use serde::{Deserialize, de::DeserializeOwned};
use url::Url;

use crate::{WordPressError, error::unreachable};

/// Most bytes read of an answer: a hundred comments of 64 KiB, and room for what plugins add.
const LARGEST: usize = 16 * 1024 * 1024;

/// Characters told of what a site says.
const TOLD_CHARS: usize = 200;

/// A client that knows only the addresses that were looked at.
pub(crate) async fn client(url: &Url, reach: Reach) -> Result<Client, WordPressError> {
    notify::client(url, reach).await.map_err(|error| WordPressError::Address(error.to_string()))
}

/// What every refusal of WordPress's looks like.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Refusal {
    code: String,
    message: String,
}

/// The answer's body, or why there is none.
pub(crate) async fn body(mut response: Response) -> Result<Vec<u8>, WordPressError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
        if bytes.len() + chunk.len() > LARGEST {
            return Err(WordPressError::Unreadable(format!("it has more than {LARGEST} bytes")));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// The address that an answer points to instead, if it does.
pub(crate) fn redirected(response: &Response) -> Option<String> {
    let place = response.status().is_redirection().then(|| response.headers().get(LOCATION))??;
    let place = response.url().join(place.to_str().ok()?).ok()?;
    Some(place.to_string())
}

/// Reads an answer as JSON. PHP's warnings ahead of it are passed over, as WordPress's own pages do.
pub(crate) fn json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, WordPressError> {
    let start = bytes.iter().position(|byte| matches!(byte, b'{' | b'[')).unwrap_or_default();
    let read = |from: usize| serde_json::from_slice(&bytes[from..]);
    read(0).or_else(|_| read(start)).map_err(|error| WordPressError::Unreadable(error.to_string()))
}

/// Reads the answer to a request that needs a login.
pub(crate) async fn answer<T: DeserializeOwned>(response: Response) -> Result<T, WordPressError> {
    if let Some(place) = redirected(&response) {
        return Err(WordPressError::Redirected(place));
    }
    let status = response.status();
    let bytes = body(response).await?;
    if status.is_success() { json(&bytes) } else { Err(refusal(status, &bytes)) }
}

/// The beginning of what a stranger says, on one line.
pub(crate) fn plain(text: &str) -> String {
    text.chars().take(TOLD_CHARS).map(|char| if char.is_control() { ' ' } else { char }).collect()
}

fn refusal(status: StatusCode, bytes: &[u8]) -> WordPressError {
    let told: Option<Refusal> = json(bytes).ok();
    let code = told.as_ref().map_or("", |told| told.code.as_str());
    match (status.as_u16(), code) {
        (404 | 410, "rest_comment_invalid_id" | "rest_already_trashed") => WordPressError::Gone,
        (404, "rest_no_route") => WordPressError::NoWordPress,
        (401, _) | (_, "incorrect_password" | "invalid_username" | "invalid_email") => WordPressError::Login,
        (
            403,
            "rest_cannot_edit" | "rest_forbidden_context" | "rest_forbidden_status" | "rest_forbidden_param",
        ) => WordPressError::MayNot,
        (status, _) => {
            let told = told.filter(|told| !told.code.is_empty());
            let words = match &told {
                Some(told) => plain(&format!("{} ({})", told.message, told.code)),
                None => plain(&String::from_utf8_lossy(bytes)),
            };
            WordPressError::Refused { status, code: told.map(|told| plain(&told.code)), words }
        }
    }
}
