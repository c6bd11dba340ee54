//! The use cases: check, label, watch usage. Handlers and server functions parse, authorise and call one of these.

#![deny(missing_docs)]

mod account;
pub mod alerts;
mod app_words;
mod aside;
mod audit;
pub mod audit_stream;
pub mod backup;
mod budgets;
mod bulk;
pub mod callbacks;
mod check;
mod clock;
mod due_times;
mod error;
mod excerpts;
mod export;
mod fallback;
pub mod forgetting;
mod gateway;
mod health;
mod imports;
mod in_time;
mod label;
mod lessons;
mod live;
mod log_writer;
mod morning;
mod outbox;
mod own_test;
pub mod people;
mod pieces;
mod presence;
mod readings;
pub mod reasons;
mod recheck;
mod refusals;
mod related;
mod replicas;
pub mod resilience;
mod review;
pub mod rules;
mod seal;
mod searches;
mod statistics;
mod story;
mod suggestions;
mod thresholds;
pub mod tokens;
mod under_way;
mod upstreams;
mod usage;
pub mod wordpress;
mod workers;
mod writing;

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use domain::JudgedBy;
use notify::{Messenger, Reach};
use store::Store;

use replicas::{Bell, Wake};

pub use account::AccountAnswer;
pub use bulk::{BulkTarget, Undone};
pub use check::{Line, NewCheck, Turn, content_hash};
pub use clock::{Clock, ManualClock, SystemClock};
pub use error::ModerationError;
pub use export::{Export, NewExport};
pub use gateway::{GATEWAY_PATIENCE, GatewayError, Judged, Submission};
pub use imports::{FailedFile, ImportOptions, LOOKED_AT, NewFile, create_private};
pub use in_time::Told;
pub use lessons::{Learner, LessonReader, LessonRow};
pub use live::Listener;
pub use pieces::Pieces;
pub use presence::Presence;
pub use recheck::Round;
pub use replicas::{Chore, CountedRate};
pub use review::QueueRequest;
pub use store::{EndSessions, PersonChange};
pub use upstreams::Upstreams;
pub use usage::UsageReport;

/// What the use cases need to know from the configuration.
#[derive(Clone, Debug)]
pub struct Options {
    /// How long a decision waits before its feedback leaves, so that undo costs nothing. Default 10 s (DESIGN: the toast
    /// counts 10 s down).
    pub undo_period: Duration,
    /// How often the upstream's `/stats` and `/verify` are asked. Default 5 min.
    pub poll_interval: Duration,
    /// Who answers: [`JudgedBy::ActiveLayer`], or [`JudgedBy::Detector`] in embedded mode.
    pub judged_by: JudgedBy,
    /// Carries notes of alerts out of the house; the default has no mail server.
    pub messenger: Arc<dyn Messenger>,
    /// Which networks callbacks may lead to. Default: public ones.
    pub callback_reach: Reach,
    /// The address under which people reach Gavel, without a slash at its end; for links in notes.
    pub public_url: Option<String>,
    /// Tells the language of a text as an ISO 639-3 code; the default never can.
    pub language_of: fn(&str) -> Option<&'static str>,
    /// Where imports keep their files, and how fast they may be.
    pub imports: ImportOptions,
    /// How the names of files begin that are written beside the database while that is held by another program; `None` for a
    /// database in no file.
    pub aside: Option<std::path::PathBuf>,
    /// The file of the key that seals passwords of other services, made where it is missing; `None` seals with a key that ends with the
    /// program.
    pub key_file: Option<std::path::PathBuf>,
    /// Backups that are made by the clock; `None` makes none.
    pub backups: Option<backup::Schedule>,
    /// Where the audit record is sent as it grows; `None` sends it nowhere.
    pub audit_stream: Option<audit_stream::AuditStream>,
    /// The name of this machine, for people who look which replicas serve.
    pub host: String,
}

impl Options {
    /// The defaults, with `judged_by` as the upstream.
    pub fn new(judged_by: JudgedBy) -> Self {
        Self {
            undo_period: Duration::from_secs(10),
            poll_interval: Duration::from_secs(300),
            judged_by,
            messenger: Arc::new(notify::Outside::default()),
            callback_reach: Reach::Public,
            public_url: None,
            language_of: |_| None,
            imports: ImportOptions::default(),
            aside: None,
            key_file: None,
            backups: None,
            audit_stream: None,
            host: String::new(),
        }
    }
}

