//! The menu of the list's density and columns. Without JavaScript it is a form.

use leptos::{prelude::*, server_fn::ServerFn};

use crate::{
    components::{Glyph, Icon, classes::BUTTON},
    list_look::{ListLook, LookSignal},
    server_fns::session::SetListLook,
};

/// Every column's name for people.
const NAMES: [(&str, &str); 4] =
    [("score", "Score"), ("sender", "Sender"), ("site", "Site or origin"), ("time", "Time")];

/// The menu. Every change holds at once and is remembered.
#[component]
pub(super) fn LookMenu(look: LookSignal) -> impl IntoView {
    let alive = RwSignal::new(false);
    Effect::new(move |_| alive.set(true));
    let change = move |how: &dyn Fn(&mut ListLook)| {
        look.update(|look| how(look));
        look.get_untracked().keep();
    };
    let density = |compact: bool, words: &'static str| {
        view! {
            <label class="flex items-center gap-2">
                <input
                    type="radio"
                    name="compact"
                    value=compact.to_string()
                    checked=look.get_untracked().compact == compact
                    on:change=move |_| change(&|look| look.compact = compact)
                />
                {words}
            </label>
        }
    };
    let columns = NAMES.map(|(column, words)| {
        view! {
            <label class="flex items-center gap-2">
                <input
                    type="checkbox"
                    name=column
                    value="true"
                    checked=look.get_untracked().shows(column)
                    on:change:target=move |event| {
                        let shown = event.target().checked();
                        change(&|look| look.show(column, shown));
                    }
                />
                {words}
            </label>
        }
    });
    view! {
        <details class="relative" data-menu="">
            <summary class="inline-flex items-center gap-1.5 h-8 px-2 rounded-md text-sm text-muted hover:bg-raised hover:text-ink cursor-pointer">
                <Icon glyph=Glyph::Settings/>"View"
            </summary>
            <form
                class="absolute z-20 right-0 top-9 w-64 flex flex-col gap-3 rounded-lg border border-line bg-surface shadow-lg p-3 text-sm"
                method="post"
                action=SetListLook::url()
            >
                <fieldset class="flex flex-col gap-1">
                    <legend class="text-xs font-semibold text-muted mb-1">"Density"</legend>
                    {density(false, "Comfortable: three lines a row")}
                    {density(true, "Compact: one line a row")}
                </fieldset>
                <fieldset class="flex flex-col gap-1">
                    <legend class="text-xs font-semibold text-muted mb-1">"Columns"</legend>
                    {columns}
                </fieldset>
                <fieldset class="flex flex-col gap-1">
                    <legend class="text-xs font-semibold text-muted mb-1">"Keys s and h"</legend>
                    <label class="flex items-center gap-2">
                        <input
                            type="checkbox"
                            name="goes_on"
                            value="true"
                            checked=look.get_untracked().goes_on
                            on:change:target=move |event| {
                                let goes_on = event.target().checked();
                                change(&|look| look.goes_on = goes_on);
                            }
                        />
                        "Go on to the next row"
                    </label>
                </fieldset>
                <button class=BUTTON hidden=move || alive.get()>"Apply"</button>
            </form>
        </details>
    }
}
