//! What is submitted is on the disk before its answer leaves, and what comes together shares the sync.
//!
//! A submission whose upstream is far is kept while that is asked, and its detection written soon after the verdict is there, several
//! at a time: nobody waits for it. Any other detection is written before its answer leaves.
//!
//! One task writes. While it waits for the disk, what arrives gathers in its queue, and all of that is the next transaction: the
//! busier it is, the more rows share a commit, and a check that comes alone is written at once. What searches look rows up by is
//! written behind them, many rows at a time, once nobody waits, or when much is behind: a crash in between loses nothing, the next
//! start goes on there.

use std::{collections::VecDeque, panic::AssertUnwindSafe, slice, sync::Arc, time::Duration};

use domain::{DetectionId, NewDetection, Origin};
use futures_util::FutureExt;
use store::{Appended, Detections, StoreError};
use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, sleep_until},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::ModerationError;

/// Rows in one transaction, at most: about what arrives during one slow commit, and little enough that readers of other
/// processes never wait long for the lock.
const BATCH_ROWS: usize = 256;

/// Content in one transaction, at most, in bytes: a message can have a megabyte.
const BATCH_BYTES: usize = 4 * 1024 * 1024;

/// Rows that may be behind in what they are looked up by while others keep coming.
const BEHIND_ROWS: usize = 512;

/// How long what an app sent may be behind. Nobody looks for it yet, and to index several rows costs little more than one: one by
/// one at 200 checks a second, the 99th percentile of a commit was twice as long. A moderator looks for what they pasted at
/// once, and hears of it when it is found.
const BEHIND_TIME: Duration = Duration::from_millis(200);

/// Rows that are indexed by one transaction: a millisecond's worth, which a check that comes meanwhile has to wait; and many, when
/// much is behind and all wait anyway.
const FEW_ROWS: usize = 16;
const MANY_ROWS: usize = 128;

/// How long a row that nobody waits for may wait for others: each transaction costs a sync of the disk, and whoever waits for one
/// waits for those before it.
const LATER: Duration = Duration::from_millis(30);

/// Checks that may wait for the writer; more wait for a place in the queue.
const QUEUE: usize = 1024;

/// How long the rows of a failed transaction are tried one by one: those who wait must hear of it while they still listen. When the
/// disk is full or the database locked, that is no row's fault, and none is tried alone.
const ONE_BY_ONE: Duration = Duration::from_secs(2);

type Written = Result<Appended, NotWritten>;

type NotWritten = (Arc<StoreError>, Option<Box<NewDetection>>);

/// A row that was not written, given back where it may be tried again.
#[derive(Debug)]
pub(crate) struct Unwritten {
    pub(crate) error: ModerationError,
    pub(crate) row: Option<Box<NewDetection>>,
}

impl From<NotWritten> for Unwritten {
    fn from((error, row): NotWritten) -> Self {
        Self { error: ModerationError::NotLogged(error), row }
    }
}

/// What is to be done, and who waits for it.
enum Entry {
    Keep(Row),
    Append(Row),
    /// A row that nobody waits for.
    Later(Row),
    /// Nothing: whoever asks wants to know when everything before is done.
    Mark(oneshot::Sender<()>),
}

/// A row, and who hears of it.
struct Row {
    new: NewDetection,
    written: Listener,
}

/// Who hears what became of a row.
enum Listener {
    /// Somebody who waits; who no longer does has hung up.
    Caller(oneshot::Sender<Written>),
    Then(Then),
}

impl Listener {
    fn tell(self, written: Written) {
        match self {
            Self::Caller(caller) => drop(caller.send(written)),
            Self::Then(then) => then.call(written.map_err(Unwritten::from)),
        }
    }
}

type AtLast = Box<dyn FnOnce(Result<Appended, Unwritten>) + Send>;

/// What is done once a row that nobody waits for is written, or is not.
struct Then(Option<AtLast>);

impl Then {
    fn call(mut self, written: Result<Appended, Unwritten>) {
        if let Some(then) = self.0.take() {
            then(written);
        }
    }
}

impl Drop for Then {
    /// The writer has stopped or broken.
    fn drop(&mut self) {
        if let Some(then) = self.0.take() {
            then(Err(Unwritten { error: ModerationError::Stopping, row: None }));
        }
    }
}

