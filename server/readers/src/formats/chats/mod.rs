//! What chats' apps export: Telegram's JSON, Slack's zip, Discord by DiscordChatExporter or its data package, Google Chat's
//! takeout, WhatsApp's text, and the JSON of Messenger and Instagram; LINE, KakaoTalk and logs of IRC. One record is what one person wrote at one time; notices of the app are left out and counted.

mod discord;
mod google;
mod irc;
mod kakao;
mod line;
mod logs;
mod meta;
mod remarks;
mod script;
mod slack;
mod stream;
mod telegram;
mod whatsapp;

use std::{collections::HashMap, io::Read, sync::Arc};

use domain::FileAccount;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;

pub(crate) use self::slack::aside;
use self::{
    logs::Log,
    script::Lines,
    stream::{Element, Elements},
    whatsapp::Whatsapp,
};
use super::Parse;
use crate::{Place, ReadError, Record, RecordError, error::TOO_LONG, limits::RECORD_MAX_BYTES};

/// Columns of every chat. `chat` is the channel or group, `id` and `author_id` are the app's.
const COLUMNS: [&str; 8] = ["message", "name", "email", "date", "chat", "id", "author_id", "kind"];

/// Whose export it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum App {
    Telegram,
    Slack,
    Discord,
    Messenger,
    Instagram,
    Whatsapp,
    GoogleChat,
    DiscordPackage,
    /// Lines of text other than WhatsApp's.
    Log(logs::Program),
}

/// What files of one archive share: who has which id.
#[derive(Clone, Debug, Default)]
pub(crate) struct Archive {
    pub(super) users: Arc<HashMap<String, User>>,
}

/// Somebody with an id.
#[derive(Clone, Debug, Default)]
pub(super) struct User {
    pub(super) name: String,
    pub(super) email: String,
}

/// What somebody wrote.
#[derive(Debug, Default, PartialEq, Eq)]
struct Written {
    text: String,
    name: String,
    email: String,
    date: String,
    chat: String,
    id: String,
    author: String,
    kind: String,
    /// Whether remarks of the app were cut off.
    is_cut: bool,
}

/// What an entry of an export is.
enum Entry {
    Written(Written),
    /// No message: of which kind, in the plural, and why it is left out.
    Aside(&'static str, &'static str),
}

const NOTICE: Entry =
    Entry::Aside("notices of the app", "The app wrote them: who came, went, called or pinned something");
const WORDLESS: Entry =
    Entry::Aside("messages without a text", "They are pictures, files, stickers or reactions alone");

/// The messages of a chat.
pub(crate) struct Chat<R> {
    source: Source<R>,
    app: App,
    columns: Vec<String>,
    archive: Archive,
    /// Name of the file's folder: the channel, in Slack's exports.
    folder: String,
    account: FileAccount,
    is_over: bool,
}

enum Source<R> {
    Json(Elements<R>),
    Text(Lines<R>),
}

impl<R: Read> Chat<R> {
    /// Begins to read; `name` is the file's path within an archive.
    ///
    /// # Errors
    /// When it is none of the exports that are known.
    pub(crate) fn open(read: R, archive: &Archive, name: Option<&str>) -> Result<Self, ReadError> {
        let mut elements = Elements::new(read);
        let head = elements.head().map_err(|error| ReadError::new(error.to_string()))?;
        let Some(app) = recognise(&head) else {
            return Err(ReadError::new("this is no chat export that is known here; choose another format"));
        };
        let source = match app {
            App::Whatsapp => Source::Text(Lines::new(elements.into_window(), Whatsapp::new(&head))),
            App::Log(program) => Source::Text(Lines::new(elements.into_window(), Log::new(program))),
            _ => Source::Json(elements),
        };
        let folder = name
            .and_then(|name| name.rsplit_once('/'))
            .map(|(folder, _)| folder.rsplit('/').next().unwrap_or(folder));
        Ok(Self {
            source,
            app,
            columns: COLUMNS.map(str::to_owned).to_vec(),
            archive: archive.clone(),
            folder: folder.unwrap_or_default().to_owned(),
            account: FileAccount::default(),
            is_over: false,
        })
    }

    /// The next entry and where it is. `None` at the end.
    fn entry(&mut self) -> Option<Result<(Place, Entry), RecordError>> {
        match &mut self.source {
            Source::Text(lines) => lines.next(),
            Source::Json(elements) => {
                let element = match elements.next(|path| self.app.is_list(path))? {
                    Ok(element) => element,
                    Err(error) => return Some(Err(error)),
                };
                let Element { place, bytes, around } = element;
                let Ok(text) = std::str::from_utf8(&bytes) else {
                    return Some(Err(RecordError::new(place, super::NOT_UTF8)));
                };
                let pairs: Pairs = match serde_json::from_str(text) {
                    Ok(pairs) => pairs,
                    Err(error) => {
                        let problem = format!("is no JSON: {error}");
                        return Some(
                            Err(RecordError::new(place, problem).with_fields(vec![text.to_owned()])),
                        );
                    }
                };
                let entry = match self.app {
                    App::Telegram => telegram::entry(&pairs, &around),
                    App::Slack => slack::entry(&pairs, &self.archive, &self.folder),
                    App::Discord => discord::entry(&pairs, &around),
                    App::GoogleChat => google::entry(&pairs, &self.folder),
                    App::DiscordPackage => google::discord_package(&pairs, &self.folder),
                    App::Messenger | App::Instagram | App::Whatsapp | App::Log(_) => {
                        meta::entry(&pairs, &around)
                    }
                };
                Some(Ok((place, entry)))
            }
        }
    }
}

