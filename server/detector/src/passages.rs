//! The strongest passage of a long text: spam does not become harmless by innocent words before and after it.

use activelayer::CheckRequest;

use crate::{
    features::Reading,
    form::{Form, Said, View},
    signals::Signal,
    text::Kind,
};

/// Words from which on a text is looked at by passages too.
const LONG: u32 = 100;

/// Tokens of a passage, and how far the next begins.
const WINDOW: usize = 35;
const STRIDE: usize = 10;

/// Passages that are judged in full: those whose words speak most for spam.
const JUDGED: usize = 3;

/// How much stronger than the whole a passage must be before it counts: of many passages of an honest text one looks odd.
const HANDICAP: f64 = 0.7;

/// What is said of the whole, or of its strongest passage where that speaks clearly more for spam; and what each token adds.
pub(crate) fn strongest(
    form: &Form,
    bits: u32,
    request: &CheckRequest,
    reading: &Reading,
    said: Said,
) -> (f64, Vec<Signal>, Vec<f64>) {
    let Said { logit, mut signals, pulls } = said;
    if reading.counts.words < LONG {
        return (logit, signals, pulls);
    }
    let best = windows(reading, &pulls)
        .into_iter()
        .filter_map(|(from, to)| {
            let (start, end) = span(reading, from, to);
            let passage = request.message.get(start as usize..end as usize)?;
            let part = CheckRequest { message: passage.to_owned(), ..request.clone() };
            let mut own = Reading::default();
            own.read(passage, bits);
            Some((form.weigh(passage, &own, &View::of(&part, &own)).logit, (start, end)))
        })
        .max_by(|one, other| one.0.total_cmp(&other.0));
    match best {
        Some((passage, at)) if passage - HANDICAP > logit => {
            let added = passage - HANDICAP - logit;
            signals.push(Signal::at("strong_passage", "A passage by itself reads like spam", added, at));
            (logit + added, signals, pulls)
        }
        _ => (logit, signals, pulls),
    }
}

/// The passages whose tokens pull most, as ranges of tokens, apart from one another.
fn windows(reading: &Reading, pulls: &[f64]) -> Vec<(usize, usize)> {
    let count = reading.tokens.list.iter().take_while(|token| token.kind != Kind::Joined).count();
    let mut all: Vec<(f64, usize, usize)> = (0..count)
        .step_by(STRIDE)
        .map(|from| (from, (from + WINDOW).min(count)))
        .map(|(from, to)| (pulls[from..to].iter().sum(), from, to))
        .collect();
    all.sort_by(|one, other| other.0.total_cmp(&one.0));
    let mut chosen: Vec<(usize, usize)> = vec![];
    for (_, from, to) in all {
        if chosen.len() < JUDGED
            && chosen.iter().all(|(start, end)| to <= *start + STRIDE || from + STRIDE >= *end)
        {
            chosen.push((from, to));
        }
    }
    chosen
}

/// Where tokens are in the original.
fn span(reading: &Reading, from: usize, to: usize) -> (u32, u32) {
    let list = &reading.tokens.list;
    reading.clean.span(list[from].start as usize, list[to - 1].end as usize)
}
