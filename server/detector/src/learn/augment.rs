//! Made variants of written messages, for training only: what a message is about does not change with a link, a greeting, a
//! signature, or other text beside it. Figures are never measured on them.

use activelayer::CheckRequest;

use super::corpus::Row;
use crate::{features::Reading, hash::spread};

/// Links as people put them beside what they say.
const LINKS: &[&str] = &[
    "https://www.bbc.co.uk/news/articles/c4g7x2",
    "https://en.wikipedia.org/wiki/Special:Random",
    "https://youtu.be/7gk2Lm0",
    "https://www.youtube.com/watch?v=Qp3_x9",
    "https://maps.app.goo.gl/uX9b",
    "https://docs.google.com/document/d/1aKq/edit",
    "https://drive.google.com/file/d/19zP/view",
    "https://imgur.com/a/T5gh",
    "https://github.com/acme/tool/issues/412",
    "https://www.amazon.co.uk/dp/B09X1",
    "https://www.rhs.org.uk/advice/profile?pid=121",
    "https://www.gov.uk/guidance",
    "www.instagram.com/our.little.shop",
    "https://www.theguardian.com/uk",
    "https://we.tl/t-9dK2",
    "https://www.dropbox.com/s/4x/plan.pdf",
    "https://hillsidepottery.example/classes",
    "http://www.kerr-and-sons.co.uk",
    "https://jonasweber.dev/notes/2024",
    "mapleviewinn.ca/rooms",
    "https://blog.lena-k.net/2023/05/trip",
    "https://stmarysprimary.sch.uk/news",
    "https://cafe-lumen.fr/menu",
    "https://ottosbakery.shop",
];

/// Ways of putting a link.
const BESIDE: &[(&str, &str)] =
    &[("", " {}"), ("", "\n\n{}"), ("", " ({})"), ("{} ", ""), ("", "\n{}"), ("", " - {}")];

/// Greetings and signatures, equally of those who are welcome and those who are not.
const AROUND: &[(&str, &str)] = &[
    ("Hi,\n\n", ""),
    ("Hello,\n\n", "\n\nBest regards"),
    ("", "\n\nThanks"),
    ("Hi there, ", ""),
    ("Dear all,\n\n", "\n\nKind regards,\nSam"),
    ("", "\n\nSent from my iPhone"),
    ("Good morning\n", "\nRegards\nTel. 07700 900144"),
    ("", "\n--\nM. Lindqvist"),
];

/// The variants of a row; `beside` is another row on the same side of every split.
pub(super) fn variants(
    row: &Row,
    place: usize,
    beside: &Row,
    reading: &mut Reading,
) -> Vec<(CheckRequest, bool)> {
    let chance = |kind: u64, of: u64| spread(spread(place as u64) ^ kind) % of;
    let text = row.request.message.as_str();
    let with = |message: String| (CheckRequest { message, ..row.request.clone() }, row.is_spam);
    let mut made = vec![];
    if row.request.name.is_some() || row.request.email.is_some() {
        made.push((CheckRequest::new(text), row.is_spam));
    }
    reading.read(text, 10);
    let linked = !reading.links.is_empty();
    if !row.is_spam && !linked && text.chars().count() > 20 && chance(1, 10) < 4 {
        let link = LINKS[chance(2, LINKS.len() as u64) as usize];
        let (before, after) = BESIDE[chance(3, BESIDE.len() as u64) as usize];
        made.push(with(format!("{}{text}{}", before.replace("{}", link), after.replace("{}", link))));
    }
    if row.is_spam && linked && chance(4, 10) < 3 {
        let bare = without_links(text, reading);
        if bare.split_whitespace().count() > 4 {
            made.push(with(bare));
        }
    }
    if chance(5, 10) < 2 {
        let (before, after) = AROUND[chance(6, AROUND.len() as u64) as usize];
        made.push(with(format!("{before}{text}{after}")));
    }
    if row.is_spam == beside.is_spam && !row.is_spam && chance(7, 10) < 1 {
        made.push(with(format!("{text}\n\n{}", beside.request.message)));
    }
    made
}

fn without_links(text: &str, reading: &Reading) -> String {
    let mut out = String::new();
    let mut at = 0;
    for link in &reading.links {
        let (from, to) = reading.clean.span(link.start as usize, link.end as usize);
        if let Some(part) = text.get(at..from as usize) {
            out.push_str(part);
        }
        at = (to as usize).max(at);
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}
