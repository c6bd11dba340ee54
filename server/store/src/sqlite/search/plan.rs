//! Which index a search walks.
//!
//! Left alone, SQLite guesses badly between a full-text index, a dozen others and an order, so the choice is made here:
//!
//! 1. If some term matches few rows (at most [`FEW`]), just those are read, filtered and sorted.
//! 2. Else the log is walked in the order asked for, and stops once the page is full: with words or keys through the full-text
//!    index, which gives its rows in the order of ids; else through the shortest index that keeps that order; else as it lies.
//!
//! How many rows a term matches is counted on its index, no further than [`PROBE`]. What most rows have is not asked of the
//! full-text index where rows have to be looked at anyway. A time range becomes a range of ids
//! first, by way of `check_hours`.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use domain::search::{AppSaid, State, Term, TermKind};
use domain::{Order, SearchQuery};
use sqlx::sqlite::SqlitePool;
use sqlx::{QueryBuilder, Row, Sqlite};

use super::super::terms;
use super::super::time_range::id_range;
use super::words::{self, INDEX, Words};
use crate::Result;

/// So few rows are read and sorted in a few milliseconds, wherever they lie.
const FEW: i64 = 1_000;

/// So many rows with a word are read and sorted sooner than another order is walked: on that walk the full-text index
/// is asked about every single row.
const FEW_WITH_WORDS: i64 = 3_000;

/// Most rows that are looked at one by one to count matches, or for a page where they do not come in the order of ids: four
/// milliseconds or so.
const LOOK: i64 = 2_000;

/// The same where the full-text index is asked about each.
const LOOK_FOR_WORDS: i64 = 500;

/// Where counting the rows of a term stops; a millisecond or so where the index suffices. One more than are looked at, so that
/// it is known whether there are more.
const PROBE: i64 = LOOK + 1;

/// Of so many rows, the newest, it is asked whether most have a value; a fraction of a millisecond.
const SAMPLE: i64 = 256;

/// The index of verdicts and scores.
const BY_VERDICT: &str = "detections_by_verdict";

/// The index of labels, apps' words and distances from the threshold.
const BY_CLOSENESS: &str = "detections_by_closeness";

/// Its ranges, each in the order of distances; those without a label first.
const RANGES: [&str; 9] = [
    "d.label IS NULL AND d.app_word IS NULL",
    "d.label IS NULL AND d.app_word = 'spam'",
    "d.label IS NULL AND d.app_word = 'ham'",
    "d.label = 'spam' AND d.app_word IS NULL",
    "d.label = 'spam' AND d.app_word = 'spam'",
    "d.label = 'spam' AND d.app_word = 'ham'",
    "d.label = 'ham' AND d.app_word IS NULL",
    "d.label = 'ham' AND d.app_word = 'spam'",
    "d.label = 'ham' AND d.app_word = 'ham'",
];

/// Where the rows come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// The table itself, by id.
    Log,
    /// The full-text index, by id.
    Words,
    /// An index of the table.
    Index(&'static str),
}

/// A search, ready to be written as `FROM … WHERE …`.
pub(in super::super) struct Plan<'a> {
    query: &'a SearchQuery,
    words: Words,
    source: Source,
    order: Order,
    /// First and last id that a time range leaves.
    ids: Option<(i64, i64)>,
    now: DateTime<Utc>,
    /// What was counted to choose the source, so that nothing is counted twice.
    probes: Vec<Probe>,
}

/// How many rows a source has for the terms that it can answer by itself.
#[derive(Clone, Copy, Debug)]
struct Probe {
    source: Source,
    /// Where counting stopped.
    most: i64,
    /// At most `most`.
    rows: i64,
}

impl Probe {
    /// How many it had, had counting stopped at `most`; `None` when it stopped before.
    fn up_to(self, most: i64) -> Option<i64> {
        (self.rows < self.most || most <= self.most).then(|| self.rows.min(most))
    }
}

impl<'a> Plan<'a> {
    /// Chooses for a search in an order.
    pub(in super::super) async fn choose(
        query: &'a SearchQuery,
        order: Order,
        now: DateTime<Utc>,
        readers: &SqlitePool,
    ) -> Result<Self> {
        let ids = id_range(query, now, readers).await?;
        let mut words = Words::of(query);
        if !words.walk_decides {
            words = Words::without(query, &usual(query, now, readers).await?);
        }
        let mut plan = Self { query, words, source: Source::Log, order, ids, now, probes: Vec::new() };
        plan.source = plan.best_source(readers).await?;
        Ok(plan)
    }

