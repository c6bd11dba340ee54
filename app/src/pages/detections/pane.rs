//! One detection, whole.

use domain::{Detection, Label, Role};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::{log::LogState, story::Story};
use crate::{
    components::{
        BlurSwitch, CopyButton, ErrorPanel, FeedbackNote, Glyph, HostileText, Icon, LabelBadge, ScoreBar,
        SessionResource, Signals, VerdictBadge,
        classes::{CARD, HAM_BUTTON, SPAM_BUTTON},
    },
    decisions::Decisions,
    error::AppError,
    server_fns::detections::{DetectionStory, get_detection},
};

/// The pane of the detection whose id is in the address.
#[component]
pub(crate) fn DetectionPane() -> impl IntoView {
    let decisions = expect_context::<Decisions>();
    let session = expect_context::<SessionResource>();
    let params = use_params_map();
    let query = use_query_map();
    let id = Memo::new(move |_| params.read().get("id").and_then(|id| id.parse::<i64>().ok()));
    let found = Resource::new_blocking(
        move || (id.get(), decisions.version()),
        |(id, _)| async move {
            match id {
                Some(id) => get_detection(id).await,
                None => Err(AppError::NotFound("detection".to_owned())),
            }
        },
    );
    let back = move || LogState::of(&query.read()).address(None);
    view! {
        <p class="mb-3 lg:hidden">
            <a class="inline-flex items-center gap-2 text-accent" href=back><Icon glyph=Glyph::Back/>"Back to the log"</a>
        </p>
        <Transition>
            {move || Suspend::new(async move {
                let may_label = session.await.is_ok_and(|session| session.allows(Role::Moderator));
                match found.await {
                    Ok(story) => view! { <Whole story=story may_label=may_label/> }.into_any(),
                    Err(error) => view! { <ErrorPanel error=error/> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Whole(story: DetectionStory, may_label: bool) -> impl IntoView {
    let DetectionStory { detection, decisions } = story;
    let judgement = detection.judgement.clone();
    let verdict = judgement.verdict();
    let label = detection.label.map(|label| {
        view! { <LabelBadge label=label verdict=verdict by=detection.labelled_by.clone()/> }
    });
    let buttons = may_label
        .then(|| view! { <LabelButtons id=detection.id.0 version=detection.version label=detection.label/> });
    view! {
        <Title text=format!("Detection {}", detection.id.0)/>
        <article class=CARD>
            <header class="flex flex-wrap items-center gap-2">
                <h2 class="font-semibold mr-2">"Detection "{detection.id.0}</h2>
                <VerdictBadge verdict=verdict/>
                {label}
                <span class="ml-auto"><BlurSwitch/></span>
            </header>
            <div class="mt-3"><ScoreBar score=judgement.score threshold=judgement.threshold verdict=verdict/></div>
            <p class="mt-1 text-sm text-muted tabular-nums">
                {format!("Score {:.1} of 100, threshold {:.0}", judgement.score, judgement.threshold)}
            </p>
            {buttons}
            <FeedbackNote state=detection.feedback judged_by=judgement.judged_by/>
            <h3 class="mt-4 mb-1 text-sm font-semibold text-muted">"Message"</h3>
            <div class="rounded-md bg-raised p-3 font-text"><HostileText text=detection.content.message.clone()/></div>
            <Signals signals=judgement.signals.clone()/>
            <Facts detection=detection.clone()/>
            <Story detection=detection decisions=decisions/>
            <Raw json=judgement.raw_answer/>
        </article>
    }
}

/// The two decisions. The button of the label that is being set shows it before the server has agreed.
#[component]
fn LabelButtons(id: i64, version: i64, label: Option<Label>) -> impl IntoView {
    let decisions = expect_context::<Decisions>();
    let setting = move || {
        let input = decisions.label.input().get()?;
        (decisions.label.pending().get() && input.detection_id == id).then_some(input.label)
    };
    let stands = move |button: Label| setting().or(label) == Some(button);
    let words = move |button: Label| {
        if stands(button) { format!("Marked as {button}") } else { format!("Mark as {button}") }
    };
    let pressed = move |button: Label| stands(button).to_string();
    view! {
        <ActionForm action=decisions.label attr:class="mt-4 mb-2 flex flex-wrap gap-2">
            <input type="hidden" name="detection_id" value=id.to_string() />
            <input type="hidden" name="version" value=version.to_string() />
            <button class=SPAM_BUTTON name="label" value="spam" aria-pressed=move || pressed(Label::Spam)>
                <Icon glyph=Glyph::Spam/>{move || words(Label::Spam)}
            </button>
            <button class=HAM_BUTTON name="label" value="ham" aria-pressed=move || pressed(Label::Ham)>
                <Icon glyph=Glyph::Ham/>{move || words(Label::Ham)}
            </button>
        </ActionForm>
    }
}

#[component]
fn Facts(detection: Detection) -> impl IntoView {
    let content = detection.content;
    let submitted = content
        .timestamp
        .and_then(|seconds| chrono::DateTime::from_timestamp(seconds, 0))
        .map(domain::time::exact);
    let rows = [
        ("E-mail", content.email),
        ("Name", content.name),
        ("IP address", content.ip.map(|ip| ip.to_string())),
        ("Submitted", submitted),
        ("User agent", content.user_agent),
        ("Page", content.website_url),
        ("Domain", content.domain),
        ("Site", detection.site),
        (
            "Further fields",
            (!content.extra.is_empty()).then(|| serde_json::Value::Object(content.extra).to_string()),
        ),
    ]
    .into_iter()
    .filter_map(|(name, value)| {
        value.map(|value| {
            view! {
                <dt class="text-muted">{name}</dt>
                <dd class="min-w-0"><HostileText text=value/></dd>
            }
        })
    })
    .collect_view();
    let upstream_id = detection.judgement.upstream_id;
    view! {
        <h3 class="mt-4 mb-1 text-sm font-semibold text-muted">"Facts"</h3>
        <dl class="grid grid-cols-[8rem_1fr] gap-x-4 gap-y-1 text-sm">
            {rows}
            <dt class="text-muted">"Detection id"</dt>
            <dd class="flex flex-wrap items-center gap-2"><code class="break-all">{upstream_id.clone()}</code><CopyButton text=upstream_id/></dd>
            <dt class="text-muted">"Execution time"</dt>
            <dd class="tabular-nums">{format!("{:.2} ms", detection.judgement.execution_ms)}</dd>
        </dl>
    }
}

#[component]
fn Raw(json: String) -> impl IntoView {
    view! {
        <details class="mt-4">
            <summary class="cursor-pointer text-sm text-accent">"Raw answer"</summary>
            <pre class="mt-2 p-3 rounded-md bg-raised text-xs whitespace-pre-wrap break-all">{json}</pre>
        </details>
    }
}
