//! What went wrong with a decision, until the next one.

use leptos::prelude::*;

use super::{Glyph, Icon};
use crate::{decisions::Decisions, error::AppError};

/// Says why the last label or undo was refused; the row has been put back by then.
#[component]
pub(crate) fn ActionNotice() -> impl IntoView {
    let decisions = expect_context::<Decisions>();
    view! { <Refusal error=Signal::derive(move || decisions.problem().or_else(refused))/> }
}

/// Says why something was refused, while there is an error.
#[component]
pub(crate) fn Refusal(error: Signal<Option<AppError>>) -> impl IntoView {
    move || {
        error.get().map(|error| {
            view! {
                <p class="mb-4 flex items-center gap-2 rounded-lg border border-spam bg-spam-soft text-ink px-4 py-3" role="alert">
                    <Icon glyph=Glyph::Warning/>{error.words()}
                </p>
            }
        })
    }
}

/// What the server said to a form that the browser sent by itself: it came back with the address of the page.
fn refused() -> Option<AppError> {
    #[cfg(feature = "ssr")]
    {
        use leptos::server_fn::{ServerFn, error::ServerFnUrlError};

        use crate::server_fns::labels::{
            CancelBulk, GiveReason, LabelAsWished, LabelDetection, LabelRows, RemoveLabel, UndoLabel,
        };

        let forms = [
            LabelRows::url(),
            LabelDetection::url(),
            LabelAsWished::url(),
            GiveReason::url(),
            RemoveLabel::url(),
            UndoLabel::url(),
            CancelBulk::url(),
        ];
        let said = use_context::<leptos::server::ServerActionError>()?;
        forms.contains(&said.path()).then(|| ServerFnUrlError::<AppError>::decode_err(said.err()))
    }
    #[cfg(not(feature = "ssr"))]
    None
}
