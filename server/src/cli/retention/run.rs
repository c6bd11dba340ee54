//! `gavel retention run`.

use std::io::Write;

use clap::Args;
use domain::paging::grouped;
use moderation::{
    Clock, SystemClock,
    forgetting::{due, forget_due, overwrite},
};

use tokio_util::sync::CancellationToken;

use super::refused;
use crate::{Failure, config::Place};

#[derive(Args)]
pub(in crate::cli) struct Run {
    /// Say how much is due, and forget nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    place: Place,
}

impl Run {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let store = store::open(&self.place.database).await?;
        let now = SystemClock.now();
        let (mut out, stop) = (std::io::stdout(), CancellationToken::new());
        let outcome = async {
            if self.dry_run {
                return Ok((due(&*store, now).await?, true));
            }
            let count = forget_due(&*store, now, &stop).await?;
            Ok((count, overwrite(&*store, &stop).await?))
        };
        let outcome = outcome.await.map_err(refused);
        store.close().await;
        let (count, is_overwritten) = outcome?;
        let (messages, writers) = (grouped(count.content), grouped(count.personal));
        if self.dry_run {
            writeln!(
                out,
                "Due: {messages} messages; of {writers} detections, who wrote them. Nothing was forgotten."
            )?;
        } else {
            writeln!(out, "Forgot {messages} messages; of {writers} detections, who wrote them.")?;
        }
        if !is_overwritten {
            writeln!(
                out,
                "Somebody reads for long: it is in the write-ahead log until that is written over. Run this again."
            )?;
        }
        Ok(())
    }
}
