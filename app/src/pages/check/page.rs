//! The form and its outcome.
//!
//! With JavaScript the form is sent by a server function and the page stays. Without, the browser posts it to this
//! page, which runs the same server function while it renders, so that what was typed stays, too.

use domain::ContentForm;
use leptos::{form::FromFormData, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use super::{
    batch::{Batch, BatchTable},
    bookmarklet::Bookmarklet,
    fields::Fields,
    result::Outcome,
};
use crate::{
    components::{FramePart, Glyph, Icon, classes::PRIMARY},
    error::AppError,
    later::{Later, Part},
    server_fns::checks::{CheckForm, CheckReport, MAX_ROWS, RunCheck, submitted_check},
};

/// What became of the form, once something has.
pub(super) type OutcomeSignal = Signal<Option<Result<CheckReport, AppError>>>;

/// The guide's spam sample ("Testing & Sample Payloads").
pub(super) const SPAM_SAMPLE: &str =
    "Exclusive offer! Buy verified leads now and get 300% ROI. Click here: http://cheap-leads.biz/offer.";
/// The guide's ham sample.
pub(super) const HAM_SAMPLE: &str =
    "Hey team, attached is the weekly report. Let me know if you need any follow-up data.";

/// The page.
#[component]
pub(crate) fn CheckPage() -> impl IntoView {
    // In the browser no form was ever posted to the page: only the server has to look.
    let submitted = Resource::new_blocking(
        || (),
        |()| async { if cfg!(feature = "ssr") { submitted_check().await.ok().flatten() } else { None } },
    );
    view! {
        <Title text="Check"/>
        <h1 class="text-xl font-semibold mb-4">"Check"</h1>
        <Later part=Part::Frame(FramePart::Notice)/>
        <Suspense>
            {move || Suspend::new(async move {
                let (form, outcome) = match submitted.await {
                    Some(submission) => (submission.form, Some(submission.outcome)),
                    None => (CheckForm::default(), None),
                };
                view! { <FormAndOutcome form=form first=outcome/> }
            })}
        </Suspense>
    }
}

/// Longest text that a link fills in, in characters: a selection on a page; addresses have bounds of their own.
const LINKED_MAX_CHARS: usize = 10_000;

#[component]
fn FormAndOutcome(form: CheckForm, first: Option<Result<CheckReport, AppError>>) -> impl IntoView {
    let run = ServerAction::<RunCheck>::new();
    let batch = Batch::new(first.as_ref());
    let outcome: OutcomeSignal = Signal::derive(move || {
        let refused = batch.refused().map(Err);
        refused.or_else(|| run.value().get()).or_else(|| first.clone())
    });
    let pending = move || run.pending().get() || batch.is_running();
    let on_submit = move |event: leptos::ev::SubmitEvent| {
        let Ok(check) = RunCheck::from_event(&event) else { return };
        event.prevent_default();
        if pending() {
            return;
        }
        // Several are judged one after the other, so that each verdict shows as it comes; too many are refused by the server.
        let count = check.form.messages().len();
        if (2..=MAX_ROWS).contains(&count) {
            run.clear();
            batch.run(check.form);
        } else {
            batch.clear();
            run.dispatch(check);
        }
    };
    let query = use_query_map();
    // It only fills the form in: nothing is checked that nobody pressed a button for.
    let linked = query.read_untracked().get("text").unwrap_or_default();
    let is_cut = linked.chars().nth(LINKED_MAX_CHARS).is_some();
    let linked: String = linked.chars().take(LINKED_MAX_CHARS).collect();
    let form = if form.content.message.is_empty() {
        let content = ContentForm { message: linked, ..form.content };
        CheckForm { content, ..form }
    } else {
        form
    };
    let sample = Memo::new(move |_| match query.read().get("sample").as_deref() {
        Some("spam") => Some(SPAM_SAMPLE),
        Some("ham") => Some(HAM_SAMPLE),
        _ => None,
    });
    let button = NodeRef::<leptos::html::Button>::new();
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        if event.key() == "Enter"
            && (event.ctrl_key() || event.meta_key())
            && let Some(button) = button.get_untracked()
        {
            event.prevent_default();
            button.click();
        }
    };
    view! {
        <div class="grid gap-4 lg:grid-cols-2 items-start">
            <form class="flex flex-col gap-4 rounded-lg border border-line bg-surface p-4" method="post" action="/check" on:submit=on_submit on:keydown=on_key>
                {is_cut.then(|| view! { <p class="text-sm text-unsure">{format!("The linked text was longer; its first {LINKED_MAX_CHARS} characters are filled in.")}</p> })}
                <Fields form=form sample=sample outcome=outcome/>
                <div class="flex flex-wrap items-center gap-3">
                    <button class=PRIMARY disabled=pending aria-keyshortcuts="Control+Enter Meta+Enter" node_ref=button>
                        <Icon glyph=Glyph::Check/>
                        {move || if pending() { "Checking …" } else { "Check" }}
                    </button>
                    <span class="key" aria-hidden="true">"Ctrl+Enter"</span>
                    <span class="text-sm text-muted">"Each message costs one check."</span>
                </div>
                <Bookmarklet/>
            </form>
            // A table that fills says so by its heading alone.
            <div aria-live=move || if batch.is_shown() { "off" } else { "polite" }>
                {move || if batch.is_shown() {
                    view! { <BatchTable batch=batch/> }.into_any()
                } else {
                    view! { <Outcome outcome=outcome/> }.into_any()
                }}
            </div>
        </div>
    }
}