impl Row {
    /// In bytes, nearly.
    fn size(&self) -> usize {
        self.new.content.message.len() + self.new.judgement.raw_answer.len()
    }
}

/// The way into the log.
pub(crate) struct LogWriter {
    queue: mpsc::Sender<Entry>,
    stop: CancellationToken,
    task: TaskTracker,
}

impl LogWriter {
    /// Starts the task that writes, and that says which rows can be searched for. It ends when it is drained or dropped.
    /// `failed` hears of every transaction that fails.
    pub(crate) fn start(
        log: Arc<dyn Detections>,
        found: impl Fn(DetectionId) + Send + 'static,
        failed: impl Fn(&StoreError) + Send + Sync + 'static,
    ) -> Self {
        let (queue, entries) = mpsc::channel(QUEUE);
        let (stop, task) = (CancellationToken::new(), TaskTracker::new());
        task.spawn(gather(
            Behind { log, rows: VecDeque::new(), due: Instant::now(), found },
            failed,
            entries,
            stop.clone(),
        ));
        task.close();
        Self { queue, stop, task }
    }

    /// Appends a row. When this tells of it, a crash cannot lose it.
    ///
    /// # Errors
    /// [`ModerationError::NotLogged`] with what the store said about this row, [`ModerationError::Stopping`] once the log is
    /// drained.
    pub(crate) async fn append(&self, row: NewDetection) -> Result<Appended, ModerationError> {
        self.enqueue(row).await?.await.map_err(|lost| lost.error)
    }

    /// Has a row appended without waiting for it; what is returned waits.
    ///
    /// # Errors
    /// [`ModerationError::Stopping`], and what [`append`](Self::append) has.
    pub(crate) async fn enqueue(
        &self,
        new: NewDetection,
    ) -> Result<impl Future<Output = Result<Appended, Unwritten>> + use<>, ModerationError> {
        let (written, answer) = oneshot::channel();
        self.send(Entry::Append(Row { new, written: Listener::Caller(written) })).await?;
        Ok(told(answer))
    }

    /// Has a row appended within [`LATER`], for the verdict on a submission that was kept: a crash cannot lose that. The writer itself does
    /// `then` what is to be done, so that no row needs a task that waits for it: that must be little.
    ///
    /// # Errors
    /// [`ModerationError::Stopping`] once the log is drained; `then` hears of it, too.
    pub(crate) async fn append_later(
        &self,
        new: NewDetection,
        then: impl FnOnce(Result<Appended, Unwritten>) + Send + 'static,
    ) -> Result<(), ModerationError> {
        let written = Listener::Then(Then(Some(Box::new(then))));
        self.send(Entry::Later(Row { new, written })).await
    }

    /// Keeps a submission until it is judged. When this tells of it, a crash cannot lose it.
    ///
    /// # Errors
    /// As [`append`](Self::append) has them.
    pub(crate) async fn keep(&self, new: NewDetection) -> Result<Appended, ModerationError> {
        let (written, answer) = oneshot::channel();
        self.send(Entry::Keep(Row { new, written: Listener::Caller(written) })).await?;
        told(answer).await.map_err(|lost| lost.error)
    }

    /// Waits until everything is written that was given to the writer before.
    ///
    /// # Errors
    /// [`ModerationError::Stopping`].
    pub(crate) async fn written(&self) -> Result<(), ModerationError> {
        let (reached, mark) = oneshot::channel();
        self.send(Entry::Mark(reached)).await?;
        mark.await.map_err(|_| ModerationError::Stopping)
    }

    async fn send(&self, entry: Entry) -> Result<(), ModerationError> {
        self.queue.send(entry).await.map_err(|_| ModerationError::Stopping)
    }

    /// Writes what is still in the queue, and takes no more.
    pub(crate) async fn drain(&self) {
        self.stop.cancel();
        self.task.wait().await;
    }
}

async fn told(answer: oneshot::Receiver<Written>) -> Result<Appended, Unwritten> {
    match answer.await {
        Ok(Ok(appended)) => Ok(appended),
        Ok(Err(lost)) => Err(lost.into()),
        Err(_) => Err(Unwritten { error: ModerationError::Stopping, row: None }),
    }
}

