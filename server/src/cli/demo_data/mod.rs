//! `gavel demo-data`: fills a log with detections that look like months of work, to try things on and to measure with.

mod people;
mod rhythm;
mod rows;
mod texts;

use std::{
    io::Write,
    path::PathBuf,
    sync::mpsc::{Receiver, SyncSender, sync_channel},
    time::Instant,
};

use chrono::{DateTime, SubsecRound, Utc};
use clap::Args;
use moderation::{Clock, SystemClock};
use store::{Past, Store};

use crate::{Failure, config::Place};
use rows::Rows;
use texts::Texts;

/// Rows of one transaction: large enough that words are written in few pieces, small enough for any machine's memory.
const CHUNK: usize = 50_000;

/// Where corpora are looked for when nothing is said.
const CORPORA: &str = "../shared/corpora";

#[derive(Args)]
pub(super) struct DemoData {
    /// How many detections to make
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000_000))]
    rows: u32,
    /// Same seed, same texts, same options: same detections
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u64,
    /// Days that they are spread over
    #[arg(long, value_name = "DAYS", default_value_t = 180, value_parser = clap::value_parser!(u32).range(1..=3650))]
    days: u32,
    /// Time of the newest, as in 2025-02-15T12:00:00Z; now when not given
    #[arg(long, value_name = "TIME")]
    until: Option<DateTime<Utc>>,
    /// Folder of labelled texts (*.ndjson, *.ndjson.gz with "label" and "message") that the messages are varied from
    #[arg(long, value_name = "DIR", env = "GAVEL_CORPORA")]
    corpus: Option<PathBuf>,
    /// Also write into a log that has detections already
    #[arg(long)]
    add: bool,
    #[command(flatten)]
    place: Place,
}

impl DemoData {
    pub(super) fn run(self) -> Result<(), Failure> {
        let texts = self.texts()?;
        super::block_on(async move {
            let store = store::open(&self.place.database).await?;
            let filled = self.fill(&*store, texts).await;
            store.close().await;
            filled
        })
    }

    fn texts(&self) -> Result<Texts, Failure> {
        match &self.corpus {
            Some(folder) => Texts::read(folder),
            None if PathBuf::from(CORPORA).is_dir() => Texts::read(CORPORA.as_ref()),
            None => Ok(Texts::built_in()),
        }
    }

    async fn fill(&self, store: &dyn Store, texts: Texts) -> Result<(), Failure> {
        if !self.add && !store.is_log_empty().await? {
            let refusal =
                "the log is not empty; name another --database, or say --add to write into this one";
            return Err(Failure::Refused(refusal.to_owned()));
        }
        let until = self.until.unwrap_or_else(|| SystemClock.now()).trunc_subsecs(3);
        let people = (people::team(store, until).await?, people::tokens(store, until).await?);
        let begun = Instant::now();
        store.begin_load().await?;
        let rows = Rows::new(texts, people, self.seed, rhythm::times(self.rows, self.days, until, self.seed));
        // Made on one core, written on another; at most two chunks wait between them.
        let (sender, receiver) = sync_channel(2);
        let maker = std::thread::spawn(move || make(rows, &sender));
        let loaded = self.load(store, &receiver, begun).await;
        drop(receiver);
        let finished = store.finish_load().await;
        if maker.join().is_err() {
            return Err(Failure::Refused("making up detections failed; what was written stays".to_owned()));
        }
        loaded?;
        finished?;
        let seconds = begun.elapsed().as_secs_f64();
        say(&format!(
            "{} detections in {seconds:.1} s, {:.0} a second",
            domain::paging::grouped(self.rows.into()),
            f64::from(self.rows) / seconds
        ))
    }

    async fn load(&self, store: &dyn Store, chunks: &Receiver<Past>, begun: Instant) -> Result<(), Failure> {
        let mut written = 0;
        while let Ok(past) = chunks.recv() {
            let before = written;
            written += past.detections.len();
            store.load(past).await?;
            if before / 500_000 != written / 500_000 && written < self.rows as usize {
                let rate = written as f64 / begun.elapsed().as_secs_f64();
                say(&format!("{} so far, {rate:.0} a second", domain::paging::grouped(written as u64)))?;
            }
        }
        Ok(())
    }
}

/// Makes chunks until there are no more, or nobody wants them.
fn make(mut rows: Rows, sender: &SyncSender<Past>) {
    loop {
        let chunk = rows.chunk(CHUNK);
        if chunk.detections.is_empty() || sender.send(chunk).is_err() {
            return;
        }
    }
}

fn say(line: &str) -> Result<(), Failure> {
    Ok(writeln!(std::io::stdout(), "{line}")?)
}
