//! Rows on their way from one engine to the other, column by column.

use serde::{Deserialize, Serialize};

/// What a column holds, whichever engine has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Integer,
    Float,
    Flag,
    Text,
    Bytes,
}

/// A table that both engines have.
#[derive(Clone, Debug)]
pub(super) struct Table {
    pub(super) name: String,
    /// Every column that is written; what is computed from others is not.
    pub(super) columns: Vec<(String, Kind)>,
    /// Which columns are the primary key, in its order; none in a table of one row.
    pub(super) key: Vec<usize>,
    /// The column that is numbered by the database, if one is.
    pub(super) numbered: Option<String>,
}

impl Table {
    pub(super) fn column_list(&self) -> String {
        quoted(self.columns.iter().map(|(name, _)| name.as_str()))
    }

    pub(super) fn key_list(&self) -> String {
        quoted(self.key.iter().map(|&column| self.columns[column].0.as_str()))
    }

    /// Rows from the beginning, or behind a key whose parameters are `$1` and so on; the last parameter says how many.
    pub(super) fn select(&self, behind_key: bool) -> String {
        let (columns, name) = (self.column_list(), &self.name);
        if self.key.is_empty() {
            return format!("SELECT {columns} FROM \"{name}\" LIMIT $1");
        }
        let (keys, count) = (self.key_list(), self.key.len());
        let behind = match behind_key {
            true => {
                let marks: Vec<_> = (1..=count).map(|number| format!("${number}")).collect();
                format!("WHERE ({keys}) > ({})", marks.join(", "))
            }
            false => String::new(),
        };
        let limit = if behind_key { count + 1 } else { 1 };
        format!("SELECT {columns} FROM \"{name}\" {behind} ORDER BY {keys} LIMIT ${limit}")
    }
}

fn quoted<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
}

/// One value. As part of a key it is kept with the copy, as JSON; a float by its bits, so that it comes back as it was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Value {
    Integer(i64),
    Float(u64),
    Flag(bool),
    Text(String),
    Bytes(Vec<u8>),
}

/// The values of one column.
#[derive(Clone, Debug)]
pub(super) enum Values {
    Integer(Vec<Option<i64>>),
    Float(Vec<Option<f64>>),
    Flag(Vec<Option<bool>>),
    Text(Vec<Option<String>>),
    Bytes(Vec<Option<Vec<u8>>>),
}

impl Values {
    fn of(kind: Kind) -> Self {
        match kind {
            Kind::Integer => Self::Integer(Vec::new()),
            Kind::Float => Self::Float(Vec::new()),
            Kind::Flag => Self::Flag(Vec::new()),
            Kind::Text => Self::Text(Vec::new()),
            Kind::Bytes => Self::Bytes(Vec::new()),
        }
    }

    fn get(&self, row: usize) -> Option<Value> {
        match self {
            Self::Integer(values) => values[row].map(Value::Integer),
            Self::Float(values) => values[row].map(|value| Value::Float(value.to_bits())),
            Self::Flag(values) => values[row].map(Value::Flag),
            Self::Text(values) => values[row].clone().map(Value::Text),
            Self::Bytes(values) => values[row].clone().map(Value::Bytes),
        }
    }
}

/// Some rows of a table.
#[derive(Clone, Debug)]
pub(super) struct Batch {
    pub(super) rows: usize,
    /// Bytes of texts and the like, about.
    pub(super) bytes: usize,
    pub(super) columns: Vec<Values>,
}

impl Batch {
    pub(super) fn of(table: &Table) -> Self {
        Self { rows: 0, bytes: 0, columns: table.columns.iter().map(|(_, kind)| Values::of(*kind)).collect() }
    }

    /// The key of its last row.
    pub(super) fn last(&self, table: &Table) -> Option<Vec<Value>> {
        let row = self.rows.checked_sub(1)?;
        table.key.iter().map(|&column| self.columns[column].get(row)).collect()
    }
}
