//! Exports in XML: WordPress's (WXR 1.2) and Disqus's.
//!
//! quick-xml reads it event by event and expands nothing: the five entities of XML and numeric references are resolved here,
//! any other is an error of its record. A document that declares entities of its own is refused.

use std::{
    collections::HashMap,
    io::{self, BufRead, BufReader, Read},
};

use domain::{FileAccount, FileGuess};
use memchr::memchr_iter;
use quick_xml::{
    Reader,
    escape::resolve_html5_entity,
    events::{BytesRef, BytesStart, Event},
};

use super::{Parse, checked, feedback, html};
use crate::{
    Place, Record, RecordError,
    error::TOO_LONG,
    guesses,
    limits::{RECORD_MAX_BYTES, XML_MAX_DEPTH, XML_PIECE_MAX_BYTES},
    sniff::exports_begin,
    unpack::invalid,
};

/// Whose export it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    WordPress,
    Disqus,
}

/// Columns of WordPress's comments, by the elements of WXR; the last two are the post's.
/// (<https://github.com/WordPress/wordpress-develop/blob/6.8/src/wp-admin/includes/export.php>)
const WORDPRESS: [&str; 12] = [
    "comment_content",
    "comment_author",
    "comment_author_email",
    "comment_author_IP",
    "comment_author_url",
    "comment_date_gmt",
    "comment_date",
    "comment_approved",
    "comment_type",
    "comment_id",
    "post_link",
    "post_title",
];

/// Columns of Disqus's posts, by the elements of its export; two are the thread's.
/// (<https://help.disqus.com/en/articles/1717199-importing-exporting>, `disqus.com/api/schemas/1.0/disqus.xsd`)
const DISQUS: [&str; 12] = [
    "message",
    "author.name",
    "author.email",
    "author.username",
    "ipAddress",
    "createdAt",
    "isSpam",
    "isDeleted",
    "thread_link",
    "thread_title",
    "id",
    "parent",
];

impl Kind {
    fn columns(self) -> &'static [&'static str] {
        match self {
            Self::WordPress => &WORDPRESS,
            Self::Disqus => &DISQUS,
        }
    }

    /// The element that is a record.
    fn record(self) -> &'static str {
        match self {
            Self::WordPress => "wp:comment",
            Self::Disqus => "post",
        }
    }

    /// The element that tells what its records share or refer to.
    fn around(self) -> &'static str {
        match self {
            Self::WordPress => "item",
            Self::Disqus => "thread",
        }
    }
}

/// Most threads of Disqus whose link and title are remembered, and most bytes of each.
const THREADS_MAX: usize = 200_000;
const THREAD_TEXT_MAX: usize = 500;

/// The comments or posts of an export.
pub(super) struct Export<R> {
    reader: Reader<Guarded<BufReader<R>>>,
    kind: Kind,
    /// Whether pingbacks and trackbacks are records, if that was chosen.
    pings: Option<bool>,
    columns: Vec<String>,
    buffer: Vec<u8>,
    /// Names of the elements that are open.
    path: Vec<String>,
    /// Text of the innermost element, so far.
    text: String,
    draft: Option<Draft>,
    /// Of the item (WordPress) or thread (Disqus) that is open: id, link, title.
    around: Around,
    threads: HashMap<String, Thread>,
    account: FileAccount,
    /// Words that stand ahead of the export were looked for.
    has_begun: bool,
    count: u64,
    is_over: bool,
}

#[derive(Default)]
struct Around {
    id: String,
    thread: Thread,
    item: Item,
}

/// An item of WordPress: a post, a page, or a message of a contact form.
#[derive(Default)]
struct Item {
    line: u64,
    kind: String,
    status: String,
    content: String,
    is_too_long: bool,
    id: String,
    date: String,
    date_gmt: String,
}

#[derive(Clone, Default)]
struct Thread {
    link: String,
    title: String,
    is_deleted: bool,
}

/// A record under way.
struct Draft {
    depth: usize,
    line: u64,
    fields: Vec<String>,
    size: usize,
    problem: Option<String>,
    in_deleted_thread: bool,
}

