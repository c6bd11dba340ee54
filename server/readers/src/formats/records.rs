//! Where in a JSON the records are, found by looking at all lists in it: the one whose texts look most like messages.

use std::{
    collections::BTreeMap,
    io::{self, Read},
};

use domain::{FileAccount, FileAlternative, FileGuess, FileTrait, MappedField};
use serde_json::Value;

use super::{
    flatten::{Columns, Flat},
    json::{Scan, member_name},
    lenient,
    path::{Path, STEPS, Step},
};
use crate::{Place, Record, limits::RECORD_MAX_BYTES, mapping::guess, window::Window};

/// Lists that are looked at.
const LISTS: usize = 400;

/// Records of a list that are looked at.
const SAMPLES: usize = 40;

/// Elements of an array that are gone into, within one value.
const ELEMENTS: usize = 200;

/// Values that are parsed one and all; of those after them, every so manieth is.
const PARSED: u64 = 2_000;
const EVERY: u64 = 50;

/// Names of lists whose elements answer the record around them.
const ANSWERS: [&str; 14] = [
    "replies",
    "reply",
    "children",
    "comments",
    "responses",
    "answers",
    "thread",
    "subcomments",
    "childcomments",
    "nested",
    "antworten",
    "respuestas",
    "réponses",
    "risposte",
];

/// A list that may hold the records.
#[derive(Default)]
struct List {
    count: u64,
    samples: Vec<Flat>,
    score: f64,
    /// How much its messages look like texts.
    text: f64,
    message: Option<String>,
    /// How far down the list of names the message's stands.
    place: usize,
    /// Whether its elements are texts and no objects.
    is_of_texts: bool,
}

/// Where the records are.
#[derive(Clone, Debug, Default)]
pub(crate) struct Located {
    pub(super) path: Path,
    /// Members that hold answers to a record, which are records as well.
    pub(super) answers: Vec<String>,
    /// Names of the columns of rows, where they stand beside them.
    pub(super) names: Option<Vec<String>>,
    /// Other lists, and how many records they would have.
    others: Vec<(Path, u64)>,
    count: u64,
    message: Option<String>,
    in_doubt: bool,
    is_chosen: bool,
}

impl Located {
    /// Where somebody said.
    ///
    /// # Errors
    /// When that is no path.
    pub(crate) fn chosen(path: &str) -> Result<Self, String> {
        Ok(Self { path: path.parse()?, is_chosen: true, ..Self::default() })
    }

    /// Whether each value as a whole is a record.
    pub(crate) fn is_whole_values(&self) -> bool {
        self.path.0.is_empty()
    }

    /// Whether there was more than one record where they are.
    pub(crate) fn is_several(&self) -> bool {
        self.count > 1
    }

    /// Whether a line alone tells its records: it is one, or an array of them.
    pub(crate) fn is_by_lines(&self) -> bool {
        self.path.0.is_empty() || self.path.0 == [Step::Each]
    }

    /// What to say about it.
    pub(crate) fn guess(&self) -> FileGuess {
        let evidence = match (&self.message, self.is_chosen) {
            (_, true) => "It was chosen".to_owned(),
            (Some(column), _) => format!("{} with texts in \"{column}\"", entries(self.count)),
            (None, _) => "No list in it looks like messages".to_owned(),
        };
        let about =
            |(path, count): &(Path, u64)| FileAlternative { value: path.to_string(), about: entries(*count) };
        FileGuess {
            about: FileTrait::Records,
            value: self.path.to_string(),
            evidence,
            alternatives: self.others.iter().map(about).collect(),
            in_doubt: self.in_doubt,
            is_chosen: self.is_chosen,
        }
    }

    /// What is left out: the other lists.
    pub(super) fn left_out(&self) -> FileAccount {
        let mut account = FileAccount::default();
        let is_outside = |path: &Path| !path.is_within(&self.path) && !self.path.is_within(path);
        for (path, count) in self.others.iter().filter(|(path, _)| is_outside(path)) {
            let why = "The records were taken from another list; choose this one to read it instead";
            account.leave_out(&format!("entries of {path}"), why, *count, "");
        }
        account
    }
}

