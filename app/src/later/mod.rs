//! What the browser gets only once somebody turns to it.
//!
//! The server renders every part, so a page is whole without JavaScript and before it. In the browser such a part stays as the
//! server wrote it (its links and forms work by themselves) until a pointer or the focus comes to it, or until what it shows
//! changes; then it comes to life in its place. The code of all parts is one module, which is fetched at the first sign of
//! somebody at work.

#[cfg(feature = "hydrate")]
mod browser;
mod part;

use std::pin::Pin;

use leptos::prelude::*;

use crate::decisions::{Ask, Decisions};
#[cfg(feature = "hydrate")]
pub(crate) use browser::taken_over;
pub(crate) use part::Part;

/// Asks of the server on their way.
pub(crate) type Asking = Pin<Box<dyn Future<Output = ()>>>;

/// A part of a page.
#[component]
pub(crate) fn Later(
    /// Which one.
    part: Part,
) -> impl IntoView {
    #[cfg(feature = "hydrate")]
    let view = browser::asleep(part);
    #[cfg(not(feature = "hydrate"))]
    let view = rendered(part);
    view
}

/// The part as the server writes it. Nothing of it is handed over: the browser asks again when it brings it to life.
///
/// What is handed over is switched for the whole page, which several threads may write at once. So a part that asks for anything
/// has its place in the page itself, never in what is waited for there (`Suspend`); what only says something may stand anywhere.
#[cfg(not(feature = "hydrate"))]
fn rendered(part: Part) -> impl IntoView {
    let shared = Owner::current_shared_context().filter(|_| !part.is_said());
    let hand_over = |handed: bool| {
        if let Some(shared) = &shared {
            shared.set_is_hydrating(handed);
        }
    };
    hand_over(false);
    let view = part.is_rendered().then(|| part.view());
    hand_over(true);
    view! { <div class="contents" data-rendered="">{view}</div> }
}

/// The code of the parts could not be loaded.
#[derive(Clone, Debug)]
pub(crate) struct NotLoaded;

impl From<leptos::wasm_split::SplitLoaderError> for NotLoaded {
    fn from(_: leptos::wasm_split::SplitLoaderError) -> Self {
        Self
    }
}

#[cfg(feature = "hydrate")]
#[leptos::wasm_split::wasm_split(gavel_later, wasm_split_path = leptos::wasm_split, fallible)]
fn view_later(part: Part) -> Result<AnyView, NotLoaded> {
    Ok(part.view())
}

/// Fetches the code, if it is not there yet.
///
/// # Errors
/// [`NotLoaded`] when it could not be fetched.
#[cfg(feature = "hydrate")]
#[leptos::wasm_split::wasm_split(gavel_later, wasm_split_path = leptos::wasm_split, fallible)]
fn fetch() -> Result<(), NotLoaded> {
    Ok(())
}

/// Asks the server, once the code for it is there.
///
/// # Errors
/// [`NotLoaded`] when the code could not be fetched.
#[leptos::wasm_split::wasm_split(gavel_later, wasm_split_path = leptos::wasm_split, fallible)]
pub(crate) fn ask_later(decisions: Decisions, ask: Ask) -> Result<Asking, NotLoaded> {
    Ok(decisions.answer(ask))
}
