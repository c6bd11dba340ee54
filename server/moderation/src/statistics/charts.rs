//! From counts to columns.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use domain::Days;
use domain::statistics::{
    Charts, Confusion, Latency, Leaders, Named, SCORE_STEPS, Slot, Spending, Step, Tally, Totals, Work,
};
use store::statistics::{Counts, DayCount, HourCount, WordCount};

use super::spread::Spread;

/// Most names of a list; the rest are added up.
const LEADERS: usize = 12;

/// Most sites of the table of labels against verdicts, and most people.
const SITES: usize = 25;

/// Draws a range; what lies outside of it is not counted.
pub(super) fn draw(days: Days, mut counts: Counts) -> Charts {
    let within = |day: NaiveDate| (days.from()..=days.to()).contains(&day);
    counts.days.retain(|count| within(count.day));
    counts.decisions.retain(|count| within(count.day));
    counts.deciders.retain(|count| within(count.spread.day));
    let latency = Times::of(days, &counts);
    let work = Decisions::of(days, &counts);
    Charts {
        days,
        since: None,
        from_log: false,
        behind: None,
        checks: match days.step() {
            Step::Hour => by_hour(days, &counts.hours),
            _ => by_day(days, &counts.days),
        },
        checks_before: Vec::new(),
        totals: totals(&counts.days),
        app_words: app_words(days, &counts.words),
        totals_before: None,
        labels: labels(days, &counts.days),
        sites: sites(&counts),
        scores: scores(&counts),
        threshold: None,
        latency: latency.columns,
        latency_total: latency.total,
        work: work.columns,
        work_total: work.total,
        people: work.people,
        spending: spending(days, &counts),
    }
}

/// The columns of a range, and which of them a moment lies in.
struct Columns(Vec<Slot>);

impl Columns {
    fn long(days: Days) -> Self {
        Self(days.slots(days.long_step()))
    }

    fn at(&self, time: DateTime<Utc>) -> Option<usize> {
        let at = self.0.partition_point(|slot| slot.start <= time).checked_sub(1)?;
        (time < self.0[at].end).then_some(at)
    }

    fn of_day(&self, day: NaiveDate) -> Option<usize> {
        self.at(day.and_time(NaiveTime::MIN).and_utc())
    }

    /// Something for each column.
    fn each<T: Clone + Default>(&self) -> Vec<T> {
        vec![T::default(); self.0.len()]
    }
}

pub(super) fn by_hour(days: Days, hours: &[HourCount]) -> Vec<Tally> {
    let columns = Columns(days.slots(Step::Hour));
    let mut tallies = columns.each::<Tally>();
    for count in hours {
        if let Some(at) = columns.at(count.hour) {
            tallies[at].add(count.is_spam, count.checks);
        }
    }
    tallies
}

pub(super) fn by_day(days: Days, counts: &[DayCount]) -> Vec<Tally> {
    let columns = Columns::long(days);
    let mut tallies = columns.each::<Tally>();
    for count in counts {
        if let Some(at) = columns.of_day(count.day) {
            tallies[at].add(count.is_spam, count.checks);
        }
    }
    tallies
}

pub(super) fn totals(counts: &[DayCount]) -> Totals {
    let mut totals = Totals::default();
    for count in counts {
        totals.checks.add(count.is_spam, count.checks);
        if let Some(label) = count.label {
            totals.labels.add(count.is_spam, label.is_spam(), count.checks);
        }
    }
    totals
}

fn labels(days: Days, counts: &[DayCount]) -> Vec<Confusion> {
    let columns = Columns::long(days);
    let mut labels = columns.each::<Confusion>();
    for count in counts {
        if let (Some(at), Some(label)) = (columns.of_day(count.day), count.label) {
            labels[at].add(count.is_spam, label.is_spam(), count.checks);
        }
    }
    labels
}

/// Verdicts against what apps said.
fn app_words(days: Days, counts: &[WordCount]) -> Confusion {
    let mut words = Confusion::default();
    for count in counts.iter().filter(|count| (days.from()..=days.to()).contains(&count.day)) {
        words.add(count.is_spam, count.word.is_spam(), count.checks);
    }
    words
}

/// Sums by name, whatever its case; the first spelling is kept.
struct ByName<T>(BTreeMap<Option<String>, (Option<String>, T)>);

impl<T: Default> ByName<T> {
    fn new() -> Self {
        Self(BTreeMap::new())
    }

    fn of(&mut self, name: Option<&str>) -> &mut T {
        let key = name.map(str::to_ascii_lowercase);
        &mut self.0.entry(key).or_insert_with(|| (name.map(str::to_owned), T::default())).1
    }

    /// The greatest first.
    fn sorted(self, size: impl Fn(&T) -> u64) -> Vec<Named<T>> {
        let mut all: Vec<_> = self
            .0
            .into_values()
            .map(|(name, value)| Named { name, value })
            .filter(|one| size(&one.value) > 0)
            .collect();
        all.sort_by_key(|one| std::cmp::Reverse(size(&one.value)));
        all
    }
}

fn sites(counts: &Counts) -> Vec<Named<Confusion>> {
    let mut sites = ByName::<Confusion>::new();
    for count in &counts.sites {
        if let Some(label) = count.label {
            sites.of(count.site.as_deref()).add(count.is_spam, label.is_spam(), count.checks);
        }
    }
    let mut sites = sites.sorted(|site| site.sum());
    sites.truncate(SITES);
    sites
}

fn scores(counts: &Counts) -> [Tally; SCORE_STEPS] {
    let mut scores = [Tally::default(); SCORE_STEPS];
    for count in &counts.scores {
        scores[count.step.min(SCORE_STEPS - 1)].add(count.is_spam, count.checks);
    }
    scores
}

