//! What is not written for PostgreSQL yet; a file goes when its trait is.

mod alerts;
mod api_tokens;
mod app_words;
mod audit;
mod budgets;
mod bulk;
mod callbacks;
mod claims;
mod forgetting;
mod imports;
mod labels;
mod lessons;
mod outbox;
mod people;
mod reasons;
mod rechecks;
mod refusals;
mod rules;
mod saved_searches;
mod stories;
mod suggestions;
mod thresholds;
mod usage;
mod word_press;

use crate::StoreError;

fn missing() -> StoreError {
    StoreError::Open {
        url: "postgres".to_owned(),
        reason: "this build does not do this with PostgreSQL yet".to_owned(),
    }
}
