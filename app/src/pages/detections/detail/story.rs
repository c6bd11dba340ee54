//! What happened to a detection, in sentences.

use chrono::{DateTime, Utc};
use domain::{Decision, Detection, DetectionStory, Endpoint, JudgedBy, Label, Origin, WordWay};
use leptos::prelude::*;

use super::HEADING_CLASS;
use crate::components::TimeAgo;

/// The story, oldest first.
#[component]
pub(super) fn Story(story: DetectionStory) -> impl IntoView {
    let entries = sentences(&story)
        .into_iter()
        .map(|(time, words)| {
            view! { <li><span class="text-muted"><TimeAgo time=time/>" – "</span>{words}</li> }
        })
        .collect_view();
    view! {
        <h3 class=HEADING_CLASS>"History"</h3>
        <ol class="flex flex-col gap-1 text-sm">{entries}</ol>
    }
}

/// What was said at one time.
struct Spoken {
    by: JudgedBy,
    verdict: Label,
    score: f64,
}

/// Every event with its moment, in order.
fn sentences(story: &DetectionStory) -> Vec<(DateTime<Utc>, String)> {
    let detection = &story.detection;
    let judgement = &detection.judgement;
    let now = Spoken { by: judgement.judged_by, verdict: judgement.verdict(), score: judgement.score };
    let past = story.past_verdicts.iter();
    let mut verdicts: Vec<Spoken> =
        past.map(|past| Spoken { by: past.judged_by, verdict: past.verdict, score: past.score }).collect();
    verdicts.push(now);
    let upstream = judge(judgement.judged_by);
    let first = &verdicts[0];
    let arrival = format!("{} {}", arrived(detection), said(first));
    let mut events = vec![(detection.created_at, arrival)];
    for (index, past) in story.past_verdicts.iter().enumerate() {
        events.push((past.replaced_at, judged_again(&verdicts[index], &verdicts[index + 1])));
    }
    events.extend(story.decisions.iter().map(|decision| (decision.decided_at, decided(decision, upstream))));
    events.extend(story.app_words.iter().map(|word| {
        let way = match word.way {
            WordWay::Settled => String::new(),
            WordWay::Waits => format!(" {upstream} will be told once it answers."),
            WordWay::Unknown => {
                " The spam service has not judged this itself, so it is not told for now.".to_owned()
            }
        };
        (word.said_at, format!("The app {} marked this as {}.{way}", word.app, word.label))
    }));
    events.sort_by_key(|(time, _)| *time);
    events
}

fn judge(by: JudgedBy) -> &'static str {
    match by {
        JudgedBy::ActiveLayer => "ActiveLayer",
        JudgedBy::Detector => "The built-in detector",
        JudgedBy::Fallback => "The fallback",
        JudgedBy::Refused => "Nobody",
        JudgedBy::Rule => "A rule",
    }
}

fn said(spoken: &Spoken) -> String {
    match spoken.by {
        JudgedBy::Fallback => {
            format!("The spam service was away; the fallback said {} ({:.1}).", spoken.verdict, spoken.score)
        }
        JudgedBy::Refused => "It was refused: the app got no verdict on it.".to_owned(),
        by => format!("{} said {} ({:.1}).", judge(by), spoken.verdict, spoken.score),
    }
}

fn judged_again(before: &Spoken, after: &Spoken) -> String {
    let verdict = |spoken: &Spoken| match spoken.by {
        JudgedBy::Refused => "refused".to_owned(),
        _ => format!("{} {:.1}", spoken.verdict, spoken.score),
    };
    if before.verdict == after.verdict && (before.score - after.score).abs() < 0.05 {
        return format!("{} judged it again: {}, as before.", judge(after.by), verdict(after));
    }
    format!("{} judged it again: {} instead of {}.", judge(after.by), verdict(after), verdict(before))
}

fn arrived(detection: &Detection) -> String {
    let how = match detection.origin {
        Origin::Paste => "Pasted on the Check page",
        Origin::Import => "Imported",
        Origin::Api => "Sent by an app",
        Origin::Recheck => "Checked again",
    };
    let check = match detection.endpoint {
        Endpoint::Check => "full check",
        Endpoint::CheckComment => "comment check",
    };
    let site = detection.site.as_ref().map(|site| format!(" of {site}")).unwrap_or_default();
    format!("{how}{site} ({check}).")
}

fn decided(decision: &Decision, upstream: &str) -> String {
    let mut words = match decision.import_id {
        Some(import) => {
            format!("{} took the label {} over from import {}.", decision.user_name, decision.label, import.0)
        }
        None => format!("{} marked this as {}.", decision.user_name, decision.label),
    };
    if !decision.reasons.is_empty() {
        words.push_str(&format!(" Because: {}.", domain::reason::names(&decision.reasons)));
    }
    if decision.is_unknown && decision.undone_at.is_none() {
        words.push_str(
            " No feedback was sent: the spam service has not judged this itself, so it does not know it.",
        );
        return words;
    }
    if !decision.is_told {
        words.push_str(if decision.undone_at.is_some() {
            " It was taken back."
        } else {
            " No feedback was sent."
        });
        return words;
    }
    match (decision.undone_at, decision.sent_at, &decision.last_error) {
        (Some(_), None, _) => words.push_str(" It was taken back before feedback left."),
        (Some(_), Some(_), _) => words.push_str(" It was taken back later; the opposite feedback follows."),
        (None, Some(sent), _) => {
            let seconds = (sent - decision.decided_at).num_seconds();
            words.push_str(&format!(" {upstream} accepted it {seconds} s later."));
        }
        (None, None, Some(error)) => {
            words.push_str(&format!(" Not accepted: {}.", error.trim_end_matches('.')))
        }
        (None, None, None) => words.push_str(" Feedback is waiting."),
    }
    words
}
