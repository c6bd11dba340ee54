//! Detections as a log has them: background noise, campaigns, and what moderators made of it.

use std::net::Ipv4Addr;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use domain::{
    Circumstances, Content, Endpoint, JudgedBy, Judgement, Label, Language, NewDetection, Origin, Signal,
    UserId,
};
use fastrand::Rng;
use moderation::content_hash;
use serde_json::{Map, json};
use store::{Past, PastLabel};

use super::people::{SITES, Sender, Tokens, home, pick};
use super::texts::{Message, Template, Texts, link};

/// The threshold that the upstream uses.
const THRESHOLD: f64 = 50.0;

/// Most people that write now and again.
const PEOPLE_MAX: usize = 40_000;

/// One in so many detections starts a campaign, or ends one.
const CAMPAIGN_TURN: u32 = 4_000;

/// Most campaigns at once.
const CAMPAIGNS_MAX: usize = 4;

const AGENTS: &[&str] = &[
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/131.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Version/18.1 Safari/604.1",
    "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0",
    "python-requests/2.32",
];

/// The same offer from one network under many names, for some days.
struct Campaign {
    template: Template,
    network: Ipv4Addr,
    site: &'static str,
    host: String,
}

/// Makes detections, oldest first. The same seed makes the same ones.
pub(super) struct Rows {
    texts: Texts,
    team: Vec<UserId>,
    tokens: Tokens,
    people: Vec<Sender>,
    campaigns: Vec<Campaign>,
    rng: Rng,
    times: Box<dyn Iterator<Item = DateTime<Utc>> + Send>,
}

/// What somebody wrote, and what it truly is.
struct Written {
    sender: Sender,
    message: Message,
    site: &'static str,
    truth: Label,
}

impl Rows {
    pub(super) fn new(
        texts: Texts,
        (team, tokens): (Vec<UserId>, Tokens),
        seed: u64,
        times: impl Iterator<Item = DateTime<Utc>> + Send + 'static,
    ) -> Self {
        Self {
            texts,
            team,
            tokens,
            people: Vec::new(),
            campaigns: Vec::new(),
            rng: Rng::with_seed(seed),
            times: Box::new(times),
        }
    }

    /// The next detections, at most so many; none when all are made.
    pub(super) fn chunk(&mut self, size: usize) -> Past {
        let mut past = Past::default();
        while past.detections.len() < size
            && let Some(at) = self.times.next()
        {
            let written = self.write();
            let truth = written.truth;
            let detection = self.detect(written, at);
            past.labels.extend(self.decide(past.detections.len(), &detection, truth));
            past.detections.push(detection);
        }
        past
    }

    fn write(&mut self) -> Written {
        if self.rng.u32(0..CAMPAIGN_TURN) == 0 {
            self.turn_campaigns();
        }
        // Four in ten of what sites get is spam, and half of that is a campaign's.
        match self.rng.u8(0..10) {
            0 | 1 if !self.campaigns.is_empty() => self.write_campaign(),
            0..=3 => {
                let network = Ipv4Addr::new(198, self.rng.u8(18..20), self.rng.u8(..), 0);
                let sender = Sender::spammer(network, &mut self.rng);
                let message = self.texts.spam(&mut self.rng);
                Written { sender, message, site: busy_site(&mut self.rng), truth: Label::Spam }
            }
            _ => {
                let sender = self.somebody();
                let message = self.texts.ham(&mut self.rng);
                Written { sender, message, site: busy_site(&mut self.rng), truth: Label::Ham }
            }
        }
    }

    /// Somebody who wrote before, or for the first time.
    fn somebody(&mut self) -> Sender {
        let known = self.people.len();
        if known < 50 || (known < PEOPLE_MAX && self.rng.u8(0..10) == 0) {
            let sender = Sender::person(&mut self.rng);
            self.people.push(sender.clone());
            return sender;
        }
        // Some write often: the square prefers the first.
        let place = (self.rng.f64().powi(2) * known as f64) as usize;
        let mut sender = self.people[place.min(known - 1)].clone();
        if self.rng.u8(0..6) == 0 {
            sender.ip = home(&mut self.rng);
        }
        sender
    }

    fn turn_campaigns(&mut self) {
        if self.campaigns.len() == CAMPAIGNS_MAX || (!self.campaigns.is_empty() && self.rng.bool()) {
            self.campaigns.remove(0);
        }
        self.campaigns.push(Campaign {
            template: self.texts.template(&mut self.rng),
            network: Ipv4Addr::new(198, self.rng.u8(18..20), self.rng.u8(..), 0),
            site: busy_site(&mut self.rng),
            host: link(&mut self.rng),
        });
    }

    fn write_campaign(&mut self) -> Written {
        let rng = &mut self.rng;
        let campaign = &self.campaigns[rng.usize(..self.campaigns.len())];
        let amount = format!("${}00", rng.u8(1..10));
        let mut message = campaign.template.with(&amount, &campaign.host);
        // Some are posted again as they are; most hide behind a made-up word.
        if rng.u8(0..10) > 2 {
            message.text.push_str(&format!(" {:x}", rng.u32(..)));
        }
        let site = if rng.u8(0..10) < 8 { campaign.site } else { busy_site(rng) };
        Written { sender: Sender::spammer(campaign.network, rng), message, site, truth: Label::Spam }
    }

