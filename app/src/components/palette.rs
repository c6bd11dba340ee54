//! The palette (every command and page, with a filter) and the list of keys.

use leptos::{ev, html, prelude::*};

use super::keyboard::Keys;
use crate::keys::{Command, SHORTCUTS};

/// Pages that have no key of their own.
const PAGES: &[(&str, &str)] = &[
    ("Go to Overview", "/"),
    ("Go to Rules", "/rules"),
    ("Go to Callbacks", "/settings/callbacks"),
    ("Go to Reasons and macros", "/settings/reasons"),
    ("Go to Settings", "/settings"),
];

/// Something that the palette offers.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Choice {
    Do(Command),
    Go(&'static str),
}

/// A dialog that a key opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialog {
    Palette,
    Help,
}

/// Both dialogs. The one that is wanted opens.
#[component]
pub(super) fn Dialogs(keys: Keys) -> impl IntoView {
    let (palette, help) = (NodeRef::<html::Dialog>::new(), NodeRef::<html::Dialog>::new());
    Effect::new(move |_| {
        let dialog = match keys.wanted.get() {
            Some(Dialog::Palette) => palette.get(),
            Some(Dialog::Help) => help.get(),
            None => None,
        };
        if let Some(dialog) = dialog {
            keys.wanted.set(None);
            if !dialog.open() {
                let _ = dialog.show_modal();
            }
        }
    });
    view! {
        <Palette keys=keys dialog=palette/>
        <Help dialog=help/>
    }
}

#[derive(Clone, Copy, PartialEq)]
struct Line {
    words: &'static str,
    key: &'static str,
    choice: Choice,
}

fn lines(filter: &str) -> Vec<Line> {
    let filter = filter.to_lowercase();
    let commands = SHORTCUTS.iter().filter(|row| row.command != Command::Palette).map(|row| Line {
        words: row.words,
        key: row.command.key(),
        choice: Choice::Do(row.command),
    });
    let pages = PAGES.iter().map(|&(words, page)| Line { words, key: "", choice: Choice::Go(page) });
    commands
        .chain(pages)
        .filter(|line| filter.split_whitespace().all(|word| line.words.to_lowercase().contains(word)))
        .collect()
}

/// The palette. It is a dialog of the browser: Escape closes it, and the focus comes back to where it was.
#[component]
fn Palette(keys: Keys, dialog: NodeRef<html::Dialog>) -> impl IntoView {
    let filter = RwSignal::new(String::new());
    let at = RwSignal::new(0_usize);
    let found = Memo::new(move |_| filter.with(|filter| lines(filter)));
    let close = move || {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
        filter.set(String::new());
        at.set(0);
    };
    let choose = move |choice: Choice| {
        close();
        match choice {
            Choice::Do(command) => drop(keys.run(command)),
            Choice::Go(page) => keys.go(page),
        }
    };
    let on_key = move |event: ev::KeyboardEvent| {
        let count = found.with_untracked(Vec::len).max(1);
        match event.key().as_str() {
            "ArrowDown" => at.update(|at| *at = (*at + 1) % count),
            "ArrowUp" => at.update(|at| *at = (*at + count - 1) % count),
            "Enter" => {
                if let Some(line) = found.with_untracked(|found| found.get(at.get_untracked()).copied()) {
                    choose(line.choice);
                }
            }
            _ => return,
        }
        event.prevent_default();
    };
    let rows = move || {
        let now = at.get();
        found
            .get()
            .into_iter()
            .enumerate()
            .map(|(index, line)| {
                view! {
                    <li
                        id=format!("palette-{index}")
                        role="option"
                        aria-selected=(index == now).to_string()
                        class="flex justify-between gap-4 px-3 py-2 rounded-md cursor-pointer hover:bg-raised aria-selected:bg-accent-soft aria-selected:text-accent"
                        on:click=move |_| choose(line.choice)
                    >
                        {line.words}<kbd class="text-muted">{line.key}</kbd>
                    </li>
                }
            })
            .collect_view()
    };
    view! {
        <dialog
            class="m-auto w-full max-w-lg rounded-lg border border-line bg-surface text-ink shadow-lg p-3"
            aria-label="Commands and pages"
            node_ref=dialog
            on:close=move |_| {
                filter.set(String::new());
                at.set(0);
            }
        >
            <input
                class="w-full h-9 px-3 rounded-md border border-field bg-canvas text-ink placeholder:text-muted"
                type="text"
                role="combobox"
                aria-label="Find a command or page"
                aria-expanded="true"
                aria-controls="palette-lines"
                aria-activedescendant=move || format!("palette-{}", at.get())
                placeholder="Find a command or page"
                autocomplete="off"
                prop:value=filter
                on:input=move |event| {
                    filter.set(event_target_value(&event));
                    at.set(0);
                }
                on:keydown=on_key
            />
            <ul id="palette-lines" class="mt-2 max-h-80 overflow-y-auto" role="listbox" aria-label="Commands and pages">{rows}</ul>
        </dialog>
    }
}

/// The list of keys.
#[component]
fn Help(dialog: NodeRef<html::Dialog>) -> impl IntoView {
    let rows = SHORTCUTS
        .iter()
        .map(|row| {
            let presses = row
                .presses
                .iter()
                .map(|press| view! { <kbd class="px-1.5 rounded border border-line bg-raised text-sm">{*press}</kbd> })
                .collect_view();
            view! {
                <tr class="border-b border-line last:border-b-0">
                    <td class="py-1.5 pr-4"><span class="flex gap-2">{presses}</span></td>
                    <td class="py-1.5">{row.words}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <dialog
            class="m-auto w-full max-w-lg rounded-lg border border-line bg-surface text-ink shadow-lg p-6"
            aria-labelledby="keys-heading"
            node_ref=dialog
        >
            <form method="dialog" class="flex items-center justify-between gap-4 mb-3">
                <h2 id="keys-heading" class="font-semibold">"Keyboard shortcuts"</h2>
                <button class="h-9 px-3 rounded-md text-accent underline cursor-pointer">"Close"</button>
            </form>
            <table class="w-full text-left">
                <thead class="sr-only"><tr><th scope="col">"Key"</th><th scope="col">"What it does"</th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
            <p class="mt-3 text-sm text-muted">"1 to 9 choose the reasons of the label just set. Macros have keys of their own, which their buttons show."</p>
        </dialog>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_the_filter_must_occur() {
        assert!(lines("").len() > SHORTCUTS.len());
        assert_eq!(lines("SPAM mark").len(), 1);
        assert_eq!(lines("settings")[0].choice, Choice::Go("/settings"));
        assert!(lines("nothing so called").is_empty());
    }
}
