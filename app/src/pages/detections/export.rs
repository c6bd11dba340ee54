//! Taking what matches elsewhere: three links, and with JavaScript how far the file has come.

use std::time::Duration;

use domain::{ExportFormat, ExportProgress, ExportState, Role, paging::grouped};
use leptos::{prelude::*, task::spawn_local};
use leptos_router::params::ParamsMap;

use super::log::LogState;
use crate::{
    components::{SessionResource, classes::BUTTON},
    server_fns::detections::{cancel_export, follow_export},
};

/// How often a download under way is asked after.
const EVERY: Duration = Duration::from_millis(500);

/// The links, for those who may.
#[component]
pub(super) fn ExportLinks(state: Memo<LogState>) -> impl IntoView {
    let session = expect_context::<SessionResource>();
    view! {
        <Transition>
            {move || Suspend::new(async move {
                session
                    .await
                    .is_ok_and(|session| session.allows(Role::Moderator))
                    .then(|| view! { <Links state=state/> })
            })}
        </Transition>
    }
}

#[component]
fn Links(state: Memo<LogState>) -> impl IntoView {
    let running = RwSignal::new(None::<(String, Option<ExportProgress>)>);
    let link = move |format: ExportFormat, words: &'static str| {
        let address = move || address(&state.get().q, format, None);
        // The link alone downloads; a number on it lets the page ask how far the download is.
        let start = move |event: leptos::ev::MouseEvent| {
            event.prevent_default();
            let id = new_id();
            let _ = window().location().set_href(&self::address(&state.get_untracked().q, format, Some(&id)));
            running.set(Some((id.clone(), None)));
            watch(id, running);
        };
        view! { <a class=BUTTON href=address download="" on:click=start>{words}</a> }
    };
    view! {
        <details class="text-sm">
            <summary class="cursor-pointer text-muted">"Export results"</summary>
            <p class="mt-2 flex flex-wrap gap-2">
                {link(ExportFormat::Xlsx, "Excel (.xlsx)")}
                {link(ExportFormat::Csv, "CSV")}
                {link(ExportFormat::Ndjson, "NDJSON")}
            </p>
        </details>
        <Progress running=running/>
    }
}

#[component]
fn Progress(running: RwSignal<Option<(String, Option<ExportProgress>)>>) -> impl IntoView {
    let words =
        move || running.with(|running| running.as_ref().map(|(_, progress)| in_words(progress.as_ref())));
    let cancel = move || {
        let (id, progress) = running.get()?;
        progress.is_none_or(|progress| progress.state == ExportState::Running).then(|| {
            let cancel = move |_| {
                let id = id.clone();
                spawn_local(async move {
                    // If it ended meanwhile, the next look says so.
                    let _ = cancel_export(id).await;
                });
            };
            view! { <button class=BUTTON type="button" on:click=cancel>"Cancel"</button> }
        })
    };
    view! {
        <div class="flex items-center gap-2 text-sm empty:hidden">
            <p role="status" class="tabular-nums">{words}</p>
            {cancel}
        </div>
    }
}

fn in_words(progress: Option<&ExportProgress>) -> String {
    let Some(progress) = progress else { return "The export begins …".to_owned() };
    let rows = grouped(progress.rows);
    match progress.state {
        ExportState::Running => format!("Exported {rows} of {} …", progress.about),
        ExportState::Done => format!("Exported {rows} detections."),
        ExportState::Cancelled => format!("Cancelled after {rows}; the file is not whole."),
        ExportState::Failed => format!("The export failed after {rows}; try again."),
    }
}

/// Asks after an export until it ends.
fn watch(id: String, running: RwSignal<Option<(String, Option<ExportProgress>)>>) {
    set_timeout(
        move || {
            spawn_local(async move {
                let progress = follow_export(id.clone()).await.ok();
                let is_shown = running
                    .try_with_untracked(|running| running.as_ref().is_some_and(|(shown, _)| *shown == id));
                if is_shown != Some(true) {
                    return;
                }
                running.set(Some((id.clone(), progress)));
                if progress.is_none_or(|progress| progress.state == ExportState::Running) {
                    watch(id, running);
                }
            });
        },
        EVERY,
    );
}

fn address(q: &str, format: ExportFormat, id: Option<&str>) -> String {
    let mut query = ParamsMap::new();
    query.insert("q", q.to_owned());
    query.insert("format", format.to_string());
    if let Some(id) = id {
        query.insert("id", id.to_owned());
    }
    format!("/detections/export{}", query.to_query_string())
}

/// A number that no other export of this person has.
fn new_id() -> String {
    #[cfg(feature = "hydrate")]
    let number = js_sys::Math::random();
    #[cfg(not(feature = "hydrate"))]
    let number = 0.0_f64;
    format!("{:x}", (number * 2_f64.powi(52)) as u64)
}
