//! Tables and lines that Gavel itself exported: they are read back exactly as they were, so that what is exported, imported and
//! exported again is the same.

use domain::{
    Content, MappedField, Mapping,
    export::{COLUMNS, CONTINUED, FIRST_COLUMNS, restored},
};
use serde_json::{Map, Value};

use crate::Record;

/// What the fields of a submission are called in lines of JSON.
const LINES: [(&str, &str); 9] = [
    ("content.message", "message"),
    ("content.email", "email"),
    ("content.name", "name"),
    ("content.ip", "ip"),
    ("content.timestamp", "submitted_at"),
    ("content.user_agent", "user_agent"),
    ("content.website_url", "website_url"),
    ("content.domain", "domain"),
    (FURTHER, "extra"),
];

/// Where lines have fields that the guide does not name: an object that is not taken apart, or its types would be lost.
pub(crate) const FURTHER: &str = "content.extra";

/// Where the reasons of a label are.
const REASONS: &str = "reasons";

/// Whether a text begins with the line of names that Gavel's own tables have. Then there is no dialect to find out, whatever
/// hostile texts would make of it.
pub(crate) fn begins(text: &str) -> bool {
    let names =
        COLUMNS[..FIRST_COLUMNS].iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(",");
    text.strip_prefix(&names).is_some_and(|rest| rest.starts_with(['\n', '\r', ',']))
}

/// Columns that only lines of Gavel's own have, all of them.
const MARKS: [&str; 3] = ["content.message", "judgement.raw_answer", "judgement.upstream_id"];

/// Where Gavel's own columns are.
#[derive(Clone, Debug)]
pub(crate) struct OwnExport {
    /// Whether it is CSV, in which formulas are defused.
    is_defused: bool,
    /// Whether it is lines of JSON.
    is_lines: bool,
    /// For each column of the file: which of [`COLUMNS`] it is.
    columns: Vec<Option<&'static str>>,
    names: Vec<String>,
    continued: Vec<usize>,
}

impl OwnExport {
    /// Whether a file with these columns is Gavel's own. Others' columns may stand beside.
    pub(crate) fn of(columns: &[String]) -> Option<Self> {
        let has = |name: &str| columns.iter().any(|column| column == name);
        let is_table = COLUMNS[..FIRST_COLUMNS].iter().all(|name| has(name));
        if !is_table && !MARKS.iter().all(|name| has(name)) {
            return None;
        }
        let number = |column: &String| column.strip_prefix(CONTINUED)?.parse::<u32>().ok();
        let is_workbook = columns.iter().any(|column| number(column).is_some());
        let own = |column: &String| {
            if is_table {
                return COLUMNS.iter().find(|name| *name == column).copied();
            }
            let line = LINES.iter().find(|(name, _)| name == column).map(|(_, own)| *own);
            // "label" is the moderator's; whatever else a line has is about the verdict.
            line.or_else(|| ["label", REASONS].into_iter().find(|own| column == own))
        };
        Some(Self {
            is_defused: is_table && !is_workbook,
            is_lines: !is_table,
            columns: columns.iter().map(own).collect(),
            names: columns.to_vec(),
            continued: (0..columns.len())
                .filter(|index| is_table && number(&columns[*index]).is_some())
                .collect(),
        })
    }

    /// Which column is what.
    pub(crate) fn mapping(&self) -> Mapping {
        let mut mapping = Mapping::default();
        for (field, own) in [
            (MappedField::Message, "message"),
            (MappedField::Email, "email"),
            (MappedField::Name, "name"),
            (MappedField::Ip, "ip"),
            (MappedField::Timestamp, "submitted_at"),
            (MappedField::UserAgent, "user_agent"),
            (MappedField::WebsiteUrl, "website_url"),
            (MappedField::Domain, "domain"),
            (MappedField::Label, "label"),
        ] {
            mapping.set(field, self.index(own).map(|index| self.names[index].clone()));
        }
        mapping
    }

