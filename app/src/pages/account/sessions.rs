//! Where one is logged in.

use domain::OwnSession;
use leptos::prelude::*;

use super::Said;
use crate::{
    components::{
        TimeAgo,
        classes::{BUTTON, CARD},
    },
    server_fns::account::EndSession,
};

/// The section.
#[component]
pub(super) fn Sessions(sessions: Vec<OwnSession>, end: ServerAction<EndSession>) -> impl IntoView {
    let others = sessions.iter().any(|session| !session.is_this).then(|| {
        view! {
            <ActionForm action=end attr:class="mt-3">
                <button class=BUTTON name="session" value="others">"End all other sessions"</button>
            </ActionForm>
        }
    });
    let rows = sessions.into_iter().map(|session| view! { <Row session=session end=end/> }).collect_view();
    view! {
        <section class=CARD aria-labelledby="sessions">
            <h2 class="font-semibold mb-2" id="sessions">"Where you are logged in"</h2>
            <div class="overflow-x-auto" tabindex="0" role="region" aria-label="List of sessions">
                <table class="w-full text-sm">
                    <thead>
                        <tr class="text-left text-muted">
                            <th class="font-medium py-1 pr-4" scope="col">"Browser"</th>
                            <th class="font-medium pr-4" scope="col">"Address"</th>
                            <th class="font-medium pr-4" scope="col">"Since"</th>
                            <th class="font-medium pr-4" scope="col">"Ends"</th>
                            <th class="font-medium" scope="col"><span class="sr-only">"End"</span></th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            {others}
            <Said outcome=Signal::derive(move || end.value().get())/>
        </section>
    }
}

#[component]
fn Row(session: OwnSession, end: ServerAction<EndSession>) -> impl IntoView {
    let mut browser = session.browser_words();
    if browser.is_empty() {
        browser = "unknown browser".to_owned();
    }
    let what = format!("End the session of {browser}");
    let action = if session.is_this {
        "this session".into_any()
    } else {
        view! {
            <ActionForm action=end>
                <button class=BUTTON name="session" value=session.key aria-label=what>"End"</button>
            </ActionForm>
        }
        .into_any()
    };
    let since = session.since.map(|time| view! { <TimeAgo time=time/> });
    view! {
        <tr class="border-t border-line">
            <th class="text-left font-medium py-2 pr-4" scope="row">{browser}</th>
            <td class="pr-4">{session.from.unwrap_or_default()}</td>
            <td class="pr-4 text-muted">{since}</td>
            <td class="pr-4 text-muted"><TimeAgo time=session.expires_at/></td>
            <td>{action}</td>
        </tr>
    }
}
