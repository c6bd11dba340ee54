//! The pane of the log: the detection that is open.

use domain::Role;
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::{
    detail::{DetectionDetail, NoteDraft},
    log::LogState,
};
use crate::{
    components::{ErrorPanel, Glyph, Icon, SessionResource},
    decisions::Decisions,
    error::AppError,
    server_fns::detections::{get_detection, get_related, get_whole_detection},
};

/// The pane of the detection whose id is in the address.
#[component]
pub(crate) fn DetectionPane() -> impl IntoView {
    let decisions = expect_context::<Decisions>();
    let session = expect_context::<SessionResource>();
    let params = use_params_map();
    let query = use_query_map();
    provide_context(NoteDraft::default());
    let id = Memo::new(move |_| params.read().get("id").and_then(|id| id.parse::<i64>().ok()));
    let whole = Memo::new(move |_| query.read().get("show").is_some_and(|show| show == "all"));
    let q = Memo::new(move |_| query.read().get("q").unwrap_or_default());
    let found = Resource::new_blocking(
        move || {
            let id = id.get();
            // Loaded again when somebody decided about it, or it was judged again.
            let news = id.map(|id| (decisions.version_of(id), decisions.rejudgements_of(id)));
            (id, whole.get(), q.get(), news)
        },
        |(id, whole, q, _)| async move {
            match id {
                Some(id) if whole => get_whole_detection(id, q).await,
                Some(id) => get_detection(id, q).await,
                None => Err(AppError::NotFound("detection".to_owned())),
            }
        },
    );
    let related = Resource::new(
        move || id.get(),
        |id| async move {
            match id {
                Some(id) => get_related(id).await,
                None => Err(AppError::NotFound("detection".to_owned())),
            }
        },
    );
    let back = move || LogState::of(&query.read()).address(None);
    view! {
        <p class="mb-3 lg:hidden">
            <a class="inline-flex items-center gap-2 text-accent" href=back data-noscroll=""><Icon glyph=Glyph::Back/>"Back to the log"</a>
        </p>
        <Transition>
            {move || Suspend::new(async move {
                let may_label = session.await.is_ok_and(|session| session.allows(Role::Moderator));
                match found.await {
                    Ok(story) => {
                        view! { <DetectionDetail story=story may_label=may_label related=related/> }.into_any()
                    }
                    Err(error) => view! { <ErrorPanel error=error/> }.into_any(),
                }
            })}
        </Transition>
    }
}
