//! Today so far, beside what is usual at this time of the week.

use domain::{
    Overview, SearchQuery,
    paging::grouped,
    search::{State, Term, TermKind},
    statistics::{Compared, DaySoFar, Standing, between},
};
use leptos::prelude::*;

use crate::components::{Glyph, Icon, classes::CARD, now};

/// The answer in words, then the figures; each opens the rows that it counts.
#[component]
pub(super) fn Today(today: DaySoFar, figures: Overview) -> impl IntoView {
    let unusual = today.is_unusual();
    let (class, glyph) = if unusual {
        ("flex items-center gap-2 font-medium text-unsure", Glyph::Warning)
    } else {
        ("flex items-center gap-2 font-medium", Glyph::Info)
    };
    let since = |terms: Vec<Term>| {
        // Open at its end: what comes while one looks belongs to it.
        let [from, _] = between(today.began, now());
        SearchQuery { terms: [vec![from], terms].concat() }.address()
    };
    let state = |negated, state| vec![Term { negated, kind: TermKind::Is(state) }];
    let (checks, spam) = (today.checks(), today.spam());
    let wrong = figures.false_positives_week;
    view! {
        <section class=CARD aria-labelledby="today">
            <h2 class="font-semibold mb-2" id="today">"Is today unusual?"</h2>
            <p class=class data-usual=if unusual { "no" } else { "yes" }><Icon glyph=glyph/>{today.headline()}</p>
            <dl class="mt-2 grid gap-2">
                <Figure count=today.today.sum() name="checks today" compared=checks href=since(state(true, State::Refused))/>
                <Figure count=today.today.spam name="of them spam" compared=spam href=since(state(false, State::Spam))/>
            </dl>
            <p class="mt-2 text-sm text-muted">{today.basis()}</p>
            <p class="mt-3 pt-3 border-t border-line">
                <a class="hover:underline" href="/detections?q=is%3Aspam%20is%3Adisputed%20labelled%3A%3C7d">
                    <span class="text-xl font-semibold tabular-nums">{grouped(wrong)}</span>" wrongly blocked this week"
                </a>
            </p>
            <p class="text-sm text-muted">{format!("Of {} reviewed messages: the verdict was spam, a moderator said ham.", grouped(figures.labelled_week))}</p>
        </section>
    }
}

#[component]
fn Figure(count: u64, name: &'static str, compared: Compared, href: String) -> impl IntoView {
    let mark = match compared.standing {
        Standing::More => " ▲",
        Standing::Less => " ▼",
        _ => "",
    };
    view! {
        <div>
            <dt class="sr-only">{name}</dt>
            <dd>
                <a class="inline-flex items-baseline gap-2 hover:underline" href=href>
                    <span class="text-3xl font-semibold tabular-nums">{grouped(count)}</span>
                    <span>{name}<span aria-hidden="true">{mark}</span></span>
                </a>
                <p class="text-sm text-muted tabular-nums">{compared.words()}</p>
            </dd>
        </div>
    }
}
