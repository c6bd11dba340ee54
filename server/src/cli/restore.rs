//! `gavel restore`: a backup becomes a database.

use std::{io::Write, path::PathBuf};

use clap::Args;
use domain::paging::grouped;
use moderation::{Clock, SystemClock, backup::restore};

use crate::{Failure, config::Place, imports::database_file};

#[derive(Args)]
pub(super) struct Restore {
    /// Backup, as `gavel backup` made it
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    place: Place,
}

impl Restore {
    pub(super) fn run(self) -> Result<(), Failure> {
        // A plain path will do, too: it is what there is to be named.
        let url = &self.place.database;
        let path = if url.contains(':') { database_file(url) } else { Some(std::path::Path::new(url)) };
        let database = path.ok_or_else(|| Failure::Refused(format!("{url} is no file to restore to")))?;
        let restored = super::block_on(async {
            let restored = restore(&self.file, database, SystemClock.now()).await;
            restored.map_err(|error| Failure::Refused(error.to_string()))
        })?;
        let (place, tally) = (database.display(), restored.tally);
        let mut out = std::io::stdout().lock();
        writeln!(
            out,
            "Restored {place}: {} detections, {} decisions, {} accounts. Start Gavel on it with --database sqlite://{place}.",
            grouped(tally.detections),
            grouped(tally.decisions),
            grouped(tally.users)
        )?;
        writeln!(out, "What was erased or forgotten since that backup is in it again: erase it again.")?;
        Ok(())
    }
}
