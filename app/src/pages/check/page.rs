//! The form and its outcome.
//!
//! With JavaScript the form is sent by a server function and the page stays. Without, the browser posts it to this
//! page, which runs the same server function while it renders, so that what was typed stays, too.

use leptos::{form::FromFormData, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use super::{fields::Fields, result::Outcome};
use crate::{
    components::{FramePart, Glyph, Icon, classes::PRIMARY},
    error::AppError,
    later::{Later, Part},
    server_fns::checks::{CheckForm, CheckReport, RunCheck, submitted_check},
};

/// What became of the form, once something has.
pub(super) type OutcomeSignal = Signal<Option<Result<CheckReport, AppError>>>;

/// The guide's spam sample ("Testing & Sample Payloads").
const SPAM_SAMPLE: &str =
    "Exclusive offer! Buy verified leads now and get 300% ROI. Click here: http://cheap-leads.biz/offer.";
/// The guide's ham sample.
const HAM_SAMPLE: &str =
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

#[component]
fn FormAndOutcome(form: CheckForm, first: Option<Result<CheckReport, AppError>>) -> impl IntoView {
    let run = ServerAction::<RunCheck>::new();
    let outcome: OutcomeSignal = Signal::derive(move || run.value().get().or_else(|| first.clone()));
    let pending = run.pending();
    let on_submit = move |event: leptos::ev::SubmitEvent| {
        if let Ok(check) = RunCheck::from_event(&event) {
            event.prevent_default();
            run.dispatch(check);
        }
    };
    let query = use_query_map();
    let sample = Memo::new(move |_| match query.read().get("sample").as_deref() {
        Some("spam") => Some(SPAM_SAMPLE),
        Some("ham") => Some(HAM_SAMPLE),
        _ => None,
    });
    view! {
        <div class="grid gap-4 lg:grid-cols-2 items-start">
            <form class="flex flex-col gap-4 rounded-lg border border-line bg-surface p-4" method="post" action="/check" on:submit=on_submit>
                <Fields form=form sample=sample outcome=outcome/>
                <div class="flex items-center gap-3">
                    <button class=PRIMARY disabled=pending>
                        <Icon glyph=Glyph::Check/>
                        {move || if pending.get() { "Checking …" } else { "Check" }}
                    </button>
                    <span class="text-sm text-muted">"Each message costs one check."</span>
                </div>
            </form>
            <div aria-live="polite"><Outcome outcome=outcome/></div>
        </div>
    }
}
