//! Tokens of apps: which there are, a new one, and taking one back.

use domain::{Fallback, RefusalCount, RefusalKind, Role, paging::grouped};
use leptos::{form::FromFormData, prelude::*};

use crate::{
    components::{
        CopyButton, ErrorPanel, SessionResource, TextField, TimeAgo,
        classes::{BUTTON, CARD, INPUT, PRIMARY},
        field_problem,
    },
    error::AppError,
    forms::times_done,
    server_fns::tokens::{
        CreateToken, IssuedToken, MarkToken, RevokeToken, RotateToken, Submission, TokenForm, TokenLine,
        list_tokens, submitted_rotation, submitted_token,
    },
};

use super::token_bounds::{Bounds, BoundsFields, Ends, Rotate, Rotated};

/// What a click can do to a token of the list.
#[derive(Clone, Copy)]
struct Acts {
    revoke: ServerAction<RevokeToken>,
    mark: ServerAction<MarkToken>,
    rotate: ServerAction<RotateToken>,
}

/// What was posted to the page without JavaScript.
#[derive(Clone)]
struct Posted {
    made: Option<Submission>,
    rotated: Option<Result<IssuedToken, AppError>>,
}

/// The section; nothing for those who are no administrators.
///
/// The form works as the Check page's does: a server function with JavaScript, a post to the page without.
#[component]
pub(super) fn Tokens() -> impl IntoView {
    let session = expect_context::<SessionResource>();
    let (create, revoke) = (ServerAction::<CreateToken>::new(), ServerAction::<RevokeToken>::new());
    let (mark, rotate) = (ServerAction::<MarkToken>::new(), ServerAction::<RotateToken>::new());
    // In the browser no form was ever posted to the page: only the server has to look.
    let submitted = Resource::new_blocking(
        || (),
        |()| async { if cfg!(feature = "ssr") { submitted_token().await.ok().flatten() } else { None } },
    );
    let rotated = Resource::new_blocking(
        || (),
        |()| async { if cfg!(feature = "ssr") { submitted_rotation().await.ok().flatten() } else { None } },
    );
    let changes = move || {
        (create.version().get(), revoke.version().get(), mark.version().get(), rotate.version().get())
    };
    let tokens = Resource::new_blocking(changes, move |_| async move {
        // What the form made is to be in the list.
        let _ = (submitted.await, rotated.await);
        list_tokens().await
    });
    view! {
        <Suspense>
            {move || Suspend::new(async move {
                // Not the list: the form stays as it is while that changes.
                let is_meant = session.await.is_ok_and(|session| session.allows(Role::Admin));
                let posted = Posted { made: submitted.await, rotated: rotated.await };
                let acts = Acts { revoke, mark, rotate };
                is_meant.then(|| view! { <Section tokens=tokens create=create acts=acts posted=posted/> })
            })}
        </Suspense>
    }
}

type TokensResource = Resource<Result<Option<Vec<TokenLine>>, AppError>>;

#[component]
fn Section(
    tokens: TokensResource,
    create: ServerAction<CreateToken>,
    acts: Acts,
    posted: Posted,
) -> impl IntoView {
    let Acts { revoke, mark, rotate } = acts;
    let Posted { made, rotated } = posted;
    let rotated = Signal::derive(move || rotate.value().get().or_else(|| rotated.clone()));
    let problem = move || revoke.value().get().or_else(|| mark.value().get()).and_then(Result::err);
    view! {
        <section class=CARD aria-labelledby="tokens">
            <h2 class="font-semibold mb-2" id="tokens">"App tokens"</h2>
            <p class="mb-3 max-w-3xl text-sm text-muted">
                "Give your developer a token and the base URL "
                <code class="bg-raised rounded px-1">"/api/v1"</code>" of this Gavel. They take the place of the ActiveLayer key: "
                <a class="underline" href="/api" rel="external">"API reference"</a>". "
                "Where people decide what an app sends as feedback, as moderators in WordPress do, their word teaches the detector as much as a moderator's here; a program's teaches less."
            </p>
            {move || problem().map(|error| view! { <ErrorPanel error=error/> })}
            <Transition>
                {move || Suspend::new(async move {
                    match tokens.await {
                        Ok(list) => view! { <List tokens=list.unwrap_or_default() acts=acts/> }.into_any(),
                        Err(error) => view! { <ErrorPanel error=error/> }.into_any(),
                    }
                })}
            </Transition>
            <Rotated outcome=rotated/>
            <NewToken create=create submission=made/>
        </section>
    }
}

