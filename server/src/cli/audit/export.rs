//! `gavel audit export`.

use std::io::Write;

use clap::{Args, ValueEnum};

use super::Which;
use crate::{
    Failure,
    config::Place,
    export::audit::{AuditFormat, PAGE, page},
};

#[derive(Args)]
pub(in crate::cli) struct Export {
    /// CSV for spreadsheets, or NDJSON: an object a line
    #[arg(long, value_name = "FORMAT", default_value = "csv")]
    format: Format,
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    place: Place,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Csv,
    Ndjson,
}

impl Export {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let format = match self.format {
            Format::Csv => AuditFormat::Csv,
            Format::Ndjson => AuditFormat::Ndjson,
        };
        let store = store::open(&self.place.database).await?;
        let filter = self.which.filter(&*store).await?;
        let mut out = std::io::stdout().lock();
        let mut before = None;
        loop {
            let events = store.audit_events_like(&filter, before, PAGE).await?;
            let bytes = page(&events, format, before.is_none());
            out.write_all(&bytes.map_err(|error| Failure::Refused(error.to_string()))?)?;
            match events.last() {
                Some(last) => before = Some(last.id),
                None => break,
            }
        }
        store.close().await;
        Ok(())
    }
}
