//! HTML as people see it: its text, and the addresses of its links behind their texts.
//!
//! html5gum splits it as browsers do (WHATWG, 13.2.5), entities and broken tags included. Nothing is laid out: blocks are
//! lines, cells are separated by a blank.

use std::collections::HashSet;

use html5gum::{DefaultEmitter, EndTag, StartTag, Token, Tokenizer};

/// Longest address that is shown, in bytes.
const ADDRESS_MAX: usize = 2_000;

/// Most addresses that are shown of one page: an index is cut there, whose text is read all the same.
const ADDRESSES_MAX: usize = 500;

/// A page made text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Page {
    /// What is seen, with the addresses of links behind their texts.
    pub(crate) text: String,
    /// What is seen, without the addresses.
    pub(crate) shown: String,
    /// Addresses of links, forms, frames and pictures, none twice, in the order of the page.
    pub(crate) addresses: Vec<String>,
}

/// Makes a page text.
pub(crate) fn render(html: &str) -> Page {
    let mut renderer = Renderer::default();
    for token in tokens(html) {
        renderer.take(token);
    }
    renderer.finish()
}

/// The tokens of a page. What stands in scripts and styles comes as one text behind its tag.
pub(crate) fn tokens(html: &str) -> impl Iterator<Item = Token> {
    let mut emitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    Tokenizer::new_with_emitter(html, emitter).flatten()
}

/// Builds a page's text from its tokens.
#[derive(Default)]
pub(crate) struct Renderer {
    text: String,
    /// Addresses to put into the text, and where.
    inserts: Vec<(usize, String)>,
    addresses: Vec<String>,
    known: HashSet<String>,
    /// Addresses of pictures and the like, which are shown only where their host is not seen otherwise.
    resources: Vec<String>,
    /// The link that is open: its address, and where its text begins.
    link: Option<(String, usize)>,
    /// Element whose text is not seen.
    hidden: Option<Vec<u8>>,
    title: String,
    /// Line ends that are due before the next text.
    breaks: usize,
    has_blank: bool,
    preformatted: usize,
}

impl Renderer {
    /// Takes a token.
    pub(crate) fn take(&mut self, token: Token) {
        match token {
            Token::StartTag(tag) => self.start(&tag),
            Token::EndTag(tag) => self.end(&tag),
            Token::String(text) => self.string(&String::from_utf8_lossy(&text)),
            Token::Comment(_) | Token::Doctype(_) | Token::Error(_) => {}
        }
    }

    /// Ends the page.
    pub(crate) fn finish(mut self) -> Page {
        self.close_link();
        if self.text.trim().is_empty() && self.inserts.is_empty() {
            self.text = std::mem::take(&mut self.title).trim().to_owned();
        }
        let mut text = String::with_capacity(self.text.len());
        let mut at = 0;
        for (place, address) in &self.inserts {
            text.push_str(&self.text[at..*place]);
            if !text.is_empty() && !text.ends_with([' ', '\n']) {
                text.push(' ');
            }
            text.push_str(&format!("({address})"));
            at = *place;
            if self.text[at..].starts_with(char::is_alphanumeric) {
                text.push(' ');
            }
        }
        text.push_str(&self.text[at..]);
        for address in std::mem::take(&mut self.resources) {
            let lower = text.to_ascii_lowercase();
            if host(&address).is_some_and(|host| !lower.contains(&host)) {
                text.push_str(&format!("{}({address})", if text.is_empty() { "" } else { "\n" }));
                self.addresses.push(address);
            }
        }
        Page { text, shown: self.text, addresses: self.addresses }
    }

