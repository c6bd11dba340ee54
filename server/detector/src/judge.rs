//! From a submission to a verdict: the model's word, tempered where it has little to go on, and the evidence of rules.

use std::cell::RefCell;

use activelayer::CheckRequest;
use serde::Serialize;

use crate::{
    channel::Channel,
    client, doubt,
    features::Reading,
    form::{Said, View},
    links::LinkKind,
    model::{Model, Weighing},
    passages, phrases, sender,
    signals::{self, Signal},
    site::held,
};

/// Score from which a submission is spam, 0 to 100.
pub const THRESHOLD: f64 = 50.0;

/// What the detector thinks of a submission.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// Whether the score reaches [`THRESHOLD`].
    pub is_spam: bool,
    /// Probability of spam times 100, two decimals.
    pub score: f64,
    /// Probability that the verdict is right, 0.5 to 1, four decimals.
    pub confidence: f64,
    /// The evidence, strongest first, in either direction.
    pub signals: Vec<Signal>,
    /// What the text looks like.
    pub analysis: ContentAnalysis,
}

/// What a text looks like.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ContentAnalysis {
    /// The kind of text that it was weighed as.
    pub channel: Channel,
    /// Characters, without markup and invisible ones; at most 3,000 are looked at.
    pub characters: usize,
    /// Words and numbers.
    pub words: u32,
    /// Lines.
    pub lines: u32,
    /// Web addresses.
    pub links: usize,
    /// E-mail addresses.
    pub mail_addresses: usize,
    /// Share of capitals among letters, 0 to 1, two decimals.
    pub capital_share: f64,
    /// Share of digits among characters, 0 to 1, two decimals.
    pub digit_share: f64,
    /// Pictures.
    pub emoji: u32,
    /// Invisible characters between visible ones.
    pub hidden_characters: u32,
    /// HTML tags.
    pub html_tags: u32,
}

/// What is known beyond the submission: memory of the site, and corrections learnt from moderators.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Evidence {
    /// What lessons say. Where it contradicts the model, the model's own word is held back.
    pub taught: Option<Signal>,
    /// Other pieces of evidence; with what was taught, their weights add at most [`EVIDENCE_CAP`] to the logarithm of the odds.
    pub signals: Vec<Signal>,
    /// Whether people here labelled messages as spam and others as ham. Until then the model does not know what is usual here,
    /// and its scores are held nearer to 50.
    pub familiar: bool,
}

/// The most that outside evidence may move the logarithm of the odds, in either direction.
pub const EVIDENCE_CAP: f64 = 6.0;

/// The most that rules may add to the logarithm of the odds.
const RULES_CAP: f64 = 5.0;

/// Rules weigh this much of their weight in e-mails, where the model has seen tens of thousands.
const RULES_IN_MAIL: f64 = 0.25;

/// Logit of a text without any words: open, with a lean towards ham.
const NOTHING_SAID: f64 = -1.2;

/// From this many words on, the model's word counts in full.
const ENOUGH_WORDS: f64 = 4.0;

/// From this share of known features on, the model's word counts in full; other languages stay below.
const ENOUGH_KNOWN: f64 = 0.35;

/// How fast the verdict goes over from one model to the other with the gate's margin.
const FORM_STEEP: f64 = 4.0;

/// How much of the gate's margin is held back: what could be either goes to the model for e-mail and text messages.
const GATE_SHIFT: f64 = 0.15;

/// A model whose share is smaller is not asked.
const NEGLIGIBLE: f64 = 0.02;

/// How far what the client says of the kind of text shifts the gate.
const HINT: f64 = 2.0;

/// Evidence that weighs less is not told, where two models share a verdict.
const LEAST_WEIGHT: f64 = 0.05;

/// What the models say of a text by itself.
pub(crate) struct Own {
    /// Logarithm of the odds of spam.
    pub(crate) logit: f64,
    signals: Vec<Signal>,
    /// What each token adds by the form model; none where it was not asked.
    pub(crate) pulls: Vec<f64>,
    /// The form model's share in the logit, 0 to 1.
    pub(crate) share: f64,
}

thread_local! {
    /// Each thread's memory for reading, so that a verdict allocates next to nothing.
    static READING: RefCell<Reading> = RefCell::default();
}

/// Judges a submission by itself. The same submission always gets the same verdict.
pub fn judge(request: &CheckRequest) -> Verdict {
    judge_with(request, &Evidence::default())
}

