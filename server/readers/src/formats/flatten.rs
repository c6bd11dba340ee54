//! JSON made flat: `{"author": {"email": …}}` has a column `author.email`.

use std::{collections::HashMap, fmt};

use serde::{
    Deserialize,
    de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor},
};
use serde_json::Value;

use super::records::numbered;
use crate::{Place, Record, limits::MAX_COLUMNS, own};

/// How deep objects within objects are taken apart; what lies deeper, and lists, stay JSON.
const DEPTH: usize = 2;

/// Column of a value that is no object.
const COLUMN: &str = "message";

/// One value, made flat: columns and their texts, in the order of the file.
#[derive(Debug)]
pub(super) struct Flat(pub(super) Vec<(String, String)>);

impl Flat {
    /// Reads a value.
    ///
    /// # Errors
    /// What is wrong with the JSON, and where in it.
    pub(super) fn read(json: &str) -> Result<Self, String> {
        let mut pairs = Vec::new();
        let mut read = serde_json::Deserializer::from_str(json);
        Part { pairs: &mut pairs, name: String::new(), depth: 0 }
            .deserialize(&mut read)
            .and_then(|()| read.end())
            .map_err(|error| explained(&error))?;
        if pairs.len() > MAX_COLUMNS {
            return Err(format!("has more than {MAX_COLUMNS} members"));
        }
        Ok(Self(pairs))
    }

    /// Names the columns of a row; those that it has more keep their numbers.
    pub(super) fn name(&mut self, names: &[String]) {
        for (index, (name, _)) in self.0.iter_mut().enumerate() {
            if let Some(known) = names.get(index)
                && *name == numbered(index)
            {
                name.clone_from(known);
            }
        }
    }

    pub(super) fn size(&self) -> usize {
        self.0.iter().map(|(name, text)| name.len() + text.len()).sum()
    }
}

pub(super) fn explained(error: &serde_json::Error) -> String {
    let words = error.to_string();
    let words = words.split(" at line ").next().unwrap_or(&words);
    format!("is no JSON: {words}, at its character {}", error.column())
}

/// The columns of many values: those that are known, and those that came too late.
#[derive(Debug, Default)]
pub(super) struct Columns {
    pub(super) names: Vec<String>,
    index: HashMap<String, usize>,
    /// Names that came after the columns were settled, at most a few.
    late: Vec<String>,
}

/// How many late columns are told by name.
const LATE: usize = 20;

impl Columns {
    /// Takes the columns of a value that is looked at ahead.
    pub(super) fn learn(&mut self, flat: &Flat) {
        for (name, _) in &flat.0 {
            if self.names.len() < MAX_COLUMNS && !self.index.contains_key(name) {
                self.index.insert(name.clone(), self.names.len());
                self.names.push(name.clone());
            }
        }
    }

    /// The fields of a value in the order of the columns.
    pub(super) fn record(&mut self, place: Place, flat: Flat) -> Record {
        let mut fields = vec![String::new(); self.names.len()];
        for (name, text) in flat.0 {
            match self.index.get(&name) {
                Some(&index) => fields[index] = text,
                None if text.is_empty() || self.late.len() == LATE || self.late.contains(&name) => {}
                None => self.late.push(name),
            }
        }
        Record::new(place, fields)
    }

    pub(super) fn notes(&self) -> Vec<String> {
        let late = |name: &String| {
            format!(
                "\"{name}\" first came after 1,000 records and is left out; put such a record first to have it"
            )
        };
        self.late.iter().map(late).collect()
    }
}

/// A value that is to be made flat.
struct Part<'a> {
    pairs: &'a mut Vec<(String, String)>,
    name: String,
    depth: usize,
}

impl Part<'_> {
    fn text<E>(self, text: impl Into<String>) -> Result<(), E> {
        let name = if self.depth == 0 { COLUMN.to_owned() } else { self.name };
        self.pairs.push((name, text.into()));
        Ok(())
    }
}

/// Members by which MongoDB tells the type of a value.
const EXTENDED: [&str; 8] =
    ["$oid", "$date", "$numberLong", "$numberInt", "$numberDouble", "$numberDecimal", "$uuid", "$symbol"];

impl<'de> DeserializeSeed<'de> for Part<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if self.depth > DEPTH || self.name == own::FURTHER {
            let value = Value::deserialize(deserializer)?;
            return self.text(plain(&value));
        }
        deserializer.deserialize_any(self)
    }
}

/// A value on one line.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

impl<'de> Visitor<'de> for Part<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.text(value.to_string())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.text(value.to_string())
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        self.text(value.to_string())
    }

    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        self.text(value.to_string())
    }

    fn visit_str<E>(self, value: &str) -> Result<(), E> {
        self.text(value)
    }

    fn visit_string<E>(self, value: String) -> Result<(), E> {
        self.text(value)
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.text("")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element::<Value>()? {
            values.push(value);
        }
        self.text(Value::Array(values).to_string())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            if EXTENDED.contains(&key.as_str()) && !self.name.is_empty() {
                // A value of MongoDB with its type is the value.
                let part = Part { pairs: self.pairs, name: self.name.clone(), depth: self.depth };
                map.next_value_seed(part)?;
                continue;
            }
            let name = if self.name.is_empty() { key } else { format!("{}.{key}", self.name) };
            map.next_value_seed(Part { pairs: self.pairs, name, depth: self.depth + 1 })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flat(json: &str) -> Vec<(String, String)> {
        Flat::read(json).unwrap().0
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn objects_are_taken_apart_to_the_third_name() {
        let json = r#"{"text":"a\nb","n":1,"f":1.5,"ok":true,"no":null,"author":{"email":"a@b.c","x":{"y":{"z":1}}},"tags":["a",2]}"#;
        let expected = pairs(&[
            ("text", "a\nb"),
            ("n", "1"),
            ("f", "1.5"),
            ("ok", "true"),
            ("no", ""),
            ("author.email", "a@b.c"),
            ("author.x.y", r#"{"z":1}"#),
            ("tags", r#"["a",2]"#),
        ]);
        assert_eq!(flat(json), expected);
    }

    #[test]
    fn a_value_alone_is_a_message() {
        assert_eq!(flat("\"hello\""), pairs(&[("message", "hello")]));
        assert_eq!(flat("[1]"), pairs(&[("message", "[1]")]));
    }

    #[test]
    fn values_of_mongodb_are_values() {
        let json =
            r#"{"_id":{"$oid":"5f"},"at":{"$date":{"$numberLong":"1739619120123"}},"n":{"$numberInt":"3"}}"#;
        assert_eq!(flat(json), pairs(&[("_id", "5f"), ("at", "1739619120123"), ("n", "3")]));
    }

    #[test]
    fn broken_and_deep_json_is_refused() {
        assert_eq!(
            Flat::read("{\"a\":").err().unwrap(),
            "is no JSON: EOF while parsing a value, at its character 5"
        );
        assert!(Flat::read(&"[".repeat(1000)).is_err());
        assert!(Flat::read(&format!("{{\"a\":{}", "{\"b\":".repeat(1000))).is_err());
    }
}