    /// Whether a mapping says nothing else than [`OwnExport::mapping`]; the label may be mapped or not.
    pub(crate) fn is_mapped_by(&self, mapping: &Mapping) -> bool {
        let without_label = |mapping: &Mapping| {
            let mut mapping = mapping.clone();
            mapping.set(MappedField::Label, None);
            mapping
        };
        without_label(mapping) == without_label(&self.mapping())
    }

    /// Whether a column is one of Gavel's own.
    pub(crate) fn has(&self, index: usize) -> bool {
        let first = self.names[index].split('.').next().unwrap_or_default();
        self.columns[index].is_some()
            || self.continued.contains(&index)
            || (self.is_lines && LINE_MEMBERS.contains(&first))
    }

    fn index(&self, own: &str) -> Option<usize> {
        self.columns.iter().position(|column| *column == Some(own))
    }

    fn text(&self, record: &Record, own: &str) -> String {
        let Some(cell) = self.index(own).and_then(|index| record.get(index)) else { return String::new() };
        let mut text = if self.is_defused { restored(cell).to_owned() } else { cell.to_owned() };
        for index in &self.continued {
            let cell = record.get(*index).unwrap_or_default();
            if let Some(piece) = cell.strip_prefix(own).and_then(|rest| rest.strip_prefix(':')) {
                text.push_str(piece);
            }
        }
        text
    }

    /// Names of the reasons of the label.
    pub(crate) fn reasons(&self, record: &Record) -> Vec<String> {
        let text = self.text(record, REASONS);
        if self.is_lines {
            serde_json::from_str(&text).unwrap_or_default()
        } else {
            domain::reason::split(&text)
        }
    }

    /// The submission as it was, not as a form would read it.
    pub(crate) fn content(&self, record: &Record) -> Content {
        let filled = |own: &str| Some(self.text(record, own)).filter(|text| !text.is_empty());
        let extra = filled("extra").and_then(|text| serde_json::from_str::<Map<String, Value>>(&text).ok());
        Content {
            message: self.text(record, "message"),
            email: filled("email"),
            name: filled("name"),
            ip: filled("ip").and_then(|ip| ip.parse().ok()),
            timestamp: filled("submitted_at").and_then(|seconds| seconds.parse().ok()),
            user_agent: filled("user_agent"),
            website_url: filled("website_url"),
            domain: filled("domain"),
            extra: extra.unwrap_or_default(),
        }
    }
}

/// What a line has on its first level.
const LINE_MEMBERS: [&str; 18] = [
    "id",
    "created_at",
    "endpoint",
    "origin",
    "site",
    "content",
    "judgement",
    "label",
    REASONS,
    "labelled_by",
    "labelled_at",
    "app_word",
    "told",
    "ip_is_apps",
    "rule",
    "version",
    "feedback",
    "circumstances",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Place;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn others_tables_are_not_taken_for_gavels_own() {
        assert!(OwnExport::of(&names(&["id", "message", "label"])).is_none());
        assert!(OwnExport::of(&names(&["content.message", "id"])).is_none());
    }

    #[test]
    fn a_row_of_a_workbook_is_put_together_and_others_columns_are_kept() {
        let mut columns = names(&COLUMNS);
        columns.extend(names(&["continued_1", "continued_2", "my note"]));
        let own = OwnExport::of(&columns).unwrap();
        let mut fields = vec![String::new(); columns.len()];
        let mut put = |name: &str, text: &str| {
            let index = columns.iter().position(|column| column == name).unwrap();
            text.clone_into(&mut fields[index]);
        };
        put("message", "'=half ");
        put("continued_1", "message:and ");
        put("continued_2", "message:message:half");
        put("name", " Ann ");
        put("extra", r#"{"a":[1,"x"]}"#);
        put("my note", "look");
        let content = own.content(&Record::new(Place::line(2), fields));
        assert_eq!(content.message, "'=half and message:half");
        assert_eq!((content.name.as_deref(), content.email), (Some(" Ann "), None));
        assert_eq!(Value::Object(content.extra), serde_json::json!({ "a": [1, "x"] }));
        assert!(own.has(0) && !own.has(columns.len() - 1));
        assert_eq!(own.mapping().column(MappedField::Timestamp), Some("submitted_at"));
    }
}
