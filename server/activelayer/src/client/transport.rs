//! One request, one answer.

use std::error::Error;

use reqwest::{Method, Response};
use secrecy::ExposeSecret;
use serde::de::DeserializeOwned;

use super::{Client, refusal};
use crate::{Answer, ApiError};

/// Largest answer that is read: 1 MiB. The guide's largest is under 1 KiB, and signals add a few; what is larger is
/// no answer of this API, and must not fill the memory.
const ANSWER_MAX_BYTES: usize = 1024 * 1024;

/// What some servers write before their JSON. It is no part of it (RFC 8259, 8.1).
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

impl Client {
    /// Sends a request to the endpoint at `path` and reads its answer.
    pub(super) async fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<Vec<u8>>,
    ) -> Result<Answer<T>, ApiError> {
        let mut url = self.base_url.clone();
        url.set_path(&format!("{}{path}", self.base_url.path()));
        let mut request = self.http.request(method, url);
        if let Some(body) = body {
            request = request.body(body);
        }
        let result = match request.send().await {
            Ok(response) => read(response).await,
            Err(error) => Err(failure(&error)),
        };
        result.map_err(|error| self.without_key(error))
    }

    /// The error, in case that the upstream repeats the key in its words.
    fn without_key(&self, error: ApiError) -> ApiError {
        error.map_texts(|text| text.replace(self.api_key.expose_secret(), "[redacted]"))
    }
}

/// The guide names no other success than 200, but 202 would suit feedback: any 2xx with the right body is one.
async fn read<T: DeserializeOwned>(response: Response) -> Result<Answer<T>, ApiError> {
    let status = response.status();
    let headers = response.headers().clone();
    let body = read_text(response).await;
    if status.is_success() {
        return Answer::decode(body?);
    }
    match body {
        Ok(body) => Err(refusal::error(status, &headers, &body)),
        // The status says enough when its body is too long or garbled.
        Err(ApiError::Malformed { .. }) => Err(refusal::error(status, &headers, "")),
        Err(error) => Err(error),
    }
}

async fn read_text(mut response: Response) -> Result<String, ApiError> {
    let too_long = || ApiError::Malformed { reason: format!("longer than {ANSWER_MAX_BYTES} bytes") };
    let announced = response.content_length().unwrap_or(0);
    if announced > ANSWER_MAX_BYTES as u64 {
        return Err(too_long());
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| failure(&error))? {
        if bytes.len() + chunk.len() > ANSWER_MAX_BYTES {
            return Err(too_long());
        }
        bytes.extend_from_slice(&chunk);
    }
    if bytes.starts_with(BYTE_ORDER_MARK) {
        bytes.drain(..BYTE_ORDER_MARK.len());
    }
    String::from_utf8(bytes).map_err(|_| ApiError::Malformed { reason: "not UTF-8".to_owned() })
}

/// Sorts what went wrong on the network by the one thing that matters to a caller: was the request sent?
fn failure(error: &reqwest::Error) -> ApiError {
    if error.is_connect() {
        ApiError::Connect { reason: reason(error) }
    } else if error.is_timeout() {
        ApiError::Timeout
    } else {
        ApiError::Malformed { reason: format!("connection lost: {}", reason(error)) }
    }
}

/// The innermost cause, which is what the system or the other side said; the outer ones repeat the URL.
pub(super) fn reason(error: &reqwest::Error) -> String {
    let mut cause: &dyn Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    if std::ptr::addr_eq(cause, error) { "the request failed".to_owned() } else { cause.to_string() }
}
