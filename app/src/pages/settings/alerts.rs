//! When alerts open, and who is told.

use domain::{AlertChannel, AlertRulesForm, WebhookKind};
use leptos::{form::FromFormData, prelude::*};

use crate::{
    components::{
        CopyButton, ErrorPanel, SelectField, TextField,
        classes::{BUTTON, CARD, PRIMARY},
        field_problem,
    },
    error::AppError,
    server_fns::alerts::{
        AlertsSection, AlertsSubmission, SaveAlerts, SavedAlerts, SentTest, TestAlerts, get_alert_settings,
        submitted_alerts, submitted_test,
    },
};

/// The section; nothing for those who are no administrators.
#[component]
pub(super) fn Alerts() -> impl IntoView {
    let save = ServerAction::<SaveAlerts>::new();
    // In the browser no form was ever posted to the page: only the server has to look.
    let submitted = Resource::new_blocking(
        || (),
        |()| async { if cfg!(feature = "ssr") { submitted_alerts().await.ok().flatten() } else { None } },
    );
    let tested = Resource::new_blocking(
        || (),
        |()| async { if cfg!(feature = "ssr") { submitted_test().await.transpose() } else { None } },
    );
    let section = Resource::new_blocking(
        || (),
        move |()| async move {
            // What the form set is to be shown.
            let _ = submitted.await;
            get_alert_settings().await
        },
    );
    view! {
        <Suspense>
            {move || Suspend::new(async move {
                let (submission, tested) = (submitted.await, tested.await);
                match section.await {
                    Ok(Some(section)) => {
                        view! { <Section section=section save=save submission=submission tested=tested/> }.into_any()
                    }
                    _ => ().into_any(),
                }
            })}
        </Suspense>
    }
}

#[component]
fn Section(
    section: AlertsSection,
    save: ServerAction<SaveAlerts>,
    submission: Option<AlertsSubmission>,
    tested: Option<Result<SentTest, AppError>>,
) -> impl IntoView {
    let AlertsSection { form, mail_route } = section;
    let (form, first) = submission.map_or((form, None), |sent| (sent.form, Some(sent.outcome)));
    let outcome = Signal::derive(move || save.value().get().or_else(|| first.clone()));
    view! {
        <section class=CARD aria-labelledby="alerts">
            <h2 class="font-semibold mb-2" id="alerts">"Alerts"</h2>
            <p class="mb-3 text-sm text-muted">
                "Every alert is shown above the pages and listed under "<a class="underline" href="/health">"Health"</a>
                ". You are notified when it starts and when it ends."
            </p>
            <Form form=form has_mail=mail_route.is_some() save=save outcome=outcome/>
            <div aria-live="polite">
                {move || match outcome.get() {
                    Some(Ok(saved)) => view! { <Saved saved=saved/> }.into_any(),
                    Some(Err(AppError::Invalid(_))) | None => ().into_any(),
                    Some(Err(error)) => view! { <ErrorPanel error=error/> }.into_any(),
                }}
            </div>
            <Tests mail_route=mail_route tested=tested/>
        </section>
    }
}

#[component]
fn Form(
    form: AlertRulesForm,
    has_mail: bool,
    save: ServerAction<SaveAlerts>,
    outcome: Signal<Option<Result<SavedAlerts, AppError>>>,
) -> impl IntoView {
    let on_submit = move |event: leptos::ev::SubmitEvent| {
        if let Ok(rules) = SaveAlerts::from_event(&event) {
            event.prevent_default();
            save.dispatch(rules);
        }
    };
    let problem = move |field| field_problem(outcome, field);
    let AlertRulesForm { quota_marks, forecast, upstream, spam_wave, late, email, webhook_url, webhook_kind } =
        form;
    let kinds = WebhookKind::ALL.iter().map(|kind| (kind.as_str(), kind.title()));
    let kinds = std::iter::once(("", "What its address looks like")).chain(kinds).collect();
    let mail =
        has_mail.then(|| view! { <Tick name="rules[email]" label="Send letters" on=!email.is_empty()/> });
    // What is not shown keeps its value.
    let kept = (!has_mail && !email.is_empty())
        .then(|| view! { <input type="hidden" name="rules[email]" value="on"/> });
    view! {
        <form class="grid gap-4 md:grid-cols-2 items-start" method="post" action="/settings#alerts" on:submit=on_submit>
            <TextField name="quota_marks" form_name="rules[quota_marks]" label="Warn at these percentages of the quota" value=quota_marks placeholder="80, 100" problem=problem("quota_marks")/>
            <TextField name="spam_wave" form_name="rules[spam_wave]" label="Warn of a spam wave at so many times the usual hour (blank: never)" value=spam_wave placeholder="5" problem=problem("spam_wave")/>
            <TextField name="late" form_name="rules[late]" label="Answers to apps that do not stand: warn from this many in 7 days (blank: never)" value=late placeholder="20" problem=problem("late")/>
            <TextField name="webhook_url" form_name="rules[webhook_url]" label="Webhook address (blank: none)" value=webhook_url placeholder="https://hooks.example.com/gavel" problem=problem("webhook_url")/>
            <SelectField id="webhook_kind" name="rules[webhook_kind]" label="The webhook is for" chosen=webhook_kind options=kinds/>
            <fieldset class="flex flex-col gap-2">
                <legend class="text-sm font-medium mb-1">"Also warn about"</legend>
                <Tick name="rules[forecast]" label="A quota that will not last" on=!forecast.is_empty()/>
                <Tick name="rules[upstream]" label="Trouble with the connection, key or feedback" on=!upstream.is_empty()/>
                {mail}
                {kept}
            </fieldset>
            <div><button class=PRIMARY disabled=save.pending()>"Save alerts"</button></div>
        </form>
    }
}

