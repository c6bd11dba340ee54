//! `gavel retention list`.

use std::io::Write;

use clap::Args;
use moderation::forgetting::rules;

use super::refused;
use crate::{Failure, config::Place};

#[derive(Args)]
pub(in crate::cli) struct List {
    #[command(flatten)]
    place: Place,
}

impl List {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let store = store::open(&self.place.database).await?;
        let rules = rules(&*store).await.map_err(refused);
        store.close().await;
        let rules = rules?;
        let mut out = std::io::stdout().lock();
        if rules.is_empty() {
            writeln!(out, "There are no rules: everything is kept for good.")?;
        }
        let days = |days: Option<u32>| days.map_or("for good".to_owned(), |days| format!("{days} days"));
        for rule in rules {
            let site = rule.site.unwrap_or_else(|| "all other sites".to_owned());
            let (content, personal) = (days(rule.content_days), days(rule.personal_days));
            writeln!(out, "{site:<40} messages {content:<12} who wrote them {personal}")?;
        }
        Ok(())
    }
}
