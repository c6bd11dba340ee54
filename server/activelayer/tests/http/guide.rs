//! The guide's sample payloads, verbatim, and the tests that they parse and are written back the same.

use activelayer::{Answer, CheckResponse, FeedbackRequest, FeedbackResponse, StatsResponse, VerifyResponse};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

pub(crate) const CHECK: &str = r#"{
  "detection_id": "4b6c9c42-63d6-4eac-9ff7-1965b0dbc1c9",
  "is_spam": true,
  "total_score": 86.4,
  "threshold": 50,
  "execution_time": 121.37,
  "timestamp": "2025-02-15T11:32:18.214Z"
}"#;

pub(crate) const CHECK_COMMENT: &str = r#"{
  "detection_id": "207e3b47-5f47-42dd-bc0b-775c3e387c33",
  "is_spam": false,
  "total_score": 18.45,
  "threshold": 50,
  "execution_time": 64.09,
  "timestamp": "2025-02-15T11:34:09.817Z"
}"#;

pub(crate) const FEEDBACK: &str = r#"{
  "success": true,
  "message": "Feedback submitted and will be processed shortly",
  "data": {
    "detection_id": "4b6c9c42-63d6-4eac-9ff7-1965b0dbc1c9",
    "user_status": true,
    "queued_at": "2025-02-15T11:36:42.055Z"
  }
}"#;

pub(crate) const VERIFY: &str = r#"{
  "valid": true,
  "message": "API key is valid",
  "key_info": {
    "name": "Production key",
    "created_at": "2024-11-19T09:22:11Z",
    "last_used_at": "2025-02-15T11:36:55Z"
  },
  "user_info": {
    "id": 481,
    "email": "[email protected]",
    "name": "Example Ops"
  },
  "timestamp": "2025-02-15T11:36:55.301Z"
}"#;

pub(crate) const STATS: &str = r#"{
  "success": true,
  "data": {
    "plan": {
      "name": "Business",
      "id": 3
    },
    "usage": {
      "total_requests": 50000,
      "used_requests": 3125,
      "remaining_requests": 46875,
      "usage_percentage": 6.25
    },
    "period": {
      "month": 2,
      "year": 2025
    }
  },
  "timestamp": "2025-02-15T11:37:12.648Z"
}"#;

pub(crate) const UNAUTHORIZED: &str =
    r#"{"error":"Invalid API key","message":"The provided API key is not valid"}"#;
pub(crate) const NO_PLAN: &str = r#"{"error":"No Plan","message":"User has no active plan"}"#;
pub(crate) const NOT_FOUND: &str =
    r#"{"error":"Detection not found","error_details":"No spam detection found with this detection_id"}"#;
pub(crate) const INVALID: &str =
    r#"{"error":"Validation failed","errors":{"message":["The message field is required."]}}"#;
pub(crate) const QUOTA: &str = r#"{"error":"Rate Limit Exceeded","message":"Monthly request limit exceeded","limit":50000,"used":50000,"remaining":0}"#;
pub(crate) const SERVER: &str =
    r#"{"error":"Internal server error","message":"An error occurred while processing your request."}"#;

/// Reads a sample, writes it, and compares texts: same fields, same order, same numbers.
fn comes_back_the_same<T: DeserializeOwned + Serialize>(sample: &str) {
    let answer: Answer<T> = Answer::decode(sample.to_owned()).unwrap();
    assert_eq!(answer.body, sample);
    assert_eq!(serde_json::to_string_pretty(&answer.value).unwrap(), sample);
    let written = Answer::encode(answer.value).unwrap().body;
    let (written, sample): (Value, Value) =
        (serde_json::from_str(&written).unwrap(), serde_json::from_str(sample).unwrap());
    assert_eq!(written, sample);
}

#[test]
fn every_sample_is_read_and_written_as_the_guide_has_it() {
    comes_back_the_same::<CheckResponse>(CHECK);
    comes_back_the_same::<CheckResponse>(CHECK_COMMENT);
    comes_back_the_same::<FeedbackResponse>(FEEDBACK);
    comes_back_the_same::<VerifyResponse>(VERIFY);
    comes_back_the_same::<StatsResponse>(STATS);
    comes_back_the_same::<FeedbackRequest>(
        "{\n  \"detection_id\": \"4b6c9c42-63d6-4eac-9ff7-1965b0dbc1c9\",\n  \"is_spam\": false\n}",
    );
}
