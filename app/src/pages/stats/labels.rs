//! Verdicts against labels, as a matrix and by site.

use domain::{
    Label,
    paging::grouped,
    search::{AppSaid, Term, TermKind},
    statistics::{Confusion, Share, site_term},
};
use leptos::prelude::*;

use super::{
    charts::whole,
    links::{label, labelled, term, verdict},
};
use crate::{
    components::{
        chart::{Cell, Figures, Table},
        classes::CARD,
    },
    server_fns::stats::ChartsReport,
};

fn share(share: Option<Share>) -> String {
    share.map_or_else(|| "–".to_owned(), Share::words)
}

/// What was called what, and what it is.
#[component]
pub(super) fn Matrix(report: ChartsReport) -> impl IntoView {
    let total = report.charts.totals.labels;
    let cell = |count: u64, called: bool, is: bool| {
        let class = if called == is {
            "p-3 border border-line text-right"
        } else {
            "p-3 border border-line text-right bg-unsure-soft"
        };
        let address = whole(&report, [verdict(called), label(is)]);
        view! {
            <td class=class>
                <a class="text-lg font-semibold hover:underline" href=address data-count=count.to_string()>{grouped(count)}</a>
            </td>
        }
    };
    let cells = (
        (cell(total.caught, true, true), cell(total.missed, false, true)),
        (cell(total.false_alarms, true, false), cell(total.passed, false, false)),
    );
    let ((caught, missed), (false_alarms, passed)) = cells;
    let table = by_site(&report);
    let apps = overruled_by_apps(&report);
    view! {
        <section class=format!("{CARD} flex flex-col gap-3 min-w-0") aria-labelledby="matrix">
            <h2 class="text-sm font-semibold" id="matrix">"Verdicts against labels"</h2>
            <table class="w-full max-w-md text-sm tabular-nums">
                <caption class="sr-only">"Labelled checks by label (rows) and verdict (columns)"</caption>
                <thead>
                    <tr>
                        <td></td>
                        <th class="p-2 font-medium text-right" scope="col">"Verdict spam"</th>
                        <th class="p-2 font-medium text-right" scope="col">"Verdict ham"</th>
                    </tr>
                </thead>
                <tbody>
                    <tr><th class="p-2 font-medium text-left" scope="row">"Label spam"</th>{caught}{missed}</tr>
                    <tr><th class="p-2 font-medium text-left" scope="row">"Label ham"</th>{false_alarms}{passed}</tr>
                </tbody>
            </table>
            <p class="text-sm text-muted tabular-nums">
                {format!("Precision {}, recall {}. In brackets: where they lie with 95 % certainty, if what is labelled was picked by chance.", share(total.precision()), share(total.recall()))}
            </p>
            {apps}
            <details>
                <summary class="cursor-pointer text-sm text-accent">"By site"</summary>
                <Figures table=table caption="Verdicts against labels by site".to_owned()/>
            </details>
        </section>
    }
}

/// Verdicts that moderators overruled, and those that apps did by their feedback, each with its search.
fn overruled_by_apps(report: &ChartsReport) -> impl IntoView + use<> {
    let said = |is_spam: bool| term(TermKind::App(AppSaid::from(Label::from_is_spam(is_spam))));
    let row = |who: &'static str, of: Confusion, is: &dyn Fn(bool) -> Term| {
        let link = |count: u64, called: bool| {
            let address = whole(report, [verdict(called), is(!called)]);
            view! {
                <td class="p-2 text-right">
                    <a class="hover:underline" href=address data-count=count.to_string()>{grouped(count)}</a>
                </td>
            }
        };
        view! {
            <tr class="border-t border-line">
                <th class="p-2 font-medium text-left" scope="row">{who}</th>
                {link(of.false_alarms, true)}
                {link(of.missed, false)}
                <td class="p-2 text-right">{grouped(of.sum())}</td>
            </tr>
        }
    };
    let rows = (
        row("By moderators", report.charts.totals.labels, &label),
        row("By apps", report.charts.app_words, &said),
    );
    view! {
        <table class="w-full max-w-md text-sm tabular-nums" data-overruled="">
            <caption class="text-left text-sm font-semibold pb-1">"Overruled verdicts"</caption>
            <thead>
                <tr>
                    <td></td>
                    <th class="p-2 font-medium text-right" scope="col">"Spam that is ham"</th>
                    <th class="p-2 font-medium text-right" scope="col">"Ham that is spam"</th>
                    <th class="p-2 font-medium text-right" scope="col">"Said in all"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
}

fn by_site(report: &ChartsReport) -> Table {
    let row = |name: &Option<String>, labels: &Confusion| {
        let site = || site_term(name.as_deref());
        vec![
            Cell::words(name.clone().unwrap_or_else(|| "no site".to_owned())),
            Cell::count(labels.false_alarms, whole(report, [site(), verdict(true), label(false)])),
            Cell::count(labels.missed, whole(report, [site(), verdict(false), label(true)])),
            Cell::count(labels.sum(), whole(report, [site(), labelled()])),
            Cell::words(share(labels.precision())),
            Cell::words(share(labels.recall())),
        ]
    };
    Table {
        columns: vec!["Site", "False positives", "False negatives", "Labelled", "Precision", "Recall"],
        rows: report.charts.sites.iter().map(|site| row(&site.name, &site.value)).collect(),
    }
}
