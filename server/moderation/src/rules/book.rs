//! All rules, ready to be asked about a submission.
//!
//! Most rules name one address, one domain, one network or one word. Each is filed under the rarest of what it names, so that of ten
//! thousand rules a submission meets the few that share such a key with it; only these are looked at term by term.

use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;

use domain::search::{Folded, Pattern, ScoreTest, State, Term, TermKind, TextTest, link_host};
use domain::{Content, JudgedBy, Label, Origin, Rule, rule};
use ipnet::IpNet;

/// What a rule can ask about.
pub struct Asked<'a> {
    /// What was submitted.
    pub content: &'a Content,
    /// Which site it belongs to.
    pub site: Option<&'a str>,
    /// How it reached Gavel.
    pub origin: Origin,
    /// The name of the app's token.
    pub token: Option<&'a str>,
    /// The tag of the message's language.
    pub language: Option<&'a str>,
    /// Once it is there.
    pub verdict: Option<Verdict>,
}

/// A verdict, as far as rules ask about it.
#[derive(Clone, Copy)]
pub struct Verdict {
    /// Spam or ham.
    pub label: Label,
    /// From 0 to 100.
    pub score: f64,
    /// Who gave it.
    pub by: JudgedBy,
}

/// A term, ready to be asked.
enum Test {
    Text(TextTest),
    Link(String),
    Other(TermKind),
}

struct Filed {
    rule: Rule,
    tests: Vec<(bool, Test)>,
    /// Whether it can be told only once there is a verdict.
    asks_verdict: bool,
}

/// Rules by their place in the order in which they are tried.
type Places = Vec<usize>;

/// See the module's description.
#[derive(Default)]
pub struct Book {
    filed: Vec<Filed>,
    emails: HashMap<String, Places>,
    /// The part behind the `@`.
    domains: HashMap<String, Places>,
    networks: HashMap<IpNet, Places>,
    /// Lengths of the prefixes of networks: each is looked up, longest or not.
    lengths: BTreeSet<(bool, u8)>,
    /// Hosts of links; those below a host meet it, too.
    links: HashMap<String, Places>,
    words: HashMap<String, Places>,
    starts: HashMap<String, Places>,
    /// How many bytes the starts of words have.
    start_lengths: BTreeSet<usize>,
    /// What nothing can be filed by.
    others: Places,
    /// Whether there are rules to ask before there is a verdict, and afterwards.
    asks: [bool; 2],
}

impl Book {
    /// Files the rules that decide something.
    pub fn of(rules: Vec<Rule>) -> Self {
        let mut rules: Vec<Rule> = rules.into_iter().filter(|rule| !rule.watched).collect();
        rule::sort(&mut rules);
        let mut book = Self::default();
        for (place, rule) in rules.into_iter().enumerate() {
            let query = rule.search();
            book.file(place, &query.terms);
            let asks_verdict = query.terms.iter().any(asks_verdict);
            book.asks[usize::from(asks_verdict)] = true;
            let tests = query.terms.into_iter().map(|term| (term.negated, Test::of(term.kind))).collect();
            book.filed.push(Filed { rule, tests, asks_verdict });
        }
        book
    }

    fn file(&mut self, place: usize, terms: &[Term]) {
        let wanted = || terms.iter().filter(|term| !term.negated).map(|term| &term.kind);
        if let Some(email) = wanted().find_map(whole_email) {
            return self.emails.entry(email).or_default().push(place);
        }
        if let Some(net) = wanted().find_map(network) {
            self.lengths.insert((net.addr().is_ipv4(), net.prefix_len()));
            return self.networks.entry(net).or_default().push(place);
        }
        if let Some(domain) = wanted().find_map(email_domain) {
            return self.domains.entry(domain).or_default().push(place);
        }
        if let Some(host) = wanted().find_map(link) {
            return self.links.entry(host).or_default().push(place);
        }
        let keys = wanted()
            .filter_map(TextTest::of)
            .filter_map(|test| test.key().map(|(word, open)| (word.to_owned(), open)));
        match keys.max_by_key(|(word, open)| (!open, word.len())) {
            Some((word, false)) => self.words.entry(word).or_default().push(place),
            Some((start, true)) => {
                self.start_lengths.insert(start.len());
                self.starts.entry(start).or_default().push(place);
            }
            None => self.others.push(place),
        }
    }

    /// The rule that decides about a submission, if one does. Before there is a verdict, rules that ask for one are passed over;
    /// afterwards only those are asked.
    pub fn first(&self, asked: &Asked, now: chrono::DateTime<chrono::Utc>) -> Option<&Rule> {
        // Folding a message costs more than all else: mostly no rule asks for the verdict.
        if !self.asks[usize::from(asked.verdict.is_some())] {
            return None;
        }
        let text = Folded::of(asked.content);
        let mut places = self.candidates(asked, &text);
        places.sort_unstable();
        places.dedup();
        let meets = |filed: &&Filed| {
            filed.asks_verdict == asked.verdict.is_some()
                && filed.rule.applies_at(now)
                && filed.tests.iter().all(|(negated, test)| test.holds(asked, &text) != *negated)
        };
        places.into_iter().filter_map(|place| self.filed.get(place)).find(meets).map(|filed| &filed.rule)
    }

