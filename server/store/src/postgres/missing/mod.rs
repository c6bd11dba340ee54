//! What is not written for PostgreSQL yet; a file goes when its trait is.

mod alerts;
mod api_tokens;
mod audit;
mod budgets;
mod bulk;
mod callbacks;
mod claims;
mod forgetting;
mod loading;
mod people;
mod refusals;
mod saved_searches;
mod statistics;
mod stories;
mod suggestions;
mod thresholds;
mod usage;

use crate::StoreError;

fn missing() -> StoreError {
    StoreError::Open {
        url: "postgres".to_owned(),
        reason: "this build does not do this with PostgreSQL yet".to_owned(),
    }
}
