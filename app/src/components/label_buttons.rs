//! The two decisions about one detection.

use domain::{Label, RowRef};
use leptos::{prelude::*, server_fn::ServerFn};

use super::{
    Glyph, Icon, Kbd,
    classes::{BUTTON, HAM_BUTTON, SPAM_BUTTON},
};
use crate::{
    decisions::{Decisions, Seen},
    keys::Command,
    server_fns::labels::{LabelRows, RemoveLabel},
};

/// Buttons that mark a detection as spam or ham. The label shows at once; the server's answer settles it or puts it back.
#[component]
pub(crate) fn LabelButtons(
    /// The detection, as the page was loaded with it.
    seen: Seen,
) -> impl IntoView {
    let decisions = expect_context::<Decisions>();
    let seen = StoredValue::new(seen);
    let known = Memo::new(move |_| decisions.of(&seen.get_value()));
    let stands = move |label: Label| known.with(|known| known.label == Some(label));
    let row = move || RowRef {
        id: domain::DetectionId(seen.read_value().id),
        version: known.with(|known| known.version),
    };
    let button = |label: Label, class: &'static str, glyph: Glyph, command: Command| {
        let words =
            move || if stands(label) { format!("Marked as {label}") } else { format!("Mark as {label}") };
        view! {
            <button
                class=class
                name="one"
                value=move || format!("{label}:{}", row())
                aria-pressed=move || stands(label).to_string()
                aria-keyshortcuts=command.aria()
                on:click=move |event| {
                    event.prevent_default();
                    decisions.set(seen.get_value(), label);
                }
            >
                <Icon glyph=glyph/>{words}<Kbd command=command/>
            </button>
        }
    };
    view! {
        <form class="mt-4 mb-2 flex flex-wrap gap-2" method="post" action=LabelRows::url() data-detection=seen.read_value().id>
            {button(Label::Spam, SPAM_BUTTON, Glyph::Spam, Command::Spam)}
            {button(Label::Ham, HAM_BUTTON, Glyph::Ham, Command::Ham)}
            <button
                class=BUTTON
                name="row"
                value=move || row().to_string()
                formaction=RemoveLabel::url()
                hidden=move || known.with(|known| known.label.is_none())
                disabled=move || known.with(|known| known.settling)
                on:click=move |event| {
                    event.prevent_default();
                    decisions.remove_label(row());
                }
            >
                "Remove label"
            </button>
        </form>
        {move || known.with(|known| known.problem.clone()).map(|problem| view! { <p class="mb-2 text-sm text-spam">{problem}</p> })}
    }
}
