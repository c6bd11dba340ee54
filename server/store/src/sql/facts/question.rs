//! Which of the detections in memory match.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::search::{Age, AppSaid, Pattern, ScoreTest, State, Term, TermKind};
use domain::{JudgedBy, Label, NO_SCORE, Origin, SearchQuery};

use super::super::Pool;
use super::super::columns::to_ms;
use super::Kept;
use super::block::{Alike, Block, Row, id_at, place};
use super::lookups::{Asked, Ids};
use crate::Result;

/// What was found so far.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) count: u64,
    /// By what facets tell apart, if that is asked.
    pub(super) alike: Option<HashMap<Alike, u64>>,
    /// Whether these are all.
    pub(super) complete: bool,
}

impl Tally {
    pub(super) fn with_facets() -> Self {
        Self { alike: Some(HashMap::new()), ..Self::default() }
    }

    fn add(&mut self, row: &Row) {
        self.count += 1;
        if let Some(alike) = &mut self.alike {
            *alike.entry(Alike::of(row)).or_default() += 1;
        }
    }
}

/// A search, split into what is told from memory and what the database is asked.
pub(super) struct Question {
    tests: Vec<(bool, Test)>,
    asked: Asked,
}

/// One term that is told from memory.
enum Test {
    Is(State),
    Label(Label),
    App(AppSaid),
    Score(ScoreTest),
    Site(Pattern),
    From(Origin),
    Judged(JudgedBy),
    /// One of these tokens; `None`: any.
    Token(Option<Vec<u32>>),
    Language(String),
    /// Created from this moment on, in milliseconds since 1970.
    Since(i64),
    /// Created before it.
    Before(i64),
}

/// A test for which what is kept was looked through: of each number of a word, whether it passes.
enum Ready<'a> {
    Plain(&'a Test),
    Sites(Vec<bool>),
    Languages(Vec<bool>),
}

impl Question {
    pub(super) async fn read(query: &SearchQuery, now: DateTime<Utc>, readers: &Pool) -> Result<Self> {
        let mut tests = Vec::new();
        let mut asked = Asked { wanted: SearchQuery::default(), unwanted: Vec::new() };
        for term in &query.terms {
            match test(&term.kind, now, readers).await? {
                Some(test) => tests.push((term.negated, test)),
                None if term.negated => {
                    let term = Term { negated: false, kind: term.kind.clone() };
                    asked.unwanted.push(SearchQuery { terms: vec![term] });
                }
                None => asked.wanted.terms.push(term.clone()),
            }
        }
        Ok(Self { tests, asked })
    }

    pub(super) fn asked(&self) -> &Asked {
        &self.asked
    }

    /// Adds up what matches within a window.
    pub(super) fn look(&self, kept: &Kept, (first, last): (i64, i64), ids: &Ids, tally: &mut Tally) {
        let tests: Vec<(bool, Ready)> =
            self.tests.iter().map(|(negated, test)| (*negated, test.ready(kept))).collect();
        let passes = |row: &Row| tests.iter().all(|(negated, test)| test.holds(row) != *negated);
        let is_unwanted = |id: i64| ids.unwanted.iter().any(|ids| ids.binary_search(&id).is_ok());
        let Some(wanted) = &ids.wanted else {
            let (first_block, last_block) = (place(first).0, place(last).0);
            for (number, block) in kept.blocks.range(first_block..=last_block) {
                let from = if *number == first_block { place(first).1 } else { 0 };
                let to = if *number == last_block { place(last).1 } else { u16::MAX };
                for (at, row) in block.between(from, to) {
                    if passes(&row) && !is_unwanted(id_at(*number, at)) {
                        tally.add(&row);
                    }
                }
            }
            return;
        };
        let mut current: Option<(i64, &Block)> = None;
        for id in wanted {
            let (number, at) = place(*id);
            if current.is_none_or(|(known, _)| known != number) {
                current = kept.blocks.get(&number).map(|block| (number, block));
            }
            let row = current.and_then(|(_, block)| block.get(at));
            if let Some(row) = row
                && passes(&row)
                && !is_unwanted(*id)
            {
                tally.add(&row);
            }
        }
    }
}

