//! `gavel token list`.

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
        let tokens = store.api_tokens().await?;
        store.close().await;
        let mut out = std::io::stdout().lock();
        for token in tokens {
            let limit = token.per_minute.map_or("no limit".to_owned(), |count| format!("{count}/min"));
            let used = token
                .last_used_at
                .map_or("never used".to_owned(), |at| format!("used {}", at.format("%Y-%m-%d %H:%M UTC")));
            let state = token
                .revoked_at
                .map_or(String::new(), |at| format!(", revoked {}", at.format("%Y-%m-%d %H:%M UTC")));
            let people = if token.of_people { ", feedback of people" } else { "" };
            writeln!(
                out,
                "{:<20} {:<28} {}…  {:<10} {:<8} since {}, {used}{people}{state}",
                token.name,
                token.site,
                token.prefix,
                limit,
                token.fallback.as_str(),
                token.created_at.format("%Y-%m-%d"),
            )?;
        }
        Ok(())
    }
}