impl<R: Read> Export<R> {
    pub(super) fn wordpress(read: R, pings: Option<bool>) -> Self {
        Self { pings, ..Self::open(read, Kind::WordPress) }
    }

    pub(super) fn disqus(read: R) -> Self {
        Self::open(read, Kind::Disqus)
    }

    fn open(read: R, kind: Kind) -> Self {
        let mut reader = Reader::from_reader(Guarded::new(BufReader::with_capacity(64 * 1024, read)));
        reader.config_mut().allow_dangling_amp = true;
        Self {
            reader,
            kind,
            pings: None,
            columns: kind.columns().iter().map(|&name| name.to_owned()).collect(),
            buffer: Vec::new(),
            path: Vec::new(),
            text: String::new(),
            draft: None,
            around: Around::default(),
            threads: HashMap::new(),
            account: FileAccount::default(),
            has_begun: false,
            count: 0,
            is_over: false,
        }
    }

    fn place(&self) -> Place {
        let line = self.draft.as_ref().map_or(self.reader.get_ref().line, |draft| draft.line);
        Place::entry(self.count.max(1), line)
    }

    fn fatal(&mut self, problem: impl Into<String>) -> RecordError {
        self.is_over = true;
        let line = self.reader.get_ref().line;
        RecordError::fatal(Place { line: Some(line), ..self.place() }, problem)
    }

    /// Reads on until a record ends. `None` at the end of the file.
    fn advance(&mut self) -> Result<Option<Result<Record, RecordError>>, RecordError> {
        if !self.has_begun {
            self.has_begun = true;
            self.skip_ahead().map_err(|error| RecordError::io(Place::line(1), &error))?;
        }
        loop {
            let mut buffer = std::mem::take(&mut self.buffer);
            buffer.clear();
            self.reader.get_mut().taken = 0;
            let event = self.reader.read_event_into(&mut buffer);
            let done = match event {
                Ok(Event::Eof) => {
                    self.is_over = true;
                    return self.ended().map(|()| None);
                }
                Ok(event) => self.take(event)?,
                Err(error) => return Err(self.broken(&error)),
            };
            self.buffer = buffer;
            if let Some(draft) = done
                && let Some(draft) = self.wanted(draft)
            {
                return Ok(Some(self.finish(draft)));
            }
        }
    }

    /// Passes over what PHP wrote ahead of the export: warnings, blank lines.
    fn skip_ahead(&mut self) -> io::Result<()> {
        let source = self.reader.get_mut();
        let at = exports_begin(source.fill_buf()?).unwrap_or(0);
        let is_blank = source.fill_buf()?[..at].trim_ascii().is_empty();
        source.consume(at);
        if !is_blank {
            let why = "A program on the web server wrote them into the file: warnings of PHP, mostly";
            self.account.leave_out("words ahead of the export", why, 1, Place::line(1));
        }
        Ok(())
    }

    /// Sets aside what is no message, and takes out labels that nobody gave.
    fn wanted(&mut self, mut draft: Draft) -> Option<Draft> {
        let place = Place::entry(self.count, draft.line);
        let field = |draft: &Draft, name: &str| {
            let index = self.columns.iter().position(|known| known == name);
            index.map(|index| draft.fields[index].trim().to_owned()).unwrap_or_default()
        };
        if self.kind == Kind::WordPress {
            let kind = field(&draft, "comment_type").to_ascii_lowercase();
            if self.pings == Some(true) && is_ping(&kind) {
                self.clear(&mut draft, "comment_approved");
                return Some(draft);
            }
            if let Some((kinds, why)) = aside(&kind) {
                self.account.leave_out(kinds, why, 1, place);
                return None;
            }
            return Some(draft);
        }
        let is_deleted = draft.in_deleted_thread || field(&draft, "isDeleted") == "true";
        let is_spam = field(&draft, "isSpam") == "true";
        if is_deleted && html::render(&field(&draft, "message")).text.trim().is_empty() {
            self.account.leave_out("deleted posts without a text", "Their text is gone", 1, place);
            return None;
        }
        // Who deleted a post did not say that it is no spam.
        if is_deleted && !is_spam {
            self.clear(&mut draft, "isSpam");
        }
        Some(draft)
    }

