//! What became of every part of a file: what was left out and why, what failed, what was not read.

use domain::{FileAccount, LeftOut, NotRead, paging::grouped};
use leptos::prelude::*;

use crate::components::{Glyph, HostileText, Icon};

/// The list; nothing where there is nothing to say.
#[component]
pub(super) fn Account(account: FileAccount) -> impl IntoView {
    let failures: Vec<_> =
        account.failures.iter().map(|failure| (failure.place.clone(), failure.reason.clone())).collect();
    let not_read: Vec<_> =
        account.not_read.iter().map(|stretch| (place(stretch), stretch.why.clone())).collect();
    let further = (account.further_not_read > 0)
        .then(|| format!("{} further parts were not read.", grouped(account.further_not_read)));
    let unread = (!not_read.is_empty()).then(|| {
        view! {
            <section class="rounded-md bg-unsure-soft px-3 py-2" aria-label="Not read">
                <p class="flex items-start gap-2 font-medium"><Icon glyph=Glyph::Warning/>"Parts of the file were not read"</p>
                <Places places=not_read/>
                <p class="empty:hidden">{further}</p>
            </section>
        }
    });
    let failed = (!failures.is_empty()).then(|| {
        let heading = match account.failed {
            1 => "1 row cannot be read".to_owned(),
            rows => format!("{} rows cannot be read", grouped(rows)),
        };
        let more = account.failed.saturating_sub(failures.len() as u64);
        let more = (more > 0).then(|| format!("… and {} more.", grouped(more)));
        view! {
            <section aria-label="Cannot be read">
                <p class="font-medium">{heading}</p>
                <Places places=failures/>
                <p class="text-muted empty:hidden">{more}</p>
            </section>
        }
    });
    view! {
        <div class="mt-3 flex flex-col gap-3 text-sm empty:hidden">
            {unread}
            <Kinds title="Left out as no messages" parts=account.left_out/>
            <Kinds title="Read, with something put right" parts=account.mended/>
            {failed}
        </div>
    }
}

fn place(stretch: &NotRead) -> String {
    match &stretch.to {
        Some(to) if *to == stretch.from => stretch.from.clone(),
        Some(to) => format!("{} to {to}", stretch.from),
        None => format!("{} to the end", stretch.from),
    }
}

#[component]
fn Places(places: Vec<(String, String)>) -> impl IntoView {
    let rows: Vec<_> = places
        .into_iter()
        .map(|(place, why)| {
            view! {
                <li class="flex flex-wrap gap-x-2 py-0.5">
                    <span class="font-medium tabular-nums"><HostileText text=place/></span>
                    <span class="min-w-0 break-words"><HostileText text=why/></span>
                </li>
            }
        })
        .collect();
    view! { <ul>{rows}</ul> }
}

#[component]
fn Kinds(title: &'static str, parts: Vec<LeftOut>) -> impl IntoView {
    (!parts.is_empty()).then(|| {
        let rows: Vec<_> = parts
            .into_iter()
            .map(|part| {
                let why = format!("{} (first: {})", part.why, part.first);
                view! {
                    <li class="flex gap-x-2 py-0.5">
                        <span class="shrink-0 font-medium tabular-nums">{grouped(part.count)}</span>
                        <div class="min-w-0">
                            <div class="font-medium"><HostileText text=part.kind/></div>
                            <div class="text-muted"><HostileText text=why/></div>
                        </div>
                    </li>
                }
            })
            .collect();
        view! { <section aria-label=title><p class="font-medium">{title}</p><ul>{rows}</ul></section> }
    })
}
