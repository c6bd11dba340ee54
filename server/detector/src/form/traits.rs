//! Traits of a submission beside its words: where its links lead, its shape, who it says it is from, themes of spam.
//! Each is a number; the model weighs them as it weighs words.

use activelayer::CheckRequest;

use super::hosts::{Standing, standing};
use crate::{
    features::Reading,
    links::{self, Link, LinkKind},
    phrases::{self, Found},
};

/// A trait: its stable name, and what a moderator reads where it speaks.
pub(crate) struct Trait {
    pub(crate) name: &'static str,
    /// What is told; a trait of shape that a moderator cannot judge is not told.
    pub(crate) told: Option<&'static str>,
}

const fn told(name: &'static str, told: &'static str) -> Trait {
    Trait { name, told: Some(told) }
}

const fn shape(name: &'static str) -> Trait {
    Trait { name, told: None }
}

/// Traits of links.
const LINKS: [Trait; 21] = [
    shape("links"),
    shape("has_link"),
    told("known_link", "Links to a well-known site"),
    told("cited_source", "Links lead to well-known sites only"),
    told("official_link", "Links to a public body's site"),
    told("open_host_link", "Links to a site where anybody opens a page"),
    told("chat_link", "Links to a chat"),
    told("shortener_link", "Link to a URL shortener"),
    told("numeric_host", "Link to a bare IP address"),
    told("abused_tld", "Link to a top-level domain that is often abused"),
    told("unknown_link", "Links to a site that is not well known"),
    shape("links_per_word"),
    told("many_links", "Many links in a short text"),
    shape("digit_host"),
    shape("dash_host"),
    shape("long_host"),
    shape("path_depth"),
    shape("bare_home_page"),
    told("sender_link", "Links to the sender's own domain"),
    told("own_link", "Links to this site's own pages"),
    shape("mail_address"),
];

/// Traits of the text's shape.
const SHAPE: [Trait; 21] = [
    shape("length"),
    shape("words"),
    told("capitals", "Mostly capital letters"),
    shape("capital_share"),
    shape("digit_share"),
    shape("exclamations"),
    shape("questions"),
    shape("has_question"),
    shape("money"),
    shape("emoji"),
    shape("lines"),
    shape("paragraphs"),
    shape("tags"),
    shape("starts_low"),
    shape("long_number"),
    shape("handle"),
    shape("full_stop"),
    shape("commas"),
    shape("percent"),
    told("disguise", "Letters or words in disguise"),
    shape("one_word"),
];

/// Traits of the sender, known only where a name or an address was given.
const SENDER: [Trait; 12] = [
    shape("has_name"),
    shape("name_words"),
    told("promoting_name", "The author's name advertises"),
    shape("name_digits"),
    shape("long_name"),
    shape("low_name"),
    shape("has_email"),
    shape("free_mailbox"),
    told("sender_abused_tld", "Sender's top-level domain is often abused"),
    shape("digits_in_address"),
    shape("dash_in_domain"),
    shape("home_page"),
];

/// How many traits there are, the themes among them.
pub(crate) const TRAITS: usize = LINKS.len() + SHAPE.len() + SENDER.len() + phrases::THEMES_COUNT;

/// Where the sender's traits start; those before and the themes are the text's.
pub(crate) const SENDER_AT: usize = LINKS.len() + SHAPE.len();

/// Where the themes start.
pub(crate) const THEMES_AT: usize = SENDER_AT + SENDER.len();

/// The trait at a place.
pub(crate) fn of_place(place: usize) -> Trait {
    let find =
        |list: &'static [Trait], at: usize| list.get(at).map(|one| Trait { name: one.name, told: one.told });
    find(&LINKS, place)
        .or_else(|| find(&SHAPE, place.checked_sub(LINKS.len())?))
        .or_else(|| find(&SENDER, place.checked_sub(SENDER_AT)?))
        .or_else(|| phrases::theme(place.checked_sub(THEMES_AT)?).map(|(name, text)| told(name, text)))
        .unwrap_or(shape("none"))
}