/// The log, and its rows that no search finds yet.
struct Behind<F> {
    log: Arc<dyn Detections>,
    rows: VecDeque<DetectionId>,
    /// When they should be found.
    due: Instant,
    found: F,
}

impl<F: Fn(DetectionId)> Behind<F> {
    fn add(&mut self, ids: Vec<DetectionId>, due: Instant) {
        self.due = if self.rows.is_empty() { due } else { self.due.min(due) };
        self.rows.extend(ids);
    }

    /// Whether some should be found now, while others wait to be written or do not.
    fn is_due(&self, others_wait: bool) -> bool {
        let is_late = !self.rows.is_empty() && self.due <= Instant::now();
        self.rows.len() >= BEHIND_ROWS || (is_late && !others_wait)
    }

    /// Has some of the rows found. After a failure they are found with the next rows, or after the next start.
    async fn index(&mut self) {
        let most = if self.rows.len() >= BEHIND_ROWS { MANY_ROWS } else { FEW_ROWS };
        let indexed = self.log.index_appended(most).await.unwrap_or_else(|error| {
            tracing::error!(%error, "rows of the log cannot be searched for yet");
            0
        });
        // None indexed means that none are left: another process has done it.
        let done = if indexed == 0 { self.rows.len() } else { indexed.min(self.rows.len()) };
        self.rows.drain(..done).for_each(&self.found);
    }
}

/// Rows that nobody waits for.
struct Later {
    rows: Vec<Row>,
    /// When the first of them is to be written.
    due: Instant,
}

impl Later {
    fn add(&mut self, row: Row) {
        if self.rows.is_empty() {
            self.due = Instant::now() + LATER;
        }
        self.rows.push(row);
    }

    fn is_due(&self) -> bool {
        !self.rows.is_empty() && (self.rows.len() >= BATCH_ROWS || self.due <= Instant::now())
    }
}

async fn gather<F: Fn(DetectionId), G: Fn(&StoreError)>(
    mut behind: Behind<F>,
    failed: G,
    mut entries: mpsc::Receiver<Entry>,
    stop: CancellationToken,
) {
    let mut arrived = Vec::with_capacity(BATCH_ROWS);
    let (mut submissions, mut rows, mut marks) = (Vec::new(), Vec::new(), Vec::new());
    let mut later = Later { rows: Vec::new(), due: Instant::now() };
    let mut ends = false;
    while !ends {
        while behind.is_due(!entries.is_empty()) {
            behind.index().await;
        }
        tokio::select! {
            biased;
            () = stop.cancelled(), if !entries.is_closed() => entries.close(),
            count = entries.recv_many(&mut arrived, BATCH_ROWS) => ends = count == 0,
            () = sleep_until(behind.due), if !behind.rows.is_empty() => {}
            () = sleep_until(later.due), if !later.rows.is_empty() => {}
        }
        for entry in arrived.drain(..) {
            match entry {
                Entry::Keep(row) => submissions.push(row),
                Entry::Append(row) => rows.push(row),
                Entry::Later(row) => later.add(row),
                Entry::Mark(reached) => marks.push(reached),
            }
        }
        // A transaction that is made anyway takes them with it.
        if ends || later.is_due() || !rows.is_empty() || !marks.is_empty() {
            rows.append(&mut later.rows);
        }
        // A panic must not end the writer. Its callers then hear that they were not logged.
        while !submissions.is_empty() {
            let batch = take_batch(&mut submissions, Row::size);
            if AssertUnwindSafe(keep(&*behind.log, batch, &failed)).catch_unwind().await.is_err() {
                tracing::error!("keeping submissions broke");
            }
        }
        while !rows.is_empty() {
            let batch = take_batch(&mut rows, Row::size);
            let Ok((ids, searchers)) =
                AssertUnwindSafe(write(&*behind.log, batch, &failed)).catch_unwind().await
            else {
                tracing::error!("writing to the log broke");
                continue;
            };
            behind.add(ids, Instant::now() + BEHIND_TIME);
            if !searchers.is_empty() {
                while !behind.rows.is_empty() {
                    behind.index().await;
                }
                searchers.into_iter().for_each(Searcher::tell);
            }
        }
        for mark in marks.drain(..) {
            // Who no longer listens need not know.
            let _ = mark.send(());
        }
    }
    while !behind.rows.is_empty() {
        behind.index().await;
    }
}