    fn candidates(&self, asked: &Asked, text: &Folded) -> Places {
        let mut places = self.others.clone();
        let mut found = |filed: Option<&Places>| places.extend(filed.into_iter().flatten());
        if let Some(email) = &asked.content.email {
            let email = email.to_ascii_lowercase();
            found(self.emails.get(&email));
            found(email.rsplit_once('@').and_then(|(_, domain)| self.domains.get(domain)));
        }
        if let Some(ip) = asked.content.ip.map(|ip| ip.to_canonical()) {
            for (v4, length) in &self.lengths {
                if *v4 == ip.is_ipv4()
                    && let Ok(net) = IpNet::new(ip, *length)
                {
                    found(self.networks.get(&net.trunc()));
                }
            }
        }
        if !self.links.is_empty() {
            text.links().iter().for_each(|host| found(self.links.get(host)));
        }
        if self.words.is_empty() && self.starts.is_empty() {
            return places;
        }
        for word in text.words() {
            found(self.words.get(word));
            for length in &self.start_lengths {
                found(word.get(..*length).and_then(|start| self.starts.get(start)));
            }
        }
        places
    }
}

fn asks_verdict(term: &Term) -> bool {
    matches!(term.kind, TermKind::Score(_) | TermKind::Judged(_) | TermKind::Is(State::Spam | State::Ham))
}

fn whole_email(kind: &TermKind) -> Option<String> {
    let TermKind::Email(pattern) = kind else { return None };
    pattern.exact().map(str::to_ascii_lowercase)
}

/// The domain of `*@mail.test`, and of `win*@mail.test`.
fn email_domain(kind: &TermKind) -> Option<String> {
    let TermKind::Email(pattern) = kind else { return None };
    let (_, domain) = pattern.as_str().rsplit_once('@')?;
    (!domain.contains('*')).then(|| domain.to_ascii_lowercase())
}

fn link(kind: &TermKind) -> Option<String> {
    let TermKind::Link(host) = kind else { return None };
    Some(link_host(host))
}

fn network(kind: &TermKind) -> Option<IpNet> {
    let TermKind::Ip(net) = kind else { return None };
    Some(net.trunc())
}

impl Test {
    fn of(kind: TermKind) -> Self {
        match (link(&kind), TextTest::of(&kind)) {
            (Some(host), _) => Self::Link(host),
            (None, Some(test)) => Self::Text(test),
            (None, None) => Self::Other(kind),
        }
    }

    /// The same as the log's conditions (`store/src/sqlite/search/terms.rs`). What the log alone knows, nothing meets.
    fn holds(&self, asked: &Asked, text: &Folded) -> bool {
        let kind = match self {
            Self::Text(test) => return test.holds(text),
            Self::Link(host) => return text.links().contains(host),
            Self::Other(kind) => kind,
        };
        let matches =
            |pattern: &Pattern, value: Option<&str>| value.is_some_and(|value| pattern.matches(value));
        match kind {
            TermKind::Email(pattern) => matches(pattern, asked.content.email.as_deref()),
            TermKind::Site(pattern) => matches(pattern, asked.site),
            TermKind::Ip(net) => asked.content.ip.is_some_and(|ip| contains(net, ip)),
            TermKind::From(origin) => asked.origin == *origin,
            TermKind::Token(name) if name == "*" => asked.token.is_some(),
            TermKind::Token(name) => asked.token.is_some_and(|token| token.eq_ignore_ascii_case(name)),
            TermKind::Lang(tag) => asked.language == Some(tag),
            TermKind::Is(State::Spam) => asked.verdict.is_some_and(|verdict| verdict.label.is_spam()),
            TermKind::Is(State::Ham) => asked.verdict.is_some_and(|verdict| !verdict.label.is_spam()),
            TermKind::Judged(by) => asked.verdict.is_some_and(|verdict| verdict.by == *by),
            TermKind::Score(test) => asked.verdict.is_some_and(|verdict| has_score(*test, verdict.score)),
            _ => false,
        }
    }
}

fn contains(net: &IpNet, ip: IpAddr) -> bool {
    net.contains(&ip.to_canonical())
}

fn has_score(test: ScoreTest, score: f64) -> bool {
    match test {
        ScoreTest::Over(bound) => score > bound,
        ScoreTest::AtLeast(bound) => score >= bound,
        ScoreTest::Under(bound) => score < bound,
        ScoreTest::AtMost(bound) => score <= bound,
        ScoreTest::Between(low, high) => (low..=high).contains(&score),
        ScoreTest::Exactly(exact) => (score - exact).abs() < f64::EPSILON,
    }
}

#[cfg(test)]
mod tests;
