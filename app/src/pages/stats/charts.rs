//! The charts of the page, each from its figures.

use domain::{
    Days,
    paging::grouped,
    search::{ScoreTest, Term, TermKind},
    statistics::{Charts, Confusion, Percentiles, SCORE_STEP, SCORE_STEPS, Slot, Step, real},
};

use super::{
    links::{self, Links, judged, label, labelled, term, verdict},
    words::{long, milliseconds, percent, spam_share},
};
use crate::{
    components::chart::{Cell, Chart, Near, Plot, Series, Table},
    server_fns::stats::ChartsReport,
};

/// Every chart of the page, in order.
pub(crate) fn all(report: &ChartsReport) -> Vec<Chart> {
    vec![
        checks(report),
        share(report),
        scores(report),
        labels(report),
        latency(report),
        work(report),
        spending(report),
    ]
}

fn of(report: &ChartsReport) -> Links<'_> {
    Links { scope: &report.scope, since: report.charts.since }
}

fn slots(charts: &Charts) -> Vec<Slot> {
    charts.days.slots(charts.days.step())
}

fn long_slots(charts: &Charts) -> Vec<Slot> {
    charts.days.slots(charts.days.long_step())
}

/// The days that each column of the checks' charts zooms into.
pub(super) fn zoom(charts: &Charts) -> Vec<Days> {
    slots(charts).into_iter().map(Slot::days).collect()
}

/// The days that each column of the other charts zooms into.
pub(super) fn long_zoom(charts: &Charts) -> Vec<Days> {
    long_slots(charts).into_iter().map(Slot::days).collect()
}

