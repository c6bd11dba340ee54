//! NDJSON, also called JSON Lines: one JSON value a line.

use std::{collections::VecDeque, io::Read};

use super::{
    Parse, checked,
    flatten::{Columns, Flat},
};
use crate::{
    Place, ReadError, Record, RecordError,
    error::TOO_LONG,
    limits::{LOOKAHEAD_BYTES, LOOKAHEAD_RECORDS, RECORD_MAX_BYTES},
    window::{Line, Window},
};

/// A value, where it is, or what is wrong with it.
pub(super) type Value = Result<(Place, Flat), RecordError>;

/// Where values come from, one by one.
pub(super) trait Values: Send {
    fn next(&mut self) -> Option<Value>;
}

/// Values as records. The first of them are looked at to know the columns.
pub(super) struct FlatRecords<V> {
    values: V,
    columns: Columns,
    ahead: VecDeque<Value>,
}

impl<V: Values> FlatRecords<V> {
    pub(super) fn open(mut values: V) -> Result<Self, ReadError> {
        let mut columns = Columns::default();
        let mut ahead = VecDeque::new();
        let mut size = 0;
        while ahead.len() < LOOKAHEAD_RECORDS && size < LOOKAHEAD_BYTES {
            let Some(value) = values.next() else { break };
            if let Ok((_, flat)) = &value {
                columns.learn(flat);
                size += flat.size();
            }
            ahead.push_back(value);
        }
        if columns.names.is_empty() {
            return Err(match ahead.into_iter().find_map(Result::err) {
                Some(error) => ReadError { place: Some(error.place), problem: error.problem },
                None => ReadError::new("there is no record with a field in this file"),
            });
        }
        Ok(Self { values, columns, ahead })
    }
}

impl<V: Values> Parse for FlatRecords<V> {
    fn columns(&self) -> &[String] {
        &self.columns.names
    }

    fn next(&mut self) -> Option<Result<Record, RecordError>> {
        let value = self.ahead.pop_front().or_else(|| self.values.next())?;
        Some(value.map(|(place, flat)| self.columns.record(place, flat)))
    }

    fn notes(&self) -> Vec<String> {
        self.columns.notes()
    }
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
                    let line = self.window.held()[..length].trim_ascii();
                    let value = (!line.is_empty()).then(|| value(place, line));
                    self.window.consume(whole);
                    if value.is_some() {
                        return value;
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

/// A value from its bytes.
pub(super) fn value(place: Place, bytes: &[u8]) -> Value {
    let read = checked(bytes).map_err(ToOwned::to_owned).and_then(Flat::read);
    read.map(|flat| (place.clone(), flat)).map_err(|problem| RecordError::new(place, problem))
}
