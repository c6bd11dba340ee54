//! One person, and what can become of the account.

use domain::{Person, PersonAct, User, UserId};
use leptos::{form::FromFormData, prelude::*};

use super::roles;
use crate::{
    components::{
        TimeAgo,
        classes::{BUTTON, INPUT},
    },
    server_fns::people::ChangePerson,
};

/// The row.
#[component]
pub(super) fn Row(person: Person, me: UserId, change: ServerAction<ChangePerson>) -> impl IntoView {
    let Person { user, last_log_in } = person;
    let you = (user.id == me).then(|| view! { <span class="text-muted font-normal">" (you)"</span> });
    let disabled = user.disabled_at.map(|time| {
        view! { <span class="block text-unsure font-normal">"disabled "<TimeAgo time=time/></span> }
    });
    let last = match last_log_in {
        Some(time) => view! { <TimeAgo time=time/> }.into_any(),
        None => "never".into_any(),
    };
    view! {
        <tr class="border-t border-line align-top">
            <th class="text-left font-medium py-2 pr-4 break-words" scope="row">{user.name.clone()}{you}{disabled}</th>
            <td class="py-2 pr-4 break-all">{user.email.clone()}</td>
            <td class="py-2 pr-4">{user.role.to_string()}</td>
            <td class="py-2 pr-4 text-muted"><TimeAgo time=user.created_at/></td>
            <td class="py-2 pr-4 text-muted">{last}</td>
            <td class="py-2"><Changes user=user change=change/></td>
        </tr>
    }
}

#[component]
fn Changes(user: User, change: ServerAction<ChangePerson>) -> impl IntoView {
    let (id, name) = (user.id.0, user.name);
    let open = match user.disabled_at {
        Some(_) => view! {
            <Act id=id act=PersonAct::Enable words="Enable" what=format!("Enable {name}") change=change/>
        }
        .into_any(),
        None => view! {
            <Act id=id act=PersonAct::SignOut words="Sign out everywhere" what=format!("Sign {name} out everywhere") change=change/>
            <Act id=id act=PersonAct::Reset words="Make password link" what=format!("Make a link with which {name} sets a new password") change=change/>
            <Act id=id act=PersonAct::Disable words="Disable" what=format!("Disable {name}") change=change/>
        }
        .into_any(),
    };
    view! {
        <details>
            <summary class="cursor-pointer text-accent" aria-label=format!("Change {name} …")>"Change …"</summary>
            <div class="mt-2 flex flex-col items-start gap-2 min-w-56">
                <RoleForm id=id name=name.clone() chosen=user.role.to_string() change=change/>
                {open}
                <details>
                    <summary class="cursor-pointer text-spam" aria-label=format!("Remove {name} …")>"Remove …"</summary>
                    <p class="my-2 max-w-xs">
                        "All sessions end and the e-mail address is free again. Decisions and the audit record keep the name. That cannot be taken back; to lock somebody out for a while, disable the account."
                    </p>
                    <Act id=id act=PersonAct::Remove words="Remove" what=format!("Remove {name}") change=change/>
                </details>
            </div>
        </details>
    }
}

#[component]
fn RoleForm(id: i64, name: String, chosen: String, change: ServerAction<ChangePerson>) -> impl IntoView {
    let field = format!("role-{id}");
    let options = roles()
        .into_iter()
        .map(|(word, words)| view! { <option value=word selected=chosen == word>{words}</option> })
        .collect_view();
    view! {
        <PersonForm id=id act=PersonAct::Role change=change>
            <label class="sr-only" for=field.clone()>{format!("Role of {name}")}</label>
            <select class=INPUT id=field name="person[role]">{options}</select>
            <button class=BUTTON aria-label=format!("Set the role of {name}")>"Set role"</button>
        </PersonForm>
    }
}

/// A form of one button.
#[component]
pub(super) fn Act(
    id: i64,
    act: PersonAct,
    /// What the button says.
    words: &'static str,
    /// The same for screen readers, with whom it is about.
    what: String,
    change: ServerAction<ChangePerson>,
) -> impl IntoView {
    view! {
        <PersonForm id=id act=act change=change>
            <button class=BUTTON aria-label=what>{words}</button>
        </PersonForm>
    }
}

#[component]
fn PersonForm(
    id: i64,
    act: PersonAct,
    change: ServerAction<ChangePerson>,
    children: Children,
) -> impl IntoView {
    let on_submit = move |event: leptos::ev::SubmitEvent| {
        if let Ok(wish) = ChangePerson::from_event(&event) {
            event.prevent_default();
            change.dispatch(wish);
        }
    };
    view! {
        <form class="flex gap-2" method="post" action="/settings/people" on:submit=on_submit>
            <input type="hidden" name="person[id]" value=id.to_string()/>
            <input type="hidden" name="person[act]" value=act.as_str()/>
            {children()}
        </form>
    }
}
