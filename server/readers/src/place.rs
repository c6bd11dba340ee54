//! Where in a file something is.

use std::{fmt, sync::Arc};

use domain::paging::grouped;

/// What a file is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Lines of the file.
    Line,
    /// Elements of a JSON array, comments or posts of an export.
    Entry,
    /// E-mails.
    Message,
    /// Rows of a sheet, as spreadsheets number them.
    Row,
}

/// Where a record begins. Prints as "line 1,234", "entry 12 (line 345)", "message 3 of archive.mbox".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// What is counted.
    pub unit: Unit,
    /// Which one, from 1.
    pub number: u64,
    /// The line that it begins at, from 1, where lines are not what is counted and lines help to find it.
    pub line: Option<u64>,
    /// The file inside a zip with several.
    pub file: Option<Arc<str>>,
}

impl Place {
    /// A line, from 1.
    pub fn line(number: u64) -> Self {
        Self { unit: Unit::Line, number, line: None, file: None }
    }

    pub(crate) fn row(number: u64) -> Self {
        Self { unit: Unit::Row, number, line: None, file: None }
    }

    pub(crate) fn entry(number: u64, line: u64) -> Self {
        Self { unit: Unit::Entry, number, line: Some(line), file: None }
    }

    /// An entry of what has no lines to count.
    pub(crate) fn entry_only(number: u64) -> Self {
        Self { unit: Unit::Entry, number, line: None, file: None }
    }

    pub(crate) fn message(number: u64, line: u64) -> Self {
        Self { unit: Unit::Message, number, line: Some(line), file: None }
    }

    pub(crate) fn within(self, file: Option<&Arc<str>>) -> Self {
        Self { file: file.cloned(), ..self }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.unit {
            Unit::Line => "line",
            Unit::Entry => "entry",
            Unit::Message => "message",
            Unit::Row => "row",
        };
        write!(f, "{unit} {}", grouped(self.number))?;
        if let Some(line) = self.line {
            write!(f, " (line {})", grouped(line))?;
        }
        match &self.file {
            Some(file) => write!(f, " of {file}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_read_like_what_people_look_for() {
        assert_eq!(Place::line(1234).to_string(), "line 1,234");
        assert_eq!(Place::entry(12, 345).to_string(), "entry 12 (line 345)");
        let file: Arc<str> = "in.mbox".into();
        assert_eq!(Place::message(3, 80).within(Some(&file)).to_string(), "message 3 (line 80) of in.mbox");
    }
}
