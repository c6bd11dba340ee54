//! `gavel rule export`.

use std::io::Write;

use clap::Args;
use domain::export::defused;
use moderation::{Clock, SystemClock, rules::file::COLUMNS};

use crate::{Failure, config::Place};

#[derive(Args)]
pub(in crate::cli) struct Export {
    #[command(flatten)]
    place: Place,
}

impl Export {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let store = store::open(&self.place.database).await?;
        let rules = store.rules().await;
        store.close().await;
        let mut rules = rules?;
        domain::rule::sort(&mut rules);
        let now = SystemClock.now();
        let mut out = csv::Writer::from_writer(std::io::stdout().lock());
        out.write_record(COLUMNS).map_err(std::io::Error::other)?;
        for rule in rules.iter().filter(|rule| !rule.has_ended(now)) {
            // The last day counts as a whole one.
            let days =
                rule.expires_at.map(|end| ((end - now).num_days() + 1).to_string()).unwrap_or_default();
            let mode = if rule.watched { "watched" } else { "" };
            let site = rule.site.as_deref().unwrap_or_default();
            // As in the log's export: a spreadsheet takes nothing for a formula, and an import undoes it.
            let cells = [rule.action.as_str(), &rule.q, site, &rule.note, &days, mode].map(defused);
            out.write_record(cells.iter().map(|cell| cell.as_bytes())).map_err(std::io::Error::other)?;
        }
        Ok(out.into_inner().map_err(|error| std::io::Error::other(error.to_string()))?.flush()?)
    }
}
