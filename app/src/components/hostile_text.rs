//! Text that somebody hostile wrote.

use domain::text::{Piece, pieces};
use leptos::prelude::*;

use crate::blur::Blur;

/// Characters shown before "show all": about two screens.
const SHOWN_CHARS: usize = 4_000;

/// Text as text: never markup, never a live link; what cannot be seen is shown by its code point.
#[component]
pub(crate) fn HostileText(
    /// The text.
    text: String,
) -> impl IntoView {
    // Focus shows blurred text to those without a pointer.
    let blur = expect_context::<Blur>();
    let tabindex = move || blur.is_on().then_some("0");
    let cut = text.char_indices().nth(SHOWN_CHARS).map_or(text.len(), |(at, _)| at);
    let (start, rest) = text.split_at(cut);
    let rest = (!rest.is_empty()).then(|| {
        view! {
            <details>
                <summary class="cursor-pointer text-accent">
                    {format!("Show all ({} characters)", domain::paging::grouped(text.chars().count() as u64))}
                </summary>
                {show(rest)}
            </details>
        }
    });
    view! { <div class="hostile whitespace-pre-wrap break-words" dir="auto" tabindex=tabindex>{show(start)}{rest}</div> }
}

fn show(text: &str) -> Vec<AnyView> {
    pieces(text)
        .into_iter()
        .map(|piece| match piece {
            Piece::Plain(text) => text.into_any(),
            Piece::Address(text) => {
                view! { <span class="text-accent underline decoration-dotted break-all">{text}</span> }.into_any()
            }
            Piece::Invisible(code) => view! {
                <span class="rounded bg-unsure-soft text-unsure text-xs px-1 mx-px" title="An invisible character">
                    {code}
                </span>
            }
            .into_any(),
        })
        .collect()
}
