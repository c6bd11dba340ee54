//! `gavel retention remove`.

use std::io::Write;

use clap::Args;
use moderation::{Clock, ModerationError, SystemClock, forgetting::remove_rule};

use super::{Which, refused};
use crate::{Failure, config::Place};

#[derive(Args)]
pub(in crate::cli) struct Remove {
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    place: Place,
}

impl Remove {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let store = store::open(&self.place.database).await?;
        let removed = remove_rule(&*store, self.which.site.as_deref(), None, SystemClock.now()).await;
        store.close().await;
        let words = self.which.words();
        removed.map_err(|error| match error {
            ModerationError::NotFound(_) => Failure::Refused(format!("there is no rule for {words}")),
            error => refused(error),
        })?;
        Ok(writeln!(std::io::stdout(), "There is no rule for {words} any more; what is forgotten stays so.")?)
    }
}
