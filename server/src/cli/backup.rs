//! `gavel backup`: a copy of the database, while Gavel runs.

use std::{io::Write, path::PathBuf};

use clap::Args;
use domain::paging::grouped;
use moderation::{Clock, SystemClock, backup::back_up};

use crate::{
    Failure,
    config::{Place, values::between},
};

#[derive(Args)]
pub(super) struct Backup {
    /// Folder that the copy goes to; it is made if it is missing. Without this the setting backup_to counts
    #[arg(id = "backup_to", long = "to", value_name = "DIR")]
    to: Option<PathBuf>,
    /// How many copies are kept there, the newest; older ones are removed
    #[arg(id = "backup_keep", long = "keep", value_name = "COUNT", default_value = "14", value_parser = between(1, 10_000))]
    keep: u32,
    #[command(flatten)]
    place: Place,
}

impl Backup {
    pub(super) fn run(self) -> Result<(), Failure> {
        let folder = self.to.ok_or_else(|| {
            Failure::Usage("name the folder of backups: --to DIR, or the setting backup_to".to_owned())
        })?;
        let plan = self.place.backup(folder, self.keep).ok_or_else(|| {
            Failure::Refused(
                "this database is in no file that could be copied; for PostgreSQL run `pg_dump --format=custom --file=gavel.dump URL`, or have \
                 everything in a SQLite file by `gavel copy` (README, \"When one machine is not enough\"); nothing was done"
                    .to_owned(),
            )
        })?;
        let made = super::block_on(async move {
            let made = back_up(&plan, SystemClock.now()).await;
            made.map_err(|error| Failure::Refused(error.to_string()))
        })?;
        let tally = made.tally;
        let mut out = std::io::stdout().lock();
        writeln!(out, "{}", made.path.display())?;
        writeln!(
            out,
            "  {} bytes, checked: {} detections, {} decisions, {} accounts; {} older backups were removed",
            grouped(made.bytes),
            grouped(tally.detections),
            grouped(tally.decisions),
            grouped(tally.users),
            made.removed
        )?;
        Ok(())
    }
}
