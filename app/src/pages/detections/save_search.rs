//! Keeping the search of the log under a name, for the whole team.

use domain::saved_search::NAME_MAX_CHARS;
use leptos::prelude::*;

use super::log::LogState;
use crate::{
    components::{SavedSearches, classes::BUTTON},
    error::AppError,
    server_fns::searches::CountedSearch,
};

/// "Save this search"; or, when it is saved, its name with rename and delete.
#[component]
pub(super) fn KeepSearch(state: Memo<LogState>) -> impl IntoView {
    let saved = expect_context::<SavedSearches>();
    view! {
        <Transition>
            {move || {
                let (q, order) = state.with(|state| (state.q.trim().to_owned(), state.order.clone()));
                Suspend::new(async move {
                    let searches = saved.list.await.unwrap_or_default();
                    if q.is_empty() {
                        return None;
                    }
                    Some(match searches.into_iter().find(|one| one.search.q == q) {
                        Some(one) => view! { <Saved one=one/> }.into_any(),
                        None => view! { <Unsaved q=q order=order/> }.into_any(),
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
    let save = expect_context::<SavedSearches>().save;
    view! {
        <details class="text-sm" open=move || refusal(save).is_some()>
            <summary class="cursor-pointer text-accent">"Save this search"</summary>
            <ActionForm action=save attr:class=FORM>
                <input type="hidden" name="q" value=q />
                <input type="hidden" name="order" value=order />
                <input
                    class=NAME
                    type="text"
                    name="name"
                    aria-label="Name of the search"
                    placeholder="Name, for instance Close calls"
                    maxlength=NAME_MAX_CHARS.to_string()
                    required
                />
                <button class=BUTTON>"Save for the team"</button>
            </ActionForm>
            {move || refusal(save).map(|words| view! { <p class="mt-2 text-spam" role="alert">{words}</p> })}
        </details>
    }
}

#[component]
fn Saved(one: CountedSearch) -> impl IntoView {
    let SavedSearches { rename, delete, .. } = expect_context::<SavedSearches>();
    let (id, same_id) = (one.search.id.0.to_string(), one.search.id.0.to_string());
    let name = one.search.name;
    view! {
        <details class="text-sm" open=move || refusal(rename).is_some()>
            <summary class="cursor-pointer text-accent">{format!("Saved as “{name}” by {}", one.search.created_by)}</summary>
            <div class="flex flex-wrap items-end gap-4">
                <ActionForm action=rename attr:class=FORM>
                    <input type="hidden" name="id" value=id />
                    <input
                        class=NAME
                        type="text"
                        name="name"
                        aria-label="New name of the search"
                        value=name
                        maxlength=NAME_MAX_CHARS.to_string()
                        required
                    />
                    <button class=BUTTON>"Rename"</button>
                </ActionForm>
                <ActionForm action=delete>
                    <input type="hidden" name="id" value=same_id />
                    <button class=BUTTON>"Delete for everybody"</button>
                </ActionForm>
            </div>
            {move || refusal(rename).map(|words| view! { <p class="mt-2 text-spam" role="alert">{words}</p> })}
        </details>
    }
}

/// Why the last form was refused.
fn refusal<S>(action: ServerAction<S>) -> Option<String>
where
    S: leptos::server_fn::ServerFn<Output = (), Error = AppError> + Send + Sync + Clone + 'static,
    S::Error: Send + Sync + 'static,
{
    action.value().with(|value| value.as_ref()?.as_ref().err().map(AppError::words))
}
