//! What searches count by, of the newest detections, in memory: verdict, score, label, site and the like, 32 bytes each.
//!
//! A page of the log is found through an index. How many match, and what they are made of, has to look at every match: from the
//! file that is a quarter of a second for a million rows, from here a few milliseconds. Rows are read once, newest first;
//! afterwards only what is new or has changed (`detection_changes`, which triggers write, so other programs on the same
//! database count too).

mod block;
mod load;
mod lookups;
mod question;
mod words;

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use domain::{BoundedCount, Facets, SearchQuery};

use super::Pool;
use super::time_range::id_range;
use crate::Result;
use block::Block;
use lookups::Lookups;
use question::{Question, Tally};
use words::Words;

/// How many detections are kept in memory: 64 MB. What is older is not counted, and the count says so.
const MOST: usize = 2_000_000;

/// How long a count may look at what is not kept here, and wait for what is being read.
const PATIENCE: Duration = Duration::from_millis(300);

/// Shared by everything that counts.
#[derive(Debug, Default)]
pub(super) struct Facts {
    kept: RwLock<Kept>,
    /// Whoever brings it up to date: one at a time, or an older reading could come last.
    reading: tokio::sync::Mutex<()>,
}

/// What is kept, by the upper bits of ids.
#[derive(Debug, Default)]
struct Kept {
    blocks: BTreeMap<i64, Block>,
    sites: Words,
    languages: Words,
    /// How far changes are read; `None` before the first reading.
    seq: Option<i64>,
    /// Every detection from this id on, up to `newest`, is here.
    oldest: i64,
    newest: i64,
}

impl Kept {
    fn rows(&self) -> usize {
        self.blocks.values().map(Block::len).sum()
    }

    /// Whether every detection from an id on is here.
    fn reaches(&self, id: i64) -> bool {
        self.seq.is_some() && self.oldest <= id
    }
}

impl Facts {
    fn kept(&self) -> std::sync::RwLockReadGuard<'_, Kept> {
        self.kept.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn kept_mut(&self) -> std::sync::RwLockWriteGuard<'_, Kept> {
        self.kept.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many match.
    pub(super) async fn count(
        self: &Arc<Self>,
        query: &SearchQuery,
        now: DateTime<Utc>,
        readers: &Pool,
    ) -> Result<BoundedCount> {
        let tally = self.tally(query, now, Tally::default(), readers).await?;
        Ok(BoundedCount { count: tally.count, more: !tally.complete })
    }

    /// What the matches are made of.
    pub(super) async fn facets(
        self: &Arc<Self>,
        query: &SearchQuery,
        now: DateTime<Utc>,
        readers: &Pool,
    ) -> Result<Facets> {
        let tally = self.tally(query, now, Tally::with_facets(), readers).await?;
        let kept = self.kept();
        let alike = tally.alike.iter().flatten();
        let values = alike.flat_map(|(alike, count)| alike.values(&kept.sites, *count));
        Ok(Facets::new(query, values, tally.count, tally.complete))
    }

    async fn tally(
        self: &Arc<Self>,
        query: &SearchQuery,
        now: DateTime<Utc>,
        mut tally: Tally,
        readers: &Pool,
    ) -> Result<Tally> {
        let until = Instant::now() + PATIENCE;
        let (first, last) = match id_range(query, now, readers).await? {
            None => (1, i64::MAX),
            // Nothing is of that time, here or further back.
            Some((first, last)) if first > last => (i64::MAX, 0),
            Some((first, last)) => (first.max(1), last),
        };
        let is_current = self.catch_up(first, until, readers).await?;
        let question = Arc::new(Question::read(query, now, readers).await?);
        let lookups = Lookups::choose(question.asked(), now, readers).await?;
        let newest = self.kept().newest.min(last);
        let mut windows = lookups.windows((first, newest), until);
        while let Some(within) = windows.next() {
            let ids = lookups.within(within, readers).await?;
            let (facts, question) = (Arc::clone(self), Arc::clone(&question));
            // Some milliseconds for a million rows: other requests go on beside it.
            let looking = tokio::task::spawn_blocking(move || {
                question.look(&facts.kept(), within, &ids, &mut tally);
                tally
            });
            tally = looking.await.map_err(|_| sqlx::Error::WorkerCrashed)?;
        }
        tally.complete = is_current && windows.stopped_at().is_none() && self.kept().reaches(first);
        Ok(tally)
    }
}
