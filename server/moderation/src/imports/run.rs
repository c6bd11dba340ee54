//! Checks the rows of an import: several at once, each settled in the transaction that logs it.
//!
//! A row is under way from when it is taken until its verdict is on the disk, and only so many are: what a crash lets be asked
//! again is no more than that.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
    time::{Duration, Instant},
};

use activelayer::ApiError;
use domain::{
    Circumstances, Content, Import, ImportId, ImportPlan, ImportState, JudgedBy, LiveEvent, NewDetection,
    Origin, time::minute,
};
use store::{SettledRow, Settlement, StoreError, WaitingRow};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::pace::Pace;
use crate::{
    Moderation, ModerationError, NewCheck,
    budgets::{Held, Spender, SpentBudget},
    check::{as_sent, milliseconds, to_judgement, to_wire},
    recheck::is_away,
};

/// Requests to ActiveLayer at once: its budget is what limits an import, and a crash may cost these many requests.
const REQUESTS: usize = 4;

/// Rows that a thread judges by the detector in one go.
const CHUNK: usize = 128;

/// Content that a thread judges in one go, in bytes, at most (but at least one row).
const CHUNK_BYTES: usize = 1024 * 1024;

/// Rows, and bytes of content, read from the store at once.
const READ_ROWS: u32 = 1024;
const READ_BYTES: usize = 4 * 1024 * 1024;

/// How often a row is asked for that fails by itself.
const TRIES: u32 = 3;

/// How long to wait before a row is asked for again.
const TRY_AGAIN: Duration = Duration::from_secs(2);

/// How long what is under way may take when the program stops.
const LAST_ANSWERS: Duration = Duration::from_secs(5);

/// How long to wait before the store is tried again when verdicts could not be written.
const WRITE_AGAIN: Duration = Duration::from_secs(5);

/// Longest wait for an upstream that is away.
const AWAY_MAX: Duration = Duration::from_secs(30);

/// Pages hear of an import at most this often.
const TELL_EVERY: Duration = Duration::from_millis(500);

/// Why a run came to an end.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum RunEnd {
    /// No row waits any more.
    Empty,
    /// Somebody paused or cancelled it, or the program stops.
    Halted,
    /// Its time is over for now; others wait.
    TurnOver,
    /// The upstream is away; try again after this long.
    Away(Duration),
    /// The quota is used up.
    Exhausted,
    /// A hard budget of the site is spent.
    OverBudget,
}

/// What the upstream made of a row.
enum Verdict {
    /// It counts as spent before its place in the budgets is given back.
    Judged(Box<NewDetection>, Held),
    Refused(String),
    Away(ApiError),
    Exhausted(ApiError),
    /// Nobody was asked.
    OverBudget(SpentBudget),
}

impl Verdict {
    /// Whether the next row may fare better.
    fn goes_on(&self) -> bool {
        matches!(self, Self::Judged(..) | Self::Refused(_))
    }
}

/// Nobody was asked, since a budget could not be looked at: the row waits.
fn unheld(error: &ModerationError) -> Verdict {
    Verdict::Away(ApiError::Connect { reason: format!("its budget could not be looked at: {error}") })
}

/// A run under way.
struct Run {
    id: ImportId,
    plan: Arc<ImportPlan>,
    rows: VecDeque<WaitingRow>,
    order: InOrder,
    /// A verdict has come after which no other row would fare better: no more are sent off.
    is_closing: bool,
    /// The last row that was read from the store.
    read_to: u64,
    /// Why no more rows are taken.
    end: Option<RunEnd>,
    /// What the import says of itself.
    reason: Option<String>,
    pace: Pace,
    told: Option<Instant>,
}

/// One row, or a chunk of them, with its verdicts; named by its first row.
type Judged = (u64, Vec<(u64, Verdict)>);

/// What is under way, and the verdicts that wait for those of rows further up: rows enter the log in the order of the file.
#[derive(Default)]
struct InOrder {
    sent: VecDeque<u64>,
    here: BTreeMap<u64, Vec<(u64, Verdict)>>,
}

