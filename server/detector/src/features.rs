//! What the model weighs: hashed pieces of a text, each once, each with the token that it came from.

use activelayer::CheckRequest;

use crate::{
    channel::{Channel, SHORT, subject_end},
    links::{self, Link, LinkKind},
    text::{Clean, Kind, Tokens, is_emoji},
};

/// Token index of features that belong to the whole text.
pub(crate) const WHOLE: u16 = u16::MAX;

/// A piece of evidence: its place in the weight table, and the token it came from ([`WHOLE`] for none).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Feature {
    /// Index into the weights.
    pub(crate) index: u32,
    /// Index into the tokens.
    pub(crate) token: u16,
}

/// A text read and taken apart. Reused from text to text, so that a verdict allocates next to nothing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reading {
    /// The cleaned text.
    pub(crate) clean: Clean,
    /// Its tokens.
    pub(crate) tokens: Tokens,
    /// Its addresses.
    pub(crate) links: Vec<Link>,
    /// Counts over the whole of it.
    pub(crate) counts: Counts,
    /// Its features, without repeats, in the order of first appearance.
    pub(crate) features: Vec<Feature>,
    seen: Vec<u64>,
}

/// Counts over a text.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Counts {
    /// Letters.
    pub(crate) letters: u32,
    /// Capital letters.
    pub(crate) capitals: u32,
    /// Digits.
    pub(crate) digits: u32,
    /// Pictures.
    pub(crate) emoji: u32,
    /// Lines.
    pub(crate) lines: u32,
    /// Words of any kind.
    pub(crate) words: u32,
    /// Words of letters from two scripts.
    pub(crate) mixed_script: u32,
    /// Exclamation marks.
    pub(crate) exclamations: u32,
    /// Signs of money.
    pub(crate) money: u32,
    /// Letters set apart and put together again.
    pub(crate) joined: u32,
}

impl Reading {
    /// Reads `text` and takes it apart for a table of `1 << bits` weights.
    pub(crate) fn read(&mut self, text: &str, bits: u32) -> Channel {
        self.clean.read(text);
        self.tokens.read(&self.clean);
        self.links = links::find(&self.clean, &self.tokens);
        self.counts = Counts::of(&self.clean, &self.tokens);
        let channel = Channel::of(&self.clean);
        self.extract(bits);
        channel
    }

    fn extract(&mut self, bits: u32) {
        let mut seen = std::mem::take(&mut self.seen);
        seen.resize((1 << bits) / 64, 0);
        let mut sink = Sink { features: std::mem::take(&mut self.features), seen, mask: (1 << bits) - 1 };
        sink.features.clear();
        self.words(&mut sink);
        self.addresses(&mut sink);
        self.shape(&mut sink);
        for feature in &sink.features {
            sink.seen[feature.index as usize / 64] = 0;
        }
        (self.features, self.seen) = (sink.features, sink.seen);
    }

    /// Words, pairs of neighbours, letters inside words; in short texts, where there is little else, also three in a row.
    fn words(&self, sink: &mut Sink) {
        let subject = subject_end(&self.clean.chars).unwrap_or(0) as u32;
        let is_short = subject == 0 && self.clean.chars.len() <= SHORT;
        let mut before = BOUNDARY;
        let mut before2 = BOUNDARY;
        for (place, token) in self.tokens.list.iter().enumerate() {
            let at = u16::try_from(place).unwrap_or(WHOLE);
            let folded = self.tokens.folded(token);
            let own = match token.kind {
                Kind::Number => number(folded),
                Kind::Sign => of_chars(SIGN, folded).wrapping_add(u64::from(token.run.min(4))),
                Kind::Emoji => of_chars(EMOJI, folded),
                Kind::Cjk => of_chars(CJK, folded),
                Kind::Word | Kind::Mixed | Kind::Joined => of_chars(WORD, folded),
            };
            sink.add(own, at);
            match token.kind {
                Kind::Word | Kind::Mixed | Kind::Joined => ngrams(folded, |hash| sink.add(hash, at)),
                Kind::Number => {
                    sink.add(of_chars(NUMBER, &folded[..folded.len().min(3)]), at);
                }
                _ => {}
            }
            if token.start < subject {
                sink.add(mix(SUBJECT, own), at);
            }
            if token.kind != Kind::Joined {
                sink.add(mix(mix(PAIR, before), own), at);
                if token.kind == Kind::Cjk || is_short {
                    sink.add(mix(mix(mix(TRIPLE, before2), before), own), at);
                }
                before2 = before;
                before = own;
            }
        }
        sink.add(mix(mix(PAIR, before), BOUNDARY), WHOLE);
    }