    async fn best_source(&mut self, readers: &SqlitePool) -> Result<Source> {
        let mut candidates = self.candidates();
        if self.words.walk.is_some() {
            candidates.push((Source::Words, true));
        }
        let walk = self.walk();
        // With nothing to choose from, there is nothing to count.
        if candidates.iter().all(|(source, _)| *source == walk) {
            return Ok(walk);
        }
        let mut fewest = (walk, i64::MAX);
        for (source, keeps_id_order) in candidates {
            // As long as nothing has few rows, the walk is what is chosen, however many it has.
            if source == walk && fewest.0 == walk {
                continue;
            }
            let sorted = self.order == Order::Newest && keeps_id_order;
            let many = if source == Source::Words { FEW_WITH_WORDS } else { FEW };
            let most = if sorted { PROBE } else { many + 1 };
            let rows = self.probe(source, most, readers).await?;
            // However many it has: an index of just those rows is shorter than the log.
            let spares_log = sorted && walk == Source::Log && fewest.0 == walk;
            if (rows < most && rows < fewest.1) || spares_log {
                fewest = (source, rows);
            }
        }
        Ok(fewest.0)
    }

    /// First and last id that a time range leaves.
    pub(super) fn ids(&self) -> Option<(i64, i64)> {
        self.ids
    }

    /// Where the rows come from.
    pub(super) fn source(&self) -> Source {
        self.source
    }

    /// Which of some rows match.
    pub(super) async fn matching(&self, rows: &[(i64, f64)], readers: &SqlitePool) -> Result<HashSet<i64>> {
        if rows.is_empty() {
            return Ok(HashSet::new());
        }
        let mut sql = QueryBuilder::new("SELECT d.id FROM detections d NOT INDEXED WHERE d.id IN (");
        let mut ids = sql.separated(", ");
        for (id, _) in rows {
            // A number needs no quotes, and so many parameters would be slower.
            ids.push(id);
        }
        sql.push(")");
        self.push_terms(&mut sql);
        Ok(sql.build_query_scalar::<i64>().persistent(false).fetch_all(readers).await?.into_iter().collect())
    }

    /// Whether matches are looked for in windows of ids: where the source has rows in that order, and does not by itself decide
    /// by one look-up which of them match.
    pub(super) fn goes_by_windows(&self) -> bool {
        match self.source {
            Source::Log => !self.query.is_empty(),
            Source::Words => !self.words.is_one_lookup(),
            Source::Index(name) => (!self.is_decided_by_source() || self.asks_reasons()) && gives_ids(name),
        }
    }

    /// Whether the labels of each row have to be looked at.
    fn asks_reasons(&self) -> bool {
        self.query.terms.iter().any(|term| matches!(term.kind, TermKind::Reason(_)))
    }

    /// Whether the source gives rows in another order than that of ids, and some of them do not match.
    pub(super) fn filters_walk(&self) -> bool {
        let Source::Index(name) = self.source else { return false };
        let is_range = |term: &Term| {
            !term.negated && matches!(term.kind, TermKind::Is(State::Unlabelled | State::Waiting))
        };
        let decides = match name {
            BY_CLOSENESS => self.query.terms.iter().all(is_range),
            _ => self.is_decided_by_source(),
        };
        !decides && !gives_ids(name)
    }

    /// Everything that the choice is made from.
    #[cfg(test)]
    pub(super) fn sources(&self) -> Vec<Source> {
        let words = self.words.walk.is_some().then_some(Source::Words);
        let mut sources = vec![Source::Log, self.walk()];
        sources.extend(self.candidates().into_iter().map(|(source, _)| source).chain(words));
        sources
    }

    /// The same search over another source.
    #[cfg(test)]
    pub(super) fn with_source(self, source: Source) -> Self {
        Self { source, ..self }
    }

    /// Chooses where no order matters: the shortest index is the best, however long.
    pub(in super::super) async fn choose_unordered(
        query: &'a SearchQuery,
        now: DateTime<Utc>,
        readers: &SqlitePool,
    ) -> Result<Self> {
        let mut plan = Self::choose(query, Order::Newest, now, readers).await?;
        if plan.source != Source::Log {
            return Ok(plan);
        }
        let mut fewest = i64::MAX;
        for (source, _) in plan.candidates() {
            let rows = plan.probe(source, PROBE, readers).await?;
            if rows < fewest {
                (plan.source, fewest) = (source, rows);
            }
        }
        Ok(plan)
    }

