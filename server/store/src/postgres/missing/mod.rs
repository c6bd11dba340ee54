//! What is not written for PostgreSQL yet; a file goes when its trait is.

mod app_words;
mod bulk;
mod callbacks;
mod imports;
mod labels;
mod lessons;
mod loading;
mod outbox;
mod reasons;
mod rechecks;
mod rules;
mod statistics;
mod usage;
mod word_press;

use crate::StoreError;

fn missing() -> StoreError {
    StoreError::Open {
        url: "postgres".to_owned(),
        reason: "this build does not do this with PostgreSQL yet".to_owned(),
    }
}
