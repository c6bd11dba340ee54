//! `gavel engine lessons`: what moderators and apps taught, and how fast labels teach.

use std::{io::Write, path::PathBuf};

use clap::Args;
use moderation::{Clock, LessonReader, SystemClock};

use super::study::learning_curves;
use crate::{Failure, cli::block_on, config::Place, export};

/// Export or reset what labels taught the detector, or measure how fast labels teach
#[derive(Args)]
pub(in crate::cli) struct Lessons {
    /// Print what the detector was taught, as labelled messages (NDJSON)
    #[arg(long, conflicts_with_all = ["reset", "corpus", "sources"])]
    export: bool,
    /// Let the detector forget what it was taught. Labels stay; only new ones teach. A running Gavel follows within seconds
    #[arg(long, conflicts_with_all = ["corpus", "sources"])]
    reset: bool,
    /// To measure: folder of labelled messages
    #[arg(long, value_name = "DIR", required_unless_present_any = ["export", "reset"], requires = "sources")]
    corpus: Option<PathBuf>,
    /// To measure: source to leave out of training; may be repeated
    #[arg(long = "source", value_name = "NAME", requires = "corpus")]
    sources: Vec<String>,
    #[command(flatten)]
    place: Place,
}

impl Lessons {
    pub(super) fn run(self) -> Result<(), Failure> {
        match &self.corpus {
            Some(corpus) => learning_curves(corpus, &self.sources),
            None if self.export => block_on(self.export()),
            None => block_on(self.reset()),
        }
    }

    async fn export(self) -> Result<(), Failure> {
        let store = store::open(&self.place.database).await?;
        let mut reader = LessonReader::default();
        let mut out = std::io::stdout().lock();
        while let Some(rows) = reader.next_page(&*store).await? {
            for row in &rows {
                out.write_all(export::lessons::line(row).as_bytes())?;
            }
        }
        store.close().await;
        Ok(())
    }

    async fn reset(self) -> Result<(), Failure> {
        let store = store::open(&self.place.database).await?;
        let forgotten = store.forget_lessons(None, SystemClock.now()).await;
        store.close().await;
        forgotten?;
        Ok(writeln!(
            std::io::stdout(),
            "The detector forgets what it was taught; new labels teach it again."
        )?)
    }
}
