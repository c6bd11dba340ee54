//! That no key of ActiveLayer's is set: for administrators, until they have read it.

use domain::Role;
use leptos::{prelude::*, server_fn::ServerFn};

use super::{Glyph, Icon, SessionResource};
use crate::{
    context::{cookie, remember},
    server_fns::session::{HIDE_NOTE, HideNote, NOTE_COOKIE},
};

/// The note.
#[component]
pub(crate) fn EmbeddedNote() -> impl IntoView {
    let session = expect_context::<SessionResource>();
    let hidden = RwSignal::new(cookie(NOTE_COOKIE).as_deref() == Some(HIDE_NOTE));
    let hide = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        remember(NOTE_COOKIE, HIDE_NOTE);
        hidden.set(true);
    };
    view! {
        <Transition>
            {move || Suspend::new(async move {
                let is_meant = session.await.is_ok_and(|session| session.embedded && session.allows(Role::Admin));
                (is_meant && !hidden.get()).then(|| view! {
                    <aside aria-label="Note" class="flex items-center gap-2 px-4 lg:px-6 py-2 text-sm bg-unsure-soft text-ink border-b border-line">
                        <Icon glyph=Glyph::Info/>
                        <p class="flex-1">
                            "Not connected to ActiveLayer: the built-in detector decides. "
                            <a class="underline" href="/settings">"How to connect"</a>
                        </p>
                        <form method="post" action=HideNote::url() on:submit=hide>
                            <button class="h-8 px-2 rounded-md border border-line bg-surface font-medium hover:bg-raised cursor-pointer">"Dismiss"</button>
                        </form>
                    </aside>
                })
            })}
        </Transition>
    }
}