    fn start(&mut self, tag: &StartTag<()>) {
        let attribute = |name: &[u8]| tag.attributes.get(name).map(|value| String::from_utf8_lossy(value));
        match tag.name.as_slice() {
            name @ (b"script" | b"style" | b"title" | b"template" | b"iframe" | b"noembed")
                if !tag.self_closing =>
            {
                self.hidden = Some(name.to_vec());
            }
            b"br" => self.text_break(),
            b"p" | b"h1" | b"h2" | b"h3" | b"h4" | b"h5" | b"h6" | b"table" => self.block(2),
            b"pre" => {
                self.preformatted += 1;
                self.block(1);
            }
            b"td" | b"th" => self.has_blank = true,
            b"a" | b"area" => {
                self.close_link();
                if let Some(address) = attribute(b"href").as_deref().and_then(address) {
                    self.link = Some((address, self.text.len()));
                }
                if tag.name.as_slice() == b"area" {
                    self.close_link();
                }
            }
            b"img" | b"input" => {
                if let Some(text) = attribute(b"alt").or_else(|| attribute(b"value")) {
                    self.string(&text);
                }
            }
            b"meta" => {
                let content = attribute(b"content").unwrap_or_default();
                if let Some((_, target)) = content.to_ascii_lowercase().split_once("url=") {
                    self.resource(&content[content.len() - target.len()..]);
                }
            }
            name if is_block(name) => self.block(1),
            _ => {}
        }
        let sources: &[&[u8]] = match tag.name.as_slice() {
            b"script" | b"link" => &[],
            b"base" => &[b"href"],
            _ => &[b"src", b"background", b"action", b"formaction"],
        };
        for source in sources {
            if let Some(found) = attribute(source) {
                self.resource(&found);
            }
        }
    }

    fn end(&mut self, tag: &EndTag<()>) {
        let name = tag.name.as_slice();
        if self.hidden.as_deref() == Some(name) {
            self.hidden = None;
        }
        match name {
            b"a" => self.close_link(),
            b"pre" => {
                self.preformatted = self.preformatted.saturating_sub(1);
                self.block(1);
            }
            b"p" | b"h1" | b"h2" | b"h3" | b"h4" | b"h5" | b"h6" | b"table" => self.block(2),
            b"td" | b"th" => self.has_blank = true,
            name if is_block(name) => self.block(1),
            _ => {}
        }
    }

    fn string(&mut self, text: &str) {
        match self.hidden.as_deref() {
            Some(b"title") => return self.title.push_str(text),
            Some(b"template") | None => {}
            Some(_) => return,
        }
        for (index, line) in text.split('\n').enumerate() {
            if index > 0 {
                if self.preformatted > 0 { self.text_break() } else { self.has_blank = true }
            }
            if self.preformatted > 0 && !line.trim_end().is_empty() {
                self.begin_text();
                self.text.push_str(line.trim_end());
                continue;
            }
            for (nth, word) in line.split([' ', '\t', '\r', '\u{c}']).enumerate() {
                self.has_blank |= nth > 0;
                if !word.is_empty() {
                    self.begin_text();
                    self.text.push_str(word);
                }
            }
        }
    }

    /// Writes the blank or the line ends that are due.
    fn begin_text(&mut self) {
        if self.breaks > 0 && !self.text.is_empty() {
            self.text.push_str(&"\n".repeat(self.breaks.min(2)));
        } else if self.has_blank && !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push(' ');
        }
        self.breaks = 0;
        self.has_blank = false;
    }

    fn text_break(&mut self) {
        self.breaks += 1;
        self.has_blank = false;
    }

    fn block(&mut self, breaks: usize) {
        self.breaks = self.breaks.max(breaks);
        self.has_blank = false;
    }

    fn close_link(&mut self) {
        let Some((address, start)) = self.link.take() else { return };
        if self.addresses.len() >= ADDRESSES_MAX || !self.known.insert(address.clone()) {
            return;
        }
        if !says(&self.text[start.min(self.text.len())..], &address) {
            self.inserts.push((self.text.len(), address.clone()));
        }
        self.addresses.push(address);
    }

    fn resource(&mut self, found: &str) {
        let Some(address) = address(found).filter(|address| address.contains("//")) else { return };
        let is_new = |known: &String| host(known) != host(&address);
        if self.resources.len() < ADDRESSES_MAX && self.resources.iter().all(is_new) {
            self.resources.push(address);
        }
    }
}

fn is_block(name: &[u8]) -> bool {
    const BLOCKS: [&[u8]; 27] = [
        b"address",
        b"article",
        b"aside",
        b"blockquote",
        b"body",
        b"center",
        b"dd",
        b"div",
        b"dl",
        b"dt",
        b"fieldset",
        b"figure",
        b"footer",
        b"form",
        b"header",
        b"hr",
        b"li",
        b"main",
        b"nav",
        b"ol",
        b"option",
        b"section",
        b"tbody",
        b"thead",
        b"title",
        b"tr",
        b"ul",
    ];
    BLOCKS.contains(&name)
}