#[component]
fn List(tokens: Vec<TokenLine>, acts: Acts) -> impl IntoView {
    if tokens.is_empty() {
        return view! { <p class="mb-3">"No tokens yet."</p> }.into_any();
    }
    let rows = tokens.into_iter().map(|line| view! { <Row line=line acts=acts/> }).collect_view();
    view! {
        <div class="overflow-x-auto" tabindex="0" role="region" aria-label="List of tokens">
            <table class="w-full text-sm">
                <thead>
                    <tr class="text-left text-muted">
                        <th class="font-medium py-1 pr-4" scope="col">"Name"</th>
                        <th class="font-medium pr-4" scope="col">"State"</th>
                        <th class="font-medium pr-4" scope="col">"Site"</th>
                        <th class="font-medium pr-4" scope="col">"The app may"</th>
                        <th class="font-medium pr-4" scope="col">"If no answer"</th>
                        <th class="font-medium pr-4" scope="col">"Feedback is decided by"</th>
                        <th class="font-medium pr-4" scope="col">"Limit"</th>
                        <th class="font-medium" scope="col">"Last used"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

#[component]
fn Row(line: TokenLine, acts: Acts) -> impl IntoView {
    let Acts { revoke, mark, rotate } = acts;
    let TokenLine { token, refusals, is_expired, has_old_secret } = line;
    let bounds = view! { <Bounds token=token.clone()/> };
    let ends = view! { <Ends token=token.clone() is_expired=is_expired has_old_secret=has_old_secret/> };
    let new_secret = (token.revoked_at.is_none() && !is_expired)
        .then(|| view! { <Rotate name=token.name.clone() rotate=rotate/> });
    let limit = token.per_minute.map_or("none".to_owned(), |count| format!("{count} a minute"));
    let used = match token.last_used_at {
        Some(time) => view! { <TimeAgo time=time/> }.into_any(),
        None => "never".into_any(),
    };
    let feedback = view! { <DecidedBy name=token.name.clone() of_people=token.of_people in_force=token.revoked_at.is_none() mark=mark/> };
    let name = token.name.clone();
    let state = match token.revoked_at {
        Some(time) => view! { <span class="text-muted">"revoked "<TimeAgo time=time/></span> }.into_any(),
        None => view! {
            <details>
                <summary class="cursor-pointer text-accent" aria-label=format!("Revoke {name} …")>"Revoke …"</summary>
                <p class="my-2 min-w-48">"What uses it gets no verdict any more. That cannot be taken back."</p>
                <ActionForm action=revoke>
                    <button class=BUTTON name="name" value=name.clone() aria-label=format!("Revoke {name}")>"Revoke "{name.clone()}</button>
                </ActionForm>
            </details>
        }
        .into_any(),
    };
    view! {
        <tr class="border-t border-line">
            <th class="text-left font-medium py-2 pr-4 min-w-32 break-all" scope="row">
                {token.name}<code class="block font-normal text-muted">{token.prefix}"…"</code>
            </th>
            <td class="pr-4 min-w-32">{ends}{state}{new_secret}<Refused refusals=refusals/></td>
            <td class="pr-4 min-w-32 break-all">{token.site}</td>
            <td class="pr-4">{bounds}</td>
            <td class="pr-4">{fallback_words(token.fallback)}</td>
            <td class="pr-4">{feedback}</td>
            <td class="pr-4 whitespace-nowrap">{limit}</td>
            <td class="text-muted">{used}<span class="block">"made "<TimeAgo time=token.created_at/></span></td>
        </tr>
    }
}

/// Who decides what an app sends as feedback, and a button to say that it is otherwise.
#[component]
fn DecidedBy(name: String, of_people: bool, in_force: bool, mark: ServerAction<MarkToken>) -> impl IntoView {
    let (now, other) = if of_people { ("people", "a program") } else { ("a program", "people") };
    let change = in_force.then(|| {
        let what = format!("Feedback of {name} is decided by {other}");
        view! {
            <ActionForm action=mark>
                <input type="hidden" name="name" value=name/>
                <button class=BUTTON name="of_people" value=(!of_people).to_string() aria-label=what>{format!("No, by {other}")}</button>
            </ActionForm>
        }
    });
    view! { <span class="block whitespace-nowrap mb-1">{now}</span>{change} }
}

/// What was refused lately; nothing when nothing was.
#[component]
fn Refused(refusals: Vec<RefusalCount>) -> impl IntoView {
    let lines = refusals
        .into_iter()
        .map(|refused| {
            let what = match refused.kind {
                RefusalKind::Revoked | RefusalKind::Expired => "still knocks: refused ",
                RefusalKind::Replaced => "the old secret still knocks: refused ",
                _ => "refused ",
            };
            let times = if refused.count == 1 { " time since " } else { " times since " };
            let title = refused.kind.title();
            view! {
                <li class="text-spam">
                    {what}{grouped(refused.count)}{times}<TimeAgo time=refused.first_at/>
                    ", last "<TimeAgo time=refused.last_at/>" ("{title}"): "
                    <span class="hostile break-all" dir="auto">{refused.reason}</span>
                </li>
            }
        })
        .collect_view();
    view! { <ul class="mt-1 text-xs empty:hidden">{lines}</ul> }
}

#[component]
fn NewToken(create: ServerAction<CreateToken>, submission: Option<Submission>) -> impl IntoView {
    let (typed, first) =
        submission.map_or_else(|| (TokenForm::blank(), None), |sent| (sent.form, Some(sent.outcome)));
    let outcome = Signal::derive(move || create.value().get().or_else(|| first.clone()));
    view! {
        <div aria-live="polite">
            {move || match outcome.get() {
                Some(Ok(issued)) => view! { <Issued issued=issued/> }.into_any(),
                Some(Err(AppError::Invalid(_))) | None => ().into_any(),
                Some(Err(error)) => view! { <ErrorPanel error=error/> }.into_any(),
            }}
        </div>
        <h3 class="font-medium mt-4 mb-2">"New token"</h3>
        <Form create=create typed=typed outcome=outcome/>
    }
}

#[component]
fn Form(
    create: ServerAction<CreateToken>,
    typed: TokenForm,
    outcome: Signal<Option<Result<IssuedToken, AppError>>>,
) -> impl IntoView {
    let on_submit = move |event: leptos::ev::SubmitEvent| {
        if let Ok(wish) = CreateToken::from_event(&event) {
            event.prevent_default();
            create.dispatch(wish);
        }
    };
    // Once it has done its work the form is blank: a second press makes no second token.
    let form = NodeRef::<leptos::html::Form>::new();
    let made = times_done(*create, |_| true);
    Effect::new(move |_| {
        if let Some(form) = form.get().filter(|_| made.get() > 0) {
            form.reset();
        }
    });
    let problem = move |field| field_problem(outcome, field);
    let pending = create.pending();
    let bounds = typed.clone();
    let TokenForm { name, site, per_minute, fallback, .. } = typed;
    let chosen: Fallback = fallback.parse().unwrap_or_default();
    view! {
        <form class="grid gap-4 max-w-3xl md:grid-cols-2 items-start" method="post" action="/settings" on:submit=on_submit node_ref=form>
            <TextField name="name" form_name="form[name]" label="Name" value=name placeholder="shop" required=true problem=problem("name")/>
            <TextField name="site" form_name="form[site]" label="Site" value=site placeholder="shop.example.com" required=true problem=problem("site")/>
            <TextField name="per_minute" form_name="form[per_minute]" label="Requests a minute (blank: no limit)" value=per_minute problem=problem("per_minute")/>
            <div class="flex flex-col gap-1">
                <label class="text-sm font-medium" for="fallback">"If the spam service does not answer"</label>
                <select class=INPUT id="fallback" name="form[fallback]">
                    {Fallback::ALL.iter().map(|fallback| view! {
                        <option value=fallback.as_str() selected=*fallback == chosen>{fallback_words(*fallback)}</option>
                    }).collect_view()}
                </select>
                <p class="text-sm text-muted">
                    "With the built-in detector, ActiveLayer judges again later. \"Accept\" answers \"not spam\": clients that publish "
                    "what is not spam, as ActiveLayer's WordPress plugin does, then publish spam."
                </p>
            </div>
            <BoundsFields
                form=bounds
                expires_problem=problem("expires")
                networks_problem=problem("networks")
                scopes_problem=problem("scopes")
            />
            <div><button class=PRIMARY disabled=pending>"Create token"</button></div>
        </form>
    }
}

/// What the app's developer needs, to copy in one go.
#[component]
pub(super) fn Issued(issued: IssuedToken) -> impl IntoView {
    let IssuedToken { secret, token, base_url } = issued;
    let curl = format!(
        "curl {base_url}/check -H \"Authorization: Bearer {secret}\" -H \"Content-Type: application/json\" -d '{{\"message\": \"Hello\"}}'"
    );
    let all = format!("Base URL: {base_url}\nToken: {secret}\n\n{curl}\n");
    view! {
        <div class="mt-4 rounded-lg border border-ham bg-ham-soft p-4" data-issued="">
            <p>"Token "<strong>{token.name}</strong>" for "{token.site}". It is shown only now; keep it like a password."</p>
            <dl class="mt-2 grid gap-x-3 gap-y-1 text-sm sm:grid-cols-[6rem_1fr]">
                <dt>"Base URL"</dt>
                <dd><code class="break-all">{base_url}</code></dd>
                <dt>"Token"</dt>
                <dd class="flex flex-wrap items-center gap-2"><code class="break-all">{secret.clone()}</code><CopyButton text=secret what="the token"/></dd>
                <dt>"Try it"</dt>
                <dd><code class="break-all">{curl}</code></dd>
            </dl>
            <p class="mt-2"><CopyButton text=all words="Copy all for your developer"/></p>
        </div>
    }
}

/// What an app is answered when the upstream gives no verdict.
fn fallback_words(fallback: Fallback) -> &'static str {
    match fallback {
        Fallback::Pass => "accept (spam may be published)",
        Fallback::Engine => "use the built-in detector",
        Fallback::Reject => "return an error (503)",
    }
}
