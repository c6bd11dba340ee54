//! Rows of which each field has a line: mysql's `\G`, psql's `\x`.

use super::{Draw, Out};
use crate::{formats::header, limits::RECORD_MAX_BYTES};

/// `*************************** 1. row ***************************`
pub(super) fn begins_mysql(line: &str) -> bool {
    let inner = line.trim().trim_matches('*');
    let number = inner.trim().strip_suffix(". row");
    line.starts_with("***") && line.ends_with("***") && number.is_some_and(is_number)
}

/// `-[ RECORD 1 ]-----`
pub(super) fn begins_psql(line: &str) -> bool {
    let inner = line.trim_start_matches(['-', '+']).strip_prefix("[ RECORD ");
    let rest = inner.and_then(|rest| rest.split_once(" ]"));
    rest.is_some_and(|(number, rest)| is_number(number) && rest.chars().all(|c| matches!(c, '-' | '+')))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Reads such rows. The first one names the columns.
pub(super) struct Records {
    sign: char,
    columns: Vec<String>,
    has_header: bool,
    /// Where the sign stands in the lines of the first row, in characters: names are aligned.
    place: Option<usize>,
    /// The fields of the row that is read, and how many lines it took.
    fields: Vec<String>,
    lines: usize,
    size: usize,
    is_open: bool,
}

impl Records {
    pub(super) fn new(sign: char) -> Self {
        Self {
            sign,
            columns: Vec::new(),
            has_header: false,
            place: None,
            fields: Vec::new(),
            lines: 0,
            size: 0,
            is_open: false,
        }
    }

    /// Name and value of a line that begins a field; the place of its sign is that of all others.
    fn field<'a>(&mut self, line: &'a str) -> Option<(&'a str, &'a str)> {
        let mut signs = line.char_indices().enumerate().filter(|(_, (_, c))| *c == self.sign);
        let (place, (at, _)) = match self.place {
            Some(place) => signs.find(|(known, _)| *known == place)?,
            None => signs.next()?,
        };
        let name = line[..at].trim();
        let value = &line[at + self.sign.len_utf8()..];
        if !(name.is_empty() || name.len() <= 200 && !name.contains("  ")) {
            return None;
        }
        self.place = Some(place);
        Some((name, value.strip_prefix(' ').unwrap_or(value)))
    }

    fn add(&mut self, line: &str) {
        self.lines += 1;
        self.size += line.len();
        if self.size > 2 * RECORD_MAX_BYTES {
            return;
        }
        let is_more = |records: &Self, name: &str| match records.columns.get(records.fields.len()) {
            Some(expected) if records.has_header => name != expected,
            _ => name.is_empty() || records.has_header || records.columns.iter().any(|known| known == name),
        };
        match self.field(line) {
            Some((name, value)) if !is_more(self, name) => {
                if !self.has_header {
                    self.columns.push(name.to_owned());
                }
                self.fields.push(value.to_owned());
            }
            // psql marks lines that go on, and gives them a sign without a name.
            Some(("", value)) if self.sign == '|' => {
                if let Some(field) = self.fields.last_mut() {
                    let kept = field.trim_end_matches('+').trim_end().len();
                    field.truncate(kept);
                    field.push('\n');
                    field.push_str(value);
                }
            }
            _ => {
                if let Some(field) = self.fields.last_mut() {
                    field.push('\n');
                    field.push_str(line);
                }
            }
        }
    }

    fn end_row(&mut self, out: &mut Out) {
        if !std::mem::take(&mut self.is_open) {
            return;
        }
        if !self.has_header && !self.columns.is_empty() {
            self.has_header = true;
            // In place of the line above the first row.
            out.row(self.columns.iter().map(String::as_str), 1);
        }
        let shown = |field: &String| {
            let field = if self.sign == '|' { field.trim_end() } else { field };
            if field == "NULL" { String::new() } else { field.to_owned() }
        };
        let fields: Vec<_> = self.fields.iter().map(shown).collect();
        out.row(fields.iter().map(String::as_str), self.lines);
        self.fields.clear();
        (self.lines, self.size) = (0, 0);
    }
}

impl Draw for Records {
    fn take(&mut self, line: &str, out: &mut Out) {
        let bare = line.trim();
        if begins_mysql(bare) || begins_psql(bare) {
            let is_first = !self.has_header && !self.is_open;
            self.end_row(out);
            if !is_first {
                out.blank();
            }
            self.is_open = true;
        } else if !self.is_open || header::is_footer(bare) {
            self.end_row(out);
            out.beside(line);
        } else if bare.is_empty() && self.sign == '|' {
            self.end_row(out);
            out.blank();
        } else {
            self.add(line);
        }
    }

    fn finish(&mut self, out: &mut Out) {
        self.end_row(out);
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::csv;

    #[test]
    fn fields_have_lines() {
        let mysql = "*************************** 1. row ***************************\n   id: 1\n text: Two\nline: here\n\
                     *************************** 2. row ***************************\n   id: 2\n text: NULL\n2 rows in set (0.01 sec)\n";
        let expected =
            "\"id\",\"text\"\n\"1\",\"Two\nline: here\"\n\n\n\"2\",\"\"\n\n\"2 rows in set (0.01 sec)\"\n";
        assert_eq!(csv(mysql), expected);
        let psql =
            "-[ RECORD 1 ]---\nid   | 1\ntext | a | b +\n     | c\n-[ RECORD 2 ]---\nid   | 2\ntext | d\n\n";
        assert_eq!(csv(psql), "\"id\",\"text\"\n\"1\",\"a | b\nc\"\n\n\n\"2\",\"d\"\n\n\n");
    }
}
