//! What a letter's reader is shown: its texts in their order, HTML made text, and the letters that are attached.

use std::collections::HashSet;

use super::{
    charset::{self, Hint},
    header::{self, Header},
    parts, pgp, returned, tnef,
    transfer::{self, Transfer},
};
use crate::formats::html::{self, Page};

/// Deepest nesting of parts, and most parts of one letter.
const DEPTH_MAX: usize = 20;
const PARTS_MAX: usize = 500;

/// What a letter holds.
#[derive(Default)]
pub(super) struct Body {
    /// What is read first.
    pub(super) text: String,
    /// Attached letters, whole.
    pub(super) letters: Vec<Vec<u8>>,
    /// Names of attached files.
    pub(super) attachments: Vec<String>,
    /// It was sent to report or to return what is attached: ARF, a bounce, a digest.
    pub(super) is_report: bool,
    /// It is encrypted, or signed in a way that hides its text.
    pub(super) is_sealed: bool,
}

/// Something to read.
enum Item {
    Plain(String),
    Page(Page),
}

impl Item {
    fn text(&self) -> &str {
        match self {
            Self::Plain(text) => text,
            Self::Page(page) => &page.text,
        }
    }
}

/// Reads what follows a letter's header.
pub(super) fn read(header: &Header, body: &[u8], domain: Option<&str>) -> Body {
    let is_plain = header.kind().is_none_or(|(kind, subtype)| kind == "text" && subtype == "plain");
    if is_plain && returned::is_by_daemon(header) {
        let decoded = header.transfer().decode(body);
        if let Some((note, letter)) = returned::split(&decoded) {
            let text = clean(&charset::decode(note, Hint { declared: None, domain }));
            return Body { text, letters: vec![letter.to_vec()], is_report: true, ..Body::default() };
        }
    }
    let mut gatherer = Gatherer { body: Body::default(), attached: Vec::new(), domain, parts: 0 };
    let items = gatherer.part(header, body, false, 0);
    let Gatherer { body: mut found, attached, .. } = gatherer;
    found.text = joined(&items);
    if found.text.is_empty() && found.letters.is_empty() {
        found.text = joined(&attached);
    }
    let is_text = header.kind().is_none_or(|(kind, _)| matches!(kind.as_str(), "text" | "multipart"));
    if found.text.is_empty()
        && found.letters.is_empty()
        && is_text
        && !found.is_sealed
        && found.attachments.is_empty()
    {
        // Whatever it is, its reader would see this.
        found.text = clean(&charset::decode(body, Hint { declared: None, domain }));
    }
    found
}

fn joined(items: &[Item]) -> String {
    let texts = items
        .iter()
        .map(|item| item.text().trim_matches(['\n', ' ', '\r', '\t']))
        .filter(|text| !text.is_empty());
    texts.collect::<Vec<_>>().join("\n\n")
}

struct Gatherer<'a> {
    body: Body,
    /// Texts that are attached as files: read where there is nothing else.
    attached: Vec<Item>,
    domain: Option<&'a str>,
    parts: usize,
}

