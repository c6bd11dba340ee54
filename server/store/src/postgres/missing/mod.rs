//! What is not written for PostgreSQL yet; a file goes when its trait is.

mod loading;
mod statistics;

use crate::StoreError;

fn missing() -> StoreError {
    StoreError::Open {
        url: "postgres".to_owned(),
        reason: "this build does not do this with PostgreSQL yet".to_owned(),
    }
}
