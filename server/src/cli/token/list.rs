//! `gavel token list`.

use std::io::Write;

use chrono::{DateTime, Utc};
use clap::Args;
use domain::ApiToken;
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
        let tokens = store.api_tokens().await?;
        store.close().await;
        let now = SystemClock.now();
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
                "{:<20} {:<28} {}…  {:<10} {:<8} since {}, {used}{people}{}{state}",
                token.name,
                token.site,
                token.prefix,
                limit,
                token.fallback.as_str(),
                token.created_at.format("%Y-%m-%d"),
                bounds(&token, now),
            )?;
        }
        Ok(())
    }
}

/// What it may, as far as there are bounds, and which of its secrets goes on.
fn bounds(token: &ApiToken, now: DateTime<Utc>) -> String {
    let bounds = &token.bounds;
    let mut words = String::new();
    if !bounds.has_all_scopes() {
        words += &format!(", only {}", bounds.scope_words());
    }
    if !bounds.networks.is_empty() {
        words += &format!(", from {}", bounds.network_words());
    }
    if let Some(day) = bounds.last_day() {
        let verb = if token.is_expired(now) { "expired" } else { "expires" };
        words += &format!(", {verb} after {day}");
    }
    if let Some(old) = token.previous.as_ref().filter(|old| old.until > now && token.revoked_at.is_none()) {
        words += &format!(", old secret {}… until {}", old.prefix, old.until.format("%Y-%m-%d %H:%M UTC"));
    }
    words
}