impl Gatherer<'_> {
    fn part(&mut self, header: &Header, body: &[u8], in_digest: bool, depth: usize) -> Vec<Item> {
        self.parts += 1;
        if depth > DEPTH_MAX || self.parts > PARTS_MAX {
            return vec![Item::Plain(self.decoded(header, body))];
        }
        let default = if in_digest { ("message", "rfc822") } else { ("text", "plain") };
        let kind = header.kind().unwrap_or_else(|| (default.0.to_owned(), default.1.to_owned()));
        let name = header.file_name().unwrap_or_default().to_owned();
        let is_letter_file = name.to_ascii_lowercase().ends_with(".eml");
        match (kind.0.as_str(), kind.1.as_str()) {
            ("multipart", subtype) => self.multipart(header, subtype, body, depth),
            ("message", "rfc822" | "global" | "news" | "rfc822-headers") => self.letter(header, body),
            ("application" | "text", _) if is_letter_file => self.letter(header, body),
            ("application", "ms-tnef") => self.tnef(header, body),
            ("application", "pkcs7-mime" | "x-pkcs7-mime" | "pgp-encrypted") => {
                self.body.is_sealed = true;
                vec![]
            }
            ("message", "delivery-status" | "feedback-report" | "disposition-notification") => vec![],
            ("text" | "message", subtype) => self.text(header, subtype, body, &name),
            // A header that nobody could read: "text", "html", "plain".
            ("", _) | ("html" | "plain", "") => self.text(header, &kind.0, body, &name),
            _ => {
                self.attach(if name.is_empty() { format!("{}/{}", kind.0, kind.1) } else { name });
                vec![]
            }
        }
    }

    fn attach(&mut self, name: String) {
        if self.body.attachments.len() < 50 {
            self.body.attachments.push(name);
        }
    }

    fn multipart(&mut self, header: &Header, subtype: &str, body: &[u8], depth: usize) -> Vec<Item> {
        self.body.is_report |= depth == 0 && matches!(subtype, "report" | "digest");
        let found = parts::split(body, header.parameter("boundary"));
        if found.parts.is_empty() {
            // The boundary never comes: what stands here is the text, or HTML.
            return vec![self.unsplit(header, body)];
        }
        let mut children: Vec<Vec<Item>> = Vec::new();
        for part in &found.parts {
            let (head, rest) = header::split(part);
            let header = Header::read(head, rest);
            children.push(self.part(&header, rest, subtype == "digest", depth + 1));
        }
        let items: Vec<Item> = if subtype == "alternative" {
            alternative(children)
        } else {
            once(children.into_iter().flatten())
        };
        let is_blank = joined(&items).is_empty();
        if is_blank && self.body.letters.is_empty() && self.attached.is_empty() {
            // Some writers put the text ahead of the first boundary, or behind the last.
            let around = [found.before, found.after]
                .map(|text| charset::decode(text, Hint { declared: None, domain: self.domain }));
            let is_note = |text: &&String| !text.trim().is_empty() && !is_placeholder(text);
            return around.iter().filter(is_note).map(|text| Item::Plain(clean(text))).collect();
        }
        items
    }

    fn unsplit(&self, header: &Header, body: &[u8]) -> Item {
        let text = charset::decode(body, Hint { declared: header.parameter("charset"), domain: self.domain });
        let start = text.trim_start().get(..200).unwrap_or(text.trim_start()).to_ascii_lowercase();
        if start.starts_with('<')
            && (start.contains("<html")
                || start.contains("<!doctype")
                || start.contains("<body")
                || start.contains("<table"))
        {
            return Item::Page(html::render(&text));
        }
        Item::Plain(clean(&text))
    }

    fn letter(&mut self, header: &Header, body: &[u8]) -> Vec<Item> {
        let bytes = header.transfer().decode(body);
        let (head, _) = header::split(&bytes);
        if head.is_empty() {
            return vec![Item::Plain(clean(&charset::decode(
                &bytes,
                Hint { declared: None, domain: self.domain },
            )))];
        }
        self.body.letters.push(bytes);
        vec![]
    }

    fn tnef(&mut self, header: &Header, body: &[u8]) -> Vec<Item> {
        let bytes = header.transfer().decode(body);
        let found = tnef::read(&bytes);
        for name in found.files {
            self.attach(name);
        }
        let item = match (found.html, found.plain) {
            (Some(html), _) => {
                let declared = html_charset(&html);
                Item::Page(html::render(&charset::decode(
                    &html,
                    Hint { declared: declared.as_deref(), domain: self.domain },
                )))
            }
            (None, Some(plain)) => Item::Plain(clean(&plain)),
            (None, None) => return vec![],
        };
        // Outlook sends the text beside it as well: this one counts where that is missing.
        self.attached.push(item);
        vec![]
    }

    fn text(&mut self, header: &Header, subtype: &str, body: &[u8], name: &str) -> Vec<Item> {
        let is_page =
            matches!(subtype, "html" | "xhtml" | "x-amp-html" | "enriched" | "richtext" | "watch-html");
        if subtype == "x-amp-html" || subtype == "rfc822-headers" {
            return vec![];
        }
        let item = if is_page {
            Item::Page(html::render(&self.decoded(header, body)))
        } else if subtype == "calendar" {
            self.attached.push(Item::Plain(calendar(&self.decoded(header, body))));
            return vec![];
        } else if matches!(subtype, "rtf" | "css" | "vcard" | "x-vcard" | "directory" | "csv") {
            self.attach(if name.is_empty() { format!("text/{subtype}") } else { name.to_owned() });
            return vec![];
        } else {
            Item::Plain(self.plain(header, body))
        };
        if header.is_attachment() {
            self.attach(if name.is_empty() { format!("text/{subtype}") } else { name.to_owned() });
            self.attached.push(item);
            return vec![];
        }
        vec![item]
    }

    /// A text part's characters.
    fn decoded(&self, header: &Header, body: &[u8]) -> String {
        let bytes = header.transfer().decode(body);
        let declared = header.parameter("charset").map(ToOwned::to_owned).or_else(|| html_charset(&bytes));
        let hint = Hint { declared: declared.as_deref(), domain: self.domain };
        let text = charset::decode(&bytes, hint);
        // Said to be base64, and is not: what came out is no text, what went in is.
        let is_binary = |text: &str| {
            text.chars().take(4_000).any(|c| c.is_control() && !c.is_whitespace() && c != '\u{1b}')
        };
        if header.transfer() == Transfer::Base64 && (is_binary(&text) || text.contains('\u{fffd}')) {
            let raw = charset::decode(body, hint);
            if !is_binary(&raw) && raw.contains(' ') {
                return raw;
            }
        }
        text
    }

    fn plain(&mut self, header: &Header, body: &[u8]) -> String {
        let mut text = self.decoded(header, body);
        while let Some(file) = transfer::uuencoded(text.as_bytes()) {
            let lower = file.name.to_ascii_lowercase();
            let decoded = charset::decode(&file.bytes, Hint { declared: None, domain: self.domain });
            let replacement = if lower.ends_with(".txt") {
                decoded
            } else if lower.ends_with(".htm") || lower.ends_with(".html") {
                html::render(&decoded).text
            } else {
                String::new()
            };
            self.attach(file.name);
            text.replace_range(file.range, &replacement);
            if self.body.attachments.len() >= 50 {
                break;
            }
        }
        if header.parameter("format").is_some_and(|format| format.eq_ignore_ascii_case("flowed")) {
            let deletes = header.parameter("delsp").is_some_and(|answer| answer.eq_ignore_ascii_case("yes"));
            text = unflowed(&text, deletes);
        }
        let text = clean(&text);
        match pgp::without_armour(&text) {
            Some(bare) => {
                self.body.is_sealed |= bare.is_sealed;
                if bare.has_key {
                    self.attach("PGP key".to_owned());
                }
                clean(&bare.text)
            }
            None => text,
        }
    }
}

