//! `gavel audit verify`.

use std::io::Write;

use clap::Args;
use domain::paging::grouped;

use crate::{Failure, config::Place};

#[derive(Args)]
pub(in crate::cli) struct Verify {
    #[command(flatten)]
    place: Place,
}

impl Verify {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let store = store::open(&self.place.database).await?;
        let check = store.check_audit().await?;
        store.close().await;
        let mut out = std::io::stdout().lock();
        for fault in &check.faults {
            writeln!(out, "{fault}")?;
        }
        let entries = grouped(check.entries);
        if !check.faults.is_empty() {
            let words = format!(
                "the audit record was changed: see the lines above ({entries} entries were looked at)"
            );
            return Err(Failure::Refused(words));
        }
        writeln!(out, "All {entries} entries are as Gavel wrote them, and none is missing.")?;
        if let Some((id, hash)) = check.head {
            writeln!(
                out,
                "Newest entry: {id}, hash {hash}. Kept elsewhere, it shows later whether this part is still the same."
            )?;
        }
        Ok(())
    }
}
