//! The log's frame: what is searched, how it is sorted, where in it we are. All of it is in the URL.

use domain::{Cursor, Direction, Order, Role};
use leptos::{html::Section, prelude::*};
use leptos_meta::Title;
use leptos_router::{
    components::Outlet,
    hooks::{use_location, use_query_map},
    params::ParamsMap,
};

use super::{
    LogPart,
    bulk_bar::{NoButton, SelectionBar},
    list::List,
    place::{self, Place},
};
use crate::{
    components::{BlurSwitch, ErrorPanel, FramePart, SessionResource},
    error::AppError,
    later::{Later, Part},
    list_look::ListLook,
    server_fns::detections::search_detections,
    zone::Zone,
};

/// The state of the log that the URL holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct LogState {
    /// The search, as typed.
    pub(super) q: String,
    /// How it is sorted.
    pub(super) order: String,
    /// Where in it we are: a direction, a colon and a cursor; empty is the start.
    pub(super) from: String,
}

impl LogState {
    /// Reads the state from the address.
    pub(super) fn of(query: &ParamsMap) -> Self {
        let value = |key: &str| query.get(key).unwrap_or_default();
        Self { q: value("q"), order: value("order"), from: value("from") }
    }

    /// The address of this state, with detection `open` in the pane.
    pub(super) fn address(&self, open: Option<i64>) -> String {
        let mut query = ParamsMap::new();
        for (key, value) in [("q", &self.q), ("order", &self.order), ("from", &self.from)] {
            if !value.is_empty() {
                query.insert(key, value.clone());
            }
        }
        let path = open.map_or_else(|| "/detections".to_owned(), |id| format!("/detections/{id}"));
        format!("{path}{}", query.to_query_string())
    }

    /// The address of a detection with its message whole.
    pub(super) fn whole_address(&self, id: i64) -> String {
        let address = self.address(Some(id));
        let joint = if address.contains('?') { '&' } else { '?' };
        format!("{address}{joint}show=all")
    }

    /// The same search from another place.
    pub(super) fn at(&self, direction: Direction, cursor: Cursor) -> Self {
        Self { from: format!("{direction}:{cursor}"), ..self.clone() }
    }

    /// Another search, from its start.
    pub(super) fn searching(&self, q: &str) -> Self {
        Self { q: q.to_owned(), order: self.order.clone(), from: String::new() }
    }

    /// The same search in another order, from its start.
    pub(super) fn sorted(&self, order: Order) -> Self {
        let order = if order == Order::Newest { String::new() } else { order.to_string() };
        Self { q: self.q.clone(), order, from: String::new() }
    }

    /// Whether the search may name days. Only the server and what is loaded later read searches: the reader needs tables that are
    /// larger than the rest of the page.
    pub(super) fn may_have_days(&self) -> bool {
        self.q.contains(':')
    }

    /// The order that holds.
    pub(super) fn order(&self) -> Order {
        self.order.parse().unwrap_or(Order::Newest)
    }
}

