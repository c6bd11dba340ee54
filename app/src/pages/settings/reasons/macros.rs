//! The macros, and the form that keeps one.

use domain::{Macro, MacroForm, reason::FREE_KEYS};
use leptos::{ev::SubmitEvent, form::FromFormData, prelude::*};
use leptos_router::hooks::use_query_map;

use super::{
    Changes,
    list::{Said, Sent},
};
use crate::{
    components::{
        ErrorPanel, SelectField, TextField,
        classes::{BUTTON, CARD, PRIMARY},
        field_problem,
    },
    pages::detections::does,
    server_fns::reasons::SetMacro,
};

#[component]
pub(super) fn Macros(
    macros: Vec<Macro>,
    changes: Changes,
    may_change: bool,
    sent: Sent<MacroForm>,
) -> impl IntoView {
    let form = may_change.then(|| view! { <OneForm macros=macros.clone() changes=changes sent=sent/> });
    let problem = move || changes.remove_macro.value().get().and_then(Result::err);
    let none = macros.is_empty().then(|| view! { <p class="text-muted">"There are no macros yet."</p> });
    let rows = macros
        .into_iter()
        .map(|one| view! { <Row one=one changes=changes may_change=may_change/> })
        .collect_view();
    view! {
        <section class=CARD aria-labelledby="macros">
            <h2 class="font-semibold mb-2" id="macros">"Macros"</h2>
            <div aria-live="polite">{move || problem().map(|error| view! { <ErrorPanel error=error/> })}</div>
            {none}
            <ul>{rows}</ul>
        </section>
        {form}
    }
}

#[component]
fn Row(one: Macro, changes: Changes, may_change: bool) -> impl IntoView {
    let key = one.key.map_or_else(|| "no key".to_owned(), |key| format!("key {key}"));
    let what = format!("{key}; {}", does(&one));
    let note = (!one.note.is_empty())
        .then(|| view! { <p class="text-sm hostile" dir="auto">"Note: "{one.note.clone()}</p> });
    let (id, name) = (one.id.0, one.name.clone());
    let buttons = may_change.then(|| view! {
        <div class="flex gap-2">
            <a class=BUTTON href=format!("/settings/reasons?macro={id}#set-macro") rel="external" aria-label=format!("Change {name}")>"Change"</a>
            <ActionForm action=changes.remove_macro>
                <button class=BUTTON name="id" value=id aria-label=format!("Remove {name}")>"Remove"</button>
            </ActionForm>
        </div>
    });
    view! {
        <li class="border-t border-line py-2 flex flex-wrap items-start gap-x-4 gap-y-2">
            <div class="flex-1 min-w-60">
                <h3 class="font-medium hostile">{one.name}</h3>
                <p class="text-sm text-muted hostile">{what}</p>
                {note}
            </div>
            {buttons}
        </li>
    }
}

#[component]
fn OneForm(macros: Vec<Macro>, changes: Changes, sent: Sent<MacroForm>) -> impl IntoView {
    let (form, first) = match sent {
        Some((_, Ok(()))) => (MacroForm::default(), Some(Ok(()))),
        Some((form, outcome)) => (form, Some(outcome)),
        None => (asked(&macros), None),
    };
    let set = changes.set_macro;
    let outcome = Signal::derive(move || set.value().get().or_else(|| first.clone()));
    let on_submit = move |event: SubmitEvent| {
        if let Ok(wish) = SetMacro::from_event(&event) {
            event.prevent_default();
            set.dispatch(wish);
        }
    };
    let problem = move |field| field_problem(outcome, field);
    let MacroForm { id, name, key, label, reasons, note, rule } = form;
    let free = FREE_KEYS.chars().map(String::from).collect::<Vec<_>>().join(" ");
    let labels = vec![("spam", "spam"), ("ham", "ham")];
    let rules = vec![("", "no rule"), ("spam", "always spam"), ("ham", "never spam")];
    let heading = if id.is_empty() { "Make a macro" } else { "Change a macro" };
    view! {
        <section class=CARD aria-labelledby="set-macro">
            <h2 class="font-semibold mb-3" id="set-macro">{heading}</h2>
            <form class="grid gap-4 md:grid-cols-2 items-start" method="post" action="/settings/reasons" on:submit=on_submit>
                <input type="hidden" name="one[id]" value=id/>
                <TextField name="name" form_name="one[name]" label="Name" value=name required=true placeholder="SEO spammer" problem=problem("name")/>
                <TextField name="key" form_name="one[key]" label="Key (blank: none)" value=key problem=problem("key")/>
                <SelectField id="label" name="one[label]" label="Label" chosen=label options=labels problem=problem("label")/>
                <TextField name="reasons" form_name="one[reasons]" label="Reasons, with commas between" value=reasons placeholder="SEO link, scam" problem=problem("reasons")/>
                <TextField name="note" form_name="one[note]" label="Note that it writes (blank: none)" value=note problem=problem("note")/>
                <SelectField id="rule" name="one[rule]" label="Rule for the sender's e-mail address" chosen=rule options=rules problem=problem("rule")/>
                <div class="md:col-span-2 flex flex-wrap items-center gap-3">
                    <button class=PRIMARY disabled=set.pending()>"Keep macro"</button>
                    <span class="text-sm text-muted">{format!("Free keys: {free}. Undo takes back the label, and the rule that it made.")}</span>
                </div>
            </form>
            <div aria-live="polite"><Said outcome=outcome words="The macro is kept."/></div>
        </section>
    }
}

/// The macro that the address names, to change it.
fn asked(macros: &[Macro]) -> MacroForm {
    let id = use_query_map().read_untracked().get("macro");
    let id = id.and_then(|id| id.parse().ok());
    macros.iter().find(|one| Some(one.id.0) == id).map(MacroForm::of).unwrap_or_default()
}
