//! A typed client of the ActiveLayer spam-detection API.

#![deny(missing_docs)]

mod api;
mod error;
mod types;

pub use api::{Answer, CheckEndpoint, SpamApi};
pub use error::ApiError;
pub use types::{
    CheckRequest, CheckResponse, FeedbackReceipt, FeedbackRequest, FeedbackResponse, KeyInfo, Period, Plan,
    Stats, StatsResponse, UsageFigures, UserInfo, VerifyResponse,
};
