//! Labels with a reason, and macros, for the rows ticked.

use domain::{Label, LabelWish, Macro, Reason};
use leptos::prelude::*;

use super::{bulk_bar::FORM, detail::does, log::LogState};
use crate::{
    components::{
        classes::{BUTTON, INPUT},
        kbd::KBD,
    },
    server_fns::reasons::{Wishes, get_wishes},
};

/// The menu. Its buttons belong to the form around the list.
#[component]
pub(super) fn WishMenu(state: Memo<LogState>) -> impl IntoView {
    let wishes = Resource::new_blocking(move || state.read().q.clone(), get_wishes);
    view! {
        <Transition>
            {move || Suspend::new(async move {
                wishes.await.ok().flatten().map(|wishes| view! { <Menu wishes=wishes/> })
            })}
        </Transition>
    }
}

#[component]
fn Menu(wishes: Wishes) -> impl IntoView {
    let Wishes { list, macros } = wishes;
    let group = |label: Label, words: &'static str| {
        let option = |reason: &Reason| {
            let wish = LabelWish::Because(label, reason.id).to_string();
            view! { <option value=wish>{reason.name.clone()}</option> }
        };
        let options = list.of(label).iter().map(option).collect_view();
        view! { <optgroup label=words>{options}</optgroup> }
    };
    let is_empty = list.spam.is_empty() && list.ham.is_empty();
    let reasons = (!is_empty).then(|| {
        view! {
            <span class="w-56">
                <select class=INPUT name="because" form=FORM aria-label="Reason">
                    {group(Label::Spam, "Spam")}
                    {group(Label::Ham, "Ham")}
                </select>
            </span>
            <button class=BUTTON name="bulk" value="because" form=FORM>"Mark the selection"</button>
        }
    });
    let buttons = macros.iter().map(|one| view! { <MacroButton one=one.clone()/> }).collect_view();
    view! {
        <details class="text-sm">
            <summary class="cursor-pointer text-accent">"Reasons and macros"</summary>
            <div class="mt-2 p-3 rounded-lg border border-line bg-surface flex flex-wrap items-center gap-2" data-macros="">
                {reasons}
                {buttons}
            </div>
        </details>
    }
}

#[component]
fn MacroButton(one: Macro) -> impl IntoView {
    view! {
        <button
            class=BUTTON
            name="bulk"
            value=LabelWish::Macro(one.id).to_string()
            form=FORM
            aria-keyshortcuts=one.key.map(String::from)
            title=does(&one)
        >
            <span class="hostile">{one.name.clone()}</span>
            {one.key.map(|key| view! { <kbd class=KBD aria-hidden="true">{String::from(key)}</kbd> })}
        </button>
    }
}