    /// What gives rows in the order asked for, however many they are.
    fn walk(&self) -> Source {
        match self.order {
            Order::Newest if self.words.walk.is_some() => Source::Words,
            Order::Newest => Source::Log,
            Order::Score => Source::Index(BY_VERDICT),
            Order::Closest => Source::Index(BY_CLOSENESS),
        }
    }

    /// The parts of the source, each of which is sorted by itself: conditions, one of which holds for each row that matches.
    pub(super) fn parts(&self) -> &'static [&'static str] {
        let has = |kind: TermKind| self.query.terms.contains(&Term { negated: false, kind });
        match (self.source, self.order) {
            (Source::Index(BY_VERDICT), Order::Score) if self.has_verdict() => &["TRUE"],
            (Source::Index(BY_VERDICT), Order::Score) => &["d.is_spam = 1", "d.is_spam = 0"],
            (Source::Index(BY_CLOSENESS), _) if has(TermKind::Is(State::Waiting)) => {
                &["d.label IS NULL AND d.app_word IS NULL"]
            }
            (Source::Index(BY_CLOSENESS), _) if has(TermKind::Is(State::Unlabelled)) => &RANGES[..3],
            (Source::Index(BY_CLOSENESS), _) => &RANGES,
            _ => &["TRUE"],
        }
    }

    /// Indexes that some term of the search can use, and whether they give rows by id.
    fn candidates(&self) -> Vec<(Source, bool)> {
        let mut candidates = Vec::new();
        for term in self.query.terms.iter().filter(|term| !term.negated) {
            candidates.extend(index_for(&term.kind).map(|(name, by_id)| (Source::Index(name), by_id)));
        }
        if let Some((first, last)) = self.ids
            && last.saturating_sub(first) < PROBE
        {
            candidates.push((Source::Log, true));
        }
        candidates
    }

    fn has_verdict(&self) -> bool {
        let verdict = |term: &Term| matches!(term.kind, TermKind::Is(State::Spam | State::Ham));
        self.query.terms.iter().any(|term| !term.negated && verdict(term))
    }

    /// How many rows a source holds for the terms that it can answer by itself, counted no further than `most`.
    async fn probe(&mut self, source: Source, most: i64, readers: &SqlitePool) -> Result<i64> {
        if source == Source::Log {
            let (first, last) = self.ids.unwrap_or((0, i64::MAX));
            return Ok(last.saturating_sub(first).saturating_add(1));
        }
        if let Some(rows) = self.probed(source, most) {
            return Ok(rows);
        }
        let rows = self.count_source(source, most, readers).await?;
        self.probes.push(Probe { source, most, rows });
        Ok(rows)
    }

    fn probed(&self, source: Source, most: i64) -> Option<i64> {
        self.probes.iter().filter(|probe| probe.source == source).find_map(|probe| probe.up_to(most))
    }

    /// How many rows the source holds, counted no further than `most`.
    pub(in super::super) async fn scanned(&self, most: i64, readers: &SqlitePool) -> Result<i64> {
        match self.probed(self.source, most) {
            Some(rows) => Ok(rows),
            None => self.count_source(self.source, most, readers).await,
        }
    }

    async fn count_source(&self, source: Source, most: i64, readers: &SqlitePool) -> Result<i64> {
        let mut sql = QueryBuilder::new("SELECT count(*) FROM (SELECT 1 ");
        self.push_source(&mut sql, source);
        sql.push(" LIMIT ").push(most).push(")");
        Ok(sql.build_query_scalar().fetch_one(readers).await?)
    }

    /// Writes `FROM … WHERE …` for what a source can answer by itself, and returns what it calls a row's id.
    pub(super) fn push_source(&self, sql: &mut QueryBuilder<Sqlite>, source: Source) -> &'static str {
        let id = match source {
            Source::Log => {
                sql.push("FROM detections d NOT INDEXED WHERE TRUE");
                "d.id"
            }
            Source::Words => {
                sql.push(format_args!("FROM {INDEX} WHERE {INDEX} MATCH "));
                sql.push_bind(self.words.walk.clone());
                "detections_fts.rowid"
            }
            Source::Index(name) => {
                sql.push(format_args!("FROM detections d INDEXED BY {name} WHERE TRUE"));
                self.push_verdicts(sql, source);
                for term in self.query.terms.iter().filter(|term| answers(name, term)) {
                    terms::push(sql, term, self.now);
                }
                "d.id"
            }
        };
        if let Some((first, last)) = self.ids {
            sql.push(format_args!(" AND {id} BETWEEN ")).push_bind(first).push(" AND ").push_bind(last);
        }
        id
    }

    /// Whether the source alone answers every term, so that counting matches reads no row of the log.
    pub(super) fn is_decided_by_source(&self) -> bool {
        match self.source {
            Source::Log => self.query.is_empty(),
            Source::Words => self.words.walk_decides,
            Source::Index(name) => {
                self.query.terms.iter().all(|term| answers(name, term) || knows(name, term))
            }
        }
    }

    /// Whether the source has its rows in the order of ids.
    pub(in super::super) fn gives_ids(&self) -> bool {
        !matches!(self.source, Source::Index(name) if !gives_ids(name))
    }

    /// How many rows of the source may be looked at one by one.
    pub(in super::super) fn look(&self) -> i64 {
        let asks_words = self.words.wanted.is_some() || !self.words.unwanted.is_empty();
        if self.source != Source::Words && asks_words { LOOK_FOR_WORDS } else { LOOK }
    }

    /// Writes `SELECT id …` for the newest `look` rows of the source.
    pub(in super::super) fn push_looked_at(&self, sql: &mut QueryBuilder<Sqlite>, look: i64) {
        let column = if self.source == Source::Words { "rowid" } else { "d.id" };
        sql.push(format_args!("SELECT {column} AS id "));
        let id = self.push_source(sql, self.source);
        sql.push(format_args!(" ORDER BY {id} DESC LIMIT ")).push(look);
    }

    /// Writes `FROM … WHERE …` for what matches among the newest `look` rows of the source. The row of the log is `d`.
    pub(in super::super) fn push_bounded(&self, sql: &mut QueryBuilder<Sqlite>, look: i64) {
        sql.push("FROM (");
        self.push_looked_at(sql, look);
        sql.push(") s CROSS JOIN detections d NOT INDEXED ON d.id = s.id WHERE TRUE");
        self.push_terms(sql);
    }

    /// The ids that match within a window. As one text: row by row would take longer than to find them.
    pub(in super::super) async fn ids_within(
        &self,
        window: (i64, i64),
        readers: &SqlitePool,
    ) -> Result<Vec<i64>> {
        let mut sql = QueryBuilder::new(format!("SELECT group_concat(id) FROM (SELECT {} AS id ", self.id()));
        self.push(&mut sql, true, Some(window));
        sql.push(")");
        let text: Option<String> = sql.build_query_scalar().fetch_one(readers).await?;
        Ok(text.iter().flat_map(|text| text.split(',')).flat_map(str::parse).collect())
    }

    /// The id of a row, in the words of the source: conditions and order on it must name what the source walks.
    pub(in super::super) fn id(&self) -> &'static str {
        if self.source == Source::Words { "detections_fts.rowid" } else { "d.id" }
    }

    /// Whether the full-text index alone decides, so that a count needs no row of the log.
    fn is_only_words(&self) -> bool {
        self.source == Source::Words && self.words.walk_decides
    }

    /// A range of scores within the index of verdicts and scores is one range for each verdict.
    fn push_verdicts(&self, sql: &mut QueryBuilder<Sqlite>, source: Source) {
        if source == Source::Index(BY_VERDICT) && !self.has_verdict() {
            sql.push(" AND d.is_spam IN (0, 1)");
        }
    }

    /// Writes `FROM … WHERE …` for everything that matches. The row of the log is `d`, unless `bare`.
    /// `within` are the ids to look at, if not all.
    pub(in super::super) fn push(
        &self,
        sql: &mut QueryBuilder<Sqlite>,
        bare: bool,
        within: Option<(i64, i64)>,
    ) {
        let bare = bare && self.is_only_words();
        match self.source {
            Source::Log => {
                sql.push("FROM detections d NOT INDEXED WHERE TRUE");
            }
            Source::Index(name) => {
                sql.push(format_args!("FROM detections d INDEXED BY {name} WHERE TRUE"));
                if self.order != Order::Score {
                    self.push_verdicts(sql, self.source);
                }
            }
            Source::Words => {
                sql.push(format_args!("FROM {INDEX} "));
                if !bare {
                    sql.push(format_args!("CROSS JOIN detections d NOT INDEXED ON d.id = {INDEX}.rowid "));
                }
                sql.push(format_args!("WHERE {INDEX} MATCH "));
                sql.push_bind(self.words.walk.clone());
            }
        }
        if let Some((first, last)) = within.or(self.ids) {
            sql.push(format_args!(" AND {} BETWEEN ", self.id())).push_bind(first);
            sql.push(" AND ").push_bind(last);
        }
        if bare {
            return;
        }
        self.push_terms(sql);
    }

    /// Writes a condition for every term that the full-text index was not asked.
    fn push_terms(&self, sql: &mut QueryBuilder<Sqlite>) {
        for term in &self.query.terms {
            terms::push(sql, term, self.now);
        }
        if self.source == Source::Words {
            return;
        }
        if let Some(wanted) = &self.words.wanted {
            push_lookup(sql, " AND EXISTS ", wanted);
        }
        for unwanted in &self.words.unwanted {
            push_lookup(sql, " AND NOT EXISTS ", unwanted);
        }
    }
}

