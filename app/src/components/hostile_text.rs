//! Text that somebody hostile wrote.

use domain::text::{Piece, marked_pieces};
use leptos::prelude::*;

use crate::blur::Blur;

/// Pieces of one text that get an element of their own; of what follows, invisible characters are written out within
/// the text. A megabyte of alternating direction marks must not become a million elements.
const PIECES_MAX: usize = 2_000;

/// Why a stretch of text is marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    /// It speaks for spam.
    ForSpam,
    /// It speaks for ham.
    ForHam,
    /// A search found it.
    Match,
}

/// A stretch of text that is marked.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Marked {
    /// Byte range of the text.
    pub(crate) span: (usize, usize),
    /// Why it is marked.
    pub(crate) reason: String,
    /// What it is.
    pub(crate) what: Mark,
}

/// Text as text: never markup, never a live link; what cannot be seen is shown by its code point, with its name on hover.
#[component]
pub(crate) fn HostileText(
    /// The text.
    text: String,
    /// Stretches to mark, the most important first.
    #[prop(optional)]
    marks: Vec<Marked>,
    /// Language of the text, for fonts, line breaks and screen readers.
    #[prop(optional_no_strip)]
    lang: Option<domain::Language>,
) -> impl IntoView {
    // Focus shows blurred text to those without a pointer.
    let blur = expect_context::<Blur>();
    let tabindex = move || blur.is_on().then_some("0");
    let direction = match &lang {
        Some(language) if language.right_to_left => "rtl",
        _ => "auto",
    };
    view! {
        <div
            class="hostile whitespace-pre-wrap break-words"
            dir=direction
            lang=lang.map(|language| language.tag)
            tabindex=tabindex
        >
            {show(&text, &marks)}
        </div>
    }
}

fn show(text: &str, marks: &[Marked]) -> Vec<AnyView> {
    let spans: Vec<_> = marks.iter().map(|mark| mark.span).collect();
    let mut pieces = marked_pieces(text, &spans).into_iter();
    let mut shown: Vec<AnyView> = pieces
        .by_ref()
        .take(PIECES_MAX)
        .map(|(piece, mark)| show_piece(piece, mark.and_then(|mark| marks.get(mark))))
        .collect();
    let rest: String = pieces.map(|(piece, _)| written_out(piece)).collect();
    if !rest.is_empty() {
        shown.push(rest.into_any());
    }
    shown
}

fn show_piece(piece: Piece, mark: Option<&Marked>) -> AnyView {
    let view = match piece {
        Piece::Plain(text) => text.into_any(),
        Piece::Address { shown, .. } => {
            view! { <span class="text-accent underline decoration-dotted break-all">{shown}</span> }
                .into_any()
        }
        Piece::Invisible { code, name, count } => {
            let words = if count == 1 {
                code
            } else {
                format!("{code}\u{d7}{}", domain::paging::grouped(count as u64))
            };
            view! {
                <span class="rounded bg-unsure-soft text-unsure text-xs px-1 mx-px" dir="ltr" title=name>{words}</span>
            }
            .into_any()
        }
    };
    match mark {
        None => view,
        Some(mark) => {
            let class = match mark.what {
                Mark::ForSpam => "evidence-spam",
                Mark::ForHam => "evidence-ham",
                Mark::Match => "match",
            };
            view! { <mark class=class title=mark.reason.clone()>{view}</mark> }.into_any()
        }
    }
}

/// A piece as mere text.
fn written_out(piece: Piece) -> String {
    match piece {
        Piece::Plain(text) => text,
        Piece::Address { shown, .. } => shown,
        Piece::Invisible { code, count, .. } => {
            if count == 1 {
                format!("\u{27e8}{code}\u{27e9}")
            } else {
                format!("\u{27e8}{code}\u{d7}{count}\u{27e9}")
            }
        }
    }
}
