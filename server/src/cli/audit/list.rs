//! `gavel audit list`.

use std::io::Write;

use clap::Args;

use super::Which;
use crate::{Failure, config::Place};

#[derive(Args)]
pub(in crate::cli) struct List {
    /// How many entries
    #[arg(long, value_name = "COUNT", default_value = "50")]
    limit: u32,
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    place: Place,
}

impl List {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let store = store::open(&self.place.database).await?;
        let filter = self.which.filter(&*store).await?;
        let events = store.audit_events_like(&filter, None, self.limit).await?;
        store.close().await;
        let mut out = std::io::stdout().lock();
        for event in events {
            let at = event.at.format("%Y-%m-%d %H:%M:%S UTC");
            let who = event.user_name.as_deref().unwrap_or("-");
            let facts = event.facts();
            writeln!(out, "{at}  {who:<24} {:<28} {:<18} {facts}", event.action, event.subject)?;
        }
        Ok(())
    }
}
