//! What goes out: JSON text as it stands, or an error of the guide.

use std::time::Duration;

use activelayer::wire::Refusal;
use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, Response, StatusCode, header},
    response::IntoResponse,
};
use domain::DetectionId;

/// Names the row in Gavel's log; the body stays the upstream's.
const X_GAVEL_DETECTION: HeaderName = HeaderName::from_static("x-gavel-detection");

/// Names the optional fields that the upstream refused, and that the verdict was given without.
const GAVEL_LEFT_OUT: HeaderName = HeaderName::from_static("gavel-left-out");
/// RFC 9111, 5.1: an answer that was kept says how old it is.
const MAX_AGE_SHOWN: u64 = 2_147_483_648;

/// An answer of the API.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    status: u16,
    retry_after: Option<Duration>,
    body: String,
    detection: Option<DetectionId>,
    left_out: Option<HeaderValue>,
    age: Option<Duration>,
}

impl Reply {
    /// 200 with this JSON text.
    pub fn json(body: String) -> Self {
        Self { status: 200, retry_after: None, body, detection: None, left_out: None, age: None }
    }

    /// The same, kept since so long ago; `None` when it is fresh.
    pub fn aged(mut self, age: Option<Duration>) -> Self {
        self.age = age;
        self
    }

    /// The same, with the row in the log that it is about.
    pub fn about(mut self, detection: Option<DetectionId>) -> Self {
        self.detection = detection;
        self
    }

    /// The same, with the fields that the verdict was given without.
    pub fn without(mut self, fields: &[String]) -> Self {
        self.left_out =
            (!fields.is_empty()).then(|| HeaderValue::from_str(&fields.join(", ")).ok()).flatten();
        self
    }
}

impl From<Refusal> for Reply {
    fn from(refusal: Refusal) -> Self {
        Self {
            status: refusal.status,
            retry_after: refusal.retry_after,
            body: refusal.body_json(),
            detection: None,
            left_out: None,
            age: None,
        }
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response<Body> {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if self.status == StatusCode::UNAUTHORIZED {
            // RFC 9110, 15.5.2: a 401 says what would open.
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(wait) = self.retry_after {
            // Rounded up: who comes back a moment too early is refused again.
            let seconds = wait.as_millis().div_ceil(1000).max(1);
            headers
                .insert(header::RETRY_AFTER, HeaderValue::from(u64::try_from(seconds).unwrap_or(u64::MAX)));
        }
        if let Some(age) = self.age {
            headers.insert(header::AGE, HeaderValue::from(age.as_secs().min(MAX_AGE_SHOWN)));
        }
        if let Some(detection) = self.detection {
            headers.insert(X_GAVEL_DETECTION, HeaderValue::from(detection.0));
        }
        if let Some(fields) = self.left_out {
            headers.insert(GAVEL_LEFT_OUT, fields);
        }
        response
    }
}
