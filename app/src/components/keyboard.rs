//! Listens to the keyboard and does what the table in `keys` says. A key presses the button that shows it; so whatever
//! a button does, also without JavaScript, its key does too.

use leptos::{ev, prelude::*, wasm_bindgen::JsCast, web_sys};
use leptos_router::{NavigateOptions, hooks::use_navigate};

use super::{FramePart, menus, palette::Dialog};
use crate::{
    blur::Blur,
    decisions::Decisions,
    keys::{self, Command},
    later::{Later, Part},
    list_look::ListLook,
    selection::Selection,
};

/// How long the second key of a sequence may take, in ms.
const SEQUENCE_MS: f64 = 1_500.0;

/// Goes to a page.
type Navigate = Box<dyn Fn(&str) + Send + Sync>;

/// Does what a key, or a line of the palette, stands for.
#[derive(Clone, Copy)]
pub(crate) struct Keys {
    decisions: Decisions,
    pub(super) selection: Selection,
    blur: Blur,
    navigate: StoredValue<Navigate>,
    /// The dialog that is to open.
    pub(super) wanted: RwSignal<Option<Dialog>>,
}

/// The listener, the palette and the help.
#[component]
pub(crate) fn Keyboard() -> impl IntoView {
    let navigate = use_navigate();
    let keys = Keys {
        decisions: expect_context(),
        selection: expect_context(),
        blur: expect_context(),
        wanted: RwSignal::new(None),
        navigate: StoredValue::new(Box::new(move |page| navigate(page, NavigateOptions::default()))),
    };
    menus::close_as_usual();
    Effect::new(move |_| {
        let before: StoredValue<Option<(String, f64)>> = StoredValue::new(None);
        let handle = window_event_listener(ev::keydown, move |event| keys.heard(&event, before));
        on_cleanup(move || handle.remove());
    });
    view! { <Later part=Part::Frame(FramePart::Dialogs(StoredValue::new(keys)))/> }
}

impl Keys {
    /// Goes to a page.
    pub(crate) fn go(&self, page: &str) {
        self.navigate.with_value(|navigate| navigate(page));
    }

    fn heard(&self, event: &web_sys::KeyboardEvent, before: StoredValue<Option<(String, f64)>>) {
        let control = event.ctrl_key() || event.meta_key();
        if event.default_prevented() || event.alt_key() || event.is_composing() {
            return;
        }
        let press = keys::press(&event.key(), control, event.shift_key());
        let now = event.time_stamp();
        let first = before.get_value().filter(|(_, at)| now - at < SEQUENCE_MS).map(|(first, _)| first);
        before.set_value(None);
        let is_palette = keys::command(&press, None) == Some(Command::Palette);
        if (is_typing() || is_dialog_open()) && !is_palette {
            return;
        }
        if first.is_none() && keys::begins_sequence(&press) {
            before.set_value(Some((press, now)));
            return;
        }
        let Some(command) = keys::command(&press, first.as_deref()) else {
            if first.is_none() && !control && press.len() == 1 {
                self.decisions.pressed(*self, press);
            }
            return;
        };
        // Enter presses what is focused, and arrows belong to what uses them.
        if (press == "Enter" || press.starts_with("Arrow")) && is_busy_with(&press) {
            return;
        }
        if self.run(command) {
            event.prevent_default();
        }
    }

    /// Does it; returns whether there was anything to do.
    pub(crate) fn run(&self, command: Command) -> bool {
        if let Some(page) = command.page() {
            self.go(page);
            return true;
        }
        match command {
            Command::Search => focus("[role=search] input[name=q]", true),
            Command::Next => self.step(1),
            Command::Previous => self.step(-1),
            Command::Open => self.at_row("a").is_some_and(|link| press_element(&link)),
            Command::Select => self.here().map(|id| self.selection.toggle(id)).is_some(),
            Command::SelectRange => self.here().map(|id| self.selection.extend_to(id)).is_some(),
            Command::SelectPage => {
                self.selection.toggle_page();
                true
            }
            Command::Spam | Command::Ham => self.label(command),
            Command::Recheck | Command::CopyId => self.on_closed_row(command) || self.press(command),
            Command::Undo => {
                self.decisions.undo_latest();
                true
            }
            Command::Blur => {
                self.blur.toggle();
                true
            }
            Command::Palette => self.open(Dialog::Palette),
            Command::Help => self.open(Dialog::Help),
            Command::GoToDetections | Command::GoToReview | Command::GoToStats | Command::GoToCheck => false,
        }
    }

    /// Labels the selection, or the row at hand and goes on to the next, or what is open.
    fn label(&self, command: Command) -> bool {
        let row = self.row_to_label();
        let pressed = self.press(command);
        if pressed && self.selection.count() == 0 && ListLook::remembered().goes_on {
            self.go_on(row);
        }
        pressed
    }

    pub(super) fn row_to_label(&self) -> Option<i64> {
        let row = focused_row().or_else(|| self.row_at().filter(|_| query(OPEN).is_none()))?;
        row_id(&row, "data-row")
    }

