//! What the Overview page answers: what needs a person, whether today is unusual, who is here, what was disputed.

use chrono::{DateTime, NaiveTime, Utc};
use domain::{
    Days, Facet, FacetValue, Order, PageRequest, SearchQuery, Zone,
    overview::{Here, Needs, SiteWaits},
    search::{Age, Moment, State, Term, TermKind, Unit},
    statistics::{DaySoFar, Tally, WEEKS},
};

use crate::{Moderation, ModerationError};

/// Sites that are named; the rest is counted together.
const SITES_SHOWN: usize = 6;

/// Newest disputes that are shown.
const DISPUTES_SHOWN: u32 = 5;

impl Moderation {
    /// What waits for a person, each with the search that finds it.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn needs(&self) -> Result<Needs, ModerationError> {
        let now = self.clock.now();
        let waiting = of_the_week(State::Waiting);
        let facets = self.store.facets(&waiting, now).await?;
        let mut sites: Vec<SiteWaits> =
            facets.of(Facet::Site).map(|value| site_of(value, &waiting)).collect();
        sites.truncate(SITES_SHOWN);
        let count = async |query: &SearchQuery| self.store.count(query, now).await;
        Ok(Needs {
            waiting: count(&waiting).await?,
            sites,
            contested: count(&of_the_week(State::Contested)).await?,
            late: count(&of_the_week(State::Late)).await?,
            held: count(&all([TermKind::Is(State::Held)])).await?,
            failed: count(&all([TermKind::Is(State::Failed)])).await?,
        })
    }

    /// Today so far for somebody in a zone, beside the same weekday of the weeks before.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn day_so_far(&self, zone: &Zone) -> Result<DaySoFar, ModerationError> {
        self.count_newest().await?;
        let now = self.clock.now();
        let stretches = DaySoFar::stretches(zone, now);
        let mut hours: Vec<(DateTime<Utc>, Tally)> = Vec::new();
        // The days of UTC that today and the weeks before touch; what lies between them is not read.
        for (from, to) in stretches.iter().skip(1) {
            let Some(days) = Days::new(from.date_naive(), to.date_naive()) else { continue };
            for count in self.store.hour_counts(days, None).await? {
                let mut tally = Tally::default();
                tally.add(count.is_spam, count.checks);
                hours.push((count.hour, tally));
            }
        }
        let began = stretches.first().map_or(now, |(began, _)| *began);
        let since = async |verdict: State| {
            let query = all([TermKind::Is(verdict), TermKind::After(Moment::Time(began))]);
            Ok::<_, ModerationError>(self.store.count(&query, now).await?.count)
        };
        let today = Tally { spam: since(State::Spam).await?, ham: since(State::Ham).await? };
        Ok(DaySoFar::new(zone, now, today, &hours, self.whole_since(now).await?))
    }

    /// From when on the log has whole days, as far as the weeks that are looked back at; `None` when it has none.
    async fn whole_since(&self, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, ModerationError> {
        let weeks = i64::try_from(WEEKS).unwrap_or_default();
        // Two days more than are needed, so that what is older than these weeks shows.
        let days = Days::up_to(now.date_naive(), weeks * 7 + 3);
        let counted = self.store.day_counts(days, None).await?;
        let first = counted.iter().filter(|count| count.checks > 0).map(|count| count.day).min();
        // The first day may have begun before the log did.
        Ok(first.and_then(|day| day.succ_opt()).map(|day| day.and_time(NaiveTime::MIN).and_utc()))
    }

    /// The newest detections whose label is not the verdict.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn newest_disputes(&self) -> Result<Vec<domain::DetectionSummary>, ModerationError> {
        let page = PageRequest { order: Order::Newest, from: None, limit: DISPUTES_SHOWN };
        Ok(self.search(&all([TermKind::Is(State::Disputed)]), &page).await?.rows)
    }

    /// Who has a page open, and what they review.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn who_is_here(&self) -> Result<Vec<Here>, ModerationError> {
        let claims = self.store.claims(self.clock.now()).await?;
        let mut here: Vec<Here> = self
            .present()
            .into_iter()
            .map(|(id, name)| Here { reviews: claims.iter().any(|claim| claim.user_id == id), name })
            .collect();
        here.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(here)
    }
}

fn site_of(value: &FacetValue, among: &SearchQuery) -> SiteWaits {
    let mut query = among.clone();
    query.terms.push(value.term.clone());
    SiteWaits { name: value.words(), count: value.count, query }
}

/// What is in some state of the last seven days.
fn of_the_week(state: State) -> SearchQuery {
    all([TermKind::Is(state), TermKind::Age(Age { longer: false, count: 7, unit: Unit::Day })])
}

fn all(kinds: impl IntoIterator<Item = TermKind>) -> SearchQuery {
    SearchQuery { terms: kinds.into_iter().map(|kind| Term { negated: false, kind }).collect() }
}
