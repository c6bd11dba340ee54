//! Several programs serve on one database: each tells the others what happens, and what only one may do at a time is done by whoever holds the
//! lease for it.
//!
//! On a database in a file there is nobody to tell, and nothing here writes or waits.

mod bell;
mod leases;
mod outbound;
mod rate;
mod signals;

use std::{sync::Arc, time::Duration};

use domain::fleet::Fleet;
use tokio_util::sync::CancellationToken;

use crate::{Moderation, ModerationError};

pub use leases::Chore;
pub use rate::CountedRate;
pub(crate) use {
    bell::{Bell, Wake},
    leases::Leases,
    outbound::Outbound,
};

/// How often a replica says that it is there.
const REPORT_EVERY: Duration = Duration::from_secs(10);

impl Moderation {
    /// Who serves on this database, and who does what only one may; empty where there is always one.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn fleet(&self) -> Result<Fleet, ModerationError> {
        Ok(self.store.fleet().await?)
    }

    /// Says that this replica is there, until `stop`.
    pub(crate) async fn run_reports(self: Arc<Self>, stop: CancellationToken) {
        if self.store.replica().is_none() {
            return;
        }
        while !stop.is_cancelled() {
            if let Err(error) = self.store.report_in(env!("CARGO_PKG_VERSION"), &self.options.host).await {
                tracing::warn!(%error, "the other replicas could not be told that this one is there");
            }
            stop.run_until_cancelled(tokio::time::sleep(REPORT_EVERY)).await;
        }
        // Requests under way may still be judged: it is there until the last of them is logged.
    }
}
