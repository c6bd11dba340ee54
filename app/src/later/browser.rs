//! Brings parts to life in the browser.

use std::cell::{Cell, RefCell};

use leptos::{
    html::{Div, div},
    prelude::*,
    tachys::view::any_view::AnyViewState,
    task::{spawn_local, spawn_local_scoped_with_cancellation},
    wasm_bindgen::{JsCast, closure::Closure},
    web_sys::{AddEventListenerOptions, Element, Event, HtmlElement, HtmlInputElement},
};

use super::{Part, fetch, view_later};

thread_local! {
    /// Whether the page is taken over, and what waits for it: data that the server handed over is read in the order in which
    /// pages ask for it, so nobody may ask in between.
    static TAKEN_OVER: Cell<bool> = const { Cell::new(false) };
    static WAITING: RefCell<Vec<Box<dyn FnOnce()>>> = const { RefCell::new(Vec::new()) };
}

/// The page is taken over: parts may come to life. The document says so, for whoever waits until keys are heard.
pub(crate) async fn taken_over() {
    // Effects, which begin to listen.
    leptos::task::tick().await;
    if let Some(root) = document().document_element() {
        let _ = root.set_attribute("data-hydrated", "");
    }
    TAKEN_OVER.set(true);
    WAITING.take().into_iter().for_each(|start| start());
    fetch_at_first_touch();
}

/// By the time that something is pressed the code should be there.
fn fetch_at_first_touch() {
    let touched = Closure::<dyn Fn()>::new(|| {
        spawn_local(async {
            // What is then pressed tries again, and says so if it fails again.
            let _ = fetch().await;
        });
    });
    let touched = touched.into_js_value();
    let options = AddEventListenerOptions::new();
    options.set_once(true);
    options.set_passive(true);
    for event in ["pointermove", "touchstart", "keydown"] {
        let _ = window().add_event_listener_with_callback_and_add_event_listener_options(
            event,
            touched.unchecked_ref(),
            &options,
        );
    }
}

fn once_taken_over(start: impl FnOnce() + 'static) {
    if TAKEN_OVER.get() {
        start();
    } else {
        WAITING.with_borrow_mut(|waiting| waiting.push(Box::new(start)));
    }
}

/// How far a part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Asleep,
    Waking,
    Alive,
}

#[derive(Clone, Copy)]
struct Life {
    part: Part,
    place: NodeRef<Div>,
    owner: StoredValue<Owner>,
    stage: StoredValue<Stage>,
    /// What was clicked while the code was on its way: the number of the control.
    clicked: StoredValue<Option<usize>>,
    state: StoredValue<Option<AnyViewState>, LocalStorage>,
}

/// The part's place. What the server wrote in it is left alone.
pub(super) fn asleep(part: Part) -> impl IntoView {
    let life = Life {
        part,
        place: NodeRef::new(),
        owner: StoredValue::new(Owner::new()),
        stage: StoredValue::new(Stage::Asleep),
        clicked: StoredValue::new(None),
        state: StoredValue::new_local(None),
    };
    Effect::new(move |watched: Option<bool>| {
        part.track();
        let Some(place) = life.place.get() else { return false };
        if watched == Some(true) {
            life.wake();
            return true;
        }
        life.watch(&place);
        let is_due =
            part.lives_at_once().is_some_and(|what| place.query_selector(what).ok().flatten().is_some());
        // Not of the server: somebody came from another page.
        if is_due || !place.has_attribute("data-rendered") {
            life.wake();
        }
        true
    });
    div().class("contents").node_ref(life.place)
}

impl Life {
    fn watch(self, place: &Element) {
        if self.part.is_said() {
            return;
        }
        let touched = Closure::<dyn Fn(Event)>::new(move |event: Event| self.touched(&event));
        let touched = touched.into_js_value();
        let options = AddEventListenerOptions::new();
        options.set_capture(true);
        for event in ["pointerover", "focusin", "click"] {
            let _ = place.add_event_listener_with_callback_and_add_event_listener_options(
                event,
                touched.unchecked_ref(),
                &options,
            );
        }
    }

    /// A pointer or the focus is here. A click that comes before the code is repeated once it is there. Links lead on, and forms are
    /// sent, by themselves: nothing is lost if the code does not come.
    fn touched(self, event: &Event) {
        match self.stage.try_get_value() {
            Some(Stage::Asleep | Stage::Waking) => {}
            _ => return,
        }
        if event.type_() == "click" {
            let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
            let control = target.and_then(|target| target.closest("a[download], button").ok().flatten());
            if let (Some(control), Some(place)) =
                (control.filter(|control| !posts(control)), self.place.get_untracked())
            {
                let number = controls(&place).iter().position(|one| *one == control);
                if number.is_some() {
                    event.prevent_default();
                    event.stop_propagation();
                    self.clicked.set_value(number);
                }
            }
        }
        self.wake();
    }

    fn wake(self) {
        if self.stage.try_get_value() != Some(Stage::Asleep) {
            return;
        }
        self.stage.set_value(Stage::Waking);
        once_taken_over(move || {
            let Some(owner) = self.owner.try_get_value() else { return };
            untrack(|| {
                owner.with(|| {
                    spawn_local_scoped_with_cancellation(async move {
                        match view_later(self.part).await {
                            Ok(view) => self.replace(view).await,
                            // As the server wrote it, it still works; the next touch tries again.
                            Err(_) => self.stage.set_value(Stage::Asleep),
                        }
                    });
                });
            });
        });
    }

