//! `gavel token rotate`.

use std::{io::Write, time::Duration};

use chrono::TimeDelta;
use clap::Args;
use moderation::{Clock, ModerationError, SystemClock, tokens};
use secrecy::ExposeSecret;

use crate::{
    Failure,
    config::{Place, values::duration},
};

/// For how long the old secret can go on at most.
const LONGEST: Duration = Duration::from_secs(domain::token_bounds::OVERLAP_HOURS_MAX as u64 * 3600);

#[derive(Args)]
pub(in crate::cli) struct Rotate {
    /// Name of the token
    #[arg(value_name = "NAME")]
    name: String,
    /// For how long the old secret goes on beside the new one; with 0s it ends at once
    #[arg(long, value_name = "TIME", default_value = "24h", value_parser = duration(Duration::ZERO, LONGEST))]
    overlap: Duration,
    #[command(flatten)]
    place: Place,
}

impl Rotate {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let overlap = TimeDelta::from_std(self.overlap).unwrap_or_default();
        let store = store::open(&self.place.database).await?;
        let rotated = tokens::rotate(&*store, &self.name, overlap, None, SystemClock.now()).await;
        store.close().await;
        let (secret, token) = rotated.map_err(|error| match error {
            ModerationError::NotFound(_) => {
                Failure::Refused(format!("no token with the name {} is in force", self.name))
            }
            error => crate::cli::refused(error),
        })?;
        let old = match &token.previous {
            Some(old) if !overlap.is_zero() => {
                format!(
                    "the old one ({}…) goes on until {}",
                    old.prefix,
                    old.until.format("%Y-%m-%d %H:%M UTC")
                )
            }
            _ => "the old one opens nothing any more".to_owned(),
        };
        let mut out = std::io::stdout().lock();
        writeln!(
            out,
            "A new secret of token {} for {}; {old}. It is shown only now; keep it like a password.",
            token.name, token.site
        )?;
        Ok(writeln!(out, "{}", secret.expose_secret())?)
    }
}
