//! What comes most often among the newest checks.

use domain::{
    Language,
    paging::grouped,
    search::{Pattern, TermKind},
    statistics::{Top, Tops},
};
use leptos::prelude::*;

use super::{
    links::{Links, term},
    spending::{Line, List},
};
use crate::{
    components::ErrorPanel,
    server_fns::stats::{Asked, TopsReport, get_tops},
    zone::exact,
};

/// Four lists.
#[component]
pub(super) fn TopLists(asked: Memo<Asked>) -> impl IntoView {
    let shown = Memo::new(move |_| Asked { threshold: String::new(), ..asked.get() });
    let report = Resource::new_blocking(move || shown.get(), get_tops);
    view! {
        <section class="mt-4" aria-labelledby="tops">
            <h2 class="font-semibold mb-2" id="tops">"Most frequent"</h2>
            <Transition>
                {move || Suspend::new(async move {
                    match report.await {
                        Ok(report) => view! { <Lists report=report/> }.into_any(),
                        Err(error) => view! { <ErrorPanel error=error/> }.into_any(),
                    }
                })}
            </Transition>
        </section>
    }
}

#[component]
fn Lists(report: TopsReport) -> impl IntoView {
    let TopsReport { tops, days, scope } = &report;
    let links = Links { scope, since: tops.since };
    let Tops { rows, since, .. } = tops;
    let looked_at = links.days(*days, []);
    let (which, cover) = match since {
        Some(since) => ("Of the newest ", format!(" checks of these days: all since {}.", exact(*since))),
        None => ("Of all ", " checks of these days.".to_owned()),
    };
    let lines = |tops: &[Top], name: fn(&str) -> String, kind: fn(&str) -> Option<TermKind>| -> Vec<Line> {
        let line = |top: &Top| Line {
            name: name(&top.value),
            tally: top.tally,
            of: *rows,
            address: kind(&top.value).map(|kind| links.days(*days, [term(kind)])),
        };
        tops.iter().map(line).collect()
    };
    let email = |value: &str| Some(TermKind::Email(Pattern::new(value)));
    let domain = |value: &str| Some(TermKind::Email(Pattern::new(&format!("*@{value}"))));
    let ip = |value: &str| value.parse::<std::net::IpAddr>().ok().map(|ip| TermKind::Ip(ip.into()));
    let language = |value: &str| Some(TermKind::Lang(value.to_owned()));
    let as_it_is = |value: &str| value.to_owned();
    let in_words = |tag: &str| Language::of_tag(tag).map_or_else(|| tag.to_owned(), |language| language.name);
    let senders = lines(&tops.senders, as_it_is, email);
    let domains = lines(&tops.domains, as_it_is, domain);
    let addresses = lines(&tops.addresses, as_it_is, ip);
    let languages = lines(&tops.languages, in_words, language);
    view! {
        <p class="mb-2 text-sm text-muted">
            {which}
            <a class="underline decoration-dotted hover:text-accent" href=looked_at data-count=rows.to_string()>{grouped(*rows)}</a>
            {cover}
        </p>
        <div class="grid gap-4 md:grid-cols-2">
            <List title="Senders" rows=senders/>
            <List title="Domains of senders" rows=domains/>
            <List title="Addresses (IP)" rows=addresses/>
            <List title="Languages" rows=languages/>
        </div>
    }
}
