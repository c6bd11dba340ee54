//! The evidence for a verdict, in words.

use domain::{DetectionId, JudgedBy, Judgement, Label, Signal as Evidence};
use leptos::prelude::*;

/// What is left of the score when all that is listed is taken away must weigh this much to be worth a line.
const LEAST_REST: f64 = 0.05;

/// Signals, strongest first, each with the direction it pulls and how strongly. What the embedded detector says adds up to its score, so
/// the rest has a line, too.
#[component]
pub(crate) fn Signals(
    /// The verdict with its evidence.
    judgement: Judgement,
) -> impl IntoView {
    if judgement.signals.is_empty() {
        return None;
    }
    let rest = rest(&judgement);
    let all = judgement.signals.iter().map(|signal| signal.weight).chain(rest);
    let most = all.map(f64::abs).fold(0.0, f64::max);
    let sentence = sentence(&judgement);
    let items = judgement
        .signals
        .into_iter()
        .map(|Evidence { weight, description, like, .. }| {
            view! { <Line weight=weight most=most>{description}<Like ids=like/></Line> }
        })
        .collect_view();
    let rest = rest.map(|weight| {
        view! { <Line weight=weight most=most><span class="text-muted">"Everything else: where every message starts, and what is too weak to list"</span></Line> }
    });
    Some(view! {
        <section class="mt-4">
            <h3 class="text-sm font-semibold text-muted">"Why"</h3>
            <p class="mt-1 text-sm" data-why="">{sentence}</p>
            <ul class="mt-1">{items}{rest}</ul>
        </section>
    })
}

/// One line: how it pulls as a bar from the middle, left towards not spam and right towards spam.
#[component]
fn Line(weight: f64, most: f64, children: Children) -> impl IntoView {
    let (fill, sign) = if weight < 0.0 { ("fill-ham", "for not spam") } else { ("fill-spam", "for spam") };
    let length = if most > 0.0 { weight.abs() / most * 50.0 } else { 0.0 };
    let start = if weight < 0.0 { 50.0 - length } else { 50.0 };
    let words = format!("{weight:+.2} {sign}");
    let label = words.clone();
    view! {
        <li class="flex items-center gap-3 py-1 text-sm">
            <svg class="w-20 h-3 shrink-0" viewBox="0 0 100 12" preserveAspectRatio="none" role="img" aria-label=label>
                <title>{words}</title>
                <rect class="fill-track" x="49.5" y="0" width="1" height="12"/>
                <rect class=fill x=format!("{start:.1}") y="2" width=format!("{length:.1}") height="8"/>
            </svg>
            <span class="min-w-0 break-words">{children()}</span>
        </li>
    }
}

/// What the score is made of beside the signals: the embedded detector's score is a logistic function of their sum.
fn rest(judgement: &Judgement) -> Option<f64> {
    if judgement.judged_by != JudgedBy::Detector {
        return None;
    }
    let share = (judgement.score / 100.0).clamp(0.0001, 0.9999);
    let listed: f64 = judgement.signals.iter().map(|signal| signal.weight).sum();
    Some((share / (1.0 - share)).ln() - listed).filter(|rest| rest.abs() >= LEAST_REST)
}

/// What speaks for the verdict and what against it, in a sentence.
fn sentence(judgement: &Judgement) -> String {
    let count =
        |is_meant: fn(f64) -> bool| judgement.signals.iter().filter(|signal| is_meant(signal.weight)).count();
    let signs = |count: usize| if count == 1 { "1 sign".to_owned() } else { format!("{count} signs") };
    let (spam, ham) = (count(|weight| weight > 0.0), count(|weight| weight < 0.0));
    match (judgement.verdict(), spam, ham) {
        (_, 0, 0) => "What was noticed, without how much it counts:".to_owned(),
        (Label::Spam, _, 0) => format!("{} for spam, none against it.", signs(spam)),
        (Label::Spam, ..) => format!("{} for spam outweigh {} against it.", signs(spam), signs(ham)),
        (Label::Ham, 0, _) => format!("Nothing speaks for spam, {} against it.", signs(ham)),
        (Label::Ham, _, 0) => format!("{} for spam, which is not enough for the threshold.", signs(spam)),
        (Label::Ham, ..) => {
            format!("{} for spam, {} against it: not enough for the threshold.", signs(spam), signs(ham))
        }
    }
}

/// The messages that a signal goes back to, as links.
#[component]
fn Like(ids: Vec<DetectionId>) -> impl IntoView {
    if ids.is_empty() {
        return None;
    }
    let link = |(place, DetectionId(id)): (usize, DetectionId)| {
        let before = if place == 0 { ": " } else { ", " };
        view! { {before}<a class="text-accent underline" href=format!("/detections/{id}")>{format!("message {id}")}</a> }
    };
    Some(ids.into_iter().enumerate().map(link).collect_view())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(score: f64, weights: &[f64]) -> Judgement {
        let signal = |weight: &f64| Evidence {
            name: String::new(),
            description: String::new(),
            weight: *weight,
            span: None,
            like: Vec::new(),
        };
        Judgement {
            score,
            is_spam: score >= 80.0,
            judged_by: JudgedBy::Detector,
            signals: weights.iter().map(signal).collect(),
            upstream_id: String::new(),
            threshold: 80.0,
            execution_ms: 0.0,
            upstream_timestamp: String::new(),
            raw_answer: String::new(),
        }
    }

    #[test]
    fn what_is_listed_and_the_rest_add_up_to_the_score() {
        let judged = judged(39.0, &[1.3, 1.2, 1.19, -3.45]);
        let sum = 0.24 + rest(&judged).unwrap();
        assert!((100.0 / (1.0 + (-sum).exp()) - 39.0).abs() < 0.01);
        assert_eq!(sentence(&judged), "3 signs for spam, 1 sign against it: not enough for the threshold.");
    }
}
