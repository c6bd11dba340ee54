//! Somebody asks to be forgotten: first it is looked what there is of them, then it is erased, for a reason.

use domain::forgetting::{Erased, ErasureForm, PersonCount};
use leptos::{ev::SubmitEvent, form::FromFormData, prelude::*};

use crate::{
    components::{
        ErrorPanel, SelectField, TextField,
        classes::{BUTTON, CARD, SPAM_BUTTON},
        field_problem,
    },
    error::AppError,
    server_fns::privacy::{ErasePerson, ErasureOutcome},
};

type Outcome = Result<ErasureOutcome, AppError>;

/// The forms.
#[component]
pub(super) fn Erase(
    erase: ServerAction<ErasePerson>,
    sent: Option<(ErasureForm, Option<PersonCount>, Outcome)>,
) -> impl IntoView {
    let (form, found, first) = match sent {
        Some((form, found, outcome)) => (form, found, Some(outcome)),
        None => Default::default(),
    };
    let outcome = Signal::derive(move || erase.value().get().or_else(|| first.clone()));
    // What was found stays while the reason is put right.
    let found = RwSignal::new(found.map(|found| (form.clone(), found)));
    Effect::new(move |_| match erase.value().get() {
        Some(Ok(ErasureOutcome::Found(form, count))) => found.set(Some((form, count))),
        Some(Ok(ErasureOutcome::Erased(_))) => found.set(None),
        _ => {}
    });
    let on_submit = move |event: SubmitEvent| {
        if let Ok(wish) = ErasePerson::from_event(&event) {
            event.prevent_default();
            erase.dispatch(wish);
        }
    };
    let problem = move |field| field_problem(outcome, field);
    let kinds = vec![("email", "E-mail address"), ("ip", "IP address"), ("name", "Name, as it was written")];
    view! {
        <section class=CARD aria-labelledby="erase">
            <h2 class="font-semibold mb-1" id="erase">"Erase a person"</h2>
            <p class="mb-3 text-sm text-muted">
                "Everything that somebody wrote, in the log, in what waits beside it and in files of imports. The audit record keeps a hash of the address, not the address."
            </p>
            <form class="grid gap-4 md:grid-cols-2 items-start" method="post" action="/settings/privacy" on:submit=on_submit>
                <SelectField id="known_by" name="person[known_by]" label="Known by" chosen=form.known_by options=kinds problem=problem("known_by")/>
                <TextField name="who" form_name="person[who]" label="Address or name" value=form.who placeholder="ana@example.com" problem=problem("who")/>
                <div class="md:col-span-2">
                    <button class=BUTTON name="wish" value="look" disabled=erase.pending()>"See what there is"</button>
                </div>
            </form>
            {move || found.get().map(|(form, count)| view! { <Found form=form count=count erase=erase outcome=outcome on_submit=on_submit/> })}
            <div aria-live="polite">
                {move || match outcome.get() {
                    Some(Ok(ErasureOutcome::Erased(erased))) => view! { <Done erased=erased/> }.into_any(),
                    Some(Ok(ErasureOutcome::Found(..))) | Some(Err(AppError::Invalid(_))) | None => ().into_any(),
                    Some(Err(error)) => view! { <ErrorPanel error=error/> }.into_any(),
                }}
            </div>
        </section>
    }
}

/// What there is of somebody, and the form that erases it.
#[component]
fn Found(
    form: ErasureForm,
    count: PersonCount,
    erase: ServerAction<ErasePerson>,
    outcome: Signal<Option<Outcome>>,
    on_submit: impl Fn(SubmitEvent) + 'static,
) -> impl IntoView {
    let ErasureForm { known_by, who, reason } = form;
    let of = who.clone();
    let at_work = (count.at_work > 0).then_some(
        "Imports that are not over have something of theirs, too: finish or cancel them first, else it has to be done again.",
    );
    let problem = field_problem(outcome, "reason");
    let asks = (!count.is_empty()).then(|| view! {
        <form class="mt-3 grid gap-3" method="post" action="/settings/privacy" on:submit=on_submit>
            <input type="hidden" name="person[known_by]" value=known_by/>
            <input type="hidden" name="person[who]" value=who/>
            <TextField name="reason" form_name="person[reason]" label="Reason, for the audit record (without the person)" value=reason placeholder="asked by letter on 30 November" problem=problem/>
            <div><button class=SPAM_BUTTON name="wish" value="erase" disabled=erase.pending()>"Erase for good"</button></div>
        </form>
    });
    view! {
        <div class="mt-4 rounded-lg border border-unsure bg-unsure-soft p-4">
            <h3 class="font-semibold break-all hostile">{of}</h3>
            <p class="mt-1" role="status">{count.sentence()}</p>
            {at_work.map(|words| view! { <p class="mt-1 text-sm">{words}</p> })}
            {asks}
        </div>
    }
}

/// What was erased, and what is left to do.
#[component]
fn Done(erased: Erased) -> impl IntoView {
    let rest =
        erased.rest().map(|rest| view! { <li class="font-medium text-spam">{format!("But {rest}.")}</li> });
    let done = erased.sentences().into_iter().map(|words| view! { <li>{words}</li> }).collect_view();
    view! { <ul class="mt-4 rounded-lg border border-ham bg-ham-soft p-4 list-disc pl-8">{done}{rest}</ul> }
}
