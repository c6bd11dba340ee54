//! NDJSON, also called JSON Lines: one JSON value a line; and values as records, wherever they come from.

use std::{collections::VecDeque, io::Read};

use domain::FileAccount;
use serde_json::{Map, Value as Json};

use super::{
    NOT_UTF8, Parse,
    dialect::Row,
    flatten::{Columns, Flat},
    header,
    lenient::{self, MENDED},
    records::{Located, begins_columns, columnar, is_row, numbered, row},
    table::named,
};
use crate::{
    Place, ReadError, Record, RecordError,
    encoding::StrayRows,
    error::TOO_LONG,
    limits::{LOOKAHEAD_BYTES, LOOKAHEAD_RECORDS, RECORD_MAX_BYTES},
    window::{Line, Window},
};

/// A value as it stands in the file, where it is, or what is wrong with it.
pub(super) type Value = Result<(Place, Vec<u8>), RecordError>;

/// Where values come from, one by one.
pub(super) trait Values: Send {
    fn next(&mut self) -> Option<Value>;
}

/// Values as records. The first of them are looked at to know the columns.
pub(super) struct FlatRecords<V> {
    values: V,
    columns: Columns,
    ahead: VecDeque<Result<(Place, Flat), RecordError>>,
    /// Members that hold further records.
    answers: Vec<String>,
    /// The names of the columns of rows.
    names: Option<Vec<String>>,
    stray: StrayRows,
    account: FileAccount,
}

impl<V: Values> FlatRecords<V> {
    pub(super) fn open(values: V, located: &Located) -> Result<Self, ReadError> {
        let (answers, account) = (located.answers.clone(), located.left_out());
        let (columns, ahead, stray) = (Columns::default(), VecDeque::new(), StrayRows::default());
        let names = located.names.clone();
        let mut records = Self { values, columns, ahead, answers, names, stray, account };
        let (mut size, mut looked_at) = (0, 0);
        while records.ahead.len() < LOOKAHEAD_RECORDS && size < LOOKAHEAD_BYTES {
            let Some(value) = records.values.next() else { break };
            records.read(value);
            size += records.ahead.range(looked_at..).flatten().map(|(_, flat)| flat.size()).sum::<usize>();
            looked_at = records.ahead.len();
        }
        if records.names.is_none() {
            records.names = records.first_row_names();
        }
        for (_, flat) in records.ahead.iter_mut().flatten() {
            records.names.iter().for_each(|names| flat.name(names));
            records.columns.learn(flat);
        }
        if records.columns.names.is_empty() {
            return Err(match records.ahead.into_iter().find_map(Result::err) {
                Some(error) => ReadError { place: Some(error.place), problem: error.problem },
                None => ReadError::new("there is no record with a field in this file"),
            });
        }
        Ok(records)
    }

    /// The names in the first of several rows, which is then no record.
    fn first_row_names(&mut self) -> Option<Vec<String>> {
        let is_row = |flat: &Flat| {
            flat.0.len() > 1 && flat.0.iter().enumerate().all(|(index, (name, _))| *name == numbered(index))
        };
        let cells = |flat: &Flat| flat.0.iter().map(|(_, text)| text.clone()).collect::<Vec<_>>();
        let rows: Vec<_> = self.ahead.iter().flatten().map(|(_, flat)| (is_row(flat), cells(flat))).collect();
        if rows.len() < 2 || !rows.iter().all(|(is_row, _)| *is_row) {
            return None;
        }
        let rows =
            rows.into_iter().zip(0..).map(|((_, fields), above)| Row { lines_above: Some(above), fields });
        let rows: Vec<_> = rows.collect();
        let header = header::find(&rows, rows[0].fields.len());
        let names = (header.lines_above == Some(0)).then(|| named(&rows[0].fields))?;
        let first = self.ahead.iter().position(Result::is_ok)?;
        self.ahead.remove(first);
        Some(names)
    }

    /// Puts what a value holds behind what is ahead: mostly one record.
    fn read(&mut self, value: Value) {
        let (place, bytes) = match value {
            Ok(value) => value,
            Err(error) => return self.ahead.push_back(Err(error)),
        };
        let Ok(text) = self.text(&bytes, &place) else {
            let raw = String::from_utf8_lossy(&bytes);
            return self.ahead.push_back(Err(RecordError::new(place, NOT_UTF8).with_raw(raw)));
        };
        if let Err(problem) = self.flatten(&place, &text) {
            if self.flatten_several(&place, &text) {
                return;
            }
            let mended = lenient::mended(&text);
            match mended.map(|(mended, kinds)| self.flatten(&place, &mended).map(|()| kinds)) {
                Some(Ok(kinds)) => {
                    for (kind, why) in kinds.into_iter().map(|kind| MENDED[kind]) {
                        self.account.mend(kind, why, 1, &place);
                    }
                }
                _ => self.ahead.push_back(Err(RecordError::new(place, problem).with_raw(text))),
            }
        }
    }

