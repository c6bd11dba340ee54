#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

mod api;
mod client;
mod error;
mod types;
pub mod wire;

pub use secrecy::{ExposeSecret, SecretString};
pub use url::Url;

pub use api::{Answer, CheckEndpoint, SpamApi};
pub use client::{Client, ClientOptions, ConfigError, DEFAULT_CONNECT_TIMEOUT, DEFAULT_TIMEOUT};
pub use error::ApiError;
pub use types::{
    CheckRequest, CheckResponse, FeedbackReceipt, FeedbackRequest, FeedbackResponse, KeyInfo, Period, Plan,
    Stats, StatsResponse, UsageFigures, UserInfo, VerifyResponse,
};