/// Judges a submission with what else is known.
pub fn judge_with(request: &CheckRequest, evidence: &Evidence) -> Verdict {
    with_reading(|reading| Model::embedded().judge(request, evidence, reading))
}

/// Lends this thread's memory for reading.
pub(crate) fn with_reading<T>(read: impl FnOnce(&mut Reading) -> T) -> T {
    READING.with_borrow_mut(read)
}

impl Model {
    /// Judges a submission with this model and nothing else. The same submission always gets the same verdict.
    pub fn verdict(&self, request: &CheckRequest) -> Verdict {
        with_reading(|reading| self.judge(request, &Evidence::default(), reading))
    }

    /// Judges a submission with this model.
    pub(crate) fn judge(
        &self,
        request: &CheckRequest,
        evidence: &Evidence,
        reading: &mut Reading,
    ) -> Verdict {
        let channel = reading.read(&request.message, self.bits());
        self.judge_read(request, evidence, reading, channel)
    }

    /// Judges a submission whose message `reading` has read already.
    pub(crate) fn judge_read(
        &self,
        request: &CheckRequest,
        evidence: &Evidence,
        reading: &Reading,
        channel: Channel,
    ) -> Verdict {
        let own = self.own(request, reading, channel);
        Self::conclude(request, evidence, reading, channel, own)
    }

    /// Puts the model's own word ([`Self::own`]) and what else is known together.
    pub(crate) fn conclude(
        request: &CheckRequest,
        evidence: &Evidence,
        reading: &Reading,
        channel: Channel,
        (own, mut signals): (f64, Vec<Signal>),
    ) -> Verdict {
        let own = doubt::of_language(request, own, &mut signals);
        let mut client = client::find(request);
        let trapped = client.iter().any(|signal| signal.name == client::TRAP);
        scale(&mut client, 1.0, client::CLIENT_CAP);
        let own = own + sum(&client);
        let own = if trapped { own.max(client::TRAPPED) } else { own };
        let own = held(own, evidence.taught.as_ref().map_or(0.0, |taught| taught.weight));
        let mut outside: Vec<Signal> = evidence.taught.iter().chain(&evidence.signals).cloned().collect();
        scale(&mut outside, 1.0, EVIDENCE_CAP);
        let logit = own + sum(&outside);
        let logit = if evidence.familiar { logit } else { doubt::of_new_site(logit, &mut signals) };
        signals.extend(client);
        signals.extend(outside);
        signals.sort_by(|one, other| other.weight.abs().total_cmp(&one.weight.abs()));
        signals.iter_mut().for_each(|signal| signal.weight = rounded(signal.weight, 100.0));
        let probability = 1.0 / (1.0 + (-logit).exp());
        let score = rounded(probability * 100.0, 100.0);
        Verdict {
            is_spam: score >= THRESHOLD,
            score,
            confidence: rounded(probability.max(1.0 - probability), 10_000.0),
            signals,
            analysis: ContentAnalysis::of(reading, channel),
        }
    }

    /// The logit of the text and its sender, and what it is made of: of the whole, or of the strongest passage of a long text.
    pub(crate) fn own(
        &self,
        request: &CheckRequest,
        reading: &Reading,
        channel: Channel,
    ) -> (f64, Vec<Signal>) {
        let mut whole = self.of_text(request, reading, channel);
        if let Some(stronger) = passages::stronger(self, request, reading, &whole) {
            whole.logit += stronger.weight;
            whole.signals.push(stronger);
        }
        (whole.logit, whole.signals)
    }

    /// The logit of one text: by the model for e-mail and text messages, by the one for forms, or by both in the shares that
    /// the gate says.
    pub(crate) fn of_text(&self, request: &CheckRequest, reading: &Reading, channel: Channel) -> Own {
        let by_mail = || {
            let (logit, signals) = self.mail(request, reading, channel);
            Own { logit, signals, pulls: vec![], share: 0.0 }
        };
        let Some(form) = &self.form else { return by_mail() };
        let view = View::of(request, reading);
        let share = logistic(FORM_STEEP * (form.gate(reading, &view) - GATE_SHIFT + hint(request)));
        if share < NEGLIGIBLE {
            return by_mail();
        }
        let Said { mut logit, mut signals, pulls } = form.weigh(&request.message, reading, &view);
        signals.extend(signals::of_words(reading, &pulls));
        if share < 1.0 - NEGLIGIBLE {
            let (mail, others) = self.mail(request, reading, channel);
            logit = logit * share + mail * (1.0 - share);
            signals = mixed(signals, others, share);
        }
        Own { logit, signals, pulls, share }
    }