    fn clear(&self, draft: &mut Draft, column: &str) {
        if let Some(index) = self.columns.iter().position(|known| known == column) {
            draft.fields[index].clear();
        }
    }

    fn take(&mut self, event: Event<'_>) -> Result<Option<Draft>, RecordError> {
        match event {
            Event::Start(element) => self.start(&element).map(|()| None),
            Event::Empty(element) => {
                self.start(&element)?;
                Ok(self.end())
            }
            Event::End(_) => Ok(self.end()),
            Event::Text(text) => {
                self.push(&text);
                Ok(None)
            }
            Event::CData(text) => {
                self.push(&text);
                Ok(None)
            }
            Event::GeneralRef(reference) => {
                self.refer(&reference);
                Ok(None)
            }
            Event::DocType(text) if text.contains("<!ENTITY") => Err(self.fatal(
                "the file declares XML entities of its own, which are never expanded, as they can grow without bound; \
                 remove the declaration if you trust the file",
            )),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) | Event::Eof => Ok(None),
        }
    }

    fn start(&mut self, element: &BytesStart<'_>) -> Result<(), RecordError> {
        if self.path.len() >= XML_MAX_DEPTH {
            return Err(
                self.fatal(format!("elements are nested more than {XML_MAX_DEPTH} deep, as in no export"))
            );
        }
        let name = element.name().as_ref().to_owned();
        self.text.clear();
        if self.draft.is_some() {
            self.attribute_of_draft(&name, element);
        } else if name == self.kind.record() {
            self.count += 1;
            let fields = vec![String::new(); self.columns.len()];
            let line = self.reader.get_ref().line;
            self.draft = Some(Draft {
                depth: self.path.len(),
                line,
                fields,
                size: 0,
                problem: None,
                in_deleted_thread: false,
            });
            self.attribute_of_draft("", element);
        } else if name == self.kind.around() {
            let item = Item { line: self.reader.get_ref().line, ..Item::default() };
            self.around = Around { id: id_of(element), item, ..Around::default() };
        }
        self.path.push(name);
        Ok(())
    }

    /// Disqus refers by attributes: `<thread dsq:id="7"/>`.
    fn attribute_of_draft(&mut self, name: &str, element: &BytesStart<'_>) {
        if self.kind != Kind::Disqus {
            return;
        }
        let id = id_of(element);
        match name {
            "" => self.set("id", id),
            "parent" => self.set("parent", id),
            "thread" => {
                if let Some(Thread { link, title, is_deleted }) = self.threads.get(&id).cloned() {
                    self.set("thread_link", link);
                    self.set("thread_title", title);
                    if let Some(draft) = &mut self.draft {
                        draft.in_deleted_thread = is_deleted;
                    }
                }
            }
            _ => {}
        }
    }

    fn set(&mut self, column: &str, text: String) {
        let index = self.columns.iter().position(|known| known == column);
        if let (Some(index), Some(draft)) = (index, &mut self.draft)
            && draft.fields[index].is_empty()
        {
            draft.size += text.len();
            draft.fields[index] = text;
        }
    }

    fn push(&mut self, text: &str) {
        let room = RECORD_MAX_BYTES + 1 - self.text.len().min(RECORD_MAX_BYTES + 1);
        if text.len() <= room {
            self.text.push_str(text);
        } else if let Some(draft) = &mut self.draft {
            draft.problem.get_or_insert_with(|| TOO_LONG.to_owned());
        } else {
            self.around.item.is_too_long = true;
        }
    }

    fn refer(&mut self, reference: &BytesRef<'_>) {
        let known = match reference.resolve_char_ref() {
            Ok(Some(char)) => Some(char.to_string()),
            Ok(None) => resolve_html5_entity(reference).map(str::to_owned),
            // A reference to a character that XML does not allow, as &#0;: there is nothing to show.
            Err(_) if reference.starts_with('#') => {
                let why = "XML has no such characters; they were taken out";
                self.account.mend(
                    "comments with characters like &#0;",
                    why,
                    1,
                    Place::entry(self.count, self.reader.get_ref().line),
                );
                Some(String::new())
            }
            Err(_) => None,
        };
        match (known, &mut self.draft) {
            (Some(text), _) => self.push(&text),
            (None, Some(draft)) => {
                let name: String = reference.chars().take(40).collect();
                let words = || {
                    format!(
                        "has the entity &{name};, which XML does not know; write it as a number or as itself"
                    )
                };
                draft.problem.get_or_insert_with(words);
            }
            (None, None) => {}
        }
    }

    /// An element ends. Gives the draft when it was the record.
    fn end(&mut self) -> Option<Draft> {
        let name = self.path.pop()?;
        let text = std::mem::take(&mut self.text);
        let parent = self.path.last().map_or("", String::as_str);
        if let Some(draft) = &self.draft {
            let inner = self.path.len().checked_sub(draft.depth)?;
            match inner {
                0 => return self.draft.take(),
                1 => self.set(name.strip_prefix("wp:").unwrap_or(&name), text),
                2 => self.set(&format!("{parent}.{name}"), text),
                _ => {}
            }
        } else if parent == "item" && name == "content:encoded" {
            self.around.item.content = text;
        } else if name == "item" && self.around.item.kind == "feedback" {
            return Some(self.feedback());
        } else if parent == self.kind.around() {
            let text: String = text.trim().chars().take(THREAD_TEXT_MAX).collect();
            match name.as_str() {
                "link" => self.around.thread.link = text,
                "title" => self.around.thread.title = text,
                "isDeleted" => self.around.thread.is_deleted = text == "true",
                "wp:post_type" => self.around.item.kind = text,
                "wp:status" => self.around.item.status = text,
                "wp:post_id" => self.around.item.id = text,
                "wp:post_date" => self.around.item.date = text,
                "wp:post_date_gmt" => self.around.item.date_gmt = text,
                _ => {}
            }
        } else if self.kind == Kind::Disqus && name == "thread" && self.threads.len() < THREADS_MAX {
            let Around { id, thread, .. } = std::mem::take(&mut self.around);
            self.threads.insert(id, thread);
        }
        None
    }

    /// A message of a contact form, as a comment.
    fn feedback(&mut self) -> Draft {
        let item = std::mem::take(&mut self.around.item);
        let found = feedback::parse(&item.content);
        self.count += 1;
        let problem = item.is_too_long.then(|| TOO_LONG.to_owned());
        // A message that nobody called spam was not judged, as an approved comment was.
        let status = if item.status == "spam" { item.status } else { String::new() };
        let values = [
            ("comment_content", found.message),
            ("comment_author", found.name),
            ("comment_author_email", found.email),
            ("comment_author_IP", found.ip),
            ("comment_author_url", found.url),
            ("comment_date_gmt", item.date_gmt),
            ("comment_date", item.date),
            ("comment_approved", status),
            ("comment_type", "feedback".to_owned()),
            ("comment_id", item.id),
        ];
        if !found.subject.is_empty() {
            self.around.thread.title = found.subject;
        }
        let mut fields = vec![String::new(); self.columns.len()];
        for (name, value) in values {
            if let Some(index) = self.columns.iter().position(|known| known == name) {
                fields[index] = value;
            }
        }
        let size = fields.iter().map(String::len).sum();
        Draft { depth: self.path.len(), line: item.line, fields, size, problem, in_deleted_thread: false }
    }

    fn finish(&mut self, mut draft: Draft) -> Result<Record, RecordError> {
        if self.kind == Kind::WordPress {
            let end = draft.fields.len();
            draft.fields[end - 2].clone_from(&self.around.thread.link);
            draft.fields[end - 1].clone_from(&self.around.thread.title);
            self.date_without_gmt(&mut draft);
        }
        let place = Place::entry(self.count, draft.line);
        if draft.size > RECORD_MAX_BYTES {
            draft.problem.get_or_insert_with(|| TOO_LONG.to_owned());
        }
        let nul =
            draft.fields.iter().find_map(|field| checked(field.as_bytes()).err()).map(ToOwned::to_owned);
        match draft.problem.or(nul) {
            None => Ok(Record::new(place, draft.fields)),
            Some(problem) if problem == TOO_LONG => Err(RecordError::new(place, problem)),
            Some(problem) => Err(RecordError::new(place, problem).with_fields(draft.fields)),
        }
    }

    /// Comments that were imported into WordPress have no time in GMT, but zeros: then the site's own time counts.
    fn date_without_gmt(&self, draft: &mut Draft) {
        let index = |name: &str| self.columns.iter().position(|known| known == name);
        if let (Some(gmt), Some(local)) = (index("comment_date_gmt"), index("comment_date"))
            && (draft.fields[gmt].trim().is_empty() || draft.fields[gmt].starts_with("0000"))
        {
            draft.fields[gmt] = draft.fields[local].clone();
        }
    }

    /// At the end everything should be closed.
    fn ended(&mut self) -> Result<(), RecordError> {
        let Some(open) = self.path.last() else { return Ok(()) };
        let problem =
            format!("the file ends within <{open}>; was it copied as a whole? What came before was read");
        Err(self.fatal(problem))
    }

    fn broken(&mut self, error: &quick_xml::Error) -> RecordError {
        match error {
            quick_xml::Error::Io(error) => self.fatal(format!("reading ends here: {error}")),
            error => self.fatal(format!("this is no XML from here on: {error}")),
        }
    }
}

