//! One detection, whole: in the log's pane and in review.

mod facts;
mod message;
mod notes;
mod place;
mod raw;
mod reasons;
mod related;
mod rules;
mod story;
mod verdicts;

use domain::{DetectionStory, Related};
use leptos::prelude::*;
use leptos_meta::Title;

use crate::{
    components::{
        AppBadge, BlurSwitch, CopyButton, FeedbackNote, LabelBadge, LabelButtons, LateBadge, ScoreBar,
        Signals, VerdictBadge, classes::CARD,
    },
    decisions::Seen,
    error::AppError,
};
use facts::Facts;
use message::Message;
pub(crate) use notes::NoteDraft;
use notes::Notes;
use place::WrittenAt;
use raw::Raw;
use reasons::Reasons;
pub(crate) use reasons::does;
use related::RelatedDetections;
use rules::{MakeRules, MetRule};
use story::Story;
use verdicts::Verdicts;

/// Everything about a detection.
#[component]
pub(crate) fn DetectionDetail(
    /// The detection and its story.
    story: DetectionStory,
    /// Whether the person may label and write notes.
    may_label: bool,
    /// What else the log knows; made by the page, since a resource must not be made while another one is waited for.
    related: Resource<Result<Related, AppError>>,
    /// Whether the message comes first, with the buttons in sight however long it is: one after the other is judged.
    #[prop(optional)]
    for_review: bool,
) -> impl IntoView {
    let detection = story.detection.clone();
    let id = detection.id.0;
    let judgement = detection.judgement.clone();
    let verdict = judgement.verdict();
    let label = detection.label.map(|label| {
        view! { <LabelBadge label=label verdict=verdict by=detection.labelled_by.clone()/> }
    });
    let score = match judgement.refusal() {
        Some(words) => view! {
            <p class="mt-3">"It was refused, so nobody judged it, and the app may have let it pass. The app was told: "{words}</p>
        }
        .into_any(),
        None => view! {
            <div class="mt-3"><ScoreBar score=judgement.score threshold=judgement.threshold verdict=verdict/></div>
            <p class="mt-1 text-sm text-muted tabular-nums">
                {format!("Score {:.1} of 100, threshold {:.0}", judgement.score, judgement.threshold)}
            </p>
        }
        .into_any(),
    };
    let buttons = may_label.then(|| view! { <LabelButtons seen=Seen::from(&detection)/> });
    let message = view! { <Message story=story.clone()/> };
    let (message_first, buttons, message_below) = if for_review {
        (Some(message), view! { <div class="review-buttons">{buttons}</div> }.into_any(), None)
    } else {
        (None, buttons.into_any(), Some(message))
    };
    view! {
        <Title text=format!("Detection {id}")/>
        <article class=CARD data-open-detection=id>
            <header class="flex flex-wrap items-center gap-2">
                <h2 class="font-semibold mr-1">"Detection "{id}</h2>
                <VerdictBadge verdict=verdict judged_by=judgement.judged_by/>
                {label}
                {detection.app_word.map(|word| view! { <AppBadge word=word verdict=verdict/> })}
                {detection.told.map(|told| view! { <LateBadge told=told/> })}
                <span class="ml-auto inline-flex items-center">
                    <CopyButton text=format!("/detections/{id}") words="Copy link"/>
                    <BlurSwitch/>
                </span>
            </header>
            {message_first}
            {score}
            {buttons}
            {may_label.then(|| view! { <Reasons story=story.clone()/> })}
            <Verdicts story=story.clone() may_label=may_label/>
            <FeedbackNote state=detection.feedback judged_by=judgement.judged_by/>
            <WrittenAt detection=detection.clone()/>
            {message_below}
            <MetRule detection=detection.clone()/>
            <Signals judgement=judgement.clone()/>
            {may_label.then(|| view! { <MakeRules detection=detection.clone()/> })}
            <Facts detection=detection/>
            <RelatedDetections related=related/>
            <Story story=story.clone()/>
            <Notes detection_id=id notes=story.notes.clone() may_write=may_label/>
            <Raw request=story.request answer=judgement.raw_answer/>
        </article>
    }
}

/// The heading of a part.
const HEADING_CLASS: &str = "mt-5 mb-1 text-sm font-semibold text-muted";