    /// Hosts and their top-level domains.
    fn addresses(&self, sink: &mut Sink) {
        for link in &self.links {
            let at = u16::try_from(link.first).unwrap_or(WHOLE);
            let kind = if link.kind == LinkKind::Web { HOST } else { MAIL_HOST };
            sink.add(of_str(kind, links::registrable(&link.host)), at);
            sink.add(of_str(kind + 1, links::tld(&link.host)), at);
            if link.host.bytes().any(|b| b.is_ascii_digit()) {
                sink.add(mix(kind, 1), at);
            }
            if link.host.contains('-') {
                sink.add(mix(kind, 2), at);
            }
        }
    }

    /// The whole text's shape, each measure in a few buckets.
    fn shape(&self, sink: &mut Sink) {
        let counts = &self.counts;
        let chars = self.clean.chars.len() as u32;
        let web = self.links.iter().filter(|link| link.kind == LinkKind::Web).count() as u32;
        let mail = self.links.len() as u32 - web;
        let measures = [
            bucket(chars),
            bucket(counts.words),
            bucket(counts.lines),
            share(counts.capitals, counts.letters),
            share(counts.digits, chars),
            share(counts.letters, chars),
            bucket(counts.emoji),
            bucket(counts.exclamations),
            bucket(counts.money),
            bucket(counts.mixed_script),
            bucket(web),
            bucket(mail),
            bucket(self.clean.hidden + self.clean.styled),
            bucket(self.clean.tags),
            bucket(counts.joined),
        ];
        for (measure, value) in measures.into_iter().enumerate() {
            sink.add(mix(SHAPE + measure as u64, u64::from(value)), WHOLE);
        }
    }
}

impl Counts {
    fn of(clean: &Clean, tokens: &Tokens) -> Self {
        let mut counts = Self { lines: 1, ..Self::default() };
        for c in &clean.chars {
            match c {
                'a'..='z' => counts.letters += 1,
                'A'..='Z' => {
                    counts.letters += 1;
                    counts.capitals += 1;
                }
                '0'..='9' => counts.digits += 1,
                '\n' => counts.lines += 1,
                '!' => counts.exclamations += 1,
                '$' | '£' | '€' | '₽' | '₹' | '¥' => counts.money += 1,
                c if c.is_ascii() => {}
                c if c.is_alphabetic() => {
                    counts.letters += 1;
                    counts.capitals += u32::from(c.is_uppercase());
                }
                c => counts.emoji += u32::from(is_emoji(*c)),
            }
        }
        for token in &tokens.list {
            counts.words +=
                u32::from(matches!(token.kind, Kind::Word | Kind::Mixed | Kind::Number | Kind::Cjk));
            counts.mixed_script += u32::from(token.mixed_script);
            counts.joined += u32::from(token.kind == Kind::Joined);
        }
        counts
    }
}

/// Places of the sender's name and address in a table of `1 << bits` weights: words and parts of words of the name, the
/// address's host.
pub(crate) fn of_sender(request: &CheckRequest, bits: u32) -> Vec<u32> {
    let mut places = vec![];
    let mut add = |hash: u64| places.push(finish(hash) & ((1 << bits) - 1));
    let name: Vec<char> = request
        .name
        .iter()
        .flat_map(|name| name.chars())
        .flat_map(char::to_lowercase)
        .take(LONGEST_NAME)
        .collect();
    for word in name.split(|c| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        add(of_chars(NAME, word));
        ngrams(word, |hash| add(mix(NAME, hash)));
    }
    if let Some((local, host)) = request.email.as_deref().and_then(|email| email.rsplit_once('@')) {
        let host = host.trim().to_lowercase();
        add(of_str(SENDER_HOST, links::registrable(&host)));
        add(of_str(SENDER_HOST + 1, links::tld(&host)));
        for word in local.split(|c: char| !c.is_alphabetic()).filter(|word| word.len() > 2).take(8) {
            add(of_str(SENDER_HOST + 2, &word.to_lowercase()));
        }
    }
    places.sort_unstable();
    places.dedup();
    places
}

