//! Every other field.

use domain::{
    Detection,
    content::GUIDE_FIELDS,
    wordpress::{clock_words, website_name},
};
use leptos::prelude::*;

use super::HEADING_CLASS;
use crate::{
    components::{CopyButton, HostileText},
    keys::Command,
};

/// Fields of the request, then what the upstream said beside its verdict.
#[component]
pub(super) fn Facts(detection: Detection) -> impl IntoView {
    let clock = clock_words(&detection).map(|words| format!(" ({words})")).unwrap_or_default();
    let forgotten = detection.forgotten.personal.map(|gone| gone.sentence("Who wrote it was"));
    let content = detection.content;
    let website = website_name(&content);
    let submitted = content
        .timestamp
        .and_then(|seconds| chrono::DateTime::from_timestamp(seconds, 0))
        .map(|time| crate::zone::exact(time) + &clock);
    let (ip, server) = match content.ip {
        Some(ip) if detection.ip_is_apps => {
            (None, Some(format!("Not told: the app called from {ip}, which is its own server.")))
        }
        ip => (ip.map(|ip| ip.to_string()), None),
    };
    let odd: Vec<String> = content.odd().map(|(field, value)| format!("{field}: {value}")).collect();
    let odd = (!odd.is_empty()).then(|| odd.join("\n"));
    let mut extra = content.extra;
    extra.retain(|field, _| !GUIDE_FIELDS.contains(&field.as_str()));
    let further = (!extra.is_empty()).then(|| serde_json::to_string_pretty(&extra).unwrap_or_default());
    let rows = [
        ("E-mail", content.email, "the e-mail address"),
        ("Name", content.name, ""),
        ("IP address", ip, "the IP address"),
        ("IP address", server, ""),
        ("Submitted", submitted, ""),
        ("User agent", content.user_agent, ""),
        (website, content.website_url, "the web address"),
        ("Domain", content.domain, ""),
        ("Forgotten", forgotten, ""),
        ("Site", detection.site, ""),
        ("Came odd", odd, ""),
        ("Further fields", further, ""),
    ]
    .into_iter()
    .filter_map(|(name, value, copy)| value.map(|value| view! { <Fact name=name value=value copy=copy/> }))
    .collect_view();
    let upstream_id = detection.judgement.upstream_id;
    view! {
        <h3 class=HEADING_CLASS>"Details"</h3>
        <dl class="grid grid-cols-[7rem_1fr] gap-x-3 gap-y-1 text-sm">
            {rows}
            <dt class="text-muted">"Detection id"</dt>
            <dd class="flex flex-wrap items-center gap-x-2">
                <code class="break-all">{upstream_id.clone()}</code>
                <CopyButton text=upstream_id what="the detection id" command=Command::CopyId/>
            </dd>
            <dt class="text-muted">"Execution time"</dt>
            <dd class="tabular-nums">{format!("{:.2} ms", detection.judgement.execution_ms)}</dd>
        </dl>
    }
}

/// One field; with `copy`, a button beside it that says what it copies.
#[component]
fn Fact(name: &'static str, value: String, copy: &'static str) -> impl IntoView {
    let button = (!copy.is_empty()).then(|| view! { <CopyButton text=value.clone() what=copy/> });
    view! {
        <dt class="text-muted">{name}</dt>
        <dd class="min-w-0 flex items-start gap-2"><div class="min-w-0"><HostileText text=value/></div>{button}</dd>
    }
}