impl App {
    /// Whether messages stand in the list at this path of names.
    fn is_list(self, path: &[&str]) -> bool {
        match self {
            Self::Slack | Self::DiscordPackage => path.is_empty(),
            Self::Telegram | Self::Discord | Self::Messenger | Self::Whatsapp | Self::GoogleChat => {
                path.last() == Some(&"messages") || (path.is_empty() && self == Self::Telegram)
            }
            Self::Instagram => path.len() <= 1,
            Self::Log(_) => false,
        }
    }
}

/// Which app exported a file that begins so.
pub(crate) fn recognise(head: &str) -> Option<App> {
    let text = head.trim_start_matches('\u{feff}').trim_start();
    if whatsapp::begins(text) {
        return Some(App::Whatsapp);
    }
    if let Some(program) = logs::recognise(text) {
        return Some(App::Log(program));
    }
    if !text.starts_with(['{', '[']) {
        return None;
    }
    let has = |name: &str| text.contains(&format!("\"{name}\""));
    // Of keys with their values, blanks apart.
    let compact: String = text.chars().take(64 * 1024).filter(|c| !c.is_whitespace()).collect();
    let is_telegram = has("text_entities")
        || has("date_unixtime")
        || (has("personal_information") && has("about"))
        || (has("messages")
            && ["\"type\":\"service\"", "\"type\":\"message\""].iter().any(|pair| compact.contains(pair))
            && has("date")
            && has("text"));
    if has("messages") && (has("guild") && has("channel") || has("exportedAt")) {
        Some(App::Discord)
    } else if text.starts_with('{') && has("messages") && has("creator") && has("created_date") {
        Some(App::GoogleChat)
    } else if text.starts_with('[') && has("ID") && has("Timestamp") && has("Contents") && has("Attachments")
    {
        Some(App::DiscordPackage)
    } else if text.starts_with('{') && has("messages") && (has("sender_name") || has("participants")) {
        Some(App::Messenger)
    } else if has("comments_v2") || has("string_map_data") && has("Comment") {
        Some(App::Instagram)
    } else if text.starts_with('[')
        && compact.contains("\"ts\":\"1")
        && has("type")
        && (has("user") || has("bot_id"))
    {
        Some(App::Slack)
    } else if is_telegram {
        Some(App::Telegram)
    } else {
        None
    }
}

impl<R: Read + Send> Parse for Chat<R> {
    fn columns(&self) -> &[String] {
        &self.columns
    }

    fn next(&mut self) -> Option<Result<Record, RecordError>> {
        while !self.is_over {
            let Some(item) = self.entry() else {
                self.is_over = true;
                break;
            };
            match item {
                Ok((place, Entry::Written(written))) => {
                    if written.is_cut {
                        let why = "That a message was edited, or which file was with it, is not its text";
                        self.account.mend(
                            "messages with remarks of the app, which were cut off",
                            why,
                            1,
                            &place,
                        );
                    }
                    return Some(record(place, written));
                }
                Ok((place, Entry::Aside(kind, why))) => self.account.leave_out(kind, why, 1, place),
                Err(error) => {
                    self.is_over = error.is_fatal;
                    return Some(Err(error));
                }
            }
        }
        None
    }

    fn account(&self) -> FileAccount {
        let mut account = self.account.clone();
        if let Source::Json(elements) = &self.source {
            for (path, count) in elements.passed() {
                let why = "They are another list of the export, and hold no messages";
                account.leave_out(&format!("entries of \"{path}\""), why, count, path);
            }
        }
        account
    }
}

fn record(place: Place, written: Written) -> Result<Record, RecordError> {
    let Written { text, name, email, date, chat, id, author, kind, is_cut: _ } = written;
    let fields = [text, name, email, date, chat, id, author, kind];
    if fields.iter().map(String::len).sum::<usize>() > RECORD_MAX_BYTES {
        return Err(RecordError::new(place, TOO_LONG));
    }
    Ok(Record::new(place, fields))
}

/// An object's members in their order, also when two have one name: Telegram writes some twice.
struct Pairs(Vec<(String, Value)>);

impl Pairs {
    /// The first member of a name that is neither null nor an empty text; else the first.
    fn get(&self, name: &str) -> Option<&Value> {
        let all = || self.0.iter().filter(|(known, _)| known == name).map(|(_, value)| value);
        let is_filled = |value: &&Value| !value.is_null() && value.as_str() != Some("");
        all().find(is_filled).or_else(|| all().next())
    }

    fn text(&self, name: &str) -> String {
        self.get(name).map(plain).unwrap_or_default()
    }

    fn list(&self, name: &str) -> &[Value] {
        self.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
    }
}

/// A text, or a number as text.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(truth) => truth.to_string(),
        _ => String::new(),
    }
}

/// A member's text, of an object within.
fn member(value: &Value, name: &str) -> String {
    value.get(name).map(plain).unwrap_or_default()
}

/// A link's text with its address, where that is not the text.
fn link(text: &str, address: &str) -> String {
    match (text.is_empty(), address.is_empty() || text.contains(address.trim_end_matches('/'))) {
        (_, true) => text.to_owned(),
        (true, false) => address.to_owned(),
        (false, false) => format!("{text} ({address})"),
    }
}

/// Texts one below the other, none twice.
fn lines(texts: impl IntoIterator<Item = String>) -> String {
    let mut kept: Vec<String> = Vec::new();
    for text in texts {
        let text = text.trim();
        if !text.is_empty() && !kept.iter().any(|known| known == text) {
            kept.push(text.to_owned());
        }
    }
    kept.join("\n")
}

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Pairs;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(Members)
    }
}
