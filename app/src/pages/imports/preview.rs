//! The first rows of a file as they will be checked.

use domain::{Content, ImportPreview, Label, PreviewRow};
use leptos::prelude::*;

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
    view! {
        <section class=CARD aria-labelledby="preview">
            <h2 class="font-semibold mb-2" id="preview">"The first rows, as they will be checked"</h2>
            {problem}
            <ol class="flex flex-col">{rows}</ol>
        </section>
    }
}

#[component]
fn Row(row: PreviewRow) -> impl IntoView {
    let body = match row.content {
        Ok(content) => view! { <Sent content=content label=row.label/> }.into_any(),
        Err(problem) => {
            view! { <p class="flex items-start gap-2 text-spam"><Icon glyph=Glyph::Warning/>{problem}</p> }
                .into_any()
        }
    };
    view! {
        <li class="border-t border-line py-2 text-sm">
            <p class="text-xs text-muted tabular-nums">{row.place}</p>
            {body}
        </li>
    }
}

#[component]
fn Sent(content: Content, label: Option<Label>) -> impl IntoView {
    let Content { message, email, name, ip, timestamp, user_agent, website_url, domain, .. } = content;
    let written = timestamp.and_then(|at| chrono::DateTime::from_timestamp(at, 0)).map(domain::time::exact);
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
        .into_iter()
        .filter_map(|(label, value)| Some((label, value?)))
        .map(|(label, value)| {
            view! {
                <div class="flex gap-1 min-w-0">
                    <dt class="text-muted">{label}</dt>
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