#[component]
fn Tick(name: &'static str, label: &'static str, on: bool) -> impl IntoView {
    view! {
        <label class="flex items-center gap-2 text-sm">
            <input type="checkbox" name=name value="on" checked=on/>
            {label}
        </label>
    }
}

#[component]
fn Saved(saved: SavedAlerts) -> impl IntoView {
    let Some(secret) = saved.secret else {
        return view! { <p class="mt-3 text-sm text-ham">"Saved."</p> }.into_any();
    };
    view! {
        <div class="mt-4 rounded-lg border border-ham bg-ham-soft p-4">
            <p>
                "Saved. Requests to the webhook are signed with this secret (HMAC-SHA256, header "
                <code>"Gavel-Signature"</code>"). It is shown only now; keep it like a password."
            </p>
            <p class="mt-2 flex flex-wrap items-center gap-2">
                <code class="break-all">{secret.clone()}</code>
                <CopyButton text=secret/>
            </p>
        </div>
    }
    .into_any()
}

#[component]
fn Tests(mail_route: Option<String>, tested: Option<Result<SentTest, AppError>>) -> impl IntoView {
    let test = ServerAction::<TestAlerts>::new();
    let route = match &mail_route {
        Some(route) => format!("Letters go to {route}."),
        None => "E-mail is off. Whoever runs the server switches it on (settings smtp_server, alert_mail_from and alert_mail_to).".to_owned(),
    };
    let outcome = move || test.value().get().or_else(|| tested.clone());
    view! {
        <h3 class="font-medium mt-4 mb-2">"Try it out"</h3>
        <p class="mb-2 text-sm text-muted">{route}</p>
        <div class="flex flex-wrap gap-2">
            <TestForm test=test channel=AlertChannel::Webhook words="Send a test"/>
            {mail_route.map(|_| view! { <TestForm test=test channel=AlertChannel::Email words="Test the e-mail"/> })}
        </div>
        <div aria-live="polite" class="mt-2 text-sm">
            {move || outcome().map(|outcome| match outcome {
                Ok(sent) => view! { <p class="text-ham">{sent_words(&sent)}</p> }.into_any(),
                Err(error @ AppError::Invalid(_)) => {
                    view! { <p class="text-spam" role="alert">{error.words()}</p> }.into_any()
                }
                Err(error) => view! { <ErrorPanel error=error/> }.into_any(),
            })}
        </div>
    }
}

/// A button that works without JavaScript too: then the page says what came of it.
#[component]
fn TestForm(test: ServerAction<TestAlerts>, channel: AlertChannel, words: &'static str) -> impl IntoView {
    let on_submit = move |event: leptos::ev::SubmitEvent| {
        if let Ok(asked) = TestAlerts::from_event(&event) {
            event.prevent_default();
            test.dispatch(asked);
        }
    };
    view! {
        <form method="post" action="/settings#alerts" on:submit=on_submit>
            <input type="hidden" name="channel" value=channel.as_str()/>
            <button class=BUTTON disabled=test.pending()>{words}</button>
        </form>
    }
}

fn sent_words(sent: &SentTest) -> String {
    match sent.channel {
        AlertChannel::Webhook => format!("Test received by {}.", sent.to),
        AlertChannel::Email => format!("Test e-mail sent to {}.", sent.to),
    }
}