fn entries(count: u64) -> String {
    if count == 1 { "1 record".to_owned() } else { format!("{} records", domain::paging::grouped(count)) }
}

/// Finds out where the records are. `read` is the file, or its beginning.
pub(crate) fn locate(read: impl Read) -> io::Result<Located> {
    let mut survey =
        Survey { window: Window::new(read), lists: BTreeMap::new(), names: BTreeMap::new(), values: 0 };
    loop {
        survey.window.skip_json_blanks()?;
        match survey.window.held().first() {
            None => break,
            Some(b']' | b'}' | 0x1e) => survey.window.consume(1),
            Some(_) => survey.value(&Path::default())?,
        }
    }
    let (names, mut lists) = (survey.names, survey.lists);
    for (path, list) in &mut lists {
        let beside = path.0.len().checked_sub(2).and_then(|length| names.get(&path.0[..length]));
        let Some(names) = beside else { continue };
        list.samples.iter_mut().for_each(|flat| flat.name(names));
    }
    let mut located = chosen_among(lists);
    let beside = located.path.0.len().checked_sub(2).and_then(|length| names.get(&located.path.0[..length]));
    located.names = beside.cloned();
    Ok(located)
}

struct Survey<R> {
    window: Window<R>,
    lists: BTreeMap<Path, List>,
    /// Names of columns that stand beside rows, by where both are.
    names: BTreeMap<Vec<Step>, Vec<String>>,
    values: u64,
}

impl<R: Read> Survey<R> {
    /// Looks at the value that begins with what is held. One that is too long to be looked at as a whole is gone into.
    fn value(&mut self, path: &Path) -> io::Result<()> {
        let (mut at, mut scan) = (0, Scan::new(path.0.is_empty()));
        let is_whole = loop {
            let held = self.window.held();
            let mut is_found = false;
            while let Some(&byte) = held.get(at) {
                is_found = scan.is_behind_value(byte);
                if is_found {
                    break;
                }
                scan.step(byte);
                at += 1;
            }
            if is_found || at > RECORD_MAX_BYTES || !self.window.more()? {
                break is_found || (scan.is_complete() && at <= RECORD_MAX_BYTES);
            }
        };
        if is_whole {
            self.values += 1;
            if self.values <= PARSED || self.values.is_multiple_of(EVERY) {
                let text = String::from_utf8_lossy(&self.window.held()[..at]).into_owned();
                match parsed(&text) {
                    Some(value) => self.tree(path, &value),
                    // Parts of it may make sense.
                    None => return self.go_into(path, at),
                }
            } else if let Some(list) = self.lists.get_mut(path) {
                list.count += 1;
            }
            self.window.consume(at);
            return Ok(());
        }
        self.go_into(path, at)
    }

    /// Looks at the parts of a value, of which so many bytes were looked at.
    fn go_into(&mut self, path: &Path, bytes: usize) -> io::Result<()> {
        let first = self.window.held().first().copied();
        if !matches!(first, Some(b'[' | b'{')) || path.0.len() >= STEPS {
            self.window.consume(bytes);
            return Ok(());
        }
        self.window.consume(1);
        self.children(path, first == Some(b'['))
    }

    fn children(&mut self, path: &Path, is_array: bool) -> io::Result<()> {
        let mut members = 0;
        loop {
            self.window.skip_json_blanks()?;
            match self.window.held().first() {
                None => return Ok(()),
                Some(b']' | b'}') => {
                    self.window.consume(1);
                    return Ok(());
                }
                Some(_) if is_array => self.value(&path.then(Step::Each))?,
                Some(_) => {
                    let Some(name) = member_name(&mut self.window)? else { return Ok(()) };
                    self.window.skip_json_blanks()?;
                    members += 1;
                    // So many members are no record, but a list by their names.
                    let step = if members > ELEMENTS { Step::Each } else { Step::Name(name) };
                    self.value(&path.then(step))?;
                }
            }
        }
    }