/// Line ends as in UNIX; zeros, which no text has, taken out.
fn clean(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    text.trim_matches(['\n', ' ', '\t']).to_owned()
}

/// RFC 3676: lines that end with a blank go on in the next.
fn unflowed(text: &str, deletes_blank: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut open: Option<usize> = None;
    for line in text.lines() {
        let line = line.trim_end_matches('\r');
        let depth = line.bytes().take_while(|&byte| byte == b'>').count();
        let stuffed = &line[depth..];
        let content = stuffed.strip_prefix(' ').unwrap_or(stuffed);
        let is_signature = content == "-- ";
        match open {
            Some(known) if known == depth && !is_signature => out.push_str(content),
            _ => {
                if !out.is_empty() {
                    out.push('\n');
                }
                out.push_str(&line[..depth]);
                if depth > 0 && !content.is_empty() {
                    out.push(' ');
                }
                out.push_str(content);
            }
        }
        let flows = content.ends_with(' ') && !is_signature;
        if flows && deletes_blank {
            out.pop();
        }
        open = flows.then_some(depth);
    }
    out
}

/// What an invitation says.
fn calendar(text: &str) -> String {
    let unfolded = text.replace("\r\n", "\n").replace("\n ", "").replace("\n\t", "");
    let mut lines = Vec::new();
    for line in unfolded.lines() {
        let Some((name, value)) = line.split_once(':') else { continue };
        let name = name.split(';').next().unwrap_or_default().to_ascii_uppercase();
        if matches!(name.as_str(), "SUMMARY" | "DESCRIPTION" | "LOCATION" | "URL") && !value.trim().is_empty()
        {
            let value = value
                .replace("\\n", "\n")
                .replace("\\N", "\n")
                .replace("\\,", ",")
                .replace("\\;", ";")
                .replace("\\\\", "\\");
            if !lines.contains(&value) {
                lines.push(value);
            }
        }
    }
    lines.join("\n")
}