/// Mailboxes that anybody opens.
const FREE_MAIL: &[&str] = &[
    "126.com",
    "163.com",
    "aol.com",
    "btinternet.com",
    "free.fr",
    "gmail.com",
    "gmx.at",
    "gmx.de",
    "gmx.net",
    "googlemail.com",
    "hotmail.co.uk",
    "hotmail.com",
    "hotmail.fr",
    "icloud.com",
    "interia.pl",
    "laposte.net",
    "libero.it",
    "live.com",
    "mail.ru",
    "me.com",
    "msn.com",
    "naver.com",
    "o2.pl",
    "orange.fr",
    "outlook.com",
    "outlook.de",
    "proton.me",
    "protonmail.com",
    "qq.com",
    "sapo.pt",
    "t-online.de",
    "uol.com.br",
    "web.de",
    "wp.pl",
    "yahoo.co.jp",
    "yahoo.co.uk",
    "yahoo.com",
    "yandex.ru",
    "ymail.com",
];

/// Whether anybody opens a mailbox at this domain, in lower case.
pub(crate) fn is_free_mailbox(domain: &str) -> bool {
    FREE_MAIL.binary_search(&domain).is_ok()
}

/// Words that a name has when it sells.
const PROMOTING: &[&str] = &[
    "http",
    "www.",
    ".com",
    ".net",
    ".org",
    ".io",
    ".shop",
    "seo",
    "leads",
    "casino",
    "viagra",
    "crypto",
    "loan",
    "bet",
    "escort",
    "marketing",
    "cheap",
    "buy ",
    "best ",
    "online",
    "agency",
    "invest",
    "recovery",
    "hack",
    "pharma",
];

/// What the traits of a submission are, and where in the message the links and themes show.
pub(crate) struct Traits {
    pub(crate) values: [f32; TRAITS],
    pub(crate) spans: Vec<(usize, (u32, u32))>,
}

impl Traits {
    /// Reads the traits of a submission whose message was read into `reading`.
    pub(crate) fn of(request: &CheckRequest, reading: &Reading) -> Self {
        let mut this = Self { values: [0.0; TRAITS], spans: vec![] };
        this.links(request, reading);
        this.shape(reading);
        this.sender(request);
        for Found { theme, from, to } in phrases::find(&reading.tokens) {
            let (start, end) = (reading.tokens.list[from].start, reading.tokens.list[to - 1].end);
            this.values[THEMES_AT + theme] = 1.0;
            this.spans.push((THEMES_AT + theme, reading.clean.span(start as usize, end as usize)));
        }
        this
    }

    fn links(&mut self, request: &CheckRequest, reading: &Reading) {
        let web: Vec<&Link> = reading.links.iter().filter(|link| link.kind == LinkKind::Web).collect();
        let words = reading.counts.words as f32;
        let count = web.len() as f32;
        let sender = sender_domain(request);
        let own: Vec<String> = own_domains(request);
        let mut known = 0;
        for link in &web {
            let path = path_of(reading, link);
            let domain = links::registrable(&link.host);
            let place = match standing(&link.host, &path) {
                Standing::Known(_) => 2,
                Standing::Official => 4,
                Standing::Anyone => 5,
                Standing::Chat => 6,
                Standing::Shortener => 7,
                Standing::Numeric => 8,
                Standing::Abused => 9,
                Standing::Unknown => 10,
            };
            known += u32::from(matches!(place, 2 | 4));
            self.at(place, reading, link);
            let label = domain.split('.').next().unwrap_or_default();
            self.raise(13, label.bytes().any(|byte| byte.is_ascii_digit()));
            self.raise(14, label.contains('-'));
            self.raise(15, label.len() > 16);
            self.values[16] = self.values[16].max(path.matches('/').count().min(5) as f32);
            self.raise(17, path.trim_matches('/').is_empty());
            if sender.as_deref().is_some_and(|sender| links::registrable(sender) == domain) {
                self.at(18, reading, link);
            }
            if own.iter().any(|own| own == domain) {
                self.at(19, reading, link);
            }
        }
        self.values[0] = count.min(5.0);
        self.raise(1, !web.is_empty());
        self.raise(3, !web.is_empty() && known as usize == web.len());
        self.values[11] = (count / (words + 3.0)).min(0.5);
        self.raise(12, web.len() >= 3 && words < 20.0 * count);
        self.raise(20, reading.links.len() > web.len());
    }