    /// Values that stand one behind the other on a line. False where it is not that, and nothing was taken.
    fn flatten_several(&mut self, place: &Place, text: &str) -> bool {
        let values: Result<Vec<Json>, _> = serde_json::Deserializer::from_str(text).into_iter().collect();
        let Some(values) =
            values.ok().filter(|values| values.len() > 1 && values.iter().all(Json::is_object))
        else {
            return false;
        };
        for value in values {
            if let Err(problem) = self.flatten(place, &value.to_string()) {
                self.ahead
                    .push_back(Err(RecordError::new(place.clone(), problem).with_raw(value.to_string())));
            }
        }
        true
    }

    fn text(&mut self, bytes: &[u8], place: &Place) -> Result<String, ()> {
        if let Ok(text) = std::str::from_utf8(bytes) {
            return Ok(text.to_owned());
        }
        let text = self.stray.decode_text(bytes).ok_or(())?;
        let (kind, why) = self.stray.words();
        self.account.mend(&kind, why, 1, place);
        Ok(text)
    }

    fn flatten(&mut self, place: &Place, text: &str) -> Result<(), String> {
        if begins_columns(text)
            && let Some(rows) = serde_json::from_str(text).ok().and_then(|value| columnar(&value))
        {
            self.ahead.extend(rows.into_iter().map(|flat| Ok((place.clone(), flat))));
            return Ok(());
        }
        if begins_thing(text) && is_more(text) {
            let why = "Reddit only says how many more there are; export them on their own";
            self.account.leave_out("comments that were not loaded", why, 1, place);
            return Ok(());
        }
        if text.starts_with('[') || !self.answers.is_empty() || begins_thing(text) {
            let value: Json =
                serde_json::from_str(text).map_err(|error| super::flatten::explained(&error))?;
            let mut flat = Vec::new();
            taken_apart(value, &self.answers, &mut flat)?;
            self.ahead.extend(flat.into_iter().map(|flat| Ok((place.clone(), flat))));
        } else {
            let mut flat = Flat::read(text)?;
            // Twitter writes these three signs so in its texts, and no others.
            for (_, text) in flat.0.iter_mut().filter(|(name, _)| name.ends_with("full_text")) {
                *text = unescaped(text);
            }
            if is_bulk_action(&flat) {
                self.account.leave_out(
                    "lines of instructions",
                    "They tell Elasticsearch what to do with the next line",
                    1,
                    place,
                );
            } else {
                self.ahead.push_back(Ok((place.clone(), flat)));
            }
        }
        Ok(())
    }
}

/// A record and those that answer it; or the elements of an array that stands where one record should.
fn taken_apart(value: Json, answers: &[String], flat: &mut Vec<Flat>) -> Result<(), String> {
    match value {
        // An empty array has no records.
        Json::Array(elements) if elements.iter().all(Json::is_object) => {
            elements.into_iter().try_for_each(|element| taken_apart(element, answers, flat))
        }
        Json::Array(elements) if is_row(&elements) => {
            flat.push(row(&elements));
            Ok(())
        }
        Json::Object(mut members) if is_thing(&members) => {
            let Some(Json::Object(data)) = members.get_mut("data") else { return Ok(()) };
            let mut replies = data.remove("replies");
            let children = replies.as_mut().and_then(|replies| replies.pointer_mut("/data/children"));
            let children = children.map(Json::take);
            unescape(data);
            flat.push(Flat::read(&Json::Object(members).to_string())?);
            let Some(Json::Array(children)) = children else { return Ok(()) };
            let things = children.into_iter().filter(|child| child.as_object().is_some_and(is_thing));
            things.into_iter().try_for_each(|child| taken_apart(child, answers, flat))
        }
        Json::Object(mut members) => {
            let mut within = Vec::new();
            for name in answers {
                let is_list = members
                    .get(name)
                    .is_some_and(|list| list.as_array().is_some_and(|list| list.iter().all(Json::is_object)));
                if is_list {
                    within.extend(members.remove(name));
                }
            }
            flat.push(Flat::read(&Json::Object(members).to_string())?);
            let lists =
                within.into_iter().filter(|list| list.as_array().is_some_and(|list| !list.is_empty()));
            lists.into_iter().try_for_each(|list| taken_apart(list, answers, flat))
        }
        other => {
            flat.push(Flat::read(&other.to_string())?);
            Ok(())
        }
    }
}

