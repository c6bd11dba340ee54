//! One folder or file a page.

pub(crate) mod account;
pub(crate) mod callbacks;
pub(crate) mod check;
pub(crate) mod detections;
pub(crate) mod health;
pub(crate) mod imports;
pub(crate) mod join;
pub(crate) mod login;
pub(crate) mod overview;
pub(crate) mod review;
pub(crate) mod rules;
pub(crate) mod sender;
pub(crate) mod settings;
pub(crate) mod setup;
pub(crate) mod stats;
