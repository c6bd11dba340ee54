//! The guide's payloads, verbatim.

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

/// A check's answer with fields that the guide does not name, written as no serialiser of ours would.
pub(crate) const ANSWER: &str = "{ \"detection_id\":\"4b6c9c42-63d6-4eac-9ff7-1965b0dbc1c9\",\n \"is_spam\" : true, \"total_score\": 86.40, \"threshold\":50,\n \"execution_time\":121.37,\"timestamp\":\"2025-02-15T11:32:18.214Z\", \"signals\":[\"bad_ip\"],\"confidence\":0.91 }";

pub(crate) const VERIFY: &str = r#"{"valid":true,"message":"API key is valid","key_info":{"name":"Production key","created_at":"2024-11-19T09:22:11Z","last_used_at":null},"user_info":{"id":481,"email":"ops@example.com","name":"Example Ops"},"timestamp":"2025-02-15T11:36:55.301Z"}"#;
pub(crate) const STATS: &str = r#"{"success":true,"data":{"plan":{"name":"Business","id":3},"usage":{"total_requests":50000,"used_requests":3125,"remaining_requests":46875,"usage_percentage":6.25},"period":{"type":"lifetime"},"has_payment_method":true},"timestamp":"2025-02-15T11:37:12.648Z"}"#;