/// The first of what arrived, as much as fits into a transaction, at least one.
fn take_batch<T>(arrived: &mut Vec<T>, size: impl Fn(&T) -> usize) -> Vec<T> {
    let mut bytes = 0;
    let fits = |one: &T| {
        bytes += size(one);
        bytes <= BATCH_BYTES
    };
    let rows = arrived.iter().take(BATCH_ROWS).map(fits).take_while(|fits| *fits).count().max(1);
    arrived.drain(..rows.min(arrived.len())).collect()
}

/// Keeps all in one transaction. Nothing can be wrong with one alone: they are text.
async fn keep(log: &dyn Detections, batch: Vec<Row>, failed: &impl Fn(&StoreError)) {
    let (rows, callers): (Vec<_>, Vec<_>) = batch.into_iter().map(|row| (row.new, row.written)).unzip();
    match log.keep_submissions(&rows).await {
        Ok(kept) => {
            for (caller, kept) in callers.into_iter().zip(kept) {
                // A caller who no longer listens has hung up; what is left is logged later.
                caller.tell(Ok(kept));
            }
        }
        Err(error) => {
            failed(&error);
            let error = Arc::new(error);
            tracing::error!(%error, "submissions could not be kept");
            for caller in callers {
                caller.tell(Err((Arc::clone(&error), None)));
            }
        }
    }
}

/// A person who may look for the row as soon as they hear of it: they hear of it once it can be found.
struct Searcher {
    caller: Listener,
    row: Appended,
}

impl Searcher {
    fn tell(self) {
        self.caller.tell(Ok(self.row));
    }
}

/// Writes all in one transaction, or, when that fails, each in one of its own: what is wrong with one row is not the others'
/// fault. Apps hear of their rows at once; the rest is returned.
async fn write(
    log: &dyn Detections,
    batch: Vec<Row>,
    failed: &impl Fn(&StoreError),
) -> (Vec<DetectionId>, Vec<Searcher>) {
    let (rows, callers): (Vec<_>, Vec<_>) = batch.into_iter().map(|row| (row.new, row.written)).unzip();
    let (mut ids, mut searchers) = (Vec::new(), Vec::new());
    let mut tell = |new: &NewDetection, caller: Listener, row: Appended| {
        ids.push(row.id);
        match new.origin {
            // A caller who no longer listens has hung up; the row stays.
            Origin::Api => caller.tell(Ok(row)),
            _ => searchers.push(Searcher { caller, row }),
        }
    };
    let mut error = match log.append_detections(&rows).await {
        Ok(appended) => {
            let written = rows.iter().zip(callers).zip(appended);
            written.for_each(|((new, caller), row)| tell(new, caller, row));
            return (ids, searchers);
        }
        Err(error) => Arc::new(error),
    };
    failed(&error);
    tracing::error!(%error, rows = rows.len(), "a transaction of the log failed");
    let (alone, started) = (rows.len() == 1, Instant::now());
    for (row, caller) in rows.into_iter().zip(callers) {
        if alone || error.trouble().is_some() || started.elapsed() > ONE_BY_ONE {
            caller.tell(Err((Arc::clone(&error), Some(Box::new(row)))));
            continue;
        }
        let written = log.append_detections(slice::from_ref(&row)).await.map_err(Arc::new);
        let written = written.and_then(|rows| rows.first().copied().ok_or_else(|| Arc::clone(&error)));
        match written {
            Ok(appended) => tell(&row, caller, appended),
            Err(again) => {
                error = Arc::clone(&again);
                caller.tell(Err((again, Some(Box::new(row)))));
            }
        }
    }
    (ids, searchers)
}

#[cfg(test)]
pub(crate) mod tests {
    use std::sync::Mutex;

    use async_trait::async_trait;
    use chrono::{DateTime, Utc};
    use domain::{
        BoundedCount, Content, Detection, DetectionSummary, Endpoint, JudgedBy, Judgement, Page, PageRequest,
        SearchQuery,
    };
    use tokio::sync::Semaphore;

