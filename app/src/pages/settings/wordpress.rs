//! WordPress: what is decided here is written there, and what waits there is read.

use domain::{Unwritten, WordPressForm, WordPressSite, paging::grouped};
use leptos::{form::FromFormData, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use crate::{
    components::{
        ErrorPanel, TextField, TimeAgo,
        classes::{BUTTON, CARD, PRIMARY},
        field_problem,
    },
    error::AppError,
    server_fns::wordpress::{
        BeginWordpress, Begun, DisconnectWordpress, ShownWordPress, WakeWordpress, WordPressSubmission,
        list_wordpress, submitted_wordpress,
    },
};

/// What changes sites.
#[derive(Clone, Copy)]
struct Changes {
    begin: ServerAction<BeginWordpress>,
    wake: ServerAction<WakeWordpress>,
    disconnect: ServerAction<DisconnectWordpress>,
}

/// The page.
#[component]
pub(super) fn WordPressPage() -> impl IntoView {
    let changes =
        Changes { begin: ServerAction::new(), wake: ServerAction::new(), disconnect: ServerAction::new() };
    // In the browser no form was ever posted to the page: only the server has to look.
    let submitted = Resource::new_blocking(
        || (),
        |()| async { if cfg!(feature = "ssr") { submitted_wordpress().await.ok().flatten() } else { None } },
    );
    let sites = Resource::new_blocking(
        move || {
            (changes.begin.version().get(), changes.wake.version().get(), changes.disconnect.version().get())
        },
        move |_| async move {
            // What the form made is to be in the list.
            let _ = submitted.await;
            list_wordpress().await
        },
    );
    view! {
        <Title text="WordPress"/>
        <h1 class="text-xl font-semibold mb-1">"WordPress"</h1>
        <p class="mb-4 max-w-3xl text-muted">
            "What is decided in Gavel is written to the comment in WordPress, with its writer's address and browser as they were. Comments that wait or lie in spam there are judged by the built-in detector, which costs nothing, and what people decide in WordPress is shown here as the app's word."
        </p>
        <CameBack/>
        <Suspense>
            {move || Suspend::new(async move {
                let submission = submitted.await;
                match sites.await {
                    Ok(list) => view! {
                        <div class="grid grid-cols-1 gap-4 max-w-3xl">
                            {list.into_iter().map(|one| view! { <One one=one changes=changes/> }).collect_view()}
                            <Connect begin=changes.begin submission=submission/>
                        </div>
                    }
                    .into_any(),
                    Err(error) => view! { <ErrorPanel error=error/> }.into_any(),
                }
            })}
        </Suspense>
    }
}

/// How an approval in WordPress went: its browser comes back to this page.
#[component]
fn CameBack() -> impl IntoView {
    let query = use_query_map();
    move || {
        let (good, words) = match query.with(|query| query.get("came-back"))?.as_str() {
            "connected" => (true, "WordPress is connected."),
            "not-approved" => (false, "Gavel was not approved in WordPress. Nothing was changed."),
            "too-old" => {
                (false, "This approval is too old, or was begun by somebody else. Connect the site again.")
            }
            _ => (
                false,
                "WordPress could not be connected with what it sent. Try again, or type login and application password.",
            ),
        };
        let class = if good { "border-ham bg-ham-soft" } else { "border-spam bg-spam-soft" };
        Some(
            view! { <p class=format!("mb-4 max-w-3xl rounded-lg border p-3 {class}") role="status">{words}</p> },
        )
    }
}

#[component]
fn One(one: ShownWordPress, changes: Changes) -> impl IntoView {
    let ShownWordPress { site, unwritten } = one;
    let name = site.site.clone();
    let button = |words: &'static str, what: String| {
        view! { <button class=BUTTON name="site" value=name.clone() aria-label=what>{words}</button> }
    };
    let wake = button("Write and read now", format!("Write and read {name} now"));
    let disconnect = button("Disconnect", format!("Disconnect {name}"));
    let whose = format!("{}, as {}", site.home, site.login);
    view! {
        <section class=CARD aria-label=name.clone()>
            <h2 class="font-semibold">{name.clone()}</h2>
            <p class="text-sm hostile break-all">{whose}</p>
            <State site=site/>
            <div class="mt-2 flex flex-wrap gap-2">
                <ActionForm action=changes.wake>{wake}</ActionForm>
                <ActionForm action=changes.disconnect>{disconnect}</ActionForm>
            </div>
            <NotWritten unwritten=unwritten/>
        </section>
    }
}

