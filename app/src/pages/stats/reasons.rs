//! Why labels were set.

use domain::search::{ReasonTest, TermKind};
use leptos::prelude::*;

use super::links::{Links, term};
use crate::{
    components::{
        ErrorPanel,
        chart::{Cell, Figures, Table},
        classes::CARD,
    },
    server_fns::stats::{Asked, ReasonsCounted, count_reasons},
};

/// Labels by reason.
#[component]
pub(super) fn Reasons(asked: Memo<Asked>) -> impl IntoView {
    let shown = Memo::new(move |_| Asked { threshold: String::new(), ..asked.get() });
    let report = Resource::new_blocking(move || shown.get(), count_reasons);
    view! {
        <section class=format!("{CARD} mt-4 flex flex-col gap-3 min-w-0 max-w-3xl") aria-labelledby="reasons">
            <h2 class="text-sm font-semibold" id="reasons">"Labels by reason"</h2>
            <Transition>
                {move || Suspend::new(async move {
                    match report.await {
                        Ok(report) => view! { <Counts report=report/> }.into_any(),
                        Err(error) => view! { <ErrorPanel error=error/> }.into_any(),
                    }
                })}
            </Transition>
        </section>
    }
}

#[component]
fn Counts(report: ReasonsCounted) -> impl IntoView {
    let ReasonsCounted { counts, days, scope } = &report;
    let words = match counts {
        None => Some("Reasons are counted for all detections of a site, not for a search."),
        Some(counts) if counts.is_empty() => Some("Nobody labelled anything in these days."),
        Some(_) => None,
    };
    if let Some(words) = words {
        return view! { <p class="text-sm text-muted">{words}</p> }.into_any();
    }
    let links = Links { scope, since: None };
    let row = |(name, labels): &(Option<String>, u64)| {
        let test = name.clone().map_or(ReasonTest::None, ReasonTest::Named);
        let found = links.decided(*days, Some(term(TermKind::Reason(test))));
        let name = name.clone().unwrap_or_else(|| "no reason".to_owned());
        vec![Cell::words(name), Cell::count(*labels, found)]
    };
    let rows = counts.iter().flatten().map(row).collect();
    let table = Table { columns: vec!["Reason", "Labels"], rows };
    view! {
        <p class="text-sm text-muted">"Labels that were set in these days and stand; one may have several reasons."</p>
        <Figures table=table caption="Labels by reason".to_owned()/>
    }
    .into_any()
}