    use super::*;

    /// A log whose commits wait for permits, and that refuses some rows.
    struct Disk {
        permits: Semaphore,
        commits: Mutex<Vec<Vec<String>>>,
        kept: Mutex<usize>,
        /// How many rows are found by their words.
        indexed: Mutex<usize>,
        /// Which were said to be found.
        told: Arc<Mutex<Vec<DetectionId>>>,
    }

    impl Disk {
        fn new(permits: usize) -> Arc<Self> {
            Arc::new(Self {
                permits: Semaphore::new(permits),
                commits: Mutex::default(),
                kept: Mutex::default(),
                indexed: Mutex::default(),
                told: Arc::default(),
            })
        }

        fn told(&self) -> impl Fn(DetectionId) + Send + use<> {
            let told = Arc::clone(&self.told);
            move |id| told.lock().unwrap().push(id)
        }

        fn commits(&self) -> Vec<usize> {
            self.commits.lock().unwrap().iter().map(Vec::len).collect()
        }
    }

    #[async_trait]
    impl Detections for Disk {
        async fn insert_detection(&self, _: &NewDetection) -> store::Result<DetectionId> {
            Err(StoreError::Taken("not here"))
        }
        async fn insert_detections(&self, _: &[NewDetection]) -> store::Result<Vec<DetectionId>> {
            Err(StoreError::Taken("not here"))
        }
        async fn keep_submissions(&self, unjudged: &[NewDetection]) -> store::Result<Vec<Appended>> {
            self.permits.acquire().await.unwrap().forget();
            let mut kept = self.kept.lock().unwrap();
            let first = *kept;
            *kept += unjudged.len();
            let told = |id| Appended { id: DetectionId(id as i64), token_rotations: None };
            Ok((first..*kept).map(told).collect())
        }
        async fn left_submissions(&self, _: DateTime<Utc>, _: u32) -> store::Result<Vec<NewDetection>> {
            Err(StoreError::Taken("not here"))
        }
        async fn index_appended(&self, _: usize) -> store::Result<usize> {
            // As on a busy machine: whoever was told something by now goes on.
            tokio::task::yield_now().await;
            let behind = self.commits.lock().unwrap().iter().map(Vec::len).sum::<usize>();
            let mut indexed = self.indexed.lock().unwrap();
            let rows = (behind - *indexed).min(2);
            *indexed += rows;
            Ok(rows)
        }
        async fn append_detections(&self, rows: &[NewDetection]) -> store::Result<Vec<Appended>> {
            self.permits.acquire().await.unwrap().forget();
            let messages: Vec<_> = rows.iter().map(|row| row.content.message.clone()).collect();
            assert!(!messages.iter().any(|message| message == "panic"), "as asked");
            if messages.iter().any(|message| message == "bad") {
                return Err(StoreError::Taken("bad"));
            }
            let mut commits = self.commits.lock().unwrap();
            let before: usize = commits.iter().map(Vec::len).sum();
            commits.push(messages);
            let told = |id| Appended { id: DetectionId(id as i64), token_rotations: None };
            Ok((before..before + rows.len()).map(told).collect())
        }
        async fn detection(&self, _: DetectionId) -> store::Result<Option<Detection>> {
            Ok(None)
        }
        async fn detection_by_upstream_id(&self, _: &str) -> store::Result<Option<Detection>> {
            Ok(None)
        }
        async fn search(
            &self,
            _: &SearchQuery,
            _: &PageRequest,
            _: DateTime<Utc>,
        ) -> store::Result<Page<DetectionSummary>> {
            Err(StoreError::Taken("not here"))
        }
        async fn count(&self, _: &SearchQuery, _: DateTime<Utc>) -> store::Result<BoundedCount> {
            Err(StoreError::Taken("not here"))
        }
        async fn matches_below(
            &self,
            _: &SearchQuery,
            _: Option<DetectionId>,
            _: u32,
            _: DateTime<Utc>,
        ) -> store::Result<Vec<Detection>> {
            Err(StoreError::Taken("not here"))
        }
        async fn facets(&self, _: &SearchQuery, _: DateTime<Utc>) -> store::Result<domain::Facets> {
            Err(StoreError::Taken("not here"))
        }
        async fn rejudge(&self, _: DetectionId, _: &Judgement) -> store::Result<()> {
            Ok(())
        }
    }