/// How it goes.
#[component]
fn State(site: WordPressSite) -> impl IntoView {
    let waiting = match site.waiting {
        0 => "Everything is written. ".to_owned(),
        1 => "1 decision waits to be written. ".to_owned(),
        count => format!("{} decisions wait to be written. ", grouped(count)),
    };
    let comments = match site.comments {
        1 => "1 comment is known".to_owned(),
        count => format!("{} comments are known", grouped(count)),
    };
    let read = match site.read_at {
        Some(time) => view! { {comments}", read "<TimeAgo time=time/>"." }.into_any(),
        None => "Its comments are being read for the first time.".into_any(),
    };
    let failing = site.failing_since.map(|since| {
        let error = site.last_error.unwrap_or_default();
        view! { <p class="text-sm text-spam">"It cannot be worked on, and is tried again: since "<TimeAgo time=since/>": "<span class="hostile">{error}</span></p> }
    });
    view! { <p class="text-sm text-muted tabular-nums">{waiting}{read}</p>{failing} }
}

#[component]
fn NotWritten(unwritten: Vec<Unwritten>) -> impl IntoView {
    if unwritten.is_empty() {
        return ().into_any();
    }
    let lines = unwritten
        .into_iter()
        .map(|one| {
            let href = format!("/detections/{}", one.detection.0);
            let verdict = if one.is_spam { "spam" } else { "ham" };
            view! {
                <li class="border-t border-line py-1 flex flex-wrap gap-x-3">
                    <a class="text-accent underline" href=href>"Detection "{one.detection.0}</a>
                    <span>"to be "{verdict}</span>
                    <span class="hostile">{one.reason}</span>
                    <span class="text-muted"><TimeAgo time=one.at/></span>
                </li>
            }
        })
        .collect_view();
    view! {
        <h3 class="mt-3 text-sm font-semibold">"Not written (the newest 20)"</h3>
        <ol class="text-sm">{lines}</ol>
    }
    .into_any()
}

#[component]
fn Connect(begin: ServerAction<BeginWordpress>, submission: Option<WordPressSubmission>) -> impl IntoView {
    let (form, first) = submission.map_or_else(Default::default, |sent| (sent.form, Some(sent.outcome)));
    let outcome = Signal::derive(move || begin.value().get().or_else(|| first.clone()));
    let on_submit = move |event: leptos::ev::SubmitEvent| {
        if let Ok(wish) = BeginWordpress::from_event(&event) {
            event.prevent_default();
            begin.dispatch(wish);
        }
    };
    let problem = move |field| field_problem(outcome, field);
    let WordPressForm { address, site, login, .. } = form;
    view! {
        <section class=CARD aria-labelledby="new-wordpress">
            <h2 class="font-semibold mb-3" id="new-wordpress">"Connect a WordPress"</h2>
            <form class="grid gap-4 md:grid-cols-2 items-start" method="post" action="/settings/wordpress" on:submit=on_submit>
                <TextField name="address" form_name="wordpress[address]" label="Address" value=address required=true placeholder="https://blog.example.com" problem=problem("address")/>
                <TextField name="site" form_name="wordpress[site]" label="Site, if its token names another" value=site placeholder="blog.example.com" problem=problem("site")/>
                <TextField name="login" form_name="wordpress[login]" label="Login (blank: approve in WordPress)" value=login problem=problem("login")/>
                <TextField name="password" form_name="wordpress[password]" label="Application password" kind="password" value=String::new() problem=problem("password")/>
                <div><button class=PRIMARY disabled=begin.pending()>"Continue"</button></div>
            </form>
            <div aria-live="polite">
                {move || match outcome.get() {
                    Some(Ok(begun)) => view! { <Next begun=begun/> }.into_any(),
                    Some(Err(AppError::Invalid(_))) | None => ().into_any(),
                    Some(Err(error)) => view! { <ErrorPanel error=error/> }.into_any(),
                }}
            </div>
        </section>
    }
}

/// What comes next.
#[component]
fn Next(begun: Begun) -> impl IntoView {
    let Begun::Approve { name, page, comes_back } = begun else {
        return view! { <p class="mt-4 rounded-lg border border-ham bg-ham-soft p-3">"WordPress is connected."</p> }.into_any();
    };
    let then = if comes_back {
        "It brings you back here."
    } else {
        "It shows an application password: type it above, with your login, and press Continue again."
    };
    view! {
        <div class="mt-4 rounded-lg border border-line bg-raised p-4">
            <p>"Found: "<strong class="hostile">{name}</strong>". Log in there as somebody who moderates comments, and approve Gavel. "{then}</p>
            <p class="mt-3"><a class=PRIMARY href=page rel="external noopener">"Approve in WordPress"</a></p>
        </div>
    }
    .into_any()
}
