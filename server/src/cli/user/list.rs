//! `gavel user list`.

use std::io::Write;

use clap::Args;

use crate::{Failure, config::Place};

#[derive(Args)]
pub(in crate::cli) struct List {
    #[command(flatten)]
    place: Place,
}

impl List {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let store = store::open(&self.place.database).await?;
        let users = store.users().await?;
        store.close().await;
        let mut out = std::io::stdout().lock();
        for user in users {
            let created = user.created_at.format("%Y-%m-%d");
            writeln!(out, "{:<10} {:<36} {:<24} since {created}", user.role, user.email, user.name)?;
        }
        Ok(())
    }
}