impl InOrder {
    /// The verdicts of which none further up is missing.
    fn ready(&mut self) -> Vec<(u64, Verdict)> {
        let mut ready = Vec::new();
        while let Some(verdicts) = self.sent.front().and_then(|first| self.here.remove(first)) {
            ready.extend(verdicts);
            self.sent.pop_front();
        }
        ready
    }

    /// Whatever there is, still in order: what is missing will not come any more.
    fn rest(&mut self) -> Vec<(u64, Verdict)> {
        self.sent.clear();
        std::mem::take(&mut self.here).into_values().flatten().collect()
    }
}

impl Moderation {
    /// Checks rows of an import until none is left, somebody halts it, the upstream goes away, or `until`.
    pub(crate) async fn check_rows(
        self: &Arc<Self>,
        import: &Import,
        until: Option<Instant>,
        stop: &CancellationToken,
    ) -> Result<RunEnd, ModerationError> {
        let mut run = Run {
            id: import.id,
            plan: Arc::new(import.plan.clone()),
            rows: VecDeque::new(),
            order: InOrder::default(),
            is_closing: false,
            read_to: 0,
            end: None,
            reason: import.reason.clone(),
            pace: Pace::default(),
            told: None,
        };
        let spender = Spender::Backlog { site: import.plan.site.as_deref(), token: None };
        if let Some(spent) = self.spent_budget(spender).await? {
            run.hold(&spent);
            self.explain(&run, import).await?;
            return Ok(RunEnd::OverBudget);
        }
        let mut under_way = JoinSet::new();
        let mut stopping = None;
        loop {
            self.fill_lanes(&mut run, &mut under_way).await?;
            let finished = tokio::select! {
                finished = under_way.join_next() => finished,
                () = stop.cancelled(), if stopping.is_none() => {
                    stopping = Some(tokio::time::Instant::now() + LAST_ANSWERS);
                    run.end = Some(RunEnd::Halted);
                    continue;
                }
                () = sleep_until(stopping), if stopping.is_some() => {
                    // Who still waits for a turn, or for an answer, is asked for after the next start.
                    break;
                }
            };
            let verdicts = match finished {
                Some(first) => {
                    run.take(first);
                    while let Some(more) = under_way.try_join_next() {
                        run.take(more);
                    }
                    run.order.ready()
                }
                None => run.order.rest(),
            };
            if under_way.is_empty() && verdicts.is_empty() && run.order.sent.is_empty() {
                break;
            }
            if self.is_embedded() {
                // Nobody pays for what the detector judges twice, so it judges on while the log is written.
                self.fill_lanes(&mut run, &mut under_way).await?;
            }
            if !verdicts.is_empty() {
                self.settle(&mut run, verdicts, stop).await?;
            }
            if until.is_some_and(|until| Instant::now() >= until) {
                run.end.get_or_insert(RunEnd::TurnOver);
            }
        }
        let rest = run.order.rest();
        if !rest.is_empty() {
            self.settle(&mut run, rest, stop).await?;
        }
        self.live.announce(LiveEvent::Import(run.id));
        Ok(run.end.unwrap_or(RunEnd::Empty))
    }

    /// Sets off as much as may be under way at once.
    async fn fill_lanes(
        self: &Arc<Self>,
        run: &mut Run,
        under_way: &mut JoinSet<Judged>,
    ) -> Result<(), ModerationError> {
        let (lanes, most) = (self.lanes(), self.most_held());
        while run.end.is_none()
            && !run.is_closing
            && under_way.len() < lanes
            && run.order.sent.len() < most
            && self.refill(run).await?
        {
            self.set_off(run, under_way);
        }
        Ok(())
    }

    /// Rows, or chunks of rows, under way at once.
    fn lanes(&self) -> usize {
        if self.is_embedded() {
            std::thread::available_parallelism().map_or(1, usize::from)
        } else {
            REQUESTS
        }
    }