    /// Sets a trait of a link, and tells where it is.
    fn at(&mut self, place: usize, reading: &Reading, link: &Link) {
        if self.values[place] == 0.0 {
            self.spans.push((place, reading.clean.span(link.start as usize, link.end as usize)));
        }
        self.values[place] = 1.0;
    }

    fn raise(&mut self, place: usize, holds: bool) {
        if holds {
            self.values[place] = 1.0;
        }
    }

    fn shape(&mut self, reading: &Reading) {
        let (clean, counts) = (&reading.clean, &reading.counts);
        let chars = clean.chars.len() as f32;
        let letters = counts.letters.max(1) as f32;
        let count = |wanted: &[char]| clean.chars.iter().filter(|c| wanted.contains(c)).count() as f32;
        let breaks = clean.chars.windows(2).filter(|two| two == &['\n', '\n']).count();
        let last = clean.chars.iter().rev().find(|c| !c.is_whitespace());
        let questions = count(&['?', '？', '؟']);
        let tokens = &reading.tokens;
        let handle = clean.chars.windows(2).any(|two| two[0] == '@' && two[1].is_alphanumeric())
            && reading.links.iter().all(|link| link.kind == LinkKind::Web);
        let disguise = counts.mixed_script + counts.joined + clean.hidden / 2 + clean.styled / 4;
        let values = [
            (1.0 + chars).ln(),
            (1.0 + counts.words as f32).ln(),
            f32::from(u8::from(counts.letters >= 20 && counts.capitals * 2 > counts.letters)),
            counts.capitals as f32 / letters,
            counts.digits as f32 / chars.max(1.0),
            (counts.exclamations as f32).min(5.0),
            questions.min(3.0),
            f32::from(u8::from(questions > 0.0)),
            (counts.money as f32).min(3.0),
            (counts.emoji as f32).min(5.0),
            (counts.lines as f32).min(20.0),
            (breaks as f32).min(8.0),
            (clean.tags as f32).min(6.0),
            f32::from(u8::from(clean.chars.first().is_some_and(|c| c.is_lowercase()))),
            f32::from(u8::from(tokens.has_long_number())),
            f32::from(u8::from(handle)),
            f32::from(u8::from(last.is_some_and(|c| matches!(c, '.' | '!' | '?' | '。' | '！' | '？')))),
            count(&[',', ';', '，', '、']) / (counts.words as f32 + 1.0),
            count(&['%']).min(3.0),
            f32::from(u8::from(disguise > 0)),
            f32::from(u8::from(counts.words <= 1)),
        ];
        self.values[LINKS.len()..SENDER_AT].copy_from_slice(&values);
    }