    fn tree(&mut self, path: &Path, value: &Value) {
        if path.0.len() > STEPS {
            return;
        }
        if let Some(rows) = columnar(value).filter(|_| path.0.is_empty()) {
            let list = self.lists.entry(path.clone()).or_default();
            list.count += rows.len() as u64;
            list.samples.extend(rows.into_iter().take(SAMPLES));
            return;
        }
        match value {
            Value::Object(members) => {
                let is_list = members.len() > 1 && are_alike(members.values());
                if !is_list {
                    self.note(path, value);
                }
                for (name, member) in members {
                    match member {
                        Value::Object(_) if is_list => self.tree(&path.then(Step::Each), member),
                        Value::Object(_) | Value::Array(_) => {
                            self.tree(&path.then(Step::Name(name.clone())), member)
                        }
                        _ => {}
                    }
                }
            }
            Value::Array(elements) if path.0.last() == Some(&Step::Each) && is_row(elements) => {
                self.note(path, value)
            }
            Value::Array(elements) => {
                if let Some(Step::Name(name)) = path.0.last()
                    && NAMES.contains(&name.as_str())
                    && elements.len() > 1
                    && elements.iter().all(Value::is_string)
                {
                    let names = elements.iter().filter_map(Value::as_str).map(ToOwned::to_owned).collect();
                    self.names.insert(path.0[..path.0.len() - 1].to_vec(), names);
                }
                let within = path.then(Step::Each);
                elements.iter().take(ELEMENTS).for_each(|element| self.tree(&within, element));
                if let Some(list) = self.lists.get_mut(&within) {
                    list.count += elements.len().saturating_sub(ELEMENTS) as u64;
                }
            }
            Value::String(_) if path.0.last() == Some(&Step::Each) => self.note(path, value),
            _ => {}
        }
    }

    fn note(&mut self, path: &Path, value: &Value) {
        let is_list = path.0.is_empty() || path.0.last() == Some(&Step::Each);
        if !is_list || (self.lists.len() >= LISTS && !self.lists.contains_key(path)) {
            return;
        }
        let list = self.lists.entry(path.clone()).or_default();
        list.count += 1;
        list.is_of_texts = value.is_string();
        if list.samples.len() < SAMPLES {
            let flat = match value {
                Value::Array(cells) => Ok(row(cells)),
                _ => Flat::read(&without_lists(value).to_string()),
            };
            list.samples.extend(flat);
        }
    }
}

/// Members that name the columns of rows that stand beside them.
const NAMES: [&str; 6] = ["columns", "fields", "header", "headers", "columnNames", "cols"];

/// Whether an array is a row of a table: several values, of which none is a list.
pub(super) fn is_row(elements: &[Value]) -> bool {
    elements.len() > 1 && !elements.iter().any(|element| element.is_object() || element.is_array())
}

/// A row of a table; its columns have numbers.
pub(super) fn row(cells: &[Value]) -> Flat {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    Flat(cells.iter().enumerate().map(|(index, cell)| (numbered(index), text(cell))).collect())
}

