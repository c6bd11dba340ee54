//! Rate and repetition over the last hour and day: what is ordinary once may be a wave the fourteenth time.

use std::collections::{HashMap, VecDeque};

use activelayer::CheckRequest;
use chrono::{DateTime, Utc};

use super::near::Sketch;
use crate::{
    features::Reading,
    hash::spread,
    links::{self, LinkKind},
    signals::Signal,
};

/// Traces kept: a day of some 150,000 checks, in about 60 MB when full. Past it the oldest are forgotten early.
const MOST_TRACES: usize = 1_000_000;

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

/// Hosts of a text that are remembered.
const MOST_HOSTS: usize = 4;

/// A text of fewer words repeats by chance ("Thanks, great article!").
const FEWEST_WORDS: u32 = 6;

/// The most that memory adds to the logarithm of the odds: a score of 50 becomes 95.
pub const MEMORY_CAP: f64 = 3.0;

/// What a trace is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    Sender,
    Address,
    Host,
}

/// A hash of something that a submission shares with others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Trace(Kind, u64);

/// What a submission with this sketch leaves behind.
pub(super) fn traces(request: &CheckRequest, reading: &Reading, sketch: &Sketch) -> Vec<Trace> {
    let mut traces = vec![];
    if reading.counts.words >= FEWEST_WORDS {
        traces.extend(sketch.bands().map(|band| Trace(Kind::Text, band)));
    }
    let named = |kind: Kind, text: &str| {
        let text = text.trim().to_lowercase();
        (!text.is_empty()).then(|| Trace(kind, hash(kind, &text)))
    };
    traces.extend(request.email.as_deref().and_then(|email| named(Kind::Sender, email)));
    traces.extend(request.ip.as_deref().and_then(|ip| named(Kind::Address, ip)));
    let mut hosts: Vec<Trace> = reading
        .links
        .iter()
        .filter(|link| link.kind == LinkKind::Web)
        .filter_map(|link| named(Kind::Host, links::registrable(&link.host)))
        .collect();
    hosts.sort_unstable_by_key(|trace| trace.1);
    hosts.dedup();
    traces.extend(hosts.into_iter().take(MOST_HOSTS));
    traces
}

fn hash(kind: Kind, text: &str) -> u64 {
    text.bytes().fold(kind as u64 + 1, |hash, byte| spread(hash ^ u64::from(byte)))
}

#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    hour: u32,
    day: u32,
}

/// Exact counts over a sliding hour and a sliding day.
#[derive(Debug, Default)]
pub(super) struct Memory {
    /// Of the last day, oldest first: second since 1970, and trace.
    traces: VecDeque<(i64, u64)>,
    /// How many of the oldest are past the last hour.
    past_hour: usize,
    seen: HashMap<u64, Seen>,
}

impl Memory {
    /// Counts a submission in.
    pub(super) fn remember(&mut self, traces: &[Trace], now: DateTime<Utc>) {
        // A clock set back must not break the order.
        let at = now.timestamp().max(self.traces.back().map_or(i64::MIN, |(at, _)| *at));
        for trace in traces {
            let seen = self.seen.entry(trace.1).or_default();
            seen.hour += 1;
            seen.day += 1;
            self.traces.push_back((at, trace.1));
        }
        while self.traces.len() > MOST_TRACES {
            self.forget_oldest();
        }
    }

    /// Counts out what is past the hour and the day.
    pub(super) fn forget(&mut self, now: DateTime<Utc>) {
        let now = now.timestamp();
        while let Some((at, trace)) = self.traces.get(self.past_hour)
            && now - at >= HOUR
        {
            if let Some(seen) = self.seen.get_mut(trace) {
                seen.hour -= 1;
            }
            self.past_hour += 1;
        }
        while self.traces.front().is_some_and(|(at, _)| now - at >= DAY) {
            self.forget_oldest();
        }
    }

    fn forget_oldest(&mut self) {
        let Some((_, trace)) = self.traces.pop_front() else { return };
        let within_hour = self.past_hour == 0;
        self.past_hour = self.past_hour.saturating_sub(1);
        if let Some(seen) = self.seen.get_mut(&trace) {
            seen.day -= 1;
            seen.hour -= u32::from(within_hour);
            if seen.day == 0 {
                self.seen.remove(&trace);
            }
        }
    }

    /// What was seen of these traces before, in words. Together the weights are at most [`MEMORY_CAP`].
    pub(super) fn signals(&self, traces: &[Trace]) -> Vec<Signal> {
        let most = |kind: Kind| {
            let seen =
                traces.iter().filter(|trace| trace.0 == kind).filter_map(|trace| self.seen.get(&trace.1));
            seen.fold(Seen::default(), |most, seen| Seen {
                hour: most.hour.max(seen.hour),
                day: most.day.max(seen.day),
            })
        };
        let mut signals: Vec<Signal> = RULES.iter().filter_map(|rule| rule.signal(most(rule.kind))).collect();
        let sum: f64 = signals.iter().map(|signal| signal.weight).sum();
        let factor = MEMORY_CAP / sum.max(MEMORY_CAP);
        signals.iter_mut().for_each(|signal| signal.weight *= factor);
        signals
    }
}

/// From how many repetitions on something is remarkable, and what it weighs then.
struct Rule {
    kind: Kind,
    name: &'static str,
    what: &'static str,
    /// Repetitions in an hour, and weight, fewest first.
    hour: [(u32, f64); 3],
    /// Repetitions in a day that count as the first step when the hour is quiet.
    day: u32,
}

/// Set by hand, since no corpus has times: a text that repeats is telling, an address may be a whole office's.
const RULES: [Rule; 4] = [
    Rule {
        kind: Kind::Text,
        name: "repeated_text",
        what: "Same text",
        hour: [(3, 0.7), (10, 1.5), (30, 2.5)],
        day: 10,
    },
    Rule {
        kind: Kind::Sender,
        name: "busy_sender",
        what: "Same sender",
        hour: [(10, 0.4), (30, 0.9), (100, 1.5)],
        day: 60,
    },
    Rule {
        kind: Kind::Address,
        name: "busy_address",
        what: "Same IP address",
        hour: [(20, 0.3), (60, 0.7), (200, 1.2)],
        day: 200,
    },
    Rule {
        kind: Kind::Host,
        name: "repeated_link",
        what: "Links to the same site",
        hour: [(8, 0.3), (25, 0.7), (80, 1.2)],
        day: 60,
    },
];

impl Rule {
    fn signal(&self, seen: Seen) -> Option<Signal> {
        let reached = self.hour.iter().rev().find(|(times, _)| seen.hour >= *times);
        match reached {
            Some((_, weight)) => Some(Signal::new(
                self.name,
                format!("{} seen {} times this hour", self.what, seen.hour),
                *weight,
            )),
            None if seen.day >= self.day => {
                let words = format!("{} seen {} times today", self.what, seen.day);
                Some(Signal::new(self.name, words, self.hour[0].1))
            }
            None => None,
        }
    }
}
