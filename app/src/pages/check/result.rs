//! What came back: a verdict card, a small batch, or what went wrong.

use domain::{Detection, Label};
use leptos::prelude::*;

use super::page::OutcomeSignal;
use crate::{
    components::{
        CopyButton, ErrorPanel, Glyph, Icon, ScoreBar, Signals,
        classes::{BUTTON, CARD},
    },
    decisions::{Decisions, Seen},
    error::AppError,
    server_fns::{checks::CheckedRow, labels::LabelDetection},
};

/// The outcome beside the form.
#[component]
pub(super) fn Outcome(
    /// What became of the form.
    outcome: OutcomeSignal,
) -> impl IntoView {
    move || {
        match outcome.get() {
        None => view! {
            <div class="rounded-lg border border-line border-dashed p-6 text-muted">
                "The verdict appears here. Every check is kept under "
                <a class="underline" href="/detections">"Detections"</a>"."
            </div>
        }
        .into_any(),
        // Several are the table's.
        Some(Ok(report)) => match report.rows.as_slice() {
            [CheckedRow { result: Ok(detection), .. }] => {
                view! { <VerdictCard detection=detection.clone()/> }.into_any()
            }
            _ => ().into_any(),
        },
        Some(Err(error @ AppError::Invalid(_))) => view! {
            <p class="rounded-lg border border-spam p-4 text-spam" role="alert">{error.to_string()}" Nothing was sent."</p>
        }
        .into_any(),
        Some(Err(error)) => view! { <ErrorPanel error=error/> }.into_any(),
    }
    }
}

#[component]
fn VerdictCard(detection: Detection) -> impl IntoView {
    let judgement = detection.judgement.clone();
    let verdict = judgement.verdict();
    let (headline, glyph, words) = match verdict {
        Label::Spam => ("flex items-center gap-3 text-3xl font-semibold text-spam", Glyph::Spam, "Spam"),
        Label::Ham => ("flex items-center gap-3 text-3xl font-semibold text-ham", Glyph::Ham, "Ham"),
    };
    view! {
        <article class=CARD aria-label="Verdict">
            <h2 class=headline><Icon glyph=glyph/>{words}</h2>
            <div class="mt-4"><ScoreBar score=judgement.score threshold=judgement.threshold verdict=verdict/></div>
            <p class="mt-1 text-sm text-muted tabular-nums">
                {format!(
                    "Score {:.1} of 100, threshold {:.0}. Judged in {:.2} ms.",
                    judgement.score,
                    judgement.threshold,
                    judgement.execution_ms,
                )}
            </p>
            <Signals judgement=judgement.clone()/>
            <p class="mt-4 flex flex-wrap items-center gap-2 text-sm">
                <span class="text-muted">"Detection id"</span>
                <code class="break-all">{judgement.upstream_id.clone()}</code>
                <CopyButton text=judgement.upstream_id/>
            </p>
            <div class="mt-4 flex flex-wrap gap-2">
                <ThatsWrong id=detection.id.0 version=detection.version verdict=verdict/>
                <a class=BUTTON href=format!("/detections/{}", detection.id.0)>"Open in the log"</a>
            </div>
        </article>
    }
}

/// One click that corrects the verdict.
#[component]
pub(super) fn ThatsWrong(
    id: i64,
    version: i64,
    verdict: Label,
    /// Only what it is, where a table says the rest.
    #[prop(optional)]
    short: bool,
) -> impl IntoView {
    let decisions = expect_context::<Decisions>();
    let correction = if verdict == Label::Spam { Label::Ham } else { Label::Spam };
    let correct = ServerAction::<LabelDetection>::new();
    Effect::new(move |_| match correct.value().get() {
        Some(Ok(_)) => {
            decisions.list_undoable();
            decisions.refresh(vec![id]);
        }
        Some(Err(error)) => decisions.set_problem(Some(error)),
        None => {}
    });
    let seen = Seen { id, label: None, by: None, version };
    let known = Memo::new(move |_| decisions.of(&seen));
    let is_taken_back = move || known.with(|known| known.version > version && known.label.is_none());
    let done = move || {
        !is_taken_back()
            && correct.value().with(|value| {
                value
                    .as_ref()
                    .and_then(|result| result.as_ref().ok())
                    .is_some_and(|labelled| labelled.decision.detection_id.0 == id)
            })
    };
    view! {
        <ActionForm action=correct>
            <input type="hidden" name="detection_id" value=id.to_string() />
            <input type="hidden" name="label" value=correction.as_str() />
            <input type="hidden" name="version" value=move || known.with(|known| known.version.to_string()) />
            <button class=BUTTON disabled=move || correct.pending().get() || done()>
                {move || match (done(), short) {
                    (true, _) => format!("Corrected to {correction}"),
                    (false, true) => format!("It is {correction}"),
                    (false, false) => format!("That\u{2019}s wrong, it is {correction}"),
                }}
            </button>
            {move || is_taken_back().then(|| view! { <span class="ml-2 text-sm text-muted">"Taken back."</span> })}
        </ActionForm>
    }
}
