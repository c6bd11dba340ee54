//! Privacy: how long what is kept, and somebody who asks to be forgotten.

mod erase;
mod retention;

use domain::Role;
use leptos::prelude::*;
use leptos_meta::Title;

use crate::{
    components::{ErrorPanel, SessionResource},
    error::AppError,
    forms::times_done,
    server_fns::privacy::{
        ErasePerson, ErasureOutcome, PrivacyReport, PrivacySubmission, RemoveRetention, RetentionOutcome,
        SetRetention, get_privacy, submitted_privacy,
    },
};

/// What changes rules, and erases.
#[derive(Clone, Copy)]
struct Changes {
    set: ServerAction<SetRetention>,
    remove: ServerAction<RemoveRetention>,
    erase: ServerAction<ErasePerson>,
}

/// The page. Every form works as the Check page's does: a server function with JavaScript, a post to the page without.
#[component]
pub(super) fn PrivacyPage() -> impl IntoView {
    let session = expect_context::<SessionResource>();
    let changes =
        Changes { set: ServerAction::new(), remove: ServerAction::new(), erase: ServerAction::new() };
    // In the browser no form was ever posted to the page: only the server has to look.
    let submitted = Resource::new_blocking(
        || (),
        |()| async { if cfg!(feature = "ssr") { submitted_privacy().await.ok().flatten() } else { None } },
    );
    let set = times_done(*changes.set, |outcome| *outcome == RetentionOutcome::Set);
    let erased = times_done(*changes.erase, |outcome| matches!(outcome, ErasureOutcome::Erased(_)));
    let report = Resource::new_blocking(
        move || (set.get(), changes.remove.version().get(), erased.get()),
        move |_| async move {
            // What a form did is to be in the list.
            let _ = submitted.await;
            get_privacy().await
        },
    );
    view! {
        <Title text="Privacy"/>
        <p class="text-sm"><a class="text-accent underline" href="/settings">"Settings"</a></p>
        <h1 class="text-xl font-semibold mb-1">"Privacy"</h1>
        <p class="mb-4 max-w-3xl text-muted">
            "What is forgotten is overwritten and cannot be brought back. Verdict, score, label, times and site stay, so no figure changes. Backups that were made before have it still."
        </p>
        <Suspense>
            {move || Suspend::new(async move {
                let submission = submitted.await;
                match session.await.is_ok_and(|session| session.allows(Role::Admin)) {
                    true => view! { <Privacy report=report submission=submission changes=changes/> }.into_any(),
                    false => view! { <ErrorPanel error=AppError::Forbidden(Role::Admin.to_string())/> }.into_any(),
                }
            })}
        </Suspense>
    }
}

#[component]
fn Privacy(
    report: Resource<Result<PrivacyReport, AppError>>,
    submission: Option<PrivacySubmission>,
    changes: Changes,
) -> impl IntoView {
    let (rule, person) = match submission {
        Some(PrivacySubmission::Retention(form, outcome)) => (Some((form, outcome)), None),
        Some(PrivacySubmission::Erasure(form, found, outcome)) => (None, Some((form, found, outcome))),
        None => (None, None),
    };
    view! {
        <div class="grid grid-cols-1 gap-4 max-w-3xl">
            <Transition>
                {move || Suspend::new(async move {
                    match report.await {
                        Ok(report) => view! { <retention::Rules report=report remove=changes.remove/> }.into_any(),
                        Err(error) => view! { <ErrorPanel error=error/> }.into_any(),
                    }
                })}
            </Transition>
            <retention::SetRule set=changes.set sent=rule/>
            <erase::Erase erase=changes.erase sent=person/>
        </div>
    }
}