/// Whether an index holds what a term asks for, though it is not in its order.
fn knows(index: &str, term: &Term) -> bool {
    let is_time = matches!(term.kind, TermKind::After(_) | TermKind::Before(_) | TermKind::Age(_));
    let with_time = [
        "detections_labelled",
        "detections_unlabelled",
        "detections_waiting",
        "detections_app_said",
        "detections_contested",
        "detections_late",
    ];
    is_time && with_time.contains(&index)
}

/// Whether an index gives its rows by id.
fn gives_ids(index: &str) -> bool {
    !matches!(index, BY_VERDICT | BY_CLOSENESS | "detections_labelled_by" | "detections_labelled_when")
}

/// Whether an index answers a term by itself.
fn answers(index: &str, term: &Term) -> bool {
    !term.negated && index_for(&term.kind).is_some_and(|(name, _)| name == index)
}

/// Asks the full-text index about one row.
fn push_lookup(sql: &mut QueryBuilder<Sqlite>, sense: &'static str, expression: &str) {
    sql.push(sense).push(format_args!("(SELECT 1 FROM {INDEX} WHERE {INDEX} MATCH "));
    sql.push_bind(expression.to_owned()).push(format_args!(" AND {INDEX}.rowid = d.id)"));
}

/// The index that answers a term by itself, and whether it gives rows by id.
fn index_for(kind: &TermKind) -> Option<(&'static str, bool)> {
    Some(match kind {
        TermKind::Is(State::Spam | State::Ham) => (BY_VERDICT, false),
        TermKind::Is(State::Labelled) | TermKind::Label(_) | TermKind::Reason(_) => {
            ("detections_labelled", true)
        }
        TermKind::Is(State::Unlabelled) => ("detections_unlabelled", true),
        TermKind::Is(State::Waiting) => ("detections_waiting", true),
        TermKind::Is(State::Disputed) => ("detections_disputed", true),
        TermKind::Is(State::Contested) => ("detections_contested", true),
        TermKind::Is(State::Late) => ("detections_late", true),
        TermKind::App(AppSaid::Spam | AppSaid::Ham) => ("detections_app_said", true),
        TermKind::Is(State::Pending) => ("detections_feedback_pending", true),
        TermKind::Is(State::Failed) => ("detections_feedback_failed", true),
        TermKind::Is(State::Refused) => ("detections_refused", true),
        TermKind::Is(State::Held) => ("detections_held", true),
        TermKind::Score(_) => (BY_VERDICT, false),
        TermKind::Import(_) => ("detections_by_import", true),
        TermKind::Rule(_) => ("detections_by_rule", false),
        TermKind::By(_) => ("detections_labelled_by", false),
        TermKind::Labelled(_) | TermKind::LabelledOn(_) | TermKind::LabelledBetween(..) => {
            ("detections_labelled_when", false)
        }
        TermKind::Token(_) => ("detections_by_token", false),
        _ => return None,
    })
}

/// Keys that most of the newest rows have. They narrow a walk by little, and to meet with their long lists costs more than to
/// look at the rows, which has to be done anyway.
async fn usual<'a>(
    query: &'a SearchQuery,
    now: DateTime<Utc>,
    readers: &SqlitePool,
) -> Result<Vec<&'a Term>> {
    let mut keyed = words::keyed(query);
    if keyed.is_empty() {
        return Ok(keyed);
    }
    let mut sql = QueryBuilder::new("SELECT count(*)");
    for term in &keyed {
        sql.push(", count(*) FILTER (WHERE TRUE");
        terms::push(&mut sql, term, now);
        sql.push(")");
    }
    sql.push(" FROM (SELECT * FROM detections ORDER BY id DESC LIMIT ").push(SAMPLE).push(") d");
    let counted = sql.build().fetch_one(readers).await?;
    let counts: Vec<i64> =
        (0..counted.len()).map(|column| counted.try_get(column)).collect::<sqlx::Result<_>>()?;
    let mut having = counts.iter().skip(1);
    keyed.retain(|_| having.next().is_some_and(|rows| rows * 2 > counts[0]));
    Ok(keyed)
}