    /// Goes to the row after one, or after what is open.
    pub(super) fn go_on(&self, row: Option<i64>) {
        let from = row.or_else(|| row_id(&query(OPEN)?, "data-detection"));
        if let Some(next) = from.and_then(|id| self.selection.beside(id, 1)) {
            self.focus_row(next);
        }
    }

    /// A row that is not open has no button for it: it is rechecked, or its id copied, all the same.
    fn on_closed_row(&self, command: Command) -> bool {
        let row = focused_row().and_then(|row| row_id(&row, "data-row"));
        let open = query("[data-open-detection]").and_then(|open| row_id(&open, "data-open-detection"));
        let Some(id) = row.filter(|_| row != open && self.selection.count() == 0) else { return false };
        match command {
            Command::Recheck => self.decisions.recheck(id),
            _ => self.decisions.copy_id(id),
        }
        true
    }

    /// Presses the button that shows the key: of the selection, of the row at hand, of what is open.
    fn press(&self, command: Command) -> bool {
        let button = format!("[aria-keyshortcuts='{}']", command.aria());
        let places = if self.selection.count() > 0 {
            vec![query("[data-bulk]")]
        } else {
            vec![focused_row(), query("[data-open-detection]"), self.row_at()]
        };
        let found =
            places.into_iter().flatten().find_map(|place| place.query_selector(&button).ok().flatten());
        found.is_some_and(|button| press_element(&button))
    }

    fn open(&self, dialog: Dialog) -> bool {
        self.wanted.set(Some(dialog));
        true
    }

    fn step(&self, by: isize) -> bool {
        let next = match focused_row().and_then(|row| row_id(&row, "data-row")) {
            Some(here) => self.selection.beside(here, by),
            // From elsewhere, the first press comes back to where the keyboard was, if that is on this page.
            None => self.row_at().and_then(|row| row_id(&row, "data-row")),
        };
        match next {
            Some(id) => self.focus_row(id),
            None if by > 0 => query("[data-skip]").is_some_and(|skip| press_element(&skip)),
            None => false,
        }
    }

    /// Goes to a row. What is open goes along: a key is for what one sees.
    fn focus_row(&self, id: i64) -> bool {
        self.selection.go_to(id);
        let link = format!("[data-row='{id}'] a");
        let open = query("[data-open-detection]").and_then(|open| row_id(&open, "data-open-detection"));
        if let Some(link) = query(&link).filter(|_| open.is_some_and(|open| open != id)) {
            press_element(&link);
        }
        focus(&link, false)
    }

    fn here(&self) -> Option<i64> {
        focused_row().or_else(|| self.row_at()).and_then(|row| row_id(&row, "data-row"))
    }

    fn row_at(&self) -> Option<web_sys::Element> {
        self.selection.at().and_then(|id| query(&format!("[data-row='{id}']")))
    }

    fn at_row(&self, what: &str) -> Option<web_sys::Element> {
        let row = focused_row().or_else(|| self.row_at())?;
        row.query_selector(what).ok().flatten()
    }
}

/// The form with the buttons of what is open.
const OPEN: &str = "[data-detection]";

pub(super) fn query(selector: &str) -> Option<web_sys::Element> {
    document().query_selector(selector).ok().flatten()
}

fn focused_row() -> Option<web_sys::Element> {
    document().active_element()?.closest("[data-row]").ok().flatten()
}

pub(super) fn row_id(element: &web_sys::Element, attribute: &str) -> Option<i64> {
    element.get_attribute(attribute)?.parse().ok()
}

pub(super) fn press_element(element: &web_sys::Element) -> bool {
    match element.dyn_ref::<web_sys::HtmlElement>() {
        Some(element) => {
            element.click();
            true
        }
        None => false,
    }
}

fn focus(selector: &str, select: bool) -> bool {
    let Some(element) = query(selector) else { return false };
    if let Some(element) = element.dyn_ref::<web_sys::HtmlElement>() {
        let _ = element.focus();
    }
    if let Some(input) = element.dyn_ref::<web_sys::HtmlInputElement>().filter(|_| select) {
        input.select();
    }
    true
}

/// Whether what is focused takes letters.
fn is_typing() -> bool {
    let Some(active) = document().active_element() else { return false };
    let takes_keys = match active.tag_name().as_str() {
        "TEXTAREA" | "SELECT" => true,
        "INPUT" => {
            let kind = active.get_attribute("type").unwrap_or_default();
            !matches!(kind.as_str(), "checkbox" | "radio" | "button" | "submit" | "range")
        }
        _ => false,
    };
    takes_keys || active.closest("[contenteditable]").ok().flatten().is_some()
}

fn is_dialog_open() -> bool {
    query("dialog[open]").is_some()
}

/// Whether Enter or an arrow already means something to what is focused.
fn is_busy_with(press: &str) -> bool {
    let Some(active) = document().active_element() else { return false };
    let is = |selector: &str| active.matches(selector).unwrap_or_default();
    match press {
        "Enter" => !is("body, main, [data-row], input[type=checkbox]"),
        _ => !is("body, main") && active.closest("[data-row]").ok().flatten().is_none(),
    }
}
