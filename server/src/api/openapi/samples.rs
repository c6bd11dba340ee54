//! The guide's own samples, with addresses from the ranges for documentation.

use serde_json::{Value, json};

/// A body for `POST /check`.
pub(in crate::api) const CHECK: fn() -> Value = || {
    json!({
        "message": "Hi! I can deliver 1,000 followers for just $5.",
        "email": "leads@example.com",
        "name": "Cheap Leads Bot",
        "ip": "203.0.113.42",
        "user_agent": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)",
        "website_url": "https://blog.example.com/contact"
    })
};

/// A body for `POST /check-comment`.
pub(in crate::api) const COMMENT: fn() -> Value = || {
    json!({
        "message": "Great article! Check out my crypto scheme at http://spam.biz",
        "email": "reader@example.com",
        "ip": "198.51.100.12"
    })
};

/// A body for `POST /feedback`.
pub(in crate::api) const FEEDBACK: fn() -> Value =
    || json!({ "detection_id": "4b6c9c42-63d6-4eac-9ff7-1965b0dbc1c9", "is_spam": false });

pub(super) fn checked() -> Value {
    json!({
        "detection_id": "4b6c9c42-63d6-4eac-9ff7-1965b0dbc1c9",
        "is_spam": true,
        "total_score": 86.4,
        "threshold": 50,
        "execution_time": 121.37,
        "timestamp": "2025-02-15T11:32:18.214Z"
    })
}

pub(super) fn received() -> Value {
    json!({
        "success": true,
        "message": "Feedback submitted and will be processed shortly",
        "data": {
            "detection_id": "4b6c9c42-63d6-4eac-9ff7-1965b0dbc1c9",
            "user_status": false,
            "queued_at": "2025-02-15T11:36:42.055Z"
        }
    })
}

pub(super) fn verified() -> Value {
    json!({
        "valid": true,
        "message": "API key is valid",
        "key_info": {
            "name": "shop",
            "created_at": "2024-11-19T09:22:11Z",
            "last_used_at": "2025-02-15T11:36:55Z"
        },
        "user_info": { "id": 0, "email": "", "name": "Gavel" },
        "timestamp": "2025-02-15T11:36:55.301Z",
        "upstream_key_valid": true
    })
}

pub(super) fn decision() -> Value {
    json!({
        "id": 17,
        "version": 17,
        "event": "label",
        "detection_id": "4b6c9c42-63d6-4eac-9ff7-1965b0dbc1c9",
        "external_id": "comment-4711",
        "site": "blog.example.net",
        "is_spam": false,
        "previous_is_spam": true,
        "decided_by": "person",
        "reason": "customer",
        "decided_at": "2025-02-14T12:00:10Z"
    })
}

pub(super) fn decided() -> Value {
    json!({ "decisions": [decision()], "next": 17, "more": false })
}

pub(super) fn counted() -> Value {
    json!({
        "success": true,
        "data": {
            "plan": { "name": "Business", "id": 3 },
            "usage": {
                "total_requests": 50000,
                "used_requests": 3125,
                "remaining_requests": 46875,
                "usage_percentage": 6.25
            },
            "period": { "month": 2, "year": 2025 }
        },
        "timestamp": "2025-02-15T11:37:12.648Z"
    })
}

/// The last day of a token.
pub(super) fn a_day() -> chrono::NaiveDate {
    chrono::NaiveDate::from_ymd_opt(2026, 12, 31).unwrap_or_default()
}
