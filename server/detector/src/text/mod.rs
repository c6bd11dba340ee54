//! From bytes as they came to tokens that a model can weigh: markup and disguise undone, origins remembered.

mod clean;
mod fold;
mod markup;
mod tokens;

pub(crate) use clean::Clean;
pub(crate) use fold::{is_cjk, is_cyrillic, is_emoji};
pub(crate) use tokens::{Kind, Token, Tokens};
