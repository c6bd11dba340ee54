//! Callbacks: where apps hear of what was decided after their answer.

use domain::{AppDecision, Callback, CallbackForm, paging::grouped, time::exact};
use leptos::{form::FromFormData, prelude::*};
use leptos_meta::Title;

use crate::{
    components::{
        CopyButton, ErrorPanel, TextField, TimeAgo,
        classes::{BUTTON, CARD, PRIMARY},
        field_problem,
    },
    error::AppError,
    server_fns::callbacks::{
        CALLBACKS_SHOWN, CallbackAgain, CallbackSubmission, CallbackTest, RemoveCallback, SetCallback,
        SetDone, ShownCallback, TryCallback, list_callbacks, submitted_callback, submitted_callback_test,
    },
};

/// What changes callbacks.
#[derive(Clone, Copy)]
struct Changes {
    set: ServerAction<SetCallback>,
    remove: ServerAction<RemoveCallback>,
    attempt: ServerAction<TryCallback>,
    again: ServerAction<CallbackAgain>,
}

/// The page.
#[component]
pub(crate) fn CallbacksPage() -> impl IntoView {
    let changes = Changes {
        set: ServerAction::new(),
        remove: ServerAction::new(),
        attempt: ServerAction::new(),
        again: ServerAction::new(),
    };
    // In the browser no form was ever posted to the page: only the server has to look.
    let submitted = Resource::new_blocking(
        || (),
        |()| async { if cfg!(feature = "ssr") { submitted_callback().await.ok().flatten() } else { None } },
    );
    let tested = Resource::new_blocking(
        || (),
        |()| async {
            if cfg!(feature = "ssr") { submitted_callback_test().await.ok().flatten() } else { None }
        },
    );
    let callbacks = Resource::new_blocking(
        move || (changes.set.version().get(), changes.remove.version().get(), changes.again.version().get()),
        move |_| async move {
            // What the form made is to be in the list.
            let _ = submitted.await;
            list_callbacks().await
        },
    );
    view! {
        <Title text="Callbacks"/>
        <h1 class="text-xl font-semibold mb-1">"Callbacks"</h1>
        <p class="mb-4 max-w-3xl text-muted">
            "When a moderator labels a submission, takes a label back, or it is judged again, Gavel tells the app that sent it: by a signed POST request, one decision after the other. An app that cannot be called asks "
            <code>"GET /api/v1/decisions"</code>". "<a class="underline" href="/api" rel="external">"What is sent"</a>
        </p>
        <Suspense>
            {move || Suspend::new(async move {
                let (submission, tested) = (submitted.await, tested.await);
                match callbacks.await {
                    Ok(list) => view! {
                        <div class="grid grid-cols-1 gap-4 max-w-3xl">
                            {list.into_iter().map(|one| view! { <One one=one changes=changes tested=tested.clone()/> }).collect_view()}
                            <NewCallback set=changes.set submission=submission/>
                        </div>
                    }
                    .into_any(),
                    Err(error) => view! { <ErrorPanel error=error/> }.into_any(),
                }
            })}
        </Suspense>
    }
}

#[component]
fn One(one: ShownCallback, changes: Changes, tested: Option<CallbackTest>) -> impl IntoView {
    let ShownCallback { callback, newest } = one;
    let (site, delivered_to) = (callback.site.clone(), callback.delivered_to);
    let lines = newest
        .into_iter()
        .map(|decision| view! { <Line decision=decision delivered_to=delivered_to changes=changes/> })
        .collect_view();
    let button = |words: &'static str, what: String| {
        view! { <button class=BUTTON name="site" value=site.clone() aria-label=what>{words}</button> }
    };
    let again = button("Try again now", format!("Try {site} again now"));
    let remove = button("Remove", format!("Remove the callback of {site}"));
    let tried = {
        let (site, first) = (site.clone(), tested.filter(|test| test.site == site).map(|test| test.outcome));
        move || {
            let asked = changes.attempt.input().get().map(|input| input.site);
            let is_mine = asked.is_none_or(|asked| asked == site);
            changes.attempt.value().get().filter(|_| is_mine).or_else(|| first.clone())
        }
    };
    let send_test = {
        let site = site.clone();
        move |event: leptos::ev::SubmitEvent| {
            event.prevent_default();
            changes.attempt.dispatch(TryCallback { site: site.clone() });
        }
    };
    view! {
        <section class=CARD aria-label=site.clone()>
            <h2 class="font-semibold">{site.clone()}</h2>
            <p class="text-sm hostile break-all">{callback.url.clone()}</p>
            <State callback=callback/>
            <div class="mt-2 flex flex-wrap gap-2">
                <form method="post" action="/settings/callbacks" on:submit=send_test>
                    <button class=BUTTON name="test" value=site.clone() aria-label=format!("Send a test to {site}")>"Send a test"</button>
                </form>
                <ActionForm action=changes.again>{again}</ActionForm>
                <ActionForm action=changes.remove>{remove}</ActionForm>
            </div>
            <p class="mt-2" aria-live="polite">{move || tried().map(|outcome| match outcome {
                Ok(None) => "The receiver took the test.".to_owned(),
                Ok(Some(problem)) => format!("The test did not get through: {problem}."),
                Err(error) => error.words(),
            })}</p>
            <p class="mt-2 text-sm text-muted">{format!("The newest {CALLBACKS_SHOWN} decisions at most:")}</p>
            <ol class="text-sm">{lines}</ol>
        </section>
    }
}

