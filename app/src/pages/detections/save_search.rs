//! Keeping the search of the log under a name, for the whole team.

use domain::{RuleAction, saved_search::NAME_MAX_CHARS};
use leptos::prelude::*;

use super::log::LogState;
use crate::{
    components::{SavedSearches, classes::BUTTON},
    context::typed,
    error::AppError,
    server_fns::searches::CountedSearch,
};

/// "Save this search"; or, when it is saved, its name with rename and delete.
#[component]
pub(super) fn KeepSearch(state: Memo<LogState>) -> impl IntoView {
    let saved = SavedSearches::of_frame();
    view! {
        <Transition>
            {move || {
                let (q, order) = state.with(|state| (state.q.trim().to_owned(), state.order.clone()));
                Suspend::new(async move {
                    let searches = saved.list.await.unwrap_or_default();
                    if q.is_empty() {
                        return None;
                    }
                    let rule = domain::rule::making(&q, RuleAction::Spam);
                    let keep = match searches.into_iter().find(|one| one.search.q == q) {
                        Some(one) => view! { <Saved one=one/> }.into_any(),
                        None => view! { <Unsaved q=q order=order/> }.into_any(),
                    };
                    Some(view! {
                        {keep}
                        <a class="text-sm text-accent" href=rule>"Make a rule of this search"</a>
                    })
                })
            }}
        </Transition>
    }
}

const FORM: &str = "mt-2 flex flex-wrap items-center gap-2";
const NAME: &str = "h-9 px-3 rounded-md border border-field bg-surface text-ink placeholder:text-muted";

#[component]
fn Unsaved(q: String, order: String) -> impl IntoView {
    let save = SavedSearches::of_frame().save;
    let refused = move || refusal(save);
    view! {
        <Fold words="Save this search".to_owned() refused=refused>
            <ActionForm action=save attr:class=FORM>
                <input type="hidden" name="q" value=q />
                <input type="hidden" name="order" value=order />
                <NameField label="Name of the search" value=typed_if(refused().is_some()).unwrap_or_default()/>
                <button class=BUTTON>"Save for the team"</button>
            </ActionForm>
        </Fold>
    }
}

#[component]
fn Saved(one: CountedSearch) -> impl IntoView {
    let SavedSearches { rename, delete, .. } = SavedSearches::of_frame();
    let (id, same_id) = (one.search.id.0.to_string(), one.search.id.0.to_string());
    let name = one.search.name;
    let refused = move || refusal(rename);
    let words = format!("Saved as “{name}” by {}", one.search.created_by);
    view! {
        <Fold words=words refused=refused>
            <div class="flex flex-wrap items-end gap-4">
                <ActionForm action=rename attr:class=FORM>
                    <input type="hidden" name="id" value=id />
                    <NameField label="New name of the search" value=typed_if(refused().is_some()).unwrap_or(name)/>
                    <button class=BUTTON>"Rename"</button>
                </ActionForm>
                <ActionForm action=delete>
                    <input type="hidden" name="id" value=same_id />
                    <button class=BUTTON>"Delete for everybody"</button>
                </ActionForm>
            </div>
        </Fold>
    }
}

/// A form behind its words; open, with the reason, while the server refuses what was sent.
#[component]
fn Fold(
    words: String,
    refused: impl Fn() -> Option<String> + Copy + Send + Sync + 'static,
    children: Children,
) -> impl IntoView {
    view! {
        <details class="text-sm" open=move || refused().is_some()>
            <summary class="cursor-pointer text-accent">{words}</summary>
            {children()}
            {move || refused().map(|words| view! { <p class="mt-2 text-spam" role="alert">{words}</p> })}
        </details>
    }
}

#[component]
fn NameField(label: &'static str, value: String) -> impl IntoView {
    view! {
        <input
            class=NAME
            type="text"
            name="name"
            aria-label=label
            placeholder="Name, such as Close calls"
            value=value
            maxlength=NAME_MAX_CHARS.to_string()
            required
        />
    }
}

/// What was typed before the server refused it.
fn typed_if(refused: bool) -> Option<String> {
    refused.then(typed).flatten()
}

/// Why the last form was refused.
fn refusal<S>(action: ServerAction<S>) -> Option<String>
where
    S: leptos::server_fn::ServerFn<Output = (), Error = AppError> + Send + Sync + Clone + 'static,
    S::Error: Send + Sync + 'static,
{
    action.value().with(|value| value.as_ref()?.as_ref().err().map(AppError::words))
}
