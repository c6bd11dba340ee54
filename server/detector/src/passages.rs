//! The strongest passage of a long text: spam does not become harmless by innocent words before and after it.

use std::ops::Range;

use activelayer::CheckRequest;

use crate::{features::Reading, judge::Own, model::Model, signals::Signal, text::Kind};

/// Words from which on a text is looked at by passages too.
const LONG: u32 = 80;

/// Tokens of a passage, at least and at most.
const SHORTEST: usize = 18;
const LONGEST: usize = 120;

/// Tokens after which a sentence may be cut: spam may be put in the middle of one.
const PART: usize = 10;

/// Passages that are judged as messages of their own: those whose words speak most for spam.
const JUDGED: usize = 14;

/// How much stronger than the whole a passage must be before it counts: of many passages of an honest text one looks odd.
const HANDICAP: f64 = 1.3;

/// From this share of the form model in the whole on, a passage counts in full; below, where the text could be e-mail, in part.
const ENOUGH: f64 = 0.5;

/// How much of a passage another one may share to be judged beside it.
const SHARED: f64 = 0.6;

/// What the strongest passage of a text adds to the whole's logit where it speaks clearly more for spam.
pub(crate) fn stronger(
    model: &Model,
    request: &CheckRequest,
    reading: &Reading,
    whole: &Own,
) -> Option<Signal> {
    if reading.counts.words < LONG || whole.pulls.is_empty() {
        return None;
    }
    let judged = |(start, end): (u32, u32)| {
        let message = request.message.get(start as usize..end as usize)?.to_owned();
        let part = CheckRequest { message, ..request.clone() };
        let mut own = Reading::default();
        let channel = own.read(&part.message, model.bits());
        Some((model.of_text(&part, &own, channel).logit - HANDICAP, (start, end)))
    };
    let best = passages(reading, &whole.pulls)
        .into_iter()
        .filter_map(|tokens| judged(span(reading, tokens)))
        .max_by(|one, other| one.0.total_cmp(&other.0));
    let (passage, at) = best.filter(|(passage, _)| *passage > whole.logit)?;
    let added = (passage - whole.logit) * (whole.share / ENOUGH).min(1.0);
    Some(Signal::at("strong_passage", "A passage by itself reads like spam", added, at))
}

/// Runs of whole sentences, and of parts of sentences, whose tokens pull most towards spam for their length, as ranges of tokens.
fn passages(reading: &Reading, pulls: &[f64]) -> Vec<Range<usize>> {
    let ends = ends(reading);
    let mut all: Vec<(f64, Range<usize>)> = vec![];
    let starts = std::iter::once(0).chain(ends.iter().copied());
    for (place, start) in starts.enumerate() {
        let mut sum = 0.0;
        let mut from = start;
        for end in &ends[place.min(ends.len())..] {
            sum += pulls[from..*end].iter().sum::<f64>();
            from = *end;
            let count = end - start;
            if count > LONGEST {
                break;
            }
            if count >= SHORTEST {
                all.push((sum / (count as f64).sqrt(), start..*end));
            }
        }
    }
    all.sort_by(|one, other| other.0.total_cmp(&one.0));
    let mut chosen: Vec<Range<usize>> = vec![];
    for (_, one) in all {
        let is_new = |other: &Range<usize>| {
            let shared = one.end.min(other.end).saturating_sub(one.start.max(other.start));
            (shared as f64) < SHARED * one.len().max(other.len()) as f64
        };
        if chosen.len() < JUDGED && chosen.iter().all(is_new) {
            chosen.push(one);
        }
    }
    chosen
}

/// Where sentences, lines and parts of long sentences end: one past the last token of each.
fn ends(reading: &Reading) -> Vec<usize> {
    let (chars, list) = (&reading.clean.chars, &reading.tokens.list);
    let count = list.iter().take_while(|token| token.kind != Kind::Joined).count();
    let mut ends = vec![];
    let mut start = 0;
    for next in 1..=count {
        let is_end = next == count
            || next - start >= PART
            || chars[list[next - 1].end as usize..list[next].start as usize].contains(&'\n')
            || closes(chars[list[next - 1].end as usize - 1], list[next].gap);
        if is_end {
            ends.push(next);
            start = next;
        }
    }
    ends
}

/// Whether a sign ends a sentence; in scripts that have no spaces it does without one.
fn closes(sign: char, gap: bool) -> bool {
    matches!(sign, '。' | '！' | '？') || (gap && matches!(sign, '.' | '!' | '?' | '؟' | '…'))
}

/// Where tokens are in the original.
fn span(reading: &Reading, tokens: Range<usize>) -> (u32, u32) {
    let list = &reading.tokens.list;
    reading.clean.span(list[tokens.start].start as usize, list[tokens.end - 1].end as usize)
}
