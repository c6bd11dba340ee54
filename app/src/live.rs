//! What happens elsewhere, while the page is looked at: new detections, others' decisions, bulk actions getting on.

use domain::DetectionId;
use leptos::prelude::*;

use crate::decisions::Decisions;

/// What this page has heard.
#[derive(Clone, Copy)]
pub(crate) struct Live {
    /// The newest detection heard of.
    pub(crate) arrived: RwSignal<Option<DetectionId>>,
    /// Grows when something was missed: before the stream was opened, or while the page was hidden or the connection lost.
    pub(crate) looks: RwSignal<usize>,
    /// The import that got on last, and how often any did.
    pub(crate) import: RwSignal<(i64, usize)>,
    decisions: Decisions,
}

impl Live {
    /// Has heard nothing yet; call [`Live::follow`] in the browser.
    pub(crate) fn new(decisions: Decisions) -> Self {
        Self {
            arrived: RwSignal::new(None),
            looks: RwSignal::new(0),
            import: RwSignal::new((0, 0)),
            decisions,
        }
    }

    /// Opens the stream of events while the page is looked at. A hidden page closes it, and costs nothing.
    pub(crate) fn follow(self) {
        Effect::new(move |_| {
            #[cfg(feature = "hydrate")]
            browser::follow(self);
        });
    }

    /// Asks for everything that may have been missed.
    pub(crate) fn catch_up(self) {
        self.decisions.refresh(self.decisions.shown.get_untracked());
        self.decisions.list_undoable();
        self.looks.update(|looks| *looks += 1);
    }
}

#[cfg(feature = "hydrate")]
mod browser {
    use std::time::Duration;

    use leptos::{
        prelude::*,
        wasm_bindgen::{JsCast, closure::Closure},
        web_sys::MessageEvent,
    };
    use web_sys::EventSource;

    use super::Live;

    /// How long to wait after the server refused the stream (a restart, a session that ended).
    const REFUSED: Duration = Duration::from_secs(10);

    /// The stream, when it is open.
    type Stream = StoredValue<Option<EventSource>, LocalStorage>;

    pub(super) fn follow(live: Live) {
        let stream: Stream = StoredValue::new_local(None);
        connect(live, stream);
        let seen = Closure::<dyn Fn()>::new(move || {
            if document().hidden() {
                close(stream);
            } else {
                connect(live, stream);
            }
        });
        let listener = seen.into_js_value();
        let _ = document().add_event_listener_with_callback("visibilitychange", listener.unchecked_ref());
        on_cleanup(move || close(stream));
    }

    fn close(stream: Stream) {
        if let Some(open) = stream.try_update_value(Option::take).flatten() {
            open.close();
        }
    }

    /// Opens the stream. The browser reopens it by itself when the connection is lost. The server says so if anything has happened since the
    /// page was written.
    fn connect(live: Live, stream: Stream) {
        if document().hidden() || stream.with_value(Option::is_some) {
            return;
        }
        let written = document().document_element().and_then(|page| page.get_attribute("data-happened"));
        let Ok(source) = EventSource::new(&format!("/events?after={}", written.unwrap_or_default())) else {
            return;
        };
        let heard = Closure::<dyn Fn(MessageEvent)>::new(move |message: MessageEvent| {
            if let Some(event) = message.data().as_string() {
                live.decisions.hear(live, event);
            }
        });
        let failed = Closure::<dyn Fn()>::new(move || {
            let refused = stream.with_value(|open| {
                open.as_ref().is_some_and(|open| open.ready_state() == EventSource::CLOSED)
            });
            if refused {
                close(stream);
                set_timeout(move || connect(live, stream), REFUSED);
            }
        });
        source.set_onmessage(Some(heard.into_js_value().unchecked_ref()));
        source.set_onerror(Some(failed.into_js_value().unchecked_ref()));
        stream.set_value(Some(source));
    }
}
