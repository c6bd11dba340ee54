//! `gavel migrate`: brings the database up to date, and nothing else.

use std::io::Write;

use clap::Args;

use crate::{Failure, config::Place};

#[derive(Args)]
pub(super) struct Migrate {
    #[command(flatten)]
    place: Place,
}

impl Migrate {
    pub(super) fn run(self) -> Result<(), Failure> {
        let url = self.place.database;
        let (before, newest) = super::block_on(async {
            let found = store::schema(&url).await?;
            store::open(&url).await?.close().await;
            Ok(found)
        })?;
        let mut out = std::io::stdout().lock();
        match before {
            Some(before) if before == newest => {
                writeln!(out, "the database is up to date (migration {newest})")?
            }
            Some(before) => writeln!(out, "the database was at migration {before} and is at {newest} now")?,
            None => writeln!(out, "the database was made, at migration {newest}")?,
        }
        Ok(())
    }
}