/// Everything that Gavel does with content, verdicts and labels.
pub struct Moderation {
    store: Arc<dyn Store>,
    log: log_writer::LogWriter,
    upstreams: Upstreams,
    clock: Arc<dyn Clock>,
    options: Options,
    health: health::HealthBoard,
    writing: Arc<writing::Writing>,
    aside: aside::Aside,
    audit_board: audit_stream::Board,
    backup_board: backup::Board,
    /// Kept submissions whose verdicts wait for the disk.
    under_way: under_way::Submissions,
    outbox_changed: Bell,
    recheck_wanted: Bell,
    words_wanted: Bell,
    /// Where apps call from, as far as it was noted.
    app_addresses: app_words::Addresses,
    /// What apps want to know of the upstream, asked once for all who ask at the same time.
    stats_asked: account::Question<account::Asked<String>>,
    verify_asked: account::Question<account::Asked<()>>,
    thresholds: thresholds::LastRead,
    rules: rules::LastRead,
    own_tests: own_test::OwnTests,
    /// How far the learner has read.
    lessons_seen: tokio::sync::Mutex<Option<lessons::LessonsSeen>>,
    bulk_wanted: Bell,
    bulk_rechecks_wanted: Bell,
    reading_wanted: Bell,
    imports_wanted: Bell,
    live: live::Live,
    presences: presence::Presences,
    outbound: replicas::Outbound,
    leases: replicas::Leases,
    token_uses: tokens::Uses,
    refusals: refusals::RefusalBoard,
    exports: export::Exports,
    budgets: budgets::Budgets,
    alerts_wanted: Bell,
    callbacks_wanted: Bell,
    wordpress_wanted: Bell,
    wordpress_progress: wordpress::Progress,
    seal: std::sync::OnceLock<seal::Seal>,
    deliveries_wanted: Bell,
    usage_wanted: Bell,
    /// The alert that people were told of while it could not be recorded.
    told_directly: Mutex<Option<store::NewAlert>>,
    /// The newest forecast, and what it was made from.
    forecast: Mutex<Option<(domain::UsageSample, domain::QuotaForecast)>>,
    /// When a page last asked the upstream for usage.
    usage_asked: Mutex<Option<chrono::DateTime<chrono::Utc>>>,
}

impl Moderation {
    /// Puts the use cases on top of a store and an upstream, and starts the writer of the log; so it takes a runtime.
    pub fn new(
        store: Arc<dyn Store>,
        upstreams: impl Into<Upstreams>,
        clock: Arc<dyn Clock>,
        options: Options,
    ) -> Arc<Self> {
        let outbound = replicas::Outbound::new(store.replica().is_some());
        let (live, writing) = (live::Live::new(&outbound), Arc::<writing::Writing>::default());
        let leases = replicas::Leases::new(store.replica().is_some(), &outbound);
        let everywhere = |wake| Bell::everywhere(wake, &outbound);
        let failed = {
            let (writing, clock) = (Arc::clone(&writing), Arc::clone(&clock));
            move |error: &store::StoreError| writing.failed(error, clock.now())
        };
        Arc::new(Self {
            log: log_writer::LogWriter::start(
                Arc::clone(&store) as Arc<dyn store::Detections>,
                live.arrivals(),
                failed,
            ),
            writing,
            aside: aside::Aside::new(options.aside.clone()),
            audit_board: audit_stream::Board::default(),
            backup_board: backup::Board::default(),
            under_way: under_way::Submissions::default(),
            store,
            upstreams: upstreams.into(),
            clock,
            options,
            health: health::HealthBoard::default(),
            outbox_changed: everywhere(Wake::Outbox),
            recheck_wanted: Bell::default(),
            words_wanted: Bell::default(),
            app_addresses: app_words::Addresses::default(),
            stats_asked: account::Question::default(),
            verify_asked: account::Question::default(),
            thresholds: thresholds::LastRead::default(),
            rules: rules::LastRead::default(),
            own_tests: own_test::OwnTests::default(),
            lessons_seen: tokio::sync::Mutex::default(),
            bulk_wanted: everywhere(Wake::Bulk),
            bulk_rechecks_wanted: everywhere(Wake::BulkRechecks),
            reading_wanted: everywhere(Wake::Reading),
            imports_wanted: everywhere(Wake::Imports),
            live,
            presences: presence::Presences::default(),
            leases,
            token_uses: tokens::Uses::default(),
            refusals: refusals::RefusalBoard::default(),
            exports: export::Exports::default(),
            budgets: budgets::Budgets::default(),
            alerts_wanted: everywhere(Wake::Alerts),
            callbacks_wanted: Bell::default(),
            wordpress_wanted: Bell::default(),
            wordpress_progress: wordpress::Progress::default(),
            seal: std::sync::OnceLock::new(),
            deliveries_wanted: everywhere(Wake::Notes),
            usage_wanted: everywhere(Wake::Usage),
            told_directly: Mutex::default(),
            forecast: Mutex::new(None),
            usage_asked: Mutex::new(None),
            outbound,
        })
    }

    /// Writes what still waits for its place in the log. Afterwards nothing more is logged: call it when no request is under
    /// way any more, and before the store is closed.
    pub async fn drain(&self) {
        self.log.drain().await;
        self.aside.close();
        if let Err(error) = self.tell_others().await {
            tracing::warn!(%error, "the other replicas were not told what happened last");
        }
        // What is kept of submissions is nobody's from now on.
        if let Err(error) = self.store.report_out().await {
            tracing::warn!(%error, "the other replicas were not told that this one stops");
        }
        if let Err(error) = self.write_refusals().await {
            tracing::error!(%error, "refusals could not be written down");
        }
    }

    /// Whether the embedded detector is the upstream.
    pub fn is_embedded(&self) -> bool {
        self.options.judged_by == JudgedBy::Detector
    }

    /// The address under which people reach Gavel, where the settings name it, without a slash at its end.
    pub fn public_url(&self) -> Option<&str> {
        self.options.public_url.as_deref()
    }

    /// What seals passwords; its key is read, or made, when it is first used.
    pub(crate) fn seal(&self) -> Result<&seal::Seal, ModerationError> {
        if let Some(seal) = self.seal.get() {
            return Ok(seal);
        }
        let seal = seal::Seal::open(self.options.key_file.as_deref())?;
        Ok(self.seal.get_or_init(|| seal))
    }

    /// The current time, from the injected clock.
    pub fn now(&self) -> chrono::DateTime<chrono::Utc> {
        self.clock.now()
    }
}
