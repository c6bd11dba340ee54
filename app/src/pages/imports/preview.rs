//! The first rows of a file as they will be checked.

use domain::{Content, FileAccount, ImportPreview, Label, PreviewRow, paging::grouped};
use leptos::prelude::*;

use super::account::Account;
use crate::components::{Glyph, HostileText, Icon, classes::CARD};

/// The section.
#[component]
pub(super) fn Preview(preview: ImportPreview) -> impl IntoView {
    let problem = preview.problem.map(|problem| {
        view! {
            <p class="mb-3 flex items-start gap-2 rounded-md bg-unsure-soft text-ink px-3 py-2 text-sm" role="status">
                <Icon glyph=Glyph::Warning/><span class="min-w-0 break-words">{problem}</span>
            </p>
        }
    });
    let rows = preview.rows.into_iter().map(|row| view! { <Row row=row/> }).collect_view();
    let odd: Vec<_> = preview
        .odd
        .into_iter()
        .map(|odd| view! { <Row row=odd.row title=Some(odd.kind.title())/> })
        .collect();
    let odd = (!odd.is_empty()).then(|| {
        view! {
            <h3 class="mt-4 mb-1 font-semibold">"And some that are unlike them"</h3>
            <ol class="flex flex-col">{odd}</ol>
        }
    });
    let looked = looked_words(&preview.account, preview.is_whole);
    view! {
        <section class=CARD aria-labelledby="preview">
            <h2 class="font-semibold mb-2" id="preview">"The first rows, as they will be checked"</h2>
            {problem}
            <ol class="flex flex-col">{rows}</ol>
            {odd}
            <p class="mt-3 border-t border-line pt-3 text-sm text-muted tabular-nums empty:hidden">{looked}</p>
            <Account account=preview.account/>
        </section>
    }
}

/// How far the file was looked at; empty before anything could be read.
fn looked_words(account: &FileAccount, is_whole: bool) -> String {
    let rows = grouped(account.rows + account.failed);
    match (account.rows + account.failed, is_whole) {
        (0, _) => String::new(),
        (1, true) => "The whole file was looked at: 1 row.".to_owned(),
        (_, true) => format!("The whole file was looked at: {rows} rows."),
        (_, false) => {
            format!("The first {rows} rows were looked at. The cost is calculated from all of them.")
        }
    }
}

#[component]
fn Row(row: PreviewRow, #[prop(default = None)] title: Option<&'static str>) -> impl IntoView {
    let chars = row.chars;
    let body = match row.content {
        Ok(content) => view! { <Sent content=content label=row.label/> }.into_any(),
        Err(problem) => {
            view! { <p class="flex items-start gap-2 text-spam"><Icon glyph=Glyph::Warning/>{problem}</p> }
                .into_any()
        }
    };
    view! {
        <li class="border-t border-line py-2 text-sm">
            <p class="text-xs text-muted tabular-nums">
                {title.map(|title| view! { <span class="font-medium text-ink">{title}</span>" · " })}
                {row.place}
                {(chars > 300).then(|| format!(" · {} characters", grouped(chars)))}
            </p>
            {body}
        </li>
    }
}

#[component]
fn Sent(content: Content, label: Option<Label>) -> impl IntoView {
    let Content { message, email, name, ip, timestamp, user_agent, website_url, domain, extra } = content;
    let written = timestamp.and_then(|at| chrono::DateTime::from_timestamp(at, 0)).map(crate::zone::exact);
    let kept = extra.into_iter().map(|(name, value)| {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        (name, Some(text))
    });
    let facts = [
        ("name", name),
        ("e-mail", email),
        ("IP", ip.map(|ip| ip.to_string())),
        ("written", written),
        ("user agent", user_agent),
        ("page", website_url),
        ("domain", domain),
        ("known to be", label.map(|label| label.to_string())),
    ];
    let facts: Vec<_> = facts
        .map(|(name, value)| (name.to_owned(), value))
        .into_iter()
        .chain(kept)
        .filter_map(|(label, value)| Some((label, value?)))
        .map(|(label, value)| {
            view! {
                <div class="flex gap-1 min-w-0">
                    <dt class="text-muted"><HostileText text=label/></dt>
                    <dd class="min-w-0 break-all"><HostileText text=value/></dd>
                </div>
            }
        })
        .collect();
    view! {
        <HostileText text=message/>
        <dl class="mt-1 flex flex-wrap gap-x-4 text-xs">{facts}</dl>
    }
}