/// An address as it can be shown. `None` for places within the page, scripts and parts of the letter.
fn address(found: &str) -> Option<String> {
    // Browsers drop line ends and tabs within addresses, and blanks around them.
    let address: String = found.trim().chars().filter(|c| !matches!(c, '\n' | '\r' | '\t')).collect();
    let address = match address.strip_prefix("//") {
        Some(rest) => format!("http://{rest}"),
        None => address,
    };
    if let Some(mail) = address.get(..7).filter(|scheme| scheme.eq_ignore_ascii_case("mailto:")) {
        let mail = address[mail.len()..].split('?').next().unwrap_or_default();
        return mail.contains('@').then(|| mail.to_owned());
    }
    let scheme = address.split(':').next().unwrap_or_default().to_ascii_lowercase();
    let is_scheme = scheme.len() < address.len()
        && scheme.len() > 1
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    let is_inner =
        matches!(scheme.as_str(), "javascript" | "data" | "cid" | "mid" | "about" | "vbscript" | "blob");
    let is_host = address.starts_with("www.");
    ((is_scheme || is_host) && !is_inner && address.len() <= ADDRESS_MAX).then_some(address)
}

/// The host of an address, in small letters.
pub(crate) fn host(address: &str) -> Option<String> {
    let rest = address.split_once("//").map_or(address, |(_, rest)| rest);
    let rest = rest.split(['/', '?', '#', '\\']).next()?;
    let host = rest.rsplit('@').next()?.split(':').next()?.trim_end_matches('.').to_ascii_lowercase();
    (!host.is_empty()).then_some(host)
}

/// Whether a link's text says its address already.
fn says(text: &str, address: &str) -> bool {
    let bare = |text: &str| {
        let text = text.trim().trim_end_matches('/');
        text.split_once("://").map_or(text, |(_, rest)| rest).to_lowercase()
    };
    bare(text).contains(&bare(address))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_lines_and_links_say_where_they_lead() {
        let html = "<html><head><title>T</title><style>p{}</style></head><body><p>You  have\n<b>won</b>.</p>\
                    <p>Claim: <a href=\"http://prize.example/claim\">here</a> or <a href='http://prize.example/'>\
                    prize.example</a></p><script>x<1</script>a<br>b&amp;c</body></html>";
        let page = render(html);
        assert_eq!(
            page.text,
            "You have won.\n\nClaim: here (http://prize.example/claim) or prize.example\n\na\nb&c"
        );
        assert_eq!(page.shown, "You have won.\n\nClaim: here or prize.example\n\na\nb&c");
        assert_eq!(page.addresses, ["http://prize.example/claim", "http://prize.example/"]);
    }

    #[test]
    fn pictures_are_told_by_their_texts_and_once_by_host() {
        let html = r#"<a href="http://pills.example/buy"><img src="http://pills.example/a.gif" alt="Buy pills"></a>
                      <img src="http://img.example/1.gif"><img src=http://img.example/2.gif><img src="cid:x">"#;
        assert_eq!(render(html).text, "Buy pills (http://pills.example/buy)\n(http://img.example/1.gif)");
    }

    #[test]
    fn what_is_no_address_is_none() {
        for found in ["#top", "javascript:alert(1)", "cid:1", "page.html", "", "data:text/html,x"] {
            assert_eq!(address(found), None, "{found}");
        }
        assert_eq!(address(" ht\ntp://a.example/b ").as_deref(), Some("http://a.example/b"));
        assert_eq!(address("//a.example/b").as_deref(), Some("http://a.example/b"));
        assert_eq!(address("MAILTO:a@b.example?subject=x").as_deref(), Some("a@b.example"));
        assert_eq!(host("http://u:p@A.example:80/x").as_deref(), Some("a.example"));
    }

    #[test]
    fn soup_is_read() {
        assert_eq!(
            render("<a href=http://a.example>one<a href=http://b.example>two").text,
            "one (http://a.example) two (http://b.example)"
        );
        assert_eq!(render("no tags < here & there &copy 5 <b").text, "no tags < here & there \u{a9} 5");
        assert_eq!(render("<pre>a  b\n  c</pre>").text, "a  b\n  c");
        assert_eq!(render("<title>Only this</title>").text, "Only this");
    }
}