    pub(crate) fn row(message: &str) -> NewDetection {
        NewDetection {
            created_at: DateTime::from_timestamp(1_739_619_120, 0).unwrap(),
            endpoint: Endpoint::Check,
            origin: Origin::Api,
            site: None,
            content_hash: [0; 32],
            content: Content { message: message.to_owned(), ..Content::default() },
            judgement: Judgement {
                upstream_id: "d".to_owned(),
                is_spam: false,
                score: 0.0,
                threshold: 50.0,
                execution_ms: 1.0,
                upstream_timestamp: "2025-02-15T11:32:00Z".to_owned(),
                judged_by: JudgedBy::Detector,
                signals: vec![],
                raw_answer: String::new(),
            },
            circumstances: domain::Circumstances::default(),
        }
    }

    /// Has a row appended later; what is returned waits for it.
    async fn later(writer: &LogWriter, message: &str) -> oneshot::Receiver<Result<Appended, Unwritten>> {
        let (tell, told) = oneshot::channel();
        writer.append_later(row(message), |written| drop(tell.send(written))).await.unwrap();
        told
    }

    /// Starts to append the messages and lets all of them reach the queue.
    async fn append(
        writer: &Arc<LogWriter>,
        messages: &[&str],
    ) -> Vec<tokio::task::JoinHandle<Result<Appended, ModerationError>>> {
        let mut tasks = Vec::new();
        for message in messages {
            let (writer, row) = (Arc::clone(writer), row(message));
            tasks.push(tokio::spawn(async move { writer.append(row).await }));
            tokio::task::yield_now().await;
        }
        tasks
    }

    #[tokio::test]
    async fn what_arrives_during_a_commit_shares_the_next_one_in_order() {
        let disk = Disk::new(0);
        let writer = Arc::new(LogWriter::start(disk.clone(), disk.told(), |_| {}));
        let first = append(&writer, &["a"]).await;
        // The writer holds the first and waits for the disk.
        while writer.queue.capacity() < QUEUE {
            tokio::task::yield_now().await;
        }
        let more = append(&writer, &["b", "c", "d"]).await;
        disk.permits.add_permits(2);
        for (index, task) in first.into_iter().chain(more).enumerate() {
            assert_eq!(task.await.unwrap().unwrap().id, DetectionId(index as i64));
        }
        assert_eq!(disk.commits(), [1, 3]);
        writer.drain().await;
        assert_eq!(*disk.indexed.lock().unwrap(), 4, "all are found by their words");
        assert_eq!(*disk.told.lock().unwrap(), [0, 1, 2, 3].map(DetectionId), "and said to be");
    }

    #[tokio::test(start_paused = true)]
    async fn what_a_moderator_sends_is_found_at_once_and_what_apps_send_together_and_soon() {
        let disk = Disk::new(10);
        let writer = Arc::new(LogWriter::start(disk.clone(), disk.told(), |_| {}));
        let indexed = || *disk.indexed.lock().unwrap();
        for message in ["a", "b", "c"] {
            writer.append(row(message)).await.unwrap();
        }
        tokio::time::sleep(BEHIND_TIME / 2).await;
        assert_eq!(indexed(), 0);
        tokio::time::sleep(BEHIND_TIME).await;
        assert_eq!(indexed(), 3);
        writer.append(row("d")).await.unwrap();
        writer.append(NewDetection { origin: Origin::Paste, ..row("e") }).await.unwrap();
        assert_eq!(indexed(), 5, "with all that came before, and before the moderator hears of it");
    }

