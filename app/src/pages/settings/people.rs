//! People: who has an account and may do what, and who is invited.

mod invite;
mod outcome;
mod row;

use domain::{InviteForm, Role};
use leptos::prelude::*;
use leptos_meta::Title;

use crate::{
    components::{ErrorPanel, SessionResource, classes::CARD},
    error::AppError,
    forms::times_done,
    server_fns::people::{
        ChangePerson, InvitePerson, PeopleOutcome, PeopleReport, PeopleSubmission, list_people,
        submitted_people,
    },
};

/// The page. Every form works as the Check page's does: a server function with JavaScript, a post to the page without.
#[component]
pub(crate) fn PeoplePage() -> impl IntoView {
    let session = expect_context::<SessionResource>();
    // In the browser no form was ever posted to the page: only the server has to look.
    let submitted = Resource::new_blocking(
        || (),
        |()| async { if cfg!(feature = "ssr") { submitted_people().await.ok().flatten() } else { None } },
    );
    let (invite, change) = (ServerAction::<InvitePerson>::new(), ServerAction::<ChangePerson>::new());
    let invited = times_done(*invite, |_| true);
    let people = Resource::new_blocking(
        move || (invited.get(), change.version().get()),
        move |_| async move {
            // What the form did is to be in the list.
            let _ = submitted.await;
            list_people().await
        },
    );
    view! {
        <Title text="People"/>
        <p class="text-sm"><a class="text-accent underline" href="/settings">"Settings"</a></p>
        <h1 class="text-xl font-semibold mb-4">"People"</h1>
        <Suspense>
            {move || Suspend::new(async move {
                let submission = submitted.await;
                match session.await.is_ok_and(|session| session.allows(Role::Admin)) {
                    true => view! { <People people=people submission=submission invite=invite change=change/> }.into_any(),
                    false => view! { <ErrorPanel error=AppError::Forbidden(Role::Admin.to_string())/> }.into_any(),
                }
            })}
        </Suspense>
    }
}

#[component]
fn People(
    people: Resource<Result<PeopleReport, AppError>>,
    submission: Option<PeopleSubmission>,
    invite: ServerAction<InvitePerson>,
    change: ServerAction<ChangePerson>,
) -> impl IntoView {
    let (form, first) = submission.map_or_else(Default::default, |sent| (sent.form, Some(sent.outcome)));
    let outcome = latest(invite, change, first);
    view! {
        <div class="grid grid-cols-1 gap-4 max-w-5xl">
            <outcome::Said outcome=outcome/>
            <Transition>
                {move || Suspend::new(async move {
                    match people.await {
                        Ok(report) => view! { <Lists report=report change=change/> }.into_any(),
                        Err(error) => view! { <ErrorPanel error=error/> }.into_any(),
                    }
                })}
            </Transition>
            <invite::Invite form=form invite=invite outcome=outcome/>
        </div>
    }
}

type Outcome = Result<PeopleOutcome, AppError>;

/// What the latest of the forms came to; `first` is what was posted to the page.
fn latest(
    invite: ServerAction<InvitePerson>,
    change: ServerAction<ChangePerson>,
    first: Option<Outcome>,
) -> Signal<Option<Outcome>> {
    let outcome = RwSignal::new(first);
    Effect::new(move |_| {
        if let Some(came) = invite.value().get() {
            outcome.set(Some(came));
        }
    });
    Effect::new(move |_| {
        if let Some(came) = change.value().get() {
            outcome.set(Some(came));
        }
    });
    outcome.into()
}

#[component]
fn Lists(report: PeopleReport, change: ServerAction<ChangePerson>) -> impl IntoView {
    let PeopleReport { me, people, invitations } = report;
    let rows = people
        .into_iter()
        .map(|person| view! { <row::Row person=person me=me change=change/> })
        .collect_view();
    let invited =
        (!invitations.is_empty()).then(|| view! { <invite::Invited invitations=invitations change=change/> });
    view! {
        <section class=CARD aria-labelledby="accounts">
            <h2 class="font-semibold mb-2" id="accounts">"Accounts"</h2>
            <div class="overflow-x-auto" tabindex="0" role="region" aria-label="List of accounts">
                <table class="w-full text-sm">
                    <thead>
                        <tr class="text-left text-muted">
                            <th class="font-medium py-1 pr-4" scope="col">"Name"</th>
                            <th class="font-medium pr-4" scope="col">"E-mail"</th>
                            <th class="font-medium pr-4" scope="col">"Role"</th>
                            <th class="font-medium pr-4" scope="col">"Since"</th>
                            <th class="font-medium pr-4" scope="col">"Last log-in"</th>
                            <th class="font-medium" scope="col">"Change"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            <p class="mt-3 text-sm text-muted">
                "What was done here is in the "<a class="underline" href="/settings/audit">"audit record"</a>"."
            </p>
        </section>
        {invited}
    }
}

/// Roles, and what a person reads for each.
fn roles() -> Vec<(&'static str, &'static str)> {
    vec![
        (Role::Viewer.as_str(), "viewer: reads"),
        (Role::Moderator.as_str(), "moderator: also checks and labels"),
        (Role::Admin.as_str(), "admin: also manages"),
    ]
}

/// The role that a new form proposes.
fn chosen_role(form: &InviteForm) -> String {
    if form.role.is_empty() { Role::Moderator.to_string() } else { form.role.clone() }
}
