//! YouTube's comments in Google Takeout: a CSV whose texts are cut into JSON.
//!
//! `{"text": "Get "},{"text": "it", "link": {"linkUrl": "http://…"}}`, or the same as a list in `{"takeoutSegments": […]}`.

use domain::{FileAccount, FileGuess};
use serde_json::Value;

use super::Parse;
use crate::{Record, RecordError};

/// Columns that hold texts in pieces: of comments, and of live chats.
const COLUMNS: [&str; 3] = ["Comment Text", "Live Chat Text", "Comment text"];

/// A table whose texts are put together, if it is such a one.
pub(super) fn joined(table: impl Parse + 'static) -> Box<dyn Parse> {
    let column = table.columns().iter().position(|name| COLUMNS.contains(&name.as_str()));
    match column {
        Some(column) => Box::new(Joined { table, column }),
        None => Box::new(table),
    }
}

struct Joined<P> {
    table: P,
    column: usize,
}

impl<P: Parse> Parse for Joined<P> {
    fn columns(&self) -> &[String] {
        self.table.columns()
    }

    fn next(&mut self) -> Option<Result<Record, RecordError>> {
        let record = self.table.next()?;
        Some(record.map(|record| {
            let Some(text) = record.get(self.column).and_then(text) else { return record };
            let fields = record.fields().enumerate();
            let fields: Vec<String> = fields
                .map(|(index, field)| if index == self.column { text.clone() } else { field.to_owned() })
                .collect();
            Record::new(record.place().clone(), fields)
        }))
    }

    fn account(&self) -> FileAccount {
        self.table.account()
    }

    fn guesses(&self) -> Vec<FileGuess> {
        self.table.guesses()
    }

    fn notes(&self) -> Vec<String> {
        self.table.notes()
    }
}

/// The text of a cell's pieces. `None` where they are none: then the cell is text already.
fn text(cell: &str) -> Option<String> {
    let cell = cell.trim();
    if !cell.starts_with('{') {
        return None;
    }
    let whole: Value = serde_json::from_str(&format!("[{cell}]")).ok()?;
    let mut text = String::new();
    for piece in whole.as_array()? {
        let inner = piece.get("takeoutSegments").and_then(Value::as_array);
        let pieces = inner.map_or(std::slice::from_ref(piece), Vec::as_slice);
        for piece in pieces {
            let shown = piece.get("text").and_then(Value::as_str)?;
            text.push_str(shown);
            let link = piece.pointer("/link/linkUrl").and_then(Value::as_str);
            if let Some(link) = link.filter(|link| !shown.contains(link.trim_end_matches('/'))) {
                text.push_str(&format!(" ({link})"));
            }
        }
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_put_together() {
        assert_eq!(text(r#"{"text": "Get "},{"text": "it"}"#).as_deref(), Some("Get it"));
        assert_eq!(text(r#"{"takeoutSegments": [{"text": "a"}, {"text": "\n"}]}"#).as_deref(), Some("a\n"));
        assert_eq!(
            text(r#"{"text":"here","link":{"linkUrl":"http://a.example"}}"#).as_deref(),
            Some("here (http://a.example)")
        );
        assert_eq!(text("{no json}"), None);
        assert_eq!(text("plain"), None);
    }
}