    /// Rows, or chunks of rows, that are under way or wait for one that is: of ActiveLayer's no more than are asked for at
    /// once, since a crash lets them be asked for again.
    fn most_held(&self) -> usize {
        if self.is_embedded() { 3 * self.lanes() } else { REQUESTS }
    }

    /// Whether there is a row to take.
    async fn refill(&self, run: &mut Run) -> Result<bool, ModerationError> {
        if run.rows.is_empty() {
            let rows = self.store.waiting_rows(run.id, run.read_to, READ_ROWS, READ_BYTES).await?;
            run.read_to = rows.last().map_or(run.read_to, |row| row.number);
            run.rows.extend(rows);
        }
        Ok(!run.rows.is_empty())
    }

    /// Sends a row to ActiveLayer, or a chunk of rows to a thread of their own where the detector judges.
    fn set_off(self: &Arc<Self>, run: &mut Run, under_way: &mut JoinSet<Judged>) {
        let (moderation, plan) = (Arc::clone(self), Arc::clone(&run.plan));
        let Some(first) = run.rows.front().map(|row| row.number) else { return };
        run.order.sent.push_back(first);
        if !self.is_embedded() {
            let Some(row) = run.rows.pop_front() else { return };
            under_way.spawn(async move { (first, vec![moderation.judge_row(&plan, row).await]) });
            return;
        }
        let mut bytes = 0;
        let fits = |row: &WaitingRow| {
            bytes += row.content.message.len();
            bytes <= CHUNK_BYTES
        };
        let count = run.rows.iter().take(CHUNK).map(fits).take_while(|fits| *fits).count().max(1);
        let chunk: Vec<_> = run.rows.drain(..count.min(run.rows.len())).collect();
        let runtime = tokio::runtime::Handle::current();
        under_way.spawn_blocking(move || {
            let mut verdicts = Vec::with_capacity(chunk.len());
            for row in chunk {
                let verdict = runtime.block_on(moderation.judge_row(&plan, row));
                let goes_on = verdict.1.goes_on();
                verdicts.push(verdict);
                if !goes_on {
                    break;
                }
            }
            (first, verdicts)
        });
    }

    async fn judge_row(&self, plan: &ImportPlan, row: WaitingRow) -> (u64, Verdict) {
        let WaitingRow { number, content } = row;
        let spender = Spender::Backlog { site: plan.site.as_deref(), token: None };
        let request = as_sent(crate::readings::request(&content), Origin::Import);
        let mut detection = match self.unjudged_row(plan, content) {
            Ok(detection) => detection,
            Err(error) => return (number, unheld(&error)),
        };
        match self.by_rule(&mut detection, None, &request, Instant::now()).await {
            Ok(Some(answer)) => {
                detection.judgement = to_judgement(answer, JudgedBy::Rule);
                return (number, Verdict::Judged(Box::new(detection), Held::default()));
            }
            Ok(None) => {}
            Err(error) => return (number, unheld(&error)),
        }
        let mut tries = 1;
        loop {
            let held = match self.hold_budget(spender).await {
                Ok(Ok(held)) => held,
                Ok(Err(spent)) => return (number, Verdict::OverBudget(spent)),
                Err(error) => return (number, unheld(&error)),
            };
            let started = Instant::now();
            let asked = self.upstreams.background.check(to_wire(plan.endpoint), &request);
            let error = match self.timed(asked).await {
                Ok(answer) => {
                    let site = plan.site.as_deref();
                    let answer = self.at_own_threshold(answer, self.options.judged_by, site).await;
                    detection.judgement = to_judgement(answer, self.options.judged_by);
                    detection.created_at = self.clock.now();
                    detection.circumstances.took_ms = Some(milliseconds(started));
                    self.hold_by_rule(&mut detection, None).await;
                    return (number, Verdict::Judged(Box::new(detection), held));
                }
                Err(error) => error,
            };
            self.unanswered(held, &error).await;
            let verdict = match error {
                error @ ApiError::QuotaExhausted { .. } => Verdict::Exhausted(error),
                error if is_away(&error) => Verdict::Away(error),
                error @ (ApiError::Invalid { .. } | ApiError::NotFound { .. }) => {
                    Verdict::Refused(words_of(&error))
                }
                // It failed with this row: the others may fare better meanwhile.
                _ if tries < TRIES => {
                    tokio::time::sleep(TRY_AGAIN * tries).await;
                    tries += 1;
                    continue;
                }
                error => Verdict::Refused(format!("asked {TRIES} times: {error}")),
            };
            return (number, verdict);
        }
    }

