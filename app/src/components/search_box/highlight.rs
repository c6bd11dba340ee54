//! The search as typed, coloured by what each part is.

use domain::search::{TokenKind, tokens};
use leptos::prelude::*;

/// The text, drawn over the input, whose own text is transparent.
#[component]
pub(super) fn Highlighted(text: RwSignal<String>) -> impl IntoView {
    move || {
        let text = text.get();
        let mut shown = Vec::new();
        let mut at = 0;
        for token in tokens(&text) {
            let (start, end) = token.span;
            if start < at || end > text.len() {
                continue;
            }
            shown.push(text[at..start].to_owned().into_any());
            shown.push(
                view! { <span class=token_class(token.kind)>{text[start..end].to_owned()}</span> }.into_any(),
            );
            at = end;
        }
        shown.push(text[at..].to_owned().into_any());
        shown
    }
}

fn token_class(kind: TokenKind) -> &'static str {
    match kind {
        TokenKind::Key => "text-accent",
        TokenKind::Value => "text-ink bg-accent-soft",
        TokenKind::Minus => "text-spam",
        TokenKind::Word => "text-ink",
        TokenKind::Phrase => "text-ham",
        TokenKind::Passed => "text-muted",
        TokenKind::Error => "search-error text-spam",
    }
}