/// Characters of a name that are looked at.
const LONGEST_NAME: usize = 80;

struct Sink {
    features: Vec<Feature>,
    seen: Vec<u64>,
    mask: u32,
}

impl Sink {
    fn add(&mut self, hash: u64, token: u16) {
        let index = finish(hash) & self.mask;
        let (word, bit) = (index as usize / 64, 1 << (index % 64));
        if self.seen[word] & bit == 0 {
            self.seen[word] |= bit;
            self.features.push(Feature { index, token });
        }
    }
}

const WORD: u64 = 0x11;
const SIGN: u64 = 0x12;
const EMOJI: u64 = 0x13;
const CJK: u64 = 0x14;
const NUMBER: u64 = 0x15;
const PAIR: u64 = 0x16;
const TRIPLE: u64 = 0x17;
const SUBJECT: u64 = 0x18;
const GRAM: u64 = 0x19;
const BOUNDARY: u64 = 0x1A;
const HOST: u64 = 0x20;
const MAIL_HOST: u64 = 0x22;
const NAME: u64 = 0x24;
const SENDER_HOST: u64 = 0x25;
const SHAPE: u64 = 0x100;

/// An odd number with well-spread bits (2^64 divided by the golden ratio).
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;

fn mix(hash: u64, next: u64) -> u64 {
    (hash.rotate_left(5) ^ next).wrapping_mul(SPREAD)
}

fn finish(hash: u64) -> u32 {
    let hash = (hash ^ (hash >> 32)).wrapping_mul(0xD6E8_FEB8_6659_FD93);
    (hash >> 32) as u32
}

fn of_chars(kind: u64, chars: &[char]) -> u64 {
    chars.iter().fold(mix(kind, SPREAD), |hash, c| mix(hash, u64::from(*c)))
}

fn of_str(kind: u64, text: &str) -> u64 {
    text.bytes().fold(mix(kind, SPREAD), |hash, byte| mix(hash, u64::from(byte)))
}

/// A number by itself when it is short, by its length otherwise.
fn number(digits: &[char]) -> u64 {
    if digits.len() <= 4 { of_chars(WORD, digits) } else { mix(NUMBER, digits.len() as u64) }
}

/// Runs of 3 to 5 characters of a word, its edges included.
fn ngrams(word: &[char], mut found: impl FnMut(u64)) {
    let at = |place: usize| match place {
        0 => '^',
        place if place <= word.len() => word[place - 1],
        _ => '$',
    };
    let len = word.len() + 2;
    for start in 0..len.saturating_sub(2) {
        let mut hash = mix(GRAM, SPREAD);
        for place in start..(start + 5).min(len) {
            hash = mix(hash, u64::from(at(place)));
            if place >= start + 2 {
                found(hash);
            }
        }
    }
}

/// The order of magnitude of a count, finer for small ones.
fn bucket(count: u32) -> u32 {
    match count {
        0..=3 => count,
        4..=5 => 4,
        6..=9 => 5,
        10..=17 => 6,
        18..=31 => 7,
        32..=63 => 8,
        64..=127 => 9,
        128..=255 => 10,
        256..=511 => 11,
        512..=1023 => 12,
        1024..=2047 => 13,
        _ => 14,
    }
}

/// A share in eight steps, finer for small ones; 0 for none.
fn share(part: u32, of: u32) -> u32 {
    match (part * 100).checked_div(of).unwrap_or(0) {
        0 => u32::from(part > 0),
        1..=2 => 2,
        3..=5 => 3,
        6..=10 => 4,
        11..=20 => 5,
        21..=40 => 6,
        41..=70 => 7,
        _ => 8,
    }
}