    fn sender(&mut self, request: &CheckRequest) {
        let sender = &mut self.values[SENDER_AT..THEMES_AT];
        let name = request.name.as_deref().map(str::trim).filter(|name| !name.is_empty());
        if let Some(name) = name {
            let low = name.to_lowercase();
            sender[0] = 1.0;
            sender[1] = name.split_whitespace().count().min(6) as f32;
            sender[2] = f32::from(u8::from(PROMOTING.iter().any(|word| low.contains(word))));
            sender[3] = f32::from(u8::from(name.bytes().any(|byte| byte.is_ascii_digit())));
            sender[4] = f32::from(u8::from(name.chars().count() > 20));
            sender[5] = f32::from(u8::from(low == name));
        }
        if let Some((local, domain)) = request.email.as_deref().and_then(|email| email.rsplit_once('@')) {
            let domain = domain.trim().to_lowercase();
            let digits = local.bytes().filter(u8::is_ascii_digit).count();
            sender[6] = 1.0;
            sender[7] = f32::from(u8::from(is_free_mailbox(&domain)));
            sender[8] = f32::from(u8::from(super::hosts::is_abused_tld(links::tld(&domain))));
            sender[9] = f32::from(u8::from(digits >= 2));
            sender[10] = f32::from(u8::from(domain.contains('-')));
        }
    }
}

/// The domain of the sender's address.
fn sender_domain(request: &CheckRequest) -> Option<String> {
    let (_, domain) = request.email.as_deref()?.rsplit_once('@')?;
    let domain = domain.trim().to_lowercase();
    (!is_free_mailbox(&domain)).then_some(domain)
}

/// Registrable domains of the site that the message came in on, as the client names it. `website_url` is not asked: in
/// WordPress's comments it is the commenter's home page.
fn own_domains(request: &CheckRequest) -> Vec<String> {
    let context = request.extra.get("context");
    let named = ["site_url", "post_url", "page_url"].iter().filter_map(|key| context?.get(key)?.as_str());
    let domains = request.domain.as_deref().into_iter().chain(named);
    domains
        .map(|url| {
            let host = url.split_once("://").map_or(url, |(_, rest)| rest);
            let host = host.split(['/', '?', '#', ':']).next().unwrap_or_default().to_lowercase();
            links::registrable(&host).to_owned()
        })
        .filter(|domain| domain.contains('.'))
        .collect()
}

/// The path of a link, from where its host ends.
fn path_of(reading: &Reading, link: &Link) -> String {
    let host_end = reading.tokens.list[link.last - 1].end as usize;
    let end = (link.end as usize).min(reading.clean.chars.len());
    let path: String = reading.clean.chars.get(host_end..end).into_iter().flatten().collect();
    path.trim_end_matches(['.', ',', '!', '?', ';', ':', ']', '\'']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(request: &CheckRequest) -> Vec<&'static str> {
        let mut reading = Reading::default();
        reading.read(&request.message, 20);
        let traits = Traits::of(request, &reading);
        (0..TRAITS).filter(|place| traits.values[*place] != 0.0).map(|place| of_place(place).name).collect()
    }

    #[test]
    fn every_place_has_a_name_of_its_own() {
        let mut names: Vec<&str> = (0..TRAITS).map(|place| of_place(place).name).collect();
        names.sort_unstable();
        assert!(names.windows(2).all(|two| two[0] != two[1]) && !names.contains(&"none"));
        assert!(FREE_MAIL.is_sorted());
    }

    #[test]
    fn links_are_told_by_where_they_lead() {
        let of = |message: &str| named(&CheckRequest::new(message));
        assert!(of("See https://www.bbc.co.uk/news/1 for more").contains(&"cited_source"));
        assert!(of("See bit.ly/abc for more").contains(&"shortener_link"));
        assert!(of("Ask on https://t.me/somebody today").contains(&"chat_link"));
        assert!(of("My photos: https://anna.blogspot.com/x").contains(&"open_host_link"));
        assert!(!of("No link at all").iter().any(|name| name.contains("link")));
    }

    #[test]
    fn the_senders_and_the_sites_own_domain_are_known() {
        let mut request = CheckRequest::new("Our menu is at https://www.inn.example.org/menu");
        request.email = Some("tom@example.org".into());
        assert!(named(&request).contains(&"sender_link"));
        request.domain = Some("https://example.org/".into());
        assert!(named(&request).contains(&"own_link"));
    }
}
