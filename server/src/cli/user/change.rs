//! `gavel user disable`, `enable`, `sign-out`, `remove`.

use std::io::Write;

use clap::Args;
use moderation::{Clock, SystemClock, people};
use store::PersonChange;

use crate::{Failure, config::Place};

/// Whose account.
#[derive(Args)]
pub(in crate::cli) struct Account {
    /// E-mail address of the account
    #[arg(long, value_name = "ADDRESS")]
    pub(super) email: String,
    #[command(flatten)]
    pub(super) place: Place,
}

impl Account {
    pub(super) async fn change(self, change: &PersonChange) -> Result<(), Failure> {
        let store = store::open(&self.place.database).await?;
        let user = super::find(&*store, &self.email).await?;
        let done = people::change(&*store, user.id, change, None, SystemClock.now()).await;
        store.close().await;
        Ok(writeln!(std::io::stdout(), "{}", done.map_err(crate::cli::refused)?)?)
    }
}