    /// What is logged of a row, but for its verdict.
    fn unjudged_row(&self, plan: &ImportPlan, content: Content) -> Result<NewDetection, ModerationError> {
        let check =
            NewCheck { endpoint: plan.endpoint, origin: Origin::Import, site: plan.site.clone(), content };
        let unjudged = to_judgement(self.pass(Instant::now())?, JudgedBy::Fallback);
        Ok(self.new_detection(check, unjudged, Circumstances::default()))
    }

    /// Logs what was judged, and looks whether the import is to go on.
    async fn settle(
        self: &Arc<Self>,
        run: &mut Run,
        verdicts: Vec<(u64, Verdict)>,
        stop: &CancellationToken,
    ) -> Result<(), ModerationError> {
        let mut rows = Vec::with_capacity(verdicts.len());
        let mut places = Vec::new();
        for (number, verdict) in verdicts {
            match verdict {
                Verdict::Judged(detection, held) => {
                    places.push(held);
                    rows.push(SettledRow { number, outcome: Ok(*detection) });
                }
                Verdict::Refused(reason) => rows.push(SettledRow { number, outcome: Err(reason) }),
                Verdict::Away(error) => {
                    run.reason = Some(away_words(&error));
                    run.end = Some(RunEnd::Away(wait_for(&error)));
                }
                Verdict::Exhausted(error) => {
                    run.reason = Some(words_of(&error));
                    run.end = Some(RunEnd::Exhausted);
                }
                Verdict::OverBudget(spent) => run.hold(&spent),
            }
        }
        if !rows.is_empty() {
            run.pace.add(rows.len());
            let settlement = Settlement { rows, per_minute: run.pace.per_minute(), at: self.clock.now() };
            self.write(run.id, &settlement, stop).await?;
            if run.plan.labels.is_some_and(|labels| labels.tell) {
                self.outbox_changed.notify_one();
            }
            self.spend(places).await;
        }
        let import = self.store.import(run.id).await?.ok_or(ModerationError::NotFound("import"))?;
        if !matches!(import.state, ImportState::Running | ImportState::Waiting | ImportState::Done) {
            run.end.get_or_insert(RunEnd::Halted);
        }
        self.explain(run, &import).await?;
        if run.told.is_none_or(|told| told.elapsed() >= TELL_EVERY) {
            run.told = Some(Instant::now());
            self.live.announce(LiveEvent::Import(run.id));
        }
        Ok(())
    }

    /// Writes until it is written: these verdicts were paid for.
    async fn write(
        &self,
        id: ImportId,
        settlement: &Settlement,
        stop: &CancellationToken,
    ) -> Result<(), ModerationError> {
        loop {
            match self.store.settle_import_rows(id, settlement).await {
                Ok(ids) => {
                    if let Some(newest) = ids.last() {
                        self.live.announce(LiveEvent::Arrived(*newest));
                    }
                    return Ok(());
                }
                Err(error @ StoreError::BadRow { .. }) => return Err(error.into()),
                Err(error) => {
                    tracing::error!(import = id.0, %error, rows = settlement.rows.len(), "verdicts wait for the log");
                    if stop.run_until_cancelled(tokio::time::sleep(WRITE_AGAIN)).await.is_none() {
                        return Err(error.into());
                    }
                }
            }
        }
    }

