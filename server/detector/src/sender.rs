//! Evidence about who sends and where links lead: bounded weights, set by hand, because the corpora are older than
//! the services named here.

use std::{collections::HashSet, sync::LazyLock};

use activelayer::CheckRequest;

use crate::{
    features::Reading,
    form::{Standing, is_abused_tld, standing},
    links::{self, LinkKind},
    signals::Signal,
};

/// Services that give out mailboxes for minutes: some 55,000 domains, kept by the mailchecker project.
fn is_disposable(domain: &str) -> bool {
    static LISTED: LazyLock<HashSet<&str>> = LazyLock::new(|| mailchecker::blacklist().into_iter().collect());
    LISTED.contains(domain) || LISTED.contains(links::registrable(domain))
}

/// Capitals in fewer letters are an abbreviation or a name.
const ENOUGH_LETTERS: u32 = 20;

/// Programs that submit forms without a person.
const SCRIPTS: &[&str] = &[
    "curl/",
    "go-http-client",
    "headlesschrome",
    "httpclient",
    "java/",
    "libwww-perl",
    "okhttp",
    "phantomjs",
    "python-requests",
    "python-urllib",
    "scrapy",
    "wget/",
];

/// What links, disguise, sender and client add.
pub(crate) fn find(request: &CheckRequest, reading: &Reading) -> Vec<Signal> {
    let mut signals = vec![];
    of_links(reading, &mut signals);
    of_disguise(reading, &mut signals);
    of_sender(request, &mut signals);
    signals
}

fn of_links(reading: &Reading, signals: &mut Vec<Signal>) {
    let web: Vec<_> = reading.links.iter().filter(|link| link.kind == LinkKind::Web).collect();
    let span = |link: &links::Link| reading.clean.span(link.start as usize, link.end as usize);
    let leads = |link: &links::Link| standing(&link.host, "");
    let first = |wanted: Standing| web.iter().find(|link| leads(link) == wanted);
    if let Some(link) = first(Standing::Shortener) {
        signals.push(Signal::at("shortener_link", "Link to a URL shortener", 1.0, span(link)));
    }
    if let Some(link) = first(Standing::Abused) {
        let text = format!("Link to a .{} domain, often abused", links::tld(&link.host));
        signals.push(Signal::at("abused_tld", text, 0.8, span(link)));
    }
    if let Some(link) = first(Standing::Numeric) {
        signals.push(Signal::at("numeric_host", "Link to a bare IP address", 1.0, span(link)));
    }
    // Reference works, code and its documentation: a link there is no advertisement, in e-mail neither.
    let cited = |link: &&&links::Link| matches!(leads(link), Standing::Known("reference" | "code"));
    if let Some(link) = web.iter().find(cited).filter(|_| web.iter().all(|link| cited(&link))) {
        let text = format!("Cites {}", links::registrable(&link.host));
        signals.push(Signal::at("cited_source", text, -1.8, span(link)));
    }
    if web.len() >= 3 && reading.counts.words < 20 * web.len() as u32 {
        signals.push(Signal::at(
            "many_links",
            format!("{} links in a short text", web.len()),
            0.8,
            span(web[0]),
        ));
    }
}

fn of_disguise(reading: &Reading, signals: &mut Vec<Signal>) {
    let counts = &reading.counts;
    let span_of = |wanted: &dyn Fn(&crate::text::Token) -> bool| {
        let token = reading.tokens.list.iter().find(|token| wanted(token));
        token.map(|token| reading.clean.span(token.start as usize, token.end as usize))
    };
    let mut tell = |name, text: String, weight, span: Option<(u32, u32)>| {
        let signal = Signal::new(name, text, weight);
        signals.push(Signal { span: span.map(|(start, end)| (start as usize, end as usize)), ..signal });
    };
    if counts.mixed_script > 0 {
        let text = format!("{} words mix letters of two scripts", counts.mixed_script);
        tell("mixed_scripts", text, 1.2, span_of(&|token| token.mixed_script));
    }
    if reading.clean.hidden >= 2 {
        tell("hidden_characters", format!("{} invisible characters", reading.clean.hidden), 0.8, None);
    }
    if reading.clean.styled >= 4 {
        tell("styled_letters", format!("{} letters in disguise", reading.clean.styled), 0.8, None);
    }
    if counts.letters >= ENOUGH_LETTERS && counts.capitals * 2 > counts.letters {
        let share = counts.capitals * 100 / counts.letters;
        tell("capitals", format!("Capital letters {share} %"), 0.5, None);
    }
    if counts.joined > 0 {
        let span = span_of(&|token| token.kind == crate::text::Kind::Joined);
        tell("spaced_letters", "Letters set apart to hide a word".into(), 0.6, span);
    }
}

fn of_sender(request: &CheckRequest, signals: &mut Vec<Signal>) {
    let domain = request.email.as_deref().and_then(|email| email.rsplit_once('@')).map(|(_, domain)| domain);
    if let Some(domain) = domain.map(str::to_ascii_lowercase) {
        if is_disposable(&domain) {
            signals.push(Signal::new(
                "disposable_sender",
                format!("{domain} gives out throw-away mailboxes"),
                1.4,
            ));
        } else if is_abused_tld(links::tld(&domain)) {
            let text = format!("Sender's domain ends in .{}, often abused", links::tld(&domain));
            signals.push(Signal::new("sender_abused_tld", text, 0.6));
        }
    }
    if let Some(name) = request.name.as_deref() {
        let lower = name.to_lowercase();
        let promoting = ["http", "www.", ".com", "seo", "leads", "casino", "viagra", "crypto", "loan"];
        if promoting.iter().any(|word| lower.contains(word)) {
            signals.push(Signal::new("promoting_name", "The author's name advertises", 1.2));
        }
    }
    if let Some(agent) = request.user_agent.as_deref().map(str::to_ascii_lowercase)
        && SCRIPTS.iter().any(|script| agent.contains(script))
    {
        signals.push(Signal::new("script_client", "Sent by a program, not by a browser", 0.6));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn throw_away_mailboxes_are_told_from_ordinary_ones() {
        for domain in ["mailinator.com", "yopmail.com", "guerrillamail.com", "eu.mailinator.com"] {
            assert!(is_disposable(domain), "{domain}");
        }
        for domain in ["gmail.com", "mail.ru", "outlook.com", "gmx.de", "proton.me", "example.co.uk", ""] {
            assert!(!is_disposable(domain), "{domain}");
        }
    }
}
