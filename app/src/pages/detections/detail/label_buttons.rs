//! The two decisions.

use domain::Label;
use leptos::prelude::*;

use crate::{
    components::{
        Glyph, Icon,
        classes::{HAM_BUTTON, SPAM_BUTTON},
    },
    decisions::Decisions,
};

/// The two decisions. The button of the label that is being set shows it before the server has agreed.
#[component]
pub(super) fn LabelButtons(id: i64, version: i64, label: Option<Label>) -> impl IntoView {
    let decisions = expect_context::<Decisions>();
    let setting = move || {
        let input = decisions.label.input().get()?;
        (decisions.label.pending().get() && input.detection_id == id).then_some(input.label)
    };
    let stands = move |button: Label| setting().or(label) == Some(button);
    let words = move |button: Label| {
        if stands(button) { format!("Marked as {button}") } else { format!("Mark as {button}") }
    };
    let pressed = move |button: Label| stands(button).to_string();
    view! {
        <ActionForm action=decisions.label attr:class="mt-4 mb-2 flex flex-wrap gap-2">
            <input type="hidden" name="detection_id" value=id.to_string() />
            <input type="hidden" name="version" value=version.to_string() />
            <button class=SPAM_BUTTON name="label" value="spam" aria-pressed=move || pressed(Label::Spam)>
                <Icon glyph=Glyph::Spam/>{move || words(Label::Spam)}
            </button>
            <button class=HAM_BUTTON name="label" value="ham" aria-pressed=move || pressed(Label::Ham)>
                <Icon glyph=Glyph::Ham/>{move || words(Label::Ham)}
            </button>
        </ActionForm>
    }
}