    fn detect(&mut self, written: Written, at: DateTime<Utc>) -> NewDetection {
        let rng = &mut self.rng;
        let origin = match rng.u8(0..100) {
            0..=3 => Origin::Paste,
            4..=9 => Origin::Import,
            _ => Origin::Api,
        };
        // Apps ask by the token of their site; the busiest has one for its contact form as well.
        let token_id = (origin == Origin::Api).then(|| self.tokens.of(written.site, rng)).flatten();
        let content = Content {
            email: (rng.u8(0..20) > 0).then_some(written.sender.email),
            name: (rng.u8(0..10) > 0).then_some(written.sender.name),
            ip: (origin != Origin::Paste).then_some(written.sender.ip),
            timestamp: Some(at.timestamp() - rng.i64(0..30)),
            user_agent: (rng.u8(0..4) > 0).then(|| pick(AGENTS, rng).to_owned()),
            website_url: (rng.u8(0..3) > 0)
                .then(|| format!("https://{}/posts/{}", written.site, rng.u16(1..900))),
            domain: None,
            extra: Map::new(),
            message: written.message.text,
        };
        let endpoint = if rng.u8(0..4) == 0 { Endpoint::Check } else { Endpoint::CheckComment };
        let judgement = judge(written.truth, &content.message, at, rng);
        // The network takes some time as well; without the upstream, the fallback waits for it as long as it may.
        let network =
            if judgement.judged_by == JudgedBy::Fallback { 4_200.0 } else { 4.0 + rng.f64() * 30.0 };
        let language = written.message.language.and_then(Language::of_code);
        NewDetection {
            created_at: at,
            endpoint,
            origin,
            site: (origin != Origin::Paste).then(|| written.site.to_owned()),
            content_hash: content_hash(&content.message),
            circumstances: Circumstances {
                submission: None,
                token_id,
                took_ms: Some(((judgement.execution_ms + network) * 100.0).round() / 100.0),
                language: language.map(|language| language.tag),
                rule: None,
            },
            judgement,
            content,
        }
    }

    /// Moderators look at what is near the threshold, and at a little of the rest.
    fn decide(&mut self, row: usize, detection: &NewDetection, truth: Label) -> Option<PastLabel> {
        let rng = &mut self.rng;
        let judgement = &detection.judgement;
        let near = (judgement.score - judgement.threshold).abs() < 12.0;
        let wrong = judgement.verdict() != truth;
        let one_in = if near {
            6
        } else if wrong {
            8
        } else {
            80
        };
        if judgement.judged_by == JudgedBy::Fallback || rng.u16(0..one_in) > 0 {
            return None;
        }
        let user_id = *self.team.get(rng.usize(..self.team.len().max(1)))?;
        let label = if rng.u8(0..30) == 0 { Label::from_is_spam(truth != Label::Spam) } else { truth };
        let decided_at = detection.created_at + TimeDelta::seconds(rng.i64(40..200_000));
        let sent_at = decided_at + TimeDelta::seconds(10 + rng.i64(0..20));
        Some(PastLabel { row, label, user_id, decided_at, sent_at, accepted: rng.u8(0..60) > 0 })
    }
}

fn busy_site(rng: &mut Rng) -> &'static str {
    // The square prefers the first.
    let place = (rng.f64().powi(2) * SITES.len() as f64) as usize;
    SITES.get(place).copied().unwrap_or(SITES[0])
}

/// A verdict as the upstream gives it: mostly right, least sure near the threshold; now and then there is none.
fn judge(truth: Label, message: &str, at: DateTime<Utc>, rng: &mut Rng) -> Judgement {
    let away = rng.u16(0..400) == 0;
    let sure = 1.0 - rng.f64().powi(2) * 0.62;
    let score = match truth {
        _ if away => 0.0,
        Label::Spam => sure * 100.0,
        Label::Ham => (1.0 - sure) * 100.0,
    };
    let score = (score * 100.0).round() / 100.0;
    let is_spam = score >= THRESHOLD;
    let id = uuid::Builder::from_random_bytes(rng.u128(..).to_be_bytes()).into_uuid().to_string();
    let execution_ms = (rng.f64() * 4_000.0).round() / 100.0 + 3.0;
    let timestamp = at.to_rfc3339_opts(SecondsFormat::Millis, true);
    let signals = if away { Vec::new() } else { signals(message, score) };
    let mut answer = json!({
        "detection_id": id, "is_spam": is_spam, "total_score": score, "threshold": THRESHOLD,
        "execution_time": execution_ms, "timestamp": timestamp,
    });
    if !signals.is_empty() {
        answer["signals"] = json!(signals);
    }
    Judgement {
        upstream_id: id,
        is_spam,
        score,
        threshold: THRESHOLD,
        execution_ms,
        upstream_timestamp: timestamp,
        judged_by: if away { JudgedBy::Fallback } else { JudgedBy::ActiveLayer },
        signals,
        raw_answer: answer.to_string(),
    }
}

/// What in the text speaks for the score, most of it made up.
fn signals(message: &str, score: f64) -> Vec<Signal> {
    let pull = (score - THRESHOLD) / 25.0;
    let signal = |name: &str, description: &str, weight: f64| Signal {
        name: name.to_owned(),
        description: description.to_owned(),
        weight: (weight * 100.0).round() / 100.0,
        span: None,
        like: Vec::new(),
    };
    let mut signals = Vec::new();
    if let Some(start) = message.find("http://") {
        let end = message[start..].find(' ').map_or(message.len(), |length| start + length);
        let found = signal("link", "Link to another site", 0.8);
        signals.push(Signal { span: Some((start, end)), ..found });
    }
    if score > 80.0 {
        signals.push(signal("offer", "Words of an offer", pull));
    } else if score < 20.0 {
        signals.push(signal("conversation", "Reads like a conversation", pull));
    }
    signals
}
