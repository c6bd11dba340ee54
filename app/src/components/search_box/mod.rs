//! The search box in the top bar: it always says the same as the URL.

mod choices;
mod highlight;
mod tools;

use leptos::{html::Input, prelude::*};
use leptos_router::hooks::{use_location, use_query_map};

use super::{FramePart, Glyph, Icon};
use crate::later::{Later, Part};
pub(crate) use tools::SearchTools;

/// Text and place of the input and of what is drawn over it: both must have every letter at the same spot.
const BOX_CLASS: &str =
    "w-full h-9 pl-9 pr-3 rounded-md border border-field bg-canvas text-ink placeholder:text-muted";

/// What the input is with JavaScript: a combobox of ARIA 1.2, closed until somebody comes.
const COMBOBOX: [(&str, &str); 4] = [
    ("role", "combobox"),
    ("aria-autocomplete", "list"),
    ("aria-controls", "search-choices"),
    ("aria-expanded", "false"),
];

/// The input, for those who help with it.
#[derive(Clone, Copy)]
pub(crate) struct SearchInput {
    /// The element.
    input: NodeRef<Input>,
    /// What the URL searches for.
    searched: Memo<String>,
    /// Whether the log is open.
    on_log: Memo<bool>,
    /// Grows when somebody comes to the box.
    touched: RwSignal<usize>,
}

impl SearchInput {
    /// Reads whether somebody came.
    pub(crate) fn track(self) {
        self.touched.track();
    }

    /// Whether somebody writes in it.
    fn is_in_use(self) -> bool {
        let active = document().active_element();
        self.input
            .get_untracked()
            .is_some_and(|input| active.is_some_and(|active| active.is_same_node(Some(&input))))
    }
}

/// The box. It is a form that Enter sends; what helps while one types comes with the first touch.
#[component]
pub(crate) fn SearchBox() -> impl IntoView {
    let location = use_location();
    let query = use_query_map();
    let on_log = Memo::new(move |_| location.pathname.read().starts_with("/detections"));
    let searched =
        Memo::new(
            move |_| {
                if on_log.get() { query.read().get("q").unwrap_or_default() } else { String::new() }
            },
        );
    let (input, touched) = (NodeRef::new(), RwSignal::new(0));
    let place = SearchInput { input, searched, on_log, touched };
    // While somebody types here, the box leads and the URL follows; otherwise the URL leads.
    Effect::new(move |_| {
        let searched = searched.get();
        let Some(input) = input.get() else { return };
        for (name, value) in COMBOBOX {
            let _ = input.set_attribute(name, value);
        }
        if !place.is_in_use() {
            input.set_value(&searched);
        }
    });
    let touch = move || touched.update(|touched| *touched += 1);
    view! {
        <form class="flex-1 max-w-xl relative" method="get" action="/detections" role="search">
            <span class="absolute left-3 top-2.5 text-muted"><Icon glyph=Glyph::Search/></span>
            <input
                class=BOX_CLASS
                type="text"
                enterkeyhint="search"
                name="q"
                role="searchbox"
                aria-label="Search the detections"
                aria-describedby="search-problems"
                aria-invalid=is_wrong(searched)
                placeholder="Search detections"
                autocomplete="off"
                spellcheck="false"
                value=searched.get_untracked()
                node_ref=input
                on:focus=move |_| touch()
                on:pointerenter=move |_| touch()
            />
            <Later part=Part::Frame(FramePart::Search(place))/>
        </form>
    }
}

/// Whether the search cannot be read, as the server tells it; in the browser that is said by what helps.
fn is_wrong(searched: Memo<String>) -> Option<&'static str> {
    #[cfg(feature = "ssr")]
    {
        domain::SearchQuery::parse(&searched.read_untracked()).is_err().then_some("true")
    }
    #[cfg(not(feature = "ssr"))]
    {
        let _ = searched;
        None
    }
}