/// What HTML says of its charset: `<meta charset=…>`, or in a content type.
fn html_charset(bytes: &[u8]) -> Option<String> {
    let start = String::from_utf8_lossy(&bytes[..bytes.len().min(4_096)]).to_ascii_lowercase();
    let meta = start.split("<meta").skip(1).find_map(|meta| meta.split('>').next()?.split_once("charset"))?;
    let label = meta.1.trim_start().strip_prefix('=')?.trim_start().trim_start_matches(['"', '\'']);
    let label = label.split(['"', '\'', ' ', ';', '/']).next()?;
    (!label.is_empty()).then(|| label.to_owned())
}

/// Of the forms of one text: the plain one, where it says what the HTML says; the HTML, where it says more; both, where each
/// says something else.
fn alternative(children: Vec<Vec<Item>>) -> Vec<Item> {
    let mut plain = Vec::new();
    let mut pages = Vec::new();
    for child in children {
        let has_page = child.iter().any(|item| matches!(item, Item::Page(_)));
        let (items, other) = if has_page { (&mut pages, &mut plain) } else { (&mut plain, &mut pages) };
        // A plain text beside HTML within one form belongs to that form.
        let _ = other;
        items.extend(child);
    }
    let text = joined(&plain);
    let page = pages.into_iter().fold(Page::default(), |mut all, item| {
        let (text, shown, addresses) = match item {
            Item::Plain(text) => (text.clone(), text, Vec::new()),
            Item::Page(page) => (page.text, page.shown, page.addresses),
        };
        for (whole, part) in [(&mut all.text, text), (&mut all.shown, shown)] {
            if !whole.is_empty() && !part.trim().is_empty() {
                whole.push_str("\n\n");
            }
            whole.push_str(&part);
        }
        all.addresses.extend(addresses);
        all
    });
    vec![Item::Plain(of_both(&text, &page))]
}

/// Texts one after the other, without those that say again what the one before said: some writers attach both forms.
fn once(items: impl Iterator<Item = Item>) -> Vec<Item> {
    let mut kept: Vec<Item> = Vec::new();
    for item in items {
        if let (Some(Item::Plain(before)), Item::Page(page)) = (kept.last(), &item) {
            let (words, others) = (words(before), words(&page.shown));
            if !words.is_empty() && share(&words, &others) > 0.95 && share(&others, &words) > 0.95 {
                let both = of_both(before, page);
                kept.pop();
                kept.push(Item::Plain(both));
                continue;
            }
        }
        kept.push(item);
    }
    kept
}

