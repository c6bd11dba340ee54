//! Reasons for labels, and macros: what moderators choose from.

mod list;
mod macros;

use leptos::prelude::*;
use leptos_meta::Title;

use crate::{
    components::ErrorPanel,
    forms::times_done,
    server_fns::reasons::{
        ReasonsForm, ReasonsReport, RemoveMacro, RemoveReasons, SetMacro, SetReasons, list_reasons,
        submitted_reasons,
    },
};

/// What changes lists and macros.
#[derive(Clone, Copy)]
struct Changes {
    set: ServerAction<SetReasons>,
    remove: ServerAction<RemoveReasons>,
    set_macro: ServerAction<SetMacro>,
    remove_macro: ServerAction<RemoveMacro>,
}

/// The page.
#[component]
pub(super) fn ReasonsPage() -> impl IntoView {
    let changes = Changes {
        set: ServerAction::new(),
        remove: ServerAction::new(),
        set_macro: ServerAction::new(),
        remove_macro: ServerAction::new(),
    };
    // In the browser no form was ever posted to the page: only the server has to look.
    let submitted = Resource::new_blocking(
        || (),
        |()| async { if cfg!(feature = "ssr") { submitted_reasons().await.ok().flatten() } else { None } },
    );
    let kept = (times_done(*changes.set, |_| true), times_done(*changes.set_macro, |_| true));
    let report = Resource::new_blocking(
        move || {
            (kept.0.get(), changes.remove.version().get(), kept.1.get(), changes.remove_macro.version().get())
        },
        move |_| async move {
            // What a form made is to be in the list.
            let _ = submitted.await;
            list_reasons().await
        },
    );
    view! {
        <Title text="Reasons and macros"/>
        <h1 class="text-xl font-semibold mb-1">"Reasons and macros"</h1>
        <p class="mb-4 max-w-3xl text-muted">
            "Why a label was set: moderators choose it with the numbers 1 to 9 after a label, the search reason: finds it, and apps are told. A macro does several things with one key."
        </p>
        <Transition>
            {move || Suspend::new(async move {
                let (list_sent, macro_sent) = match submitted.await {
                    Some(sent) => match sent.form {
                        ReasonsForm::List(form) => (Some((form, sent.outcome)), None),
                        ReasonsForm::Macro(form) => (None, Some((form, sent.outcome))),
                    },
                    None => (None, None),
                };
                match report.await {
                    Ok(ReasonsReport { lists, macros, may_change }) => view! {
                        <div class="grid grid-cols-1 gap-4 max-w-3xl">
                            <list::Lists lists=lists changes=changes may_change=may_change sent=list_sent/>
                            <macros::Macros macros=macros changes=changes may_change=may_change sent=macro_sent/>
                        </div>
                    }
                    .into_any(),
                    Err(error) => view! { <ErrorPanel error=error/> }.into_any(),
                }
            })}
        </Transition>
    }
}