    /// Puts the living view in the place of what the server wrote, once it shows as much.
    async fn replace(self, view: AnyView) {
        let Some(place) = self.place.get_untracked() else { return };
        let Ok(living) = document().create_element("div") else { return };
        living.set_class_name("contents");
        let mut state = view.build();
        state.mount(&living, None);
        self.state.set_value(Some(state));
        let before = Kept::of(&place);
        if before.visible > 0 {
            // Its effects, which may ask the server for what it shows.
            leptos::task::tick().await;
            before.unfold(&living);
        }
        for _ in 0..SETTLE_TRIES {
            if visible(&controls(&living)) >= before.visible {
                break;
            }
            pause().await;
        }
        let kept = Kept::of(&place);
        place.set_inner_html("");
        let _ = place.append_child(&living);
        self.stage.set_value(Stage::Alive);
        kept.restore(&living, self.clicked.try_update_value(Option::take).flatten());
    }
}

/// Waits a moment, without keeping anybody else from working.
async fn pause() {
    let slept = js_sys::Promise::new(&mut |done, _| {
        let _ = window().set_timeout_with_callback_and_timeout_and_arguments_0(&done, SETTLE_MS);
    });
    let _ = wasm_bindgen_futures::JsFuture::from(slept).await;
}

/// How often, and how many ms apart, one looks whether a part shows what the server wrote; a second, then it is shown as it is.
const SETTLE_TRIES: usize = 50;
const SETTLE_MS: i32 = 20;

/// Whether a press on it has the browser send a form.
fn posts(control: &Element) -> bool {
    control.get_attribute("type").is_none_or(|kind| kind == "submit")
        && (control.has_attribute("form") || control.closest("form[method=post]").ok().flatten().is_some())
}

/// What people change by hand.
fn controls(place: &Element) -> Vec<Element> {
    let all = place.get_elements_by_tag_name("*");
    (0..all.length())
        .filter_map(|index| all.item(index))
        .filter(|one| one.matches("summary, a, button, input").unwrap_or_default())
        .collect()
}

/// How many of the controls are not folded away.
fn visible(controls: &[Element]) -> usize {
    let is_folded = |one: &&Element| {
        let fold = one.closest("details:not([open])").ok().flatten();
        fold.is_some_and(|fold| one.tag_name() != "SUMMARY" || one.parent_element() != Some(fold))
    };
    controls.iter().filter(|one| !is_folded(one)).count()
}

/// What somebody had done in the part before it came to life.
struct Kept {
    visible: usize,
    opened: Vec<bool>,
    focused: Option<usize>,
    typed: Vec<Option<String>>,
    ticked: Vec<bool>,
}

impl Kept {
    fn of(place: &Element) -> Self {
        let controls = controls(place);
        let active = document().active_element();
        Self {
            visible: visible(&controls),
            opened: controls.iter().map(is_opened).collect(),
            focused: controls.iter().position(|one| Some(one) == active.as_ref()),
            typed: controls.iter().map(typed).collect(),
            ticked: controls.iter().map(was_ticked).collect(),
        }
    }

    /// Opens what was open, and closes what was closed.
    fn unfold(&self, living: &Element) {
        let controls = controls(living);
        for (summary, opened) in
            controls.iter().zip(&self.opened).filter(|(one, _)| one.tag_name() == "SUMMARY")
        {
            let Some(details) = summary.parent_element() else { continue };
            let _ = match opened {
                true => details.set_attribute("open", ""),
                false => details.remove_attribute("open"),
            };
        }
    }

    fn restore(self, living: &Element, clicked: Option<usize>) {
        self.unfold(living);
        let controls = controls(living);
        for (control, typed) in controls.iter().zip(&self.typed) {
            if let (Some(text), Some(input)) = (typed, control.dyn_ref::<HtmlInputElement>()) {
                input.set_value(text);
                tell(input, "input");
            }
        }
        for control in controls.iter().zip(&self.ticked).filter_map(|(one, ticked)| ticked.then_some(one)) {
            if let Some(control) = as_html(control) {
                control.click();
            }
        }
        if let Some(control) = self.focused.and_then(|index| controls.get(index)).and_then(as_html) {
            let _ = control.focus();
        }
        if let Some(control) = clicked.and_then(|index| controls.get(index)).and_then(as_html) {
            control.click();
        }
    }
}

fn as_html(element: &Element) -> Option<&HtmlElement> {
    element.dyn_ref()
}

fn is_opened(control: &Element) -> bool {
    control.tag_name() == "SUMMARY"
        && control.parent_element().is_some_and(|details| details.has_attribute("open"))
}

/// Text that is not what the server wrote.
fn typed(control: &Element) -> Option<String> {
    let input = control.dyn_ref::<HtmlInputElement>().filter(|input| input.type_() == "text")?;
    Some(input.value()).filter(|value| *value != input.default_value())
}

/// Whether somebody ticked or unticked it, or chose it among its like.
fn was_ticked(control: &Element) -> bool {
    let Some(input) = control.dyn_ref::<HtmlInputElement>() else { return false };
    match input.type_().as_str() {
        "checkbox" => input.checked() != input.default_checked(),
        "radio" => input.checked() && !input.default_checked(),
        _ => false,
    }
}

fn tell(input: &HtmlInputElement, event: &str) {
    if let Ok(happened) = document().create_event("Event") {
        happened.init_event_with_bubbles(event, true);
        let _ = input.dispatch_event(&happened);
    }
}
