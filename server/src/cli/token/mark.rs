//! `gavel token mark`.

use std::io::Write;

use clap::{Args, ValueEnum};
use moderation::{Clock, SystemClock};

use crate::{Failure, config::Place};

#[derive(Args)]
pub(in crate::cli) struct Mark {
    /// Name of the token
    #[arg(long, value_name = "NAME")]
    name: String,
    /// Who decides what the app sends as feedback. Where people do, as WordPress's moderators, it teaches the detector as a
    /// moderator's label does; a program's teaches less. A running Gavel follows within seconds
    #[arg(long, value_name = "WHO")]
    feedback_of: Who,
    #[command(flatten)]
    place: Place,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Who {
    People,
    Program,
}

impl Mark {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let of_people = self.feedback_of == Who::People;
        let store = store::open(&self.place.database).await?;
        let marked = store.mark_api_token(self.name.trim(), of_people, None, SystemClock.now()).await;
        store.close().await;
        let Some(token) = marked? else {
            return Err(Failure::Refused(format!("no token with the name {} is in force", self.name)));
        };
        let weight = if of_people { "as a moderator's labels do" } else { "less than a moderator's labels" };
        Ok(writeln!(
            std::io::stdout(),
            "Feedback by token {} for {} teaches the detector {weight}.",
            token.name,
            token.site
        )?)
    }
}
