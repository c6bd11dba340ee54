//! Why the label was set, and what can be done in one go: labels with their reason, and macros.

use domain::{Decided, Decision, DetectionId, DetectionStory, Label, LabelWish, Macro, Reason, RowRef};
use leptos::{prelude::*, server_fn::ServerFn};

use crate::{
    components::{ReasonButtons, classes::BUTTON, kbd::KBD},
    decisions::{Decisions, Seen},
    server_fns::labels::{GiveReason, LabelAsWished},
};

/// The reasons of the label that stands; before there is one, labels with a reason. Then the macros.
#[component]
pub(super) fn Reasons(story: DetectionStory) -> impl IntoView {
    let seen = Seen::from(&story.detection);
    let standing = story.decisions.iter().rev().find(|decision| decision.undone_at.is_none()).cloned();
    let list = story.reasons;
    let reasons = match standing {
        Some(decision) => {
            let choices = list.of(decision.label).to_vec();
            view! { <OfLabel decision=decision choices=choices/> }.into_any()
        }
        None => {
            let rows = Label::ALL
                .iter()
                .map(|label| {
                    let choices = list.of(*label).to_vec();
                    view! { <WithLabel seen=seen.clone() label=*label choices=choices/> }
                })
                .collect_view();
            view! {
                <details class="mb-2 text-sm" open=list.required>
                    <summary class="cursor-pointer text-accent">"Mark with a reason"</summary>
                    {list.required.then_some("Each label needs a reason here.")}
                    {rows}
                </details>
            }
            .into_any()
        }
    };
    view! { {reasons}<Macros seen=seen macros=story.macros/> }
}

#[component]
fn OfLabel(decision: Decision, choices: Vec<Reason>) -> impl IntoView {
    let decisions = expect_context::<Decisions>();
    let key = Decided::One(decision.id).to_string();
    let pressed = key.clone();
    let press = Callback::new(move |reason: Reason| decisions.give_reason(pressed.clone(), reason.id));
    // What no list has any more is shown, and can be taken away no more.
    let gone: Vec<Reason> = decision
        .reasons
        .iter()
        .filter(|given| choices.iter().all(|one| one.id != given.id))
        .cloned()
        .collect();
    let gone =
        (!gone.is_empty()).then(|| view! { <span class="hostile">{domain::reason::names(&gone)}</span> });
    if choices.is_empty() && gone.is_none() {
        return None;
    }
    let value = |reason: &Reason| reason.id.0.to_string();
    Some(view! {
        <form class="mb-2 flex flex-wrap items-center gap-1 text-sm" method="post" action=GiveReason::url() aria-label="Reasons" data-reasons="">
            <input type="hidden" name="key" value=key/>
            <span class="mr-1 text-muted">"Reasons"</span>
            <ReasonButtons choices=choices given=decision.reasons name="reason" value=value has_keys=true press=press/>
            {gone}
        </form>
    })
}

#[component]
fn WithLabel(seen: Seen, label: Label, choices: Vec<Reason>) -> impl IntoView {
    let decisions = expect_context::<Decisions>();
    let row = RowRef { id: DetectionId(seen.id), version: seen.version };
    let press = Callback::new(move |reason: Reason| {
        decisions.set_as_wished(seen.clone(), label, Some(LabelWish::Because(label, reason.id)));
    });
    let value = match label {
        Label::Spam => |reason: &Reason| LabelWish::Because(Label::Spam, reason.id).to_string(),
        Label::Ham => |reason: &Reason| LabelWish::Because(Label::Ham, reason.id).to_string(),
    };
    let words = match label {
        Label::Spam => "Spam, because",
        Label::Ham => "Ham, because",
    };
    view! {
        <form class="mt-2 flex flex-wrap items-center gap-1" method="post" action=LabelAsWished::url() aria-label=words>
            <input type="hidden" name="row" value=row.to_string()/>
            <span class="mr-1 text-muted">{words}</span>
            <ReasonButtons choices=choices given=Vec::new() name="wish" value=value has_keys=false press=press/>
        </form>
    }
}

#[component]
fn Macros(seen: Seen, macros: Vec<Macro>) -> impl IntoView {
    if macros.is_empty() {
        return None;
    }
    let decisions = expect_context::<Decisions>();
    let seen = StoredValue::new(seen);
    let known = Memo::new(move |_| decisions.of(&seen.get_value()));
    let row =
        move || RowRef { id: DetectionId(seen.read_value().id), version: known.with(|known| known.version) };
    let buttons = macros
        .into_iter()
        .map(|one| {
            let (label, wish) = (one.label, LabelWish::Macro(one.id));
            view! {
                <button
                    class=BUTTON
                    name="wish"
                    value=wish.to_string()
                    aria-keyshortcuts=one.key.map(String::from)
                    title=does(&one)
                    on:click=move |event| {
                        event.prevent_default();
                        decisions.set_as_wished(seen.get_value(), label, Some(wish));
                    }
                >
                    <span class="hostile">{one.name.clone()}</span>
                    {one.key.map(|key| view! { <kbd class=KBD aria-hidden="true">{String::from(key)}</kbd> })}
                </button>
            }
        })
        .collect_view();
    Some(view! {
        <form class="mb-2 flex flex-wrap items-center gap-2 text-sm" method="post" action=LabelAsWished::url() aria-label="Macros">
            <input type="hidden" name="row" value=move || row().to_string()/>
            {buttons}
        </form>
    })
}

/// What a macro does, in a few words.
pub(crate) fn does(one: &Macro) -> String {
    let mut parts = vec![format!("marks as {}", one.label)];
    if !one.reasons.is_empty() {
        parts.push(format!("because: {}", domain::reason::names(&one.reasons)));
    }
    if !one.note.is_empty() {
        parts.push("writes a note".to_owned());
    }
    parts.extend(one.rule.map(|rule| format!("makes a rule: {} from this sender", rule.title())));
    parts.join("; ")
}