/// How it goes.
#[component]
fn State(callback: Callback) -> impl IntoView {
    let waiting = match callback.waiting {
        0 => "Nothing waits. ".to_owned(),
        count => format!("{} decisions wait. ", grouped(count)),
    };
    let last =
        callback.delivered_at.map(|time| view! { "The receiver took the last one "<TimeAgo time=time/>"." });
    let failing = callback.failing_since.map(|since| {
        let error = callback.last_error.unwrap_or_default();
        let what = if callback.stopped_at.is_some() {
            "Gavel has stopped trying; mend the receiver and press Try again now. It failed since "
        } else {
            "It fails, and is tried again with growing waits, for three days: since "
        };
        view! { <p class="text-sm text-spam">{what}<TimeAgo time=since/>": "<span class="hostile">{error}</span></p> }
    });
    view! { <p class="text-sm text-muted tabular-nums">{waiting}{last}</p>{failing} }
}

#[component]
fn Line(decision: AppDecision, delivered_to: i64, changes: Changes) -> impl IntoView {
    let verdict = if decision.is_spam { "spam" } else { "ham" };
    let what = decision.external_id.clone().unwrap_or_else(|| decision.detection_id.clone());
    let is_taken = decision.id <= delivered_to;
    let again = is_taken.then(|| {
        view! {
            <ActionForm action=changes.again>
                <input type="hidden" name="site" value=decision.site.clone()/>
                <button class="text-accent underline cursor-pointer" name="from" value=decision.id aria-label=format!("Send again from decision {}", decision.id)>"Send again from here"</button>
            </ActionForm>
        }
    });
    view! {
        <li class="border-t border-line py-1 flex flex-wrap gap-x-3">
            <span class="tabular-nums text-muted">{decision.id}</span>
            <span>{decision.event.as_str()}": "{verdict}" ("{decision.decided_by}")"</span>
            <code class="hostile break-all">{what}</code>
            <span class="text-muted">{exact(decision.decided_at)}{if is_taken { ", taken" } else { ", waits" }}</span>
            {again}
        </li>
    }
}

#[component]
fn NewCallback(set: ServerAction<SetCallback>, submission: Option<CallbackSubmission>) -> impl IntoView {
    let (form, first) = submission.map_or_else(Default::default, |sent| (sent.form, Some(sent.outcome)));
    let outcome = Signal::derive(move || set.value().get().or_else(|| first.clone()));
    let on_submit = move |event: leptos::ev::SubmitEvent| {
        if let Ok(wish) = SetCallback::from_event(&event) {
            event.prevent_default();
            set.dispatch(wish);
        }
    };
    let problem = move |field| field_problem(outcome, field);
    let CallbackForm { site, url } = form;
    view! {
        <section class=CARD aria-labelledby="new-callback">
            <h2 class="font-semibold mb-3" id="new-callback">"Set a callback"</h2>
            <form class="grid gap-4 md:grid-cols-2 items-start" method="post" action="/settings/callbacks" on:submit=on_submit>
                <TextField name="site" form_name="callback[site]" label="Site" value=site required=true placeholder="shop.example.com" problem=problem("site")/>
                <TextField name="url" form_name="callback[url]" label="Address that is called" value=url required=true placeholder="https://shop.example.com/gavel" problem=problem("url")/>
                <div><button class=PRIMARY disabled=set.pending()>"Set callback"</button></div>
            </form>
            <div aria-live="polite">
                {move || match outcome.get() {
                    Some(Ok(done)) => view! { <Secret done=done/> }.into_any(),
                    Some(Err(AppError::Invalid(_))) | None => ().into_any(),
                    Some(Err(error)) => view! { <ErrorPanel error=error/> }.into_any(),
                }}
            </div>
        </section>
    }
}

#[component]
fn Secret(done: SetDone) -> impl IntoView {
    view! {
        <div class="mt-4 rounded-lg border border-ham bg-ham-soft p-4">
            <p>"The callback is set. This secret signs what is sent; it is shown only now, so give it to the receiver:"</p>
            <p class="mt-2 flex flex-wrap items-center gap-2"><code class="break-all">{done.secret.clone()}</code><CopyButton text=done.secret/></p>
        </div>
    }
}