/// The rows of a table that is written column by column, as pandas does: `{"name": {"0": "Ann", "1": "Bo"}, …}`.
pub(super) fn columnar(value: &Value) -> Option<Vec<Flat>> {
    let columns = value.as_object().filter(|columns| columns.len() > 1)?;
    let first = columns.values().next()?.as_object().filter(|cells| !cells.is_empty())?;
    let is_number = |key: &String| key.bytes().all(|byte| byte.is_ascii_digit());
    let is_column = |column: &Value| {
        column.as_object().is_some_and(|cells| {
            cells.len() == first.len()
                && cells
                    .iter()
                    .all(|(key, cell)| first.contains_key(key) && !cell.is_object() && !cell.is_array())
        })
    };
    if !first.keys().all(is_number) || !columns.values().all(is_column) {
        return None;
    }
    let cell = |column: &Value, key: &String| match &column[key] {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    let row =
        |key: &String| Flat(columns.iter().map(|(name, column)| (name.clone(), cell(column, key))).collect());
    let mut keys: Vec<_> = first.keys().collect();
    keys.sort_by_key(|key| key.parse::<u64>().unwrap_or(u64::MAX));
    Some(keys.into_iter().map(row).collect())
}

/// Whether a text could be such a table: asked of every record, ahead of reading it.
pub(super) fn begins_columns(text: &str) -> bool {
    let Some((_, inner)) = text.split_once(':') else { return false };
    let inner =
        inner.trim_start().strip_prefix('{').map(str::trim_start).and_then(|rest| rest.strip_prefix('"'));
    inner.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

/// The name of a column that has none.
pub(super) fn numbered(index: usize) -> String {
    format!("column {}", index + 1)
}

fn parsed(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok().or_else(|| serde_json::from_str(&lenient::mended(text)?.0).ok())
}

/// The value without lists of objects, which are none of its own texts.
fn without_lists(value: &Value) -> Value {
    let is_list =
        |value: &Value| value.as_array().is_some_and(|list| list.iter().any(|element| !element.is_string()));
    match value {
        Value::Object(members) => {
            let own = members.iter().filter(|(_, member)| !is_list(member));
            Value::Object(own.map(|(name, member)| (name.clone(), without_lists(member))).collect())
        }
        other => other.clone(),
    }
}

/// Whether these are objects of which each has half of the first one's members.
fn are_alike<'a>(mut members: impl Iterator<Item = &'a Value>) -> bool {
    let Some(Value::Object(first)) = members.next() else { return false };
    !first.is_empty()
        && members.all(|member| {
            let shared = |object: &serde_json::Map<String, Value>| {
                first.keys().filter(|key| object.contains_key(*key)).count()
            };
            member.as_object().is_some_and(|object| shared(object) * 2 >= first.len())
        })
}

/// How much better a list within another has to be; and how much its messages have to look like texts.
const CHILD_TEXT: f64 = 0.4;

/// How much more the records of a list have to look like texts than the one object around it.
const ENVELOPE: f64 = 0.2;

/// How much the only member of objects has to look like texts.
const ALONE: f64 = 0.45;

/// Scores that are nearly the same.
const NEAR: f64 = 0.15;

fn chosen_among(lists: BTreeMap<Path, List>) -> Located {
    let mut lists: Vec<_> = lists.into_iter().map(|(path, list)| (path, scored(list))).collect();
    // Lists within others come after them.
    lists.sort_by_key(|(path, _)| path.0.len());
    let mut best: Option<usize> = None;
    for (index, (path, list)) in lists.iter().enumerate() {
        let is_better = match best.map(|best| &lists[best]) {
            None => true,
            Some((known_path, known)) if path.is_within(known_path) => {
                let is_answer = is_answer(known_path, known, path, list);
                let is_more = has_more_texts(known, list) && list.place <= known.place;
                // One object around a list says how the request went, and is no record.
                let is_around =
                    known.count == 1 && known_path.0.is_empty() && list.text > known.text + ENVELOPE;
                !is_answer
                    && list.message.is_some()
                    && (known.message.is_none() || is_around || (is_more && list.score + NEAR >= known.score))
            }
            Some((_, known)) => list.score > known.score,
        };
        if is_better {
            best = Some(index);
        }
    }
    let Some(best) = best else { return Located::default() };
    let (path, list) = &lists[best];
    let answers = lists.iter().filter(|(other, found)| is_answer(path, list, other, found));
    let answers: Vec<_> = answers.filter_map(|(other, _)| last_name(other)).map(ToOwned::to_owned).collect();
    let is_rival = |(other, found): &(Path, List)| {
        let is_like = found.message.is_some() && found.score + NEAR > list.score;
        let is_hidden = other != path && other.is_within(path) && !is_answer(path, list, other, found);
        (is_like && !other.is_within(path) && !path.is_within(other))
            || (is_hidden && has_more_texts(list, found))
    };
    let in_doubt = list.message.is_none() || lists.iter().any(is_rival);
    let is_other = |(other, found): &&(Path, List)| {
        other != path && found.count > 0 && !is_answer(path, list, other, found)
    };
    let others =
        lists.iter().filter(is_other).map(|(path, list)| (path.clone(), list.count)).take(20).collect();
    let (count, message) = (list.count, list.message.clone());
    Located { path: path.clone(), answers, names: None, others, count, message, in_doubt, is_chosen: false }
}

/// Whether a list within another has many more records with texts.
fn has_more_texts(known: &List, within: &List) -> bool {
    within.message.is_some() && within.count >= known.count * 2 && within.text >= CHILD_TEXT
}

/// Whether a list holds the answers to the records of another: directly within, named so, with the message in a member of
/// the same name.
fn is_answer(path: &Path, list: &List, other: &Path, found: &List) -> bool {
    let Some(name) = last_name(other) else { return false };
    let is_direct = other.0.len() == path.0.len() + 2 && other.is_within(path);
    let has_message =
        |message: &String| found.samples.iter().any(|flat| flat.0.iter().any(|(name, _)| name == message));
    is_direct
        && ANSWERS.contains(&name.to_lowercase().as_str())
        && list.message.as_ref().is_some_and(has_message)
}

fn last_name(path: &Path) -> Option<&str> {
    match &path.0[..] {
        [.., Step::Name(name), Step::Each] => Some(name),
        _ => None,
    }
}

/// How much a list looks like messages: by name and texts, and a little by their number.
fn scored(mut list: List) -> List {
    let mut columns = Columns::default();
    list.samples.iter().for_each(|flat| columns.learn(flat));
    let records: Vec<Record> = std::mem::take(&mut list.samples)
        .into_iter()
        .map(|flat| {
            let names = Flat(flat.0.clone());
            let record = columns.record(Place::line(1), flat);
            list.samples.push(names);
            record
        })
        .collect();
    let found = guess::guess_columns(&columns.names, &records);
    let (place, text) =
        guess::message_looks(&columns.names, &records, found.mapping.column(MappedField::Message));
    // One member that every object has, and that is no text, says what kind of object it is.
    let is_text = |_: &&str| {
        place.is_some() || list.is_of_texts || text >= ALONE || (columns.names.len() > 1 && text > 0.0)
    };
    list.message = found.mapping.column(MappedField::Message).filter(is_text).map(ToOwned::to_owned);
    if list.samples.iter().any(is_phpmyadmin) {
        list.message = None;
    }
    list.text = text;
    list.place = place.unwrap_or(usize::MAX);
    let is_sure = place.is_some() && !list.is_of_texts;
    list.score = if list.message.is_some() { text + if is_sure { 0.8 } else { 0.0 } } else { 0.0 };
    list.score += 0.15 * (list.count.max(1) as f64).log10();
    list
}

/// Whether this is what phpMyAdmin says of its export, ahead of its tables.
fn is_phpmyadmin(flat: &Flat) -> bool {
    let has =
        |name: &str, words: &str| flat.0.iter().any(|(known, text)| known == name && text.contains(words));
    has("type", "header") && has("comment", "PHPMyAdmin")
}

/// The text behind comments and signs that stand ahead of a JSON.
pub(crate) fn without_comments(text: &str) -> &str {
    let mut text = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{1e}');
    loop {
        let behind = if text.starts_with("//") {
            text.split_once('\n')
        } else if text.starts_with("/*") {
            text.split_once("*/")
        } else {
            None
        };
        match behind {
            Some((_, rest)) => text = rest.trim_start(),
            None => return text,
        }
    }
}

/// How many bytes of JavaScript stand ahead of a JSON: `window.YTD.tweets.part0 = [`, as in archives of Twitter.
pub(crate) fn assignment(text: &str) -> usize {
    let start = text.get(..200).unwrap_or(text);
    let Some((name, behind)) = start.split_once('=') else { return 0 };
    let name = name.trim();
    let bare = ["var ", "let ", "const "].iter().find_map(|word| name.strip_prefix(word)).unwrap_or(name);
    let is_name = bare.starts_with(|c: char| c.is_ascii_alphabetic())
        && bare.chars().all(|c| c.is_ascii_alphanumeric() || "._$".contains(c));
    if is_name && behind.trim_start().starts_with(['[', '{']) { start.len() - behind.len() } else { 0 }
}

/// Whether a text is one value a line: at least half of its lines are.
pub(crate) fn is_lines(text: &str, is_whole: bool) -> bool {
    let text = without_comments(text);
    let mut lines: Vec<_> = text
        .lines()
        .map(|line| line.trim_matches(|c: char| c.is_whitespace() || c == '\u{1e}').trim_end_matches(','))
        .filter(|line| !line.is_empty())
        .collect();
    let count = lines.len();
    if !is_whole && count > 1 {
        lines.pop();
    }
    let is_value = |line: &&&str| line.len() > 1 && line.starts_with(['{', '[']) && parsed(line).is_some();
    let looked_at = &lines[..lines.len().min(200)];
    let whole = looked_at.iter().filter(is_value).count();
    count > 1 && whole > 0 && whole * 2 >= looked_at.len() && (!text.starts_with('[') || is_value(&&lines[0]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(json: &str) -> String {
        locate(json.as_bytes()).unwrap().path.to_string()
    }

    #[test]
    fn the_list_with_messages_is_found() {
        assert_eq!(
            path(
                r#"{"message":"Cheap pills at http://pills.example","links":[{"url":"http://a.example","text":"pills"}]}"#
            ),
            "."
        );
        assert_eq!(
            path(
                r#"{"id":1,"body":"Comment 1 as jq prints it","tags":[{"name":"a"},{"name":"b"}]} {"id":2,"body":"x"}"#
            ),
            "."
        );
        assert_eq!(
            path(
                r#"{"users":[{"name":"Ana"},{"name":"Bo"}],"comments":[{"user":1,"text":"Hello to all of you"}]}"#
            ),
            "comments[]"
        );
        assert_eq!(path(r#"[{"text":"a"},{"text":"b"}]"#), "[]");
        assert_eq!(
            path(
                r#"{"data":{"posts":{"edges":[{"node":{"body":"Hello to all of you"}},{"node":{"body":"Buy now"}}]}}}"#
            ),
            "data.posts.edges[]"
        );
        assert_eq!(
            path(r#"{"17":{"text":"Hello to you","by":"a"},"18":{"text":"Buy this now","by":"b"}}"#),
            "[]"
        );
        assert_eq!(
            path(
                r#"{"title":"My blog","description":"All comments","comments":[{"body":"Hello to all of you"},{"body":"Buy it now, only today"}]}"#
            ),
            "comments[]"
        );
    }

    #[test]
    fn answers_are_records() {
        let json = r#"[{"body":"A question to all of you","replies":[{"body":"An answer","replies":[]}]},{"body":"Another question","replies":[]}]"#;
        let located = locate(json.as_bytes()).unwrap();
        assert_eq!(
            (located.path.to_string().as_str(), located.answers.as_slice()),
            ("[]", &["replies".to_owned()][..])
        );
    }

    #[test]
    fn lines_are_told_from_values_over_several() {
        assert!(is_lines("{\"a\":1}\n\n{\"a\":2},\n", true));
        assert!(is_lines("[{\"a\":1}]\n[{\"a\":2}]\n", true));
        assert!(!is_lines("{\n \"a\": [\n \"x\",\n \"y\"\n ]\n}\n", true));
        assert!(!is_lines("[\n{\"a\":1},\n{\"a\":2}\n]\n", true));
        assert!(!is_lines("{\"a\":1}\n", true));
    }
}