/// How long checks took.
struct Times {
    columns: Vec<Latency>,
    total: Latency,
}

impl Times {
    fn of(days: Days, counts: &Counts) -> Self {
        let columns = Columns::long(days);
        let mut each = columns.each::<(Spread, Spread)>();
        let mut all = (Spread::default(), Spread::default());
        for count in &counts.answers {
            if let Some(at) = columns.of_day(count.day) {
                each[at].0.add(count);
                all.0.add(count);
            }
        }
        for count in &counts.executions {
            if let Some(at) = columns.of_day(count.day) {
                each[at].1.add(count);
                all.1.add(count);
            }
        }
        let latency = |(answers, executions): &(Spread, Spread)| Latency {
            answers: answers.percentiles(),
            executions: executions.percentiles(),
        };
        Self { columns: each.iter().map(latency).collect(), total: latency(&all) }
    }
}

/// Moderators' work.
struct Decisions {
    columns: Vec<Work>,
    total: Work,
    people: Vec<Named<Work>>,
}

impl Decisions {
    fn of(days: Days, counts: &Counts) -> Self {
        let columns = Columns::long(days);
        let mut each = columns.each::<Spread>();
        let (mut all, mut people) = (Spread::default(), ByName::<Spread>::new());
        for count in &counts.decisions {
            if let Some(at) = columns.of_day(count.day) {
                each[at].add(count);
                all.add(count);
            }
        }
        for count in &counts.deciders {
            people.of(Some(&count.by)).add(&count.spread);
        }
        let work = |spread: &Spread| Work { decisions: spread.count(), median_ms: spread.quantile(0.5) };
        let people = people.sorted(Spread::count).into_iter().take(SITES);
        Self {
            columns: each.iter().map(work).collect(),
            total: work(&all),
            people: people.map(|Named { name, value }| Named { name, value: work(&value) }).collect(),
        }
    }
}

fn spending(days: Days, counts: &Counts) -> Spending {
    let columns = Columns::long(days);
    let mut spending = Spending { columns: columns.each(), ..Spending::default() };
    for count in counts.days.iter().filter(|count| count.spent) {
        if let Some(at) = columns.of_day(count.day) {
            spending.columns[at].add(count.is_spam, count.checks);
            spending.total.add(count.is_spam, count.checks);
        }
    }
    let mut sites = ByName::<Tally>::new();
    for count in counts.sites.iter().filter(|count| count.spent) {
        sites.of(count.site.as_deref()).add(count.is_spam, count.checks);
    }
    let (mut tokens, mut origins) = (ByName::<Tally>::new(), ByName::<Tally>::new());
    for count in &counts.askers {
        tokens.of(count.token.as_deref()).add(count.is_spam, count.checks);
        origins.of(Some(count.origin.as_str())).add(count.is_spam, count.checks);
    }
    spending.sites = leaders(sites);
    spending.tokens = leaders(tokens);
    spending.origins = leaders(origins);
    spending
}

fn leaders(all: ByName<Tally>) -> Leaders {
    let mut first = all.sorted(|tally| tally.sum());
    let others = first.split_off(first.len().min(LEADERS));
    let mut rest = Tally::default();
    for other in &others {
        rest.add(true, other.value.spam);
        rest.add(false, other.value.ham);
    }
    Leaders { first, others: others.len() as u64, rest }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{Label, Origin};
    use store::statistics::{AskerCount, SiteCount};

    #[test]
    fn the_parts_add_up_to_the_whole() {
        let days = Days::up_to("2025-02-16".parse().unwrap(), 120);
        let mut counts = Counts::default();
        for (number, day) in days.from().iter_days().take(130).enumerate() {
            let (is_spam, checks, spent) = (number % 3 == 0, number as u64, number % 7 != 0);
            let label = (number % 5 == 0).then_some(Label::Ham);
            counts.days.push(DayCount { day, is_spam, label, spent, checks });
        }
        for number in 0..30_u64 {
            let site = Some(format!("{}{number}.example", if number == 3 { "Site" } else { "site" }));
            counts.sites.push(SiteCount { site, is_spam: true, label: None, spent: true, checks: number });
        }
        let again = Some("SITE29.example".to_owned());
        counts.sites.push(SiteCount { site: again, is_spam: false, label: None, spent: true, checks: 1 });
        counts.askers.push(AskerCount { token: None, origin: Origin::Paste, is_spam: true, checks: 4 });
        let charts = draw(days, counts);
        let all: u64 = (0..120).sum();
        assert_eq!(charts.totals.checks.sum(), all, "and nothing from outside");
        assert_eq!(charts.checks.iter().map(|tally| tally.sum()).sum::<u64>(), all);
        assert_eq!(charts.labels.iter().map(|column| column.sum()).sum::<u64>(), charts.totals.labels.sum());
        assert!(charts.totals.labels.false_alarms > 0 && charts.totals.labels.passed > 0);
        assert_eq!(
            charts.spending.columns.iter().map(|tally| tally.sum()).sum::<u64>(),
            charts.spending.total.sum()
        );
        let sites = &charts.spending.sites;
        assert_eq!((sites.first.len(), sites.others), (12, 17));
        assert_eq!(sites.first[0].value, Tally { spam: 29, ham: 1 }, "case makes no other site");
        let sum = sites.first.iter().map(|site| site.value.sum()).sum::<u64>() + sites.rest.sum();
        assert_eq!(sum, (0..30).sum::<u64>() + 1);
    }
}