/// The page: filters and list, and the pane of what is open.
#[component]
pub(crate) fn DetectionsPage() -> impl IntoView {
    let session = expect_context::<SessionResource>();
    let query = use_query_map();
    let location = use_location();
    let zone = expect_context::<Zone>();
    #[cfg(feature = "ssr")]
    super::when::settle(&query.read_untracked());
    let state = Memo::new(move |_| LogState::of(&query.read()));
    let open = Memo::new(move |_| {
        location.pathname.read().strip_prefix("/detections/").and_then(|id| id.parse().ok())
    });
    let reload = RwSignal::new(0_usize);
    let result = Resource::new_blocking(
        // Asked again once the browser has told its zone, where the search depends on it.
        move || (state.get(), reload.get(), state.read().may_have_days().then(|| zone.name())),
        |(state, ..)| search_detections(state.q, state.order, state.from),
    );
    let look = RwSignal::new(ListLook::remembered());
    let pane = NodeRef::<Section>::new();
    let (left, kept) = follow_place(state, open, pane);
    let part = |part: LogPart| view! { <Later part=Part::Log(part)/> };
    // The list has the whole width until something is open beside it. On a phone the two take turns.
    let list_class = move || {
        if open.get().is_some() {
            "hidden lg:flex lg:w-2/5 shrink-0 flex-col gap-3 min-w-0"
        } else {
            "flex w-full flex-col gap-3 min-w-0"
        }
    };
    let pane_class = move || {
        if open.get().is_some() {
            "flex-1 min-w-0 lg:sticky lg:top-4 lg:max-h-[calc(100vh-2rem)] lg:overflow-y-auto rounded-lg"
        } else {
            "hidden"
        }
    };
    view! {
        <Title text="Detections"/>
        <Later part=Part::Frame(FramePart::Notice)/>
        <div class="lg:flex gap-6 items-start">
            <section class=list_class aria-label="Log" on:click=move |_| left.set_value(Some(Place::here(None)))>
                <div class="flex flex-wrap items-center gap-x-4 gap-y-2 min-h-9">
                    <h1 class="text-xl font-semibold">"Detections"</h1>
                    {part(LogPart::Arrivals(state, reload))}
                    {part(LogPart::Filters(state, open))}
                    <span class="ml-auto flex items-center"><BlurSwitch/>{part(LogPart::Look(look))}</span>
                </div>
                <NoButton/>
                <div class="log-tools">
                    {part(LogPart::Matches(state, reload))}
                    {part(LogPart::Facets(state, open, look))}
                    {part(LogPart::Keep(state))}
                    {part(LogPart::Export(state))}
                </div>
                <SelectionBar>{part(LogPart::Wishes(state))}</SelectionBar>
                {part(LogPart::Notes(state))}
                <Transition>
                    {move || Suspend::new(async move {
                        let may_label = session.await.is_ok_and(|session| session.allows(Role::Moderator));
                        match result.await {
                            Ok(found) => view! {
                                <List found=found state=state open=open look=look place=kept may_label=may_label/>
                            }
                            .into_any(),
                            Err(error) => {
                                let is_search = matches!(error, AppError::BadSearch(_));
                                view! {
                                    <ErrorPanel error=error/>
                                    {is_search.then(|| part(LogPart::Corrections(state)))}
                                }
                                .into_any()
                            }
                        }
                    })}
                </Transition>
            </section>
            <section class=pane_class aria-label="Detection" node_ref=pane>
                <Outlet/>
            </section>
        </div>
    }
}

/// Remembers where somebody was: what they left by a click, and what is to be restored once the list is there again.
fn follow_place(
    state: Memo<LogState>,
    open: Memo<Option<i64>>,
    pane: NodeRef<Section>,
) -> (StoredValue<Option<Place>>, StoredValue<Option<Place>>) {
    let left = StoredValue::new(None::<Place>);
    let kept = StoredValue::new(None::<Place>);
    let address = move || state.get_untracked().address(None);
    Effect::new(move |before: Option<Option<i64>>| {
        let now = open.get();
        match (before, now) {
            (None, None) => kept.set_value(Place::kept(&address())),
            (Some(before), Some(row)) if before != now => {
                if let Some(place) = left.get_value() {
                    Place { row: Some(row), ..place }.keep(&address());
                }
                if place::takes_turns() {
                    window().scroll_to_with_x_and_y(0.0, 0.0);
                }
                if let Some(pane) = pane.get_untracked() {
                    pane.set_scroll_top(0);
                }
            }
            (Some(Some(_)), None) => {
                if let Some(place) = Place::kept(&address()) {
                    place.restore();
                }
            }
            _ => {}
        }
        now
    });
    (left, kept)
}

/// What the pane shows while nothing is open; it is hidden then.
#[component]
pub(crate) fn NothingOpen() -> impl IntoView {}