    /// The logit of an e-mail or text message, and what it is made of.
    fn mail(&self, request: &CheckRequest, reading: &Reading, channel: Channel) -> (f64, Vec<Signal>) {
        let weighing = self.weigh(reading, channel);
        let mut signals = phrases::signals(&reading.clean, &reading.tokens);
        signals.extend(sender::find(request, reading));
        let trust = if matches!(channel, Channel::Email | Channel::Plain) { RULES_IN_MAIL } else { 1.0 };
        scale(&mut signals, trust, RULES_CAP);
        let logit = tempered(&weighing, reading) + sum(&signals);
        signals.extend(signals::of_words(reading, &weighing.pulls()));
        (logit, signals)
    }
}

/// What the client says of the kind of text, as a shift of the gate.
fn hint(request: &CheckRequest) -> f64 {
    let kind = ["data_type", "type", "kind"].iter().find_map(|key| request.extra.get(*key)?.as_str());
    match kind.map(str::to_ascii_lowercase).as_deref() {
        Some(
            "comment" | "form" | "contact" | "review" | "support" | "signup" | "user_registration" | "chat",
        ) => HINT,
        Some("email" | "e-mail" | "mail" | "sms") => -HINT,
        _ if request.extra.get("context").is_some_and(serde_json::Value::is_object) => HINT,
        _ => 0.0,
    }
}

/// The evidence of both models, each by its share; what both say of one word is added up, and what is next to nothing left out.
fn mixed(mut form: Vec<Signal>, mut mail: Vec<Signal>, share: f64) -> Vec<Signal> {
    form.iter_mut().for_each(|signal| signal.weight *= share);
    mail.iter_mut().for_each(|signal| signal.weight *= 1.0 - share);
    for signal in mail {
        let is_same = |one: &&mut Signal| {
            one.span == signal.span
                && (one.name == signal.name || (signals::is_word(one) && signals::is_word(&signal)))
        };
        match form.iter_mut().find(is_same) {
            Some(same) if same.weight.abs() >= signal.weight.abs() => same.weight += signal.weight,
            Some(same) => *same = Signal { weight: same.weight + signal.weight, ..signal },
            None => form.push(signal),
        }
    }
    form.retain(|signal| signal.weight.abs() >= LEAST_WEIGHT);
    form
}

/// The model's logit, drawn towards [`NOTHING_SAID`] where there are hardly any words, or hardly any that training saw.
fn tempered(weighing: &Weighing, reading: &Reading) -> f64 {
    let said = f64::from(reading.counts.words) + 2.0 * reading.links.len() as f64;
    let known = f64::from(weighing.known) / (reading.features.len().max(1) as f64);
    let trust = (said / ENOUGH_WORDS).min(1.0) * (known / ENOUGH_KNOWN).min(1.0);
    f64::from(weighing.logit) * trust + NOTHING_SAID * (1.0 - trust)
}

fn logistic(logit: f64) -> f64 {
    1.0 / (1.0 + (-logit).exp())
}

fn sum(signals: &[Signal]) -> f64 {
    signals.iter().map(|signal| signal.weight).sum()
}

/// Multiplies the weights, and shrinks them together when their sum exceeds the cap.
fn scale(signals: &mut [Signal], factor: f64, cap: f64) {
    let sum: f64 = signals.iter().map(|signal| signal.weight * factor).sum();
    let factor = factor * (cap / sum.abs().max(cap));
    signals.iter_mut().for_each(|signal| signal.weight *= factor);
}

fn rounded(number: f64, steps: f64) -> f64 {
    (number * steps).round() / steps
}

impl ContentAnalysis {
    fn of(reading: &Reading, channel: Channel) -> Self {
        let counts = &reading.counts;
        let characters = reading.clean.chars.len();
        let share =
            |part: u32, of: usize| if of == 0 { 0.0 } else { rounded(f64::from(part) / of as f64, 100.0) };
        let links = reading.links.iter().filter(|link| link.kind == LinkKind::Web).count();
        Self {
            channel,
            characters,
            words: counts.words,
            lines: counts.lines,
            links,
            mail_addresses: reading.links.len() - links,
            capital_share: share(counts.capitals, counts.letters as usize),
            digit_share: share(counts.digits, characters),
            emoji: counts.emoji,
            hidden_characters: reading.clean.hidden,
            html_tags: reading.clean.tags,
        }
    }
}