    #[tokio::test(start_paused = true)]
    async fn rows_that_nobody_waits_for_share_a_transaction_soon_or_with_whoever_waits() {
        let disk = Disk::new(10);
        let writer = Arc::new(LogWriter::start(disk.clone(), disk.told(), |_| {}));
        let mut all = Vec::new();
        for message in ["a", "b"] {
            all.push(later(&writer, message).await);
            writer.keep(row(message)).await.unwrap();
        }
        assert_eq!(disk.commits(), [0; 0], "what is kept does not wait for them");
        tokio::time::sleep(LATER).await;
        for written in all {
            written.await.unwrap().unwrap();
        }
        assert_eq!(disk.commits(), [2]);
        let with = later(&writer, "c").await;
        writer.append(row("d")).await.unwrap();
        with.await.unwrap().unwrap();
        let marked = later(&writer, "e").await;
        writer.written().await.unwrap();
        marked.await.unwrap().unwrap();
        let last = later(&writer, "f").await;
        writer.drain().await;
        last.await.unwrap().unwrap();
        assert_eq!(disk.commits(), [2, 2, 1, 1]);
        let (tell, told) = oneshot::channel();
        let refused = writer.append_later(row("g"), |written| drop(tell.send(written))).await;
        assert!(matches!(refused, Err(ModerationError::Stopping)));
        let lost = told.await.unwrap().unwrap_err();
        assert!(
            matches!(lost.error, ModerationError::Stopping) && lost.row.is_none(),
            "whoever is told hears of it"
        );
    }

    #[tokio::test]
    async fn one_bad_row_fails_alone_and_a_panic_ends_nothing() {
        let disk = Disk::new(0);
        let writer = Arc::new(LogWriter::start(disk.clone(), disk.told(), |_| {}));
        let first = append(&writer, &["panic"]).await;
        while writer.queue.capacity() < QUEUE {
            tokio::task::yield_now().await;
        }
        let tasks = append(&writer, &["a", "bad", "b"]).await;
        disk.permits.add_permits(10);
        for task in first {
            assert!(matches!(task.await.unwrap(), Err(ModerationError::Stopping)));
        }
        let mut results = Vec::new();
        for task in tasks {
            results.push(task.await.unwrap());
        }
        assert_eq!(results.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, false, true]);
        assert!(
            matches!(&results[1], Err(ModerationError::NotLogged(error)) if error.to_string().contains("bad"))
        );
        assert_eq!(disk.commits(), [1, 1]);
    }

    #[tokio::test]
    async fn draining_writes_what_waits_and_takes_no_more() {
        let disk = Disk::new(0);
        let writer = Arc::new(LogWriter::start(disk.clone(), disk.told(), |_| {}));
        let tasks = append(&writer, &["a", "b", "c"]).await;
        let drained = tokio::spawn({
            let writer = Arc::clone(&writer);
            async move { writer.drain().await }
        });
        tokio::task::yield_now().await;
        disk.permits.add_permits(10);
        drained.await.unwrap();
        assert_eq!(disk.commits().iter().sum::<usize>(), 3);
        for task in tasks {
            assert!(task.await.unwrap().is_ok());
        }
        assert!(matches!(writer.append(row("late")).await, Err(ModerationError::Stopping)));
    }

    #[tokio::test]
    async fn a_submission_is_kept_before_the_rows_that_came_with_it_and_a_mark_comes_after_all() {
        let disk = Disk::new(1);
        let writer = Arc::new(LogWriter::start(disk.clone(), disk.told(), |_| {}));
        let appended = writer.enqueue(row("a")).await.unwrap();
        let mut marked = std::pin::pin!(writer.written());
        assert!(marked.as_mut().now_or_never().is_none());
        // All three are in the queue by the time that the writer, which shares this thread, first looks.
        let kept = writer.keep(row("b")).await.unwrap();
        assert_eq!((kept.id, disk.commits().len()), (DetectionId(0), 0), "the one permit went to it");
        assert!(marked.as_mut().now_or_never().is_none());
        disk.permits.add_permits(1);
        marked.await.unwrap();
        assert_eq!(disk.commits(), [1]);
        assert_eq!(appended.await.unwrap().id, DetectionId(0));
    }

    #[test]
    fn a_transaction_is_bounded_by_rows_and_bytes_and_never_empty() {
        let mut arrived = vec![BATCH_BYTES + 1, BATCH_BYTES / 2, BATCH_BYTES / 2, 1];
        let sizes: Vec<_> = std::iter::from_fn(|| {
            let batch = take_batch(&mut arrived, |bytes| *bytes);
            (!batch.is_empty()).then_some(batch.len())
        })
        .collect();
        assert_eq!(sizes, [1, 2, 1]);
    }
}
