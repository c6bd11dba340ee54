//! `gavel rule test`.

use std::io::Write;

use clap::Args;
use domain::{RuleAction, rule};
use moderation::{Clock, SystemClock, rules::what_if};

use crate::{Failure, config::Place};

#[derive(Args)]
pub(in crate::cli) struct Test {
    /// What the rule would apply to: a search as in the log
    #[arg(value_name = "SEARCH")]
    search: String,
    /// What it would do
    #[arg(long, value_name = "ACTION", default_value = "spam", value_parser = super::actions())]
    action: RuleAction,
    /// The only site that it would be for
    #[arg(long, value_name = "HOST", value_parser = crate::cli::site)]
    site: Option<String>,
    #[command(flatten)]
    place: Place,
}

impl Test {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let query = rule::query(&self.search, Some(self.action)).map_err(Failure::Refused)?;
        let store = store::open(&self.place.database).await?;
        let query = rule::search(&query, self.site.as_deref());
        let tried = what_if(&*store, &query, SystemClock.now()).await;
        store.close().await;
        let tried = tried.map_err(super::refused)?;
        Ok(writeln!(std::io::stdout(), "{}", super::figures(&tried, self.action))?)
    }
}