fn of_both(text: &str, page: &Page) -> String {
    let text = text.trim();
    if text.is_empty() {
        return page.text.clone();
    }
    let said = words(text);
    let shown = words(&page.shown);
    if shown.is_empty() || share(&shown, &said) >= 0.7 {
        return with_addresses(text, &page.addresses);
    }
    if is_placeholder(text) || share(&said, &shown) >= 0.95 {
        return page.text.clone();
    }
    format!("{text}\n\n{}", page.text)
}

/// The text, and the addresses of the HTML whose hosts it does not name.
fn with_addresses(text: &str, addresses: &[String]) -> String {
    let mut out = text.to_owned();
    let mut lower = text.to_lowercase();
    let mut has_any = false;
    for address in addresses {
        let Some(host) =
            html::host(address).filter(|host| host.contains('.') && !lower.contains(host.as_str()))
        else {
            continue;
        };
        out.push_str(if has_any { "\n" } else { "\n\n" });
        out.push_str(address);
        lower.push(' ');
        lower.push_str(&host);
        has_any = true;
    }
    out
}

/// The distinct words of a text, in small letters; of scripts without blanks the signs.
fn words(text: &str) -> HashSet<String> {
    let mut found = HashSet::new();
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        if word.chars().any(|c| c >= '\u{2e80}') {
            found.extend(word.chars().map(String::from));
        } else {
            found.insert(word.to_lowercase());
        }
    }
    found
}

/// Which share of some words is among others.
fn share(some: &HashSet<String>, others: &HashSet<String>) -> f64 {
    some.iter().filter(|word| others.contains(*word)).count() as f64 / some.len().max(1) as f64
}

/// Whether a text says nothing but that there is another: "Your client does not support HTML."
fn is_placeholder(text: &str) -> bool {
    let lower = text.to_lowercase();
    let is_short = text.split_whitespace().count() <= 60 && !lower.contains("://");
    is_short
        && [
            "html",
            "mime",
            "multi-part",
            "multipart",
            "e-mail program",
            "email program",
            "email client",
            "e-mail client",
            "mail client",
            "mail reader",
            "webversion",
            "web version",
        ]
        .iter()
        .any(|word| lower.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flowing_lines_are_joined() {
        assert_eq!(unflowed("a \nb\n> c \n> d\n>> e \nf\n-- \nme", false), "a b\n> c d\n>> e \nf\n-- \nme");
        assert_eq!(unflowed("http://a.example/ \nb", true), "http://a.example/b");
        assert_eq!(unflowed(" From here\n", false), "From here");
    }

    #[test]
    fn invitations_say_what_for() {
        let text = "BEGIN:VEVENT\r\nSUMMARY;LANGUAGE=en:Win\\, now\r\nDESCRIPTION:Go to http://a.exa\r\n mple\\nok\r\nEND:VEVENT";
        assert_eq!(calendar(text), "Win, now\nGo to http://a.example\nok");
    }

    #[test]
    fn both_forms_count_where_they_differ() {
        let page = html::render(
            "<p>Claim your <b>gift card</b> at <a href='http://prize.example/c'>the desk</a></p>",
        );
        assert_eq!(of_both("", &page), page.text);
        assert_eq!(of_both("Please use a client that shows HTML.", &page), page.text);
        assert_eq!(of_both("Claim your gift card", &page), page.text);
        assert_eq!(
            of_both("Claim your gift card at the desk", &page),
            "Claim your gift card at the desk\n\nhttp://prize.example/c"
        );
        assert_eq!(
            of_both("The committee meets on Monday", &page),
            format!("The committee meets on Monday\n\n{}", page.text)
        );
    }

    #[test]
    fn html_says_its_charset() {
        assert_eq!(
            html_charset(b"<META http-equiv=x content=\"text/html; charset=koi8-r\">").as_deref(),
            Some("koi8-r")
        );
        assert_eq!(html_charset(b"<meta charset='big5'/>").as_deref(), Some("big5"));
        assert_eq!(html_charset(b"charset=x"), None);
    }
}