    /// Keeps what the import says of itself true: that the quota ended, that the upstream is away, or that it goes on.
    async fn explain(&self, run: &Run, import: &Import) -> Result<(), ModerationError> {
        let at = self.clock.now();
        let turn = |to, reason| store::ImportTurn {
            id: run.id,
            from: &[ImportState::Running, ImportState::Waiting],
            to,
            reason,
            by: None,
            action: None,
            at,
        };
        let reason = run.reason.as_deref();
        match run.end {
            Some(RunEnd::Exhausted) => self.hold_at_quota(import, reason.unwrap_or_default()).await,
            Some(RunEnd::OverBudget)
                if import.reason.as_deref() != reason || import.state != ImportState::Waiting =>
            {
                let action = (import.state != ImportState::Waiting).then_some("import.budget_spent");
                let turn = store::ImportTurn { action, ..turn(ImportState::Waiting, reason) };
                self.store.turn_import(&turn).await?;
                self.live.announce(LiveEvent::Import(run.id));
                Ok(())
            }
            Some(RunEnd::Away(_)) if import.reason.as_deref() != reason => {
                self.store.turn_import(&turn(ImportState::Running, reason)).await?;
                Ok(())
            }
            None | Some(RunEnd::TurnOver)
                if import.reason.is_some() || import.state == ImportState::Waiting =>
            {
                self.store.turn_import(&turn(ImportState::Running, None)).await?;
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

impl Run {
    /// Keeps what has come.
    fn take(&mut self, joined: Result<Judged, tokio::task::JoinError>) {
        match joined {
            Ok((first, verdicts)) => {
                self.is_closing |= verdicts.iter().any(|(_, verdict)| !verdict.goes_on());
                self.order.here.insert(first, verdicts);
            }
            // A row that breaks the program stays waiting, and is asked for again after the next start.
            Err(error) => tracing::error!(%error, "judging rows of an import broke"),
        }
    }

    /// A budget of the site is spent: the import waits until it starts anew, or is raised.
    fn hold(&mut self, spent: &SpentBudget) {
        self.reason = Some(format!(
            "{} is spent. The import goes on by itself when it renews on {}, or when it is raised in Settings.",
            spent.name,
            minute(spent.until)
        ));
        self.end = Some(RunEnd::OverBudget);
    }
}

async fn sleep_until(deadline: Option<tokio::time::Instant>) {
    if let Some(deadline) = deadline {
        tokio::time::sleep_until(deadline).await;
    }
}

/// How long to leave an upstream alone that is away.
fn wait_for(error: &ApiError) -> Duration {
    match error {
        ApiError::RateLimited { retry_after: Some(wait), .. } => {
            (*wait).clamp(Duration::from_secs(1), AWAY_MAX)
        }
        ApiError::Unauthorized { .. } | ApiError::NoPlan { .. } => AWAY_MAX,
        _ => WRITE_AGAIN,
    }
}

/// What keeps the upstream from answering, and that the import goes on by itself.
fn away_words(error: &ApiError) -> String {
    let what = match error {
        ApiError::Unauthorized { .. } => "ActiveLayer does not accept the API key",
        ApiError::NoPlan { .. } => "The ActiveLayer account has no active plan",
        ApiError::RateLimited { .. } => "Others need the checks of this minute",
        _ => "ActiveLayer cannot be reached",
    };
    format!("{what}. The import goes on by itself as soon as that changes.")
}

fn words_of(error: &ApiError) -> String {
    match error {
        ApiError::Invalid { message, errors } => {
            let fields: Vec<_> = errors.values().flatten().map(String::as_str).collect();
            if fields.is_empty() { message.clone() } else { fields.join(" ") }
        }
        ApiError::QuotaExhausted { used: Some(used), limit: Some(limit), .. } => {
            format!("The monthly quota is used up: {used} of {limit} checks.")
        }
        ApiError::QuotaExhausted { .. } => "The monthly quota is used up.".to_owned(),
        error => error.to_string(),
    }
}
