//! `gavel rule list`.

use std::io::Write;

use clap::Args;
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
        let rules = store.rules().await;
        store.close().await;
        let mut rules = rules?;
        domain::rule::sort(&mut rules);
        let now = SystemClock.now();
        let mut out = std::io::stdout().lock();
        for rule in rules {
            let state = match (rule.watched, rule.has_ended(now)) {
                (_, true) => ", ended",
                (true, _) => ", only watched",
                _ => "",
            };
            let note =
                if rule.note.is_empty() { String::new() } else { format!(" ({})", printable(&rule.note)) };
            writeln!(
                out,
                "{:<6} {:<12} {}{note}: applied {} times{state}",
                rule.id.0,
                rule.action.title(),
                printable(&rule.search().to_string()),
                rule.hits
            )?;
        }
        Ok(())
    }
}

/// Without what would steer a terminal.
fn printable(text: &str) -> String {
    text.replace(char::is_control, "\u{fffd}")
}