fn bars<const N: usize>(looks: [(usize, &'static str); N]) -> Plot {
    let bars = looks.map(|(column, look)| Series { column, look }).to_vec();
    Plot { bars, lines: Vec::new(), mark: None, unit: "" }
}

fn lines<const N: usize>(looks: [(usize, &'static str); N], unit: &'static str) -> Plot {
    let lines = looks.map(|(column, look)| Series { column, look }).to_vec();
    Plot { bars: Vec::new(), lines, mark: None, unit }
}

/// `day`, as the columns are.
fn each(step: Step) -> &'static str {
    match step {
        Step::Hour => "hour",
        Step::Day => "day",
        Step::Week => "week",
    }
}

fn checks(report: &ChartsReport) -> Chart {
    let (charts, links) = (&report.charts, of(report));
    let has_before = !charts.checks_before.is_empty();
    let before = charts.days.weeks_before().slots(charts.days.step());
    let rows = slots(charts).into_iter().zip(&charts.checks).enumerate();
    let rows = rows.map(|(index, (slot, tally))| {
        let mut row = vec![
            Cell::words(slot.name()),
            Cell::count(tally.spam, links.slot(slot, [verdict(true)])),
            Cell::count(tally.ham, links.slot(slot, [verdict(false)])),
            Cell::count(tally.sum(), links.slot(slot, [])),
        ];
        row.extend(charts.checks_before.get(index).map(|count| match before.get(index) {
            Some(slot) => Cell::count(*count, links.slot(*slot, [])),
            None => Cell::bare(*count),
        }));
        row
    });
    let mut columns = vec!["When (UTC)", "Spam", "Ham", "All"];
    let mut plot = bars([(1, "c-spam"), (2, "c-hatched")]);
    if has_before {
        columns.push("All, weeks before");
        plot.lines.push(Series { column: 4, look: "c-line-before" });
    }
    let most = charts.checks.iter().map(|tally| tally.sum()).max().unwrap_or_default();
    let total = charts.totals.checks;
    Chart {
        name: "checks",
        title: "Checks by verdict",
        summary: format!(
            "{} checks, {} of them spam; {} in the busiest {}.",
            grouped(total.sum()),
            grouped(total.spam),
            grouped(most),
            each(charts.days.step())
        ),
        near: None,
        table: Table { columns, rows: rows.collect() },
        plot,
    }
}

fn share(report: &ChartsReport) -> Chart {
    let (charts, links) = (&report.charts, of(report));
    let rows = slots(charts).into_iter().zip(&charts.checks).map(|(slot, tally)| {
        vec![
            Cell::words(slot.name()),
            Cell::measure(spam_share(*tally), percent),
            Cell::count(tally.spam, links.slot(slot, [verdict(true)])),
            Cell::count(tally.sum(), links.slot(slot, [])),
        ]
    });
    let total = spam_share(charts.totals.checks).map_or_else(
        || "No checks.".to_owned(),
        |share| format!("{} of all checks were spam.", percent(share)),
    );
    let columns = vec!["When (UTC)", "Spam share", "Spam", "All"];
    let table = Table { columns, rows: rows.collect() };
    let plot = lines([(1, "c-line")], " %");
    Chart { name: "share", title: "Spam share", summary: total, near: None, table, plot }
}

fn scores(report: &ChartsReport) -> Chart {
    let (charts, links) = (&report.charts, of(report));
    let width = f64::from(SCORE_STEP);
    let rows = charts.scores.iter().enumerate().map(|(step, tally)| {
        let low = step as f64 * width;
        let (from, to) = (
            term(TermKind::Score(ScoreTest::AtLeast(low))),
            term(TermKind::Score(ScoreTest::Under(low + width))),
        );
        let link = |is_spam| match step {
            0 => links.days(charts.days, [verdict(is_spam), to.clone()]),
            _ if step + 1 == SCORE_STEPS => links.days(charts.days, [verdict(is_spam), from.clone()]),
            _ => links.days(charts.days, [verdict(is_spam), from.clone(), to.clone()]),
        };
        let name =
            format!("{low:.0} to {}{:.0}", if step + 1 == SCORE_STEPS { "" } else { "below " }, low + width);
        vec![Cell::words(name), Cell::count(tally.spam, link(true)), Cell::count(tally.ham, link(false))]
    });
    let summary = match charts.threshold {
        Some(threshold) => format!("The upstream says spam from {threshold} on."),
        None => "No checks yet.".to_owned(),
    };
    let near = charts.threshold.and_then(|threshold| near(charts, &links, threshold));
    let mut plot = bars([(1, "c-spam"), (2, "c-hatched")]);
    plot.mark = charts.threshold.map(|threshold| (threshold / 100.0, format!("threshold {threshold}")));
    let table = Table { columns: vec!["Score", "Spam", "Ham"], rows: rows.collect() };
    Chart { name: "scores", title: "Scores", summary, near, table, plot }
}

/// The checks whose steps lie about the threshold.
fn near(charts: &Charts, links: &Links<'_>, threshold: f64) -> Option<Near> {
    let width = f64::from(SCORE_STEP);
    let is_close = |step: &usize| (*step as f64 * width + width / 2.0 - threshold).abs() < 10.0;
    let (first, last) = ((0..SCORE_STEPS).find(is_close)?, (0..SCORE_STEPS).rfind(is_close)?);
    let count = charts.scores[first..=last].iter().map(|tally| tally.sum()).sum();
    // The first step begins below all scores, the last one ends above them.
    let from = (first > 0).then_some(ScoreTest::AtLeast(first as f64 * width));
    let to = (last + 1 < SCORE_STEPS).then_some(ScoreTest::Under((last + 1) as f64 * width));
    let terms = from.into_iter().chain(to).map(|test| term(TermKind::Score(test)));
    let cell = Cell::count(count, links.days(charts.days, terms));
    let words =
        if count == 1 { "check is within ten points of it." } else { "checks are within ten points of it." };
    Some(Near { cell, words })
}

fn labels(report: &ChartsReport) -> Chart {
    let (charts, links) = (&report.charts, of(report));
    let row = |(slot, labels): (Slot, &Confusion)| {
        vec![
            Cell::words(slot.name()),
            Cell::count(labels.false_alarms, links.slot(slot, [verdict(true), label(false)])),
            Cell::count(labels.missed, links.slot(slot, [verdict(false), label(true)])),
            Cell::count(labels.sum(), links.slot(slot, [labelled()])),
        ]
    };
    let rows = long_slots(charts).into_iter().zip(&charts.labels).map(row).collect();
    let total = charts.totals.labels;
    Chart {
        name: "labels",
        title: "Verdicts that moderators overruled",
        summary: format!(
            "Of {} labelled checks, {} were spam by mistake (false positives) and {} slipped through (false negatives). By the day of the check.",
            grouped(total.sum()),
            grouped(total.false_alarms),
            grouped(total.missed)
        ),
        near: None,
        table: Table { columns: vec!["When (UTC)", "False positives", "False negatives", "Labelled"], rows },
        plot: bars([(1, "c-spam"), (2, "c-dotted")]),
    }
}

fn latency(report: &ChartsReport) -> Chart {
    let (charts, links) = (&report.charts, of(report));
    let time = |percentiles: Option<Percentiles>, which: fn(Percentiles) -> f64| {
        Cell::measure(percentiles.map(which), milliseconds)
    };
    let rows = long_slots(charts).into_iter().zip(&charts.latency).map(|(slot, latency)| {
        let (ours, theirs) = (latency.answers, latency.executions);
        let judged_checks = theirs.map_or(0, |theirs| theirs.count);
        vec![
            Cell::words(slot.name()),
            time(ours, |times| times.p50),
            time(ours, |times| times.p95),
            time(ours, |times| times.p99),
            time(theirs, |times| times.p50),
            time(theirs, |times| times.p95),
            Cell::count(judged_checks, links.slot(slot, judged())),
        ]
    });
    let said = |name: &str, times: Option<Percentiles>| {
        times.map(|times| {
            format!("{name}: median {}, 95 % within {}. ", milliseconds(times.p50), milliseconds(times.p95))
        })
    };
    let total = charts.latency_total;
    let summary = [said("Whole answers", total.answers), said("The upstream's own work", total.executions)];
    let summary: String = summary.into_iter().flatten().collect();
    Chart {
        name: "latency",
        title: "How long checks take",
        summary: if summary.is_empty() {
            "No checks.".to_owned()
        } else {
            format!("{summary}Accurate to about a third.")
        },
        near: None,
        table: Table {
            columns: vec![
                "When (UTC)",
                "Median",
                "95 %",
                "99 %",
                "Upstream median",
                "Upstream 95 %",
                "Checks judged",
            ],
            rows: rows.collect(),
        },
        plot: lines([(1, "c-line"), (2, "c-line-2"), (4, "c-line-before")], " ms"),
    }
}

fn work(report: &ChartsReport) -> Chart {
    let (charts, links) = (&report.charts, of(report));
    let rows = long_slots(charts).into_iter().zip(&charts.work).map(|(slot, work)| {
        vec![
            Cell::words(slot.name()),
            Cell::count(work.decisions, links.decided(slot.days(), None)),
            Cell::measure(work.median_ms, long),
        ]
    });
    let total = charts.work_total;
    let median = total.median_ms.map(|ms| format!(", half of them within {} of the check", long(ms)));
    Chart {
        name: "work",
        title: "Moderators' decisions",
        summary: format!(
            "{} labels were set in these days and stand{}.",
            grouped(total.decisions),
            median.unwrap_or_default()
        ),
        near: None,
        table: Table {
            columns: vec!["When (UTC)", "Decisions", "Median time to decision"],
            rows: rows.collect(),
        },
        plot: bars([(1, "c-bar")]),
    }
}

fn spending(report: &ChartsReport) -> Chart {
    let (charts, links) = (&report.charts, of(report));
    let slots = long_slots(charts);
    let columns = slots.len();
    let rows = slots.into_iter().zip(&charts.spending.columns).map(|(slot, tally)| {
        vec![Cell::words(slot.name()), Cell::count(tally.sum(), links.slot(slot, judged()))]
    });
    let rows: Vec<_> = rows.collect();
    let total = charts.spending.total.sum();
    let mean = real(total) / real(columns.max(1) as u64);
    Chart {
        name: "spending",
        title: "Checks spent",
        summary: format!(
            "{} checks were judged by the upstream, {mean:.0} {} on average. What the fallback answered costs nothing.",
            grouped(total),
            each(charts.days.long_step())
        ),
        near: None,
        table: Table { columns: vec!["When (UTC)", "Checks"], rows },
        plot: bars([(1, "c-bar")]),
    }
}

/// The whole range, with terms.
pub(super) fn whole(report: &ChartsReport, terms: impl IntoIterator<Item = Term>) -> String {
    links::Links { scope: &report.scope, since: report.charts.since }.days(report.charts.days, terms)
}
