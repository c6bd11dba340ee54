//! Columns without a place in what is judged: kept with the detection, under the file's own names.

use domain::{MappedField, Mapping};
use serde_json::{Map, Value};

use crate::{Record, own::OwnExport};

/// Names that stand for what is judged; a column of that name without that meaning gets another.
const TAKEN: [&str; 8] =
    ["message", "email", "name", "ip", "timestamp", "user_agent", "website_url", "domain"];

/// Which columns are kept, and as what.
#[derive(Clone, Debug, Default)]
pub(crate) struct Kept(Vec<(usize, String)>);

impl Kept {
    pub(crate) fn of(mapping: &Mapping, columns: &[String]) -> Self {
        let own = OwnExport::of(columns);
        let mut kept = Self::default();
        for (index, column) in columns.iter().enumerate() {
            let place = mapping.iter().find(|(_, mapped)| mapped == column).map(|(field, _)| field);
            match place {
                Some(field) if field.is_kept() => kept.add(index, field.as_str()),
                Some(_) => {}
                None if own.as_ref().is_some_and(|own| own.has(index)) => {}
                None => kept.add(index, column),
            }
        }
        kept
    }

    fn add(&mut self, index: usize, name: &str) {
        let is_free = |name: &str| !TAKEN.contains(&name) && self.0.iter().all(|(_, known)| known != name);
        let mut free = name.to_owned();
        while !is_free(&free) {
            free.push_str(" (column)");
        }
        self.0.push((index, free));
    }

    /// What a record has in these columns; blank fields are left out.
    pub(crate) fn extra(&self, record: &Record) -> Map<String, Value> {
        let field = |(index, name): &(usize, String)| {
            let text = record.get(*index)?;
            (!text.trim().is_empty()).then(|| (name.clone(), Value::from(text)))
        };
        self.0.iter().filter_map(field).collect()
    }
}

/// Whether a name stands for something that is only kept, in small letters without blanks and signs.
pub(crate) fn known(name: &str) -> Option<MappedField> {
    Some(match name {
        "commentid" | "messageid" | "postid" | "threadid" | "reviewid" | "uid" | "uuid" | "guid" | "id" => {
            MappedField::Id
        }
        "commentauthorurl" | "authorurl" | "authorwebsite" | "authorlink" | "profileurl" => {
            MappedField::AuthorUrl
        }
        "commenttype" | "contenttype" | "type" | "kind" => MappedField::Type,
        "posttitle" | "pagetitle" | "threadtitle" | "articletitle" => MappedField::PageTitle,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::Place;

    #[test]
    fn what_has_no_place_is_kept_under_its_name() {
        let columns = ["comment_id", "body", "email", "parent", "type", "city"].map(str::to_owned);
        let mut mapping = Mapping::default();
        mapping.set(MappedField::Message, Some("body".to_owned()));
        mapping.set(MappedField::Id, Some("comment_id".to_owned()));
        let kept = Kept::of(&mapping, &columns);
        let record = Record::new(Place::line(2), ["17", "Hello", "no address", "16", "", " Köln "]);
        let extra = Value::Object(kept.extra(&record));
        assert_eq!(
            extra,
            json!({ "id": "17", "email (column)": "no address", "parent": "16", "city": " Köln " })
        );
    }
}
