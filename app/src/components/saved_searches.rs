//! The team's saved searches, in the sidebar with how many match.

use std::time::Duration;

use domain::Order;
use leptos::prelude::*;
use leptos_router::params::ParamsMap;

use crate::{
    decisions::Decisions,
    error::AppError,
    live::Live,
    server_fns::searches::{CountedSearch, DeleteSearch, RenameSearch, SaveSearch, list_searches},
};

/// Counts follow what happens, but not more often than this.
const COUNT_AGAIN: Duration = Duration::from_secs(5);

/// The saved searches and what can be done to them, for every page within the shell.
#[derive(Clone, Copy)]
pub(crate) struct SavedSearches {
    /// The searches, with counts.
    pub(crate) list: Resource<Result<Vec<CountedSearch>, AppError>>,
    /// Keeps a search.
    pub(crate) save: ServerAction<SaveSearch>,
    /// Gives one another name.
    pub(crate) rename: ServerAction<RenameSearch>,
    /// Forgets one.
    pub(crate) delete: ServerAction<DeleteSearch>,
}

/// Where the saved searches are kept, once some part asks for them.
#[derive(Clone, Copy)]
pub(crate) struct SavedDesk {
    owner: StoredValue<Option<Owner>>,
    searches: RwSignal<Option<SavedSearches>>,
}

impl SavedDesk {
    /// Nothing asked for yet; what is kept lives as long as who is the owner here.
    pub(crate) fn new() -> Self {
        Self { owner: StoredValue::new(Owner::current()), searches: RwSignal::new(None) }
    }

    /// Reads whether some part has asked for them.
    pub(crate) fn track(self) {
        self.searches.track();
    }
}

impl SavedSearches {
    /// The searches; loaded by the first who asks.
    pub(crate) fn of_frame() -> Self {
        let desk = expect_context::<SavedDesk>();
        if let Some(searches) = desk.searches.get_untracked() {
            return searches;
        }
        let make = || Self::new(expect_context(), expect_context());
        let searches = match desk.owner.get_value() {
            Some(owner) => owner.with(make),
            None => make(),
        };
        desk.searches.set(Some(searches));
        searches
    }

    /// Loads them, and again when one changes or when something happened that changes counts.
    fn new(live: Live, decisions: Decisions) -> Self {
        let (save, rename, delete) = (ServerAction::new(), ServerAction::new(), ServerAction::new());
        let counted = RwSignal::new(0_usize);
        let waits = StoredValue::new(false);
        Effect::new(move |before: Option<()>| {
            live.arrived.track();
            live.looks.track();
            let _ = decisions.version();
            if before.is_some() && !waits.get_value() {
                waits.set_value(true);
                set_timeout(
                    move || {
                        waits.set_value(false);
                        counted.update(|counted| *counted += 1);
                    },
                    COUNT_AGAIN,
                );
            }
        });
        let changes =
            move || (counted.get(), save.version().get(), rename.version().get(), delete.version().get());
        Self { list: Resource::new(changes, |_| list_searches()), save, rename, delete }
    }
}

/// The list in the sidebar.
#[component]
pub(crate) fn SavedSearchList() -> impl IntoView {
    let saved = SavedSearches::of_frame();
    view! {
        <Transition>
            {move || Suspend::new(async move {
                let searches = saved.list.await.unwrap_or_default();
                (!searches.is_empty()).then(|| view! { <Links searches=searches/> })
            })}
        </Transition>
    }
}

#[component]
fn Links(searches: Vec<CountedSearch>) -> impl IntoView {
    let links = searches
        .into_iter()
        .map(|CountedSearch { search, count }| {
            let mut query = ParamsMap::new();
            query.insert("q", search.q);
            if search.sorted != Order::Newest {
                query.insert("order", search.sorted.to_string());
            }
            let address = format!("/detections{}", query.to_query_string());
            let count = count.map_or_else(|| "?".to_owned(), |count| count.to_string());
            view! {
                <li>
                    <a class="flex justify-between gap-2 px-3 py-1.5 rounded-md text-sm text-muted hover:bg-raised hover:text-ink" href=address>
                        <span class="min-w-0 break-words">{search.name}</span>
                        <span class="tabular-nums">{count}</span>
                    </a>
                </li>
            }
        })
        .collect_view();
    view! {
        <div class="hidden lg:block mt-4" role="group" aria-label="Saved searches">
            <p class="px-3 pb-1 text-xs text-muted" aria-hidden="true">"Saved searches"</p>
            <ul>{links}</ul>
        </div>
    }
}