impl<R: Read + Send> Parse for Export<R> {
    fn columns(&self) -> &[String] {
        &self.columns
    }

    fn account(&self) -> FileAccount {
        self.account.clone()
    }

    fn guesses(&self) -> Vec<FileGuess> {
        if self.kind == Kind::WordPress { vec![guesses::pings(self.pings)] } else { Vec::new() }
    }

    fn next(&mut self) -> Option<Result<Record, RecordError>> {
        if self.is_over {
            return None;
        }
        match self.advance() {
            Ok(next) => next,
            Err(error) => Some(Err(error)),
        }
    }
}

fn is_ping(kind: &str) -> bool {
    matches!(kind, "pingback" | "trackback")
}

/// Kinds of WordPress's comments that no visitor wrote, in the plural, and why they are left out.
fn aside(kind: &str) -> Option<(&'static str, &'static str)> {
    let ends = |ends: &[&str]| ends.iter().any(|end| kind.ends_with(end));
    if is_ping(kind) {
        Some(("pingbacks and trackbacks", "Other sites' programs sent them, and people did not judge them"))
    } else if kind.contains("order") && ends(&["note", "notes"]) {
        Some(("order notes", "The shop wrote them about its orders"))
    } else if ends(&["note", "notes", "log", "logs", "history", "delivery", "activity"]) {
        Some(("logs of plugins", "Programs wrote them, and they are no comments"))
    } else {
        None
    }
}