/// The test for a term; `None` when the database has to be asked.
async fn test(kind: &TermKind, now: DateTime<Utc>, readers: &Pool) -> Result<Option<Test>> {
    let ago = |age: &Age| to_ms(now - age.span());
    Ok(Some(match kind {
        TermKind::Is(state) => Test::Is(*state),
        TermKind::Label(label) => Test::Label(*label),
        TermKind::App(said) => Test::App(*said),
        TermKind::Score(score) => Test::Score(*score),
        TermKind::Site(site) => Test::Site(site.clone()),
        TermKind::From(origin) => Test::From(*origin),
        TermKind::Judged(by) => Test::Judged(*by),
        TermKind::Token(name) if name == "*" => Test::Token(None),
        TermKind::Token(name) => Test::Token(Some(tokens(name, readers).await?)),
        TermKind::Lang(tag) => Test::Language(tag.clone()),
        TermKind::After(moment) => Test::Since(to_ms(moment.start())),
        TermKind::Before(moment) => Test::Before(to_ms(moment.start())),
        TermKind::Age(age) if age.longer => Test::Before(ago(age)),
        TermKind::Age(age) => Test::Since(ago(age)),
        TermKind::Link(_)
        | TermKind::Word(_)
        | TermKind::Prefix(_)
        | TermKind::Phrase(_)
        | TermKind::Email(_)
        | TermKind::Ip(_)
        | TermKind::Import(_)
        | TermKind::Rule(_)
        | TermKind::Reason(_)
        | TermKind::By(_)
        | TermKind::Labelled(_)
        | TermKind::LabelledOn(_)
        | TermKind::LabelledBetween(..)
        | TermKind::Id(_) => return Ok(None),
    }))
}

async fn tokens(name: &str, readers: &Pool) -> Result<Vec<u32>> {
    let ids: Vec<i64> = sqlx::query_scalar("SELECT id FROM api_tokens WHERE name = $1 COLLATE NOCASE")
        .bind(name)
        .fetch_all(readers)
        .await?;
    Ok(ids.into_iter().flat_map(u32::try_from).collect())
}

impl Test {
    fn ready(&self, kept: &Kept) -> Ready<'_> {
        match self {
            Self::Site(site) => Ready::Sites(kept.sites.passing(|word| site.matches(word))),
            Self::Language(tag) => Ready::Languages(kept.languages.passing(|word| word == tag)),
            plain => Ready::Plain(plain),
        }
    }
}

impl Ready<'_> {
    fn holds(&self, row: &Row) -> bool {
        let passes = |words: &[bool], number: u32| words.get(number as usize).copied().unwrap_or(false);
        match self {
            Self::Sites(sites) => passes(sites, row.site),
            Self::Languages(languages) => passes(languages, row.language),
            Self::Plain(test) => match test {
                Test::Is(state) => is(*state, row),
                Test::Label(label) => row.bits.label() == Some(*label),
                Test::App(said) => row.bits.app_word().map_or(AppSaid::None, AppSaid::from) == *said,
                Test::Score(score) => has_score(*score, row.score),
                Test::From(origin) => row.bits.origin() == Some(*origin),
                Test::Judged(by) => row.bits.judged_by() == Some(*by),
                Test::Token(None) => row.token != 0,
                Test::Token(Some(tokens)) => tokens.contains(&row.token),
                Test::Since(ms) => row.created_at >= *ms,
                Test::Before(ms) => row.created_at < *ms,
                // Made ready above.
                Test::Site(_) | Test::Language(_) => false,
            },
        }
    }
}

/// The same as `search/terms.rs` asks of the database.
fn is(state: State, row: &Row) -> bool {
    let bits = row.bits;
    let is_refused = bits.judged_by() == Some(JudgedBy::Refused);
    match state {
        State::Spam => bits.is_spam(),
        State::Ham => !bits.is_spam() && row.score > NO_SCORE,
        State::Labelled => bits.label().is_some(),
        State::Unlabelled => bits.label().is_none(),
        State::Waiting => bits.label().is_none() && bits.app_word().is_none(),
        State::Disputed => !is_refused && bits.label().is_some_and(|label| label.is_spam() != bits.is_spam()),
        State::Contested => bits.is_contested(),
        State::Late => bits.is_late(),
        State::Pending => bits.is_pending(),
        State::Failed => bits.has_failed(),
        State::Refused => is_refused,
        State::Held => bits.is_held() && bits.label().is_none() && bits.app_word().is_none(),
    }
}

fn has_score(test: ScoreTest, score: f64) -> bool {
    match test {
        ScoreTest::Over(bound) => score > bound,
        ScoreTest::AtLeast(bound) => score >= bound,
        ScoreTest::Under(bound) => score > NO_SCORE && score < bound,
        ScoreTest::AtMost(bound) => score > NO_SCORE && score <= bound,
        ScoreTest::Exactly(wanted) => score == wanted,
        ScoreTest::Between(low, high) => (low..=high).contains(&score),
    }
}
