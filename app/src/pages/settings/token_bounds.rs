//! What a token may, in its row and in the form that makes one; and how it gets another secret.

use domain::{ApiToken, TokenScope, token_bounds::OVERLAP_HOURS};
use leptos::{form::FromFormData, prelude::*};

use crate::{
    components::{
        ErrorPanel, FieldProblem, TextField, TimeAgo,
        classes::{BUTTON, INPUT},
    },
    error::AppError,
    forms::problem_of,
    server_fns::tokens::{IssuedToken, RotateToken, TokenForm},
};

/// What it may ask for, and from where.
#[component]
pub(super) fn Bounds(token: ApiToken) -> impl IntoView {
    let bounds = token.bounds;
    let what = if bounds.has_all_scopes() {
        "do everything".to_owned()
    } else {
        let words: Vec<_> = bounds.scopes.iter().map(|scope| scope.title()).collect();
        words.join(", ")
    };
    let networks = (!bounds.networks.is_empty()).then(|| {
        let networks = bounds.network_words();
        view! { <span class="block text-muted break-words">"only from "{networks}</span> }
    });
    view! { <span class="block min-w-48">{what}</span>{networks} }
}

/// Until when it works, and until when its old secret does.
#[component]
pub(super) fn Ends(
    /// The token.
    token: ApiToken,
    /// Whether its last day is over.
    is_expired: bool,
    /// Whether the secret before goes on.
    has_old_secret: bool,
) -> impl IntoView {
    if token.revoked_at.is_some() {
        return ().into_any();
    }
    let last_day = token.bounds.last_day().map(|day| {
        if is_expired {
            view! { <p class="text-spam">{format!("expired: its last day was {day}")}</p> }.into_any()
        } else {
            view! { <p class="whitespace-nowrap">{format!("until the end of {day} (UTC)")}</p> }.into_any()
        }
    });
    let old = token.previous.filter(|_| !is_expired).map(|old| {
        let (prefix, verb) = (format!("{}…", old.prefix), if has_old_secret { " ends " } else { " ended " });
        view! { <p>"The old secret "<code>{prefix}</code>{verb}<TimeAgo time=old.until/>"."</p> }
    });
    view! { {last_day}{old} }.into_any()
}

/// The form that gives a token another secret, behind a summary. It works as the form for new tokens does.
#[component]
pub(super) fn Rotate(
    /// The token's name.
    name: String,
    /// What it leads to.
    rotate: ServerAction<RotateToken>,
) -> impl IntoView {
    let on_submit = move |event: leptos::ev::SubmitEvent| {
        if let Ok(wish) = RotateToken::from_event(&event) {
            event.prevent_default();
            rotate.dispatch(wish);
        }
    };
    view! {
        <details class="mt-1">
            <summary class="cursor-pointer text-accent" aria-label=format!("New secret for {name} …")>"New secret …"</summary>
            <form method="post" action="/settings" on:submit=on_submit>
                <input type="hidden" name="rotate[name]" value=name.clone()/>
                <label class="block my-2 min-w-48">
                    "Hours for which the old one goes on (0: it ends at once)"
                    <input class=INPUT name="rotate[hours]" value=OVERLAP_HOURS.to_string() inputmode="numeric" autocomplete="off"/>
                </label>
                <button class=BUTTON aria-label=format!("Make a new secret for {name}")>"Make a new secret"</button>
            </form>
        </details>
    }
}

/// What became of it, with the secret.
#[component]
pub(super) fn Rotated(outcome: Signal<Option<Result<IssuedToken, AppError>>>) -> impl IntoView {
    view! {
        <div aria-live="polite">
            {move || match outcome.get() {
                Some(Ok(issued)) => view! { <super::tokens::Issued issued=issued/> }.into_any(),
                Some(Err(AppError::Invalid(errors))) => {
                    let problem = problem_of(&errors, "hours").unwrap_or_default().to_owned();
                    view! { <p class="text-sm text-spam">{problem}" The token kept its secret."</p> }.into_any()
                }
                Some(Err(error)) => view! { <ErrorPanel error=error/> }.into_any(),
                None => ().into_any(),
            }}
        </div>
    }
}

/// The fields for bounds in the form of a new token.
#[component]
pub(super) fn BoundsFields(
    /// As typed before.
    form: TokenForm,
    /// What is wrong with the last day.
    expires_problem: Signal<String>,
    /// What is wrong with the networks.
    networks_problem: Signal<String>,
    /// What is wrong with the scopes.
    scopes_problem: Signal<String>,
) -> impl IntoView {
    let scopes = TokenScope::ALL
        .iter()
        .map(|scope| {
            let ticked = form.has(*scope);
            view! {
                <label class="flex items-center gap-2">
                    <input class="w-4 h-4" type="checkbox" name=format!("form[{scope}]") value="yes" checked=ticked/>
                    {scope.title()}
                </label>
            }
        })
        .collect_view();
    view! {
        <fieldset class="flex flex-col gap-1" aria-describedby="scopes-problem">
            <legend class="text-sm font-medium">"The app may"</legend>
            {scopes}
            <FieldProblem name="scopes" problem=scopes_problem/>
        </fieldset>
        <div class="flex flex-col gap-4">
            <TextField name="expires" form_name="form[expires]" kind="date" label="Last day, in UTC (blank: no end)" value=form.expires.clone() problem=expires_problem/>
            <TextField name="networks" form_name="form[networks]" label="Only from these addresses or networks (blank: anywhere)" value=form.networks placeholder="203.0.113.9, 10.0.0.0/8" problem=networks_problem/>
        </div>
    }
}