/// Disqus's ids are an attribute in a namespace of their own.
fn id_of(element: &BytesStart<'_>) -> String {
    let mut attributes = element.attributes();
    let id = attributes.with_checks(false).flatten().find(|attribute| attribute.key.as_ref() == "dsq:id");
    id.map(|attribute| attribute.value.chars().take(40).collect()).unwrap_or_default()
}

/// Counts lines, and how much one event takes.
struct Guarded<R> {
    read: R,
    /// The line that is read, from 1.
    line: u64,
    /// Bytes of the event that is read.
    taken: u64,
}

impl<R> Guarded<R> {
    fn new(read: R) -> Self {
        Self { read, line: 1, taken: 0 }
    }
}

impl<R: BufRead> Read for Guarded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let count = available.len().min(buffer.len());
        buffer[..count].copy_from_slice(&available[..count]);
        self.consume(count);
        Ok(count)
    }
}

impl<R: BufRead> BufRead for Guarded<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.taken > XML_PIECE_MAX_BYTES {
            return Err(invalid("a piece of text or markup is longer than 16 MiB"));
        }
        self.read.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        // Filled before: this only looks at what is there.
        if let Ok(held) = self.read.fill_buf() {
            self.line += memchr_iter(b'\n', &held[..count.min(held.len())]).count() as u64;
        }
        self.taken += count as u64;
        self.read.consume(count);
    }
}
