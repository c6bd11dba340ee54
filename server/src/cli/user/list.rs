//! `gavel user list`.

use std::io::Write;

use chrono::{DateTime, Utc};
use clap::Args;
use domain::Person;
use moderation::{Clock, SystemClock};

use crate::{Failure, config::Place};

#[derive(Args)]
pub(in crate::cli) struct List {
    #[command(flatten)]
    place: Place,
}

impl List {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let store = store::open(&self.place.database).await?;
        let (people, invitations) = (store.people().await?, store.invitations(SystemClock.now()).await?);
        store.close().await;
        let mut out = std::io::stdout().lock();
        for Person { user, last_log_in } in people {
            let day = |time: DateTime<Utc>| time.format("%Y-%m-%d").to_string();
            let (created, last) = (day(user.created_at), last_log_in.map_or("never".to_owned(), day));
            let state = user.disabled_at.map_or(String::new(), |at| format!(", disabled {}", day(at)));
            let who = format!("{:<10} {:<36} {:<24}", user.role, user.email, user.name);
            writeln!(out, "{who} since {created}, last log-in {last}{state}")?;
        }
        for invitation in invitations {
            let ends = invitation.expires_at.format("%Y-%m-%d %H:%M UTC");
            writeln!(out, "{:<10} {:<36} invited, the link ends {ends}", invitation.role, invitation.email)?;
        }
        Ok(())
    }
}