/// Whether a listing of Reddit ends here, and more is to be had.
fn is_more(text: &str) -> bool {
    let value: Option<Json> = serde_json::from_str(text).ok();
    value.is_some_and(|value| value["kind"] == "more" && value["data"]["children"].is_array())
}

/// Whether a text could be one: asked of every record, ahead of reading it.
fn begins_thing(text: &str) -> bool {
    let start = text.get(..40).unwrap_or(text);
    start.contains("\"kind\"") && (start.contains("\"t") || start.contains("\"more\""))
}

/// Whether this is a post or comment as Reddit's listings have it: `{"kind": "t1", "data": {…}}`.
fn is_thing(members: &Map<String, Json>) -> bool {
    let kind = members.get("kind").and_then(Json::as_str);
    matches!(kind, Some("t1" | "t3" | "t4")) && members.get("data").is_some_and(Json::is_object)
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// Reddit writes `&amp;`, `&lt;` and `&gt;` in its texts; and the text of a post has another name than that of a comment.
fn unescape(data: &mut Map<String, Json>) {
    for name in ["body", "selftext", "title"] {
        if let Some(Json::String(text)) = data.get_mut(name) {
            *text = unescaped(text);
        }
    }
    if !data.contains_key("body")
        && let Some(text) = data.remove("selftext")
    {
        data.insert("body".to_owned(), text);
    }
}

/// `{"index": {…}}`: what Elasticsearch wants ahead of each document.
fn is_bulk_action(flat: &Flat) -> bool {
    let is_action = |name: &str| {
        ["index", "create", "update", "delete"].iter().any(|action| name.split('.').next() == Some(action))
    };
    !flat.0.is_empty() && flat.0.iter().all(|(name, _)| is_action(name) && name.contains("._"))
}

impl<V: Values> Parse for FlatRecords<V> {
    fn columns(&self) -> &[String] {
        &self.columns.names
    }

    fn next(&mut self) -> Option<Result<Record, RecordError>> {
        while self.ahead.is_empty() {
            let value = self.values.next()?;
            self.read(value);
        }
        let value = self.ahead.pop_front()?;
        Some(value.map(|(place, mut flat)| {
            self.names.iter().for_each(|names| flat.name(names));
            self.columns.record(place, flat)
        }))
    }

    fn account(&self) -> FileAccount {
        self.account.clone()
    }

    fn notes(&self) -> Vec<String> {
        self.columns.notes()
    }
}

/// Records of a piece of a file, in the order of its columns. Lines that make no sense are told when they are read.
pub(crate) fn records_of(text: &str, columns: &[String]) -> Vec<Record> {
    let record = |line: &str| {
        let flat = Flat::read(line.trim().trim_end_matches(',')).ok()?;
        let field =
            |column: &String| flat.0.iter().find(|(name, _)| name == column).map_or("", |(_, text)| text);
        Some(Record::new(Place::line(0), columns.iter().map(field)))
    };
    text.lines().filter_map(record).collect()
}

/// A file's lines as values.
pub(super) struct JsonLines<R> {
    window: Window<R>,
    is_over: bool,
}

impl<R: Read> JsonLines<R> {
    pub(super) fn new(read: R) -> Self {
        Self { window: Window::new(read), is_over: false }
    }
}

impl<R: Read + Send> Values for JsonLines<R> {
    fn next(&mut self) -> Option<Value> {
        while !self.is_over {
            let place = Place::line(self.window.line());
            match self.window.next_line(RECORD_MAX_BYTES) {
                Ok(Line::Held { length, whole }) => {
                    let line = value_of(&self.window.held()[..length]).to_vec();
                    self.window.consume(whole);
                    if !line.is_empty() {
                        return Some(Ok((place, line)));
                    }
                }
                Ok(Line::TooLong) => return Some(Err(RecordError::new(place, TOO_LONG))),
                Ok(Line::Over) => return None,
                Err(error) => {
                    self.is_over = true;
                    return Some(Err(RecordError::io(place, &error)));
                }
            }
        }
        None
    }
}

/// The value of a line: without blanks, marks left from joining files, the comma behind it, and brackets around all lines.
fn value_of(line: &[u8]) -> &[u8] {
    let mut line = line.trim_ascii();
    while let Some(rest) = line.strip_prefix(b"\xef\xbb\xbf").or_else(|| line.strip_prefix(b"\x1e")) {
        line = rest.trim_ascii();
    }
    while let Some(rest) = line.strip_suffix(b",") {
        line = rest.trim_ascii();
    }
    if line == b"[" || line == b"]" { b"" } else { line }
}
