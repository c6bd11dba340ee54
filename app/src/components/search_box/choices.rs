//! What could be typed next: a list below the box, after the combobox pattern of ARIA 1.2.

use domain::search::{Completion, Key, complete};
use leptos::prelude::*;

use crate::{server_fns::detections::get_known_values, zone::Zone};

/// Choices shown at once.
const SHOWN: usize = 10;

/// The list below the box.
#[derive(Clone, Copy)]
pub(super) struct Choices {
    text: RwSignal<String>,
    /// Byte position of the caret when it was last looked at; `None` while the list is closed.
    caret: RwSignal<Option<usize>>,
    /// Which one the arrows are on.
    active: RwSignal<Option<usize>>,
    /// Values that the log knows, with their key.
    known: RwSignal<Vec<(Key, Vec<String>)>>,
    fetch: Action<Key, ()>,
}

impl Choices {
    pub(super) fn new(text: RwSignal<String>) -> Self {
        let known = RwSignal::new(Vec::<(Key, Vec<String>)>::new());
        let fetch = Action::new(move |key: &Key| {
            let key = *key;
            async move {
                // Without an answer the list stays as it is: completion is a convenience.
                if let Ok(values) = get_known_values(key.as_str().to_owned()).await {
                    known.update(|known| {
                        // Asked twice while the first answer was under way.
                        known.retain(|(have, _)| *have != key);
                        known.push((key, values));
                    });
                }
            }
        });
        Self { text, caret: RwSignal::new(None), active: RwSignal::new(None), known, fetch }
    }

    /// Opens the list for the caret, a position in UTF-16 units as browsers count.
    pub(super) fn look(self, caret: u32) {
        let at = self.text.with_untracked(|text| byte_position(text, caret));
        self.caret.set(Some(at));
        self.active.set(None);
        let key = self.text.with_untracked(|text| complete(text, at)).and_then(|completion| completion.key);
        if let Some(key @ (Key::Site | Key::Token | Key::By | Key::Import | Key::Reason)) = key
            && self.known.with_untracked(|known| known.iter().all(|(have, _)| *have != key))
        {
            self.fetch.dispatch(key);
        }
    }

    pub(super) fn close(self) {
        self.caret.set(None);
        self.active.set(None);
    }

    pub(super) fn is_open(self) -> bool {
        !self.list().1.is_empty()
    }

    pub(super) fn active_id(self) -> Option<String> {
        self.active.get().filter(|_| self.is_open()).map(|index| format!("search-choice-{index}"))
    }

    /// The byte range to replace, and what could stand there, each with its meaning.
    fn list(self) -> ((usize, usize), Vec<(String, &'static str)>) {
        let Some(caret) = self.caret.get() else { return ((0, 0), Vec::new()) };
        let completion = self.text.with(|text| complete(text, caret));
        let Some(Completion { span, key, typed, choices }) = completion else { return ((0, 0), Vec::new()) };
        let mut list: Vec<(String, &'static str)> =
            choices.into_iter().map(|choice| (choice.insert, choice.hint)).collect();
        if let Some(key) = key {
            let typed = typed.to_lowercase();
            self.known.with(|known| {
                let values = known.iter().filter(|(have, _)| *have == key).flat_map(|(_, values)| values);
                let fits = |value: &&String| value.trim_start_matches('"').to_lowercase().starts_with(&typed);
                list.extend(values.filter(fits).map(|value| (value.clone(), "")));
            });
            // What stands there already is no choice.
            list.retain(|(insert, _)| insert.to_lowercase() != typed);
        }
        list.truncate(SHOWN);
        (span, list)
    }

    /// The whole text once a choice is made, and where the caret goes, in UTF-16 units.
    pub(super) fn chosen(self, index: usize) -> Option<(String, u32)> {
        let (span, list) = untrack(move || self.list());
        let (insert, _) = list.get(index)?;
        let text = self.text.get_untracked();
        let gap = if insert.ends_with(':') || text[span.1..].starts_with(' ') { "" } else { " " };
        let before = format!("{}{insert}{gap}", &text[..span.0]);
        let caret = u32::try_from(before.encode_utf16().count()).ok()?;
        Some((format!("{before}{}", &text[span.1..]), caret))
    }

    /// Acts on a key; whether it was the list's.
    pub(super) fn key(self, key: &str, caret: u32, choose: impl Fn(usize)) -> bool {
        let count = untrack(move || self.list().1.len());
        let active = self.active.get_untracked();
        match key {
            "ArrowDown" if count == 0 => {
                self.look(caret);
                true
            }
            "ArrowDown" => {
                self.active.set(Some(active.map_or(0, |at| (at + 1) % count)));
                true
            }
            "ArrowUp" if count > 0 => {
                self.active.set(Some(active.map_or(count - 1, |at| (at + count - 1) % count)));
                true
            }
            "Enter" | "Tab" if count > 0 => match active {
                Some(index) => {
                    choose(index);
                    true
                }
                None => {
                    self.close();
                    false
                }
            },
            "Escape" if count > 0 => {
                self.close();
                true
            }
            _ => false,
        }
    }
}

/// The list as an element; there also while it is empty, since the box names it.
#[component]
pub(super) fn ChoiceList(
    choices: Choices,
    choose: impl Fn(usize) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let zone = expect_context::<Zone>();
    // Whose days they are.
    let zone_of = move |insert: &str| {
        ["after:", "before:", "labelled:"].contains(&insert).then(|| format!(" ({})", zone.name()))
    };
    let items = move || {
        choices
            .list()
            .1
            .into_iter()
            .enumerate()
            .map(|(index, (insert, hint))| {
                let name = insert.clone();
                view! {
                    <li
                        id=format!("search-choice-{index}")
                        class="flex items-baseline gap-3 px-3 py-1 text-sm cursor-pointer hover:bg-raised aria-selected:bg-accent-soft aria-selected:text-accent"
                        role="option"
                        aria-selected=move || (choices.active.get() == Some(index)).to_string()
                        // Before the box loses its focus.
                        on:mousedown=move |event| {
                            event.prevent_default();
                            choose(index);
                        }
                    >
                        <span class="font-mono">{insert}</span>
                        <span class="text-xs text-muted">{hint}{zone_of(&name)}</span>
                    </li>
                }
            })
            .collect_view()
    };
    view! {
        <ul
            id="search-choices"
            class="py-1 rounded-md border border-line bg-surface shadow-lg"
            role="listbox"
            aria-label="What to search for"
            hidden=move || !choices.is_open()
        >
            {items}
        </ul>
    }
}

/// The byte at a position in UTF-16 units.
fn byte_position(text: &str, units: u32) -> usize {
    let mut left = units as usize;
    for (at, char) in text.char_indices() {
        if left == 0 {
            return at;
        }
        left = left.saturating_sub(char.len_utf16());
    }
    text.len()
}
