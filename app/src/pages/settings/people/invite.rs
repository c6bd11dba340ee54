//! Inviting somebody, and who was invited.

use domain::{Invitation, InviteForm, PersonAct};
use leptos::{form::FromFormData, prelude::*};

use super::{Outcome, chosen_role, roles, row::Act};
use crate::{
    components::{
        SelectField, TextField, TimeAgo,
        classes::{CARD, PRIMARY},
        field_problem,
    },
    server_fns::people::{ChangePerson, InvitePerson},
};

/// The form.
#[component]
pub(super) fn Invite(
    form: InviteForm,
    invite: ServerAction<InvitePerson>,
    outcome: Signal<Option<Outcome>>,
) -> impl IntoView {
    let on_submit = move |event: leptos::ev::SubmitEvent| {
        if let Ok(wish) = InvitePerson::from_event(&event) {
            event.prevent_default();
            invite.dispatch(wish);
        }
    };
    let problem = move |field| field_problem(outcome, field);
    let chosen = chosen_role(&form);
    view! {
        <section class=CARD aria-labelledby="invite">
            <h2 class="font-semibold mb-2" id="invite">"Invite somebody"</h2>
            <p class="mb-3 text-sm text-muted">
                "You get a link to pass on. It works once and for 7 days: whoever opens it chooses a name and a password."
            </p>
            <form class="grid gap-4 md:grid-cols-2 items-start" method="post" action="/settings/people" on:submit=on_submit>
                <TextField name="email" form_name="invite[email]" label="E-mail" kind="email" value=form.email placeholder="mo@example.com" required=true problem=problem("email")/>
                <SelectField id="role" name="invite[role]" label="Role" chosen=chosen options=roles() problem=problem("role")/>
                <div><button class=PRIMARY disabled=invite.pending()>"Make link"</button></div>
            </form>
        </section>
    }
}

/// Who was invited and has not come yet.
#[component]
pub(super) fn Invited(invitations: Vec<Invitation>, change: ServerAction<ChangePerson>) -> impl IntoView {
    let rows = invitations.into_iter().map(|invitation| {
        let Invitation { id, email, role, invited_by, expires_at, .. } = invitation;
        let what = format!("Withdraw the invitation of {email}");
        view! {
            <tr class="border-t border-line">
                <th class="text-left font-medium py-2 pr-4 break-all" scope="row">{email}</th>
                <td class="pr-4">{role.to_string()}</td>
                <td class="pr-4">{invited_by.unwrap_or_else(|| "the command line".to_owned())}</td>
                <td class="pr-4 text-muted"><TimeAgo time=expires_at/></td>
                <td><Act id=id act=PersonAct::Withdraw words="Withdraw" what=what change=change/></td>
            </tr>
        }
    });
    view! {
        <section class=CARD aria-labelledby="invited">
            <h2 class="font-semibold mb-2" id="invited">"Invited"</h2>
            <div class="overflow-x-auto" tabindex="0" role="region" aria-label="List of invitations">
                <table class="w-full text-sm">
                    <thead>
                        <tr class="text-left text-muted">
                            <th class="font-medium py-1 pr-4" scope="col">"E-mail"</th>
                            <th class="font-medium pr-4" scope="col">"Role"</th>
                            <th class="font-medium pr-4" scope="col">"Invited by"</th>
                            <th class="font-medium pr-4" scope="col">"Link ends"</th>
                            <th class="font-medium" scope="col"><span class="sr-only">"Withdraw"</span></th>
                        </tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        </section>
    }
}
