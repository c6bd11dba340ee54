//! Tables that are drawn with signs for people to look at, as psql, mysql, sqlite3 and Markdown draw them: made CSV while they
//! are read, line for line, so that a row's place is its line in the file.

mod boxes;
mod records;

use std::io::{self, Read};

use self::{boxes::Boxes, records::Records};
use crate::{
    limits::RECORD_MAX_BYTES,
    window::{Line, Window},
};

/// Lines above a table among which it is looked for: what was asked of the database stands there.
const ABOVE_MAX: usize = 12;

/// How a table is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Lines of signs above, between and below the rows, or below the header alone.
    Boxes {
        /// What stands between two cells.
        pipe: char,
        /// Whether it stands at both ends of a row as well.
        is_closed: bool,
    },
    Markdown,
    /// A line for each field: `comment: text` below stars by mysql, `comment | text` below dashes by psql.
    Records {
        /// What stands behind a field's name.
        sign: char,
    },
}

/// A table that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Drawing {
    kind: Kind,
    /// Lines above it.
    pub(crate) lines_above: u64,
}

impl Drawing {
    /// What it is, in words.
    pub(crate) fn words(self) -> &'static str {
        match self.kind {
            Kind::Boxes { .. } => "a table as databases draw it on a screen",
            Kind::Markdown => "a table in Markdown",
            Kind::Records { .. } => "rows as databases show them, a line for each field",
        }
    }
}

/// Finds a table at the beginning of a text.
pub(crate) fn recognise(text: &str) -> Option<Drawing> {
    let lines: Vec<&str> = text.lines().take(ABOVE_MAX + 2).collect();
    for (index, pair) in lines.windows(2).enumerate() {
        let (line, next) = (pair[0].trim(), pair[1].trim());
        let above = &lines[..index];
        let kind = if records::begins_mysql(line) {
            Kind::Records { sign: ':' }
        } else if records::begins_psql(line) {
            Kind::Records { sign: '|' }
        } else if let Some((pipe, is_closed)) = boxes::begin(line, next) {
            Kind::Boxes { pipe, is_closed }
        } else if is_markdown(line, next) {
            Kind::Markdown
        } else {
            continue;
        };
        let stands_above = if kind == Kind::Markdown { is_heading } else { is_asked };
        // Within a text, a table is a part of it.
        if !above.iter().all(|line| line.trim().is_empty()) && !above.iter().any(|line| stands_above(line)) {
            return None;
        }
        return Some(Drawing { kind, lines_above: index as u64 });
    }
    None
}

fn is_markdown(line: &str, next: &str) -> bool {
    let is_rule = next.contains('|') && next.contains("--") && next.chars().all(|c| "|-: ".contains(c));
    line.contains('|') && is_rule && boxes::markdown(line).len() == boxes::markdown(next).len()
}

fn is_heading(line: &str) -> bool {
    line.starts_with('#')
}

/// Whether a line asks a database for rows.
fn is_asked(line: &str) -> bool {
    let lower = line.trim().to_ascii_lowercase();
    let is_prompt = ["mysql>", "mariadb", "sqlite>"].iter().any(|prompt| lower.starts_with(prompt))
        || lower.split_whitespace().next().is_some_and(|word| word.ends_with("=#") || word.ends_with("=>"));
    is_prompt || lower.starts_with("select ") || lower.starts_with("table ")
}

/// What becomes of a line.
trait Draw: Send {
    /// Takes a line without its end.
    fn take(&mut self, line: &str, out: &mut Out);
    /// Nothing follows.
    fn finish(&mut self, out: &mut Out);
}

/// The CSV so far. As many lines are written as were read.
#[derive(Default)]
struct Out {
    bytes: Vec<u8>,
    /// Lines that were written beyond those that were read: line ends that a cell had by a sign.
    ahead: usize,
}

impl Out {
    /// A line that is no row.
    fn blank(&mut self) {
        if self.ahead > 0 {
            self.ahead -= 1;
        } else {
            self.bytes.push(b'\n');
        }
    }

    /// A row that took so many lines.
    fn row<'a>(&mut self, fields: impl IntoIterator<Item = &'a str>, lines: usize) {
        let start = self.bytes.len();
        for (index, field) in fields.into_iter().enumerate() {
            if index > 0 {
                self.bytes.push(b',');
            }
            self.bytes.push(b'"');
            self.bytes.extend_from_slice(field.replace('"', "\"\"").as_bytes());
            self.bytes.push(b'"');
        }
        self.bytes.push(b'\n');
        let written = memchr::memchr_iter(b'\n', &self.bytes[start..]).count();
        self.ahead += written.saturating_sub(lines);
        (written..lines).for_each(|_| self.blank());
    }

    /// A line beside the table, which is read as a row of one field.
    fn beside(&mut self, line: &str) {
        if line.trim().is_empty() { self.blank() } else { self.row([line.trim()], 1) }
    }
}

/// A drawn table as CSV: fields in quotes, commas between them.
pub(crate) struct AsCsv<R> {
    window: Window<R>,
    lines_above: u64,
    draw: Box<dyn Draw>,
    out: Out,
    /// How much of what was made has been read.
    at: usize,
    is_over: bool,
}

impl<R: Read> AsCsv<R> {
    pub(crate) fn new(read: R, drawing: Drawing) -> Self {
        let draw: Box<dyn Draw> = match drawing.kind {
            Kind::Boxes { pipe, is_closed } => Box::new(Boxes::new(pipe, is_closed)),
            Kind::Markdown => Box::new(Boxes::markdown()),
            Kind::Records { sign } => Box::new(Records::new(sign)),
        };
        Self {
            window: Window::new(read),
            lines_above: drawing.lines_above,
            draw,
            out: Out::default(),
            at: 0,
            is_over: false,
        }
    }

    fn fill(&mut self) -> io::Result<()> {
        match self.window.next_line(RECORD_MAX_BYTES)? {
            Line::Over => {
                self.is_over = true;
                self.draw.finish(&mut self.out);
            }
            // As long as it takes for the reader of CSV to say that it is too long.
            Line::TooLong => self.out.row([" ".repeat(RECORD_MAX_BYTES + 1).as_str()], 1),
            Line::Held { length, whole } => {
                let line = String::from_utf8_lossy(&self.window.held()[..length]);
                if self.lines_above > 0 {
                    self.lines_above -= 1;
                    self.out.bytes.extend_from_slice(line.as_bytes());
                    self.out.bytes.push(b'\n');
                } else {
                    self.draw.take(&line, &mut self.out);
                }
                self.window.consume(whole);
            }
        }
        Ok(())
    }
}

impl<R: Read> Read for AsCsv<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at == self.out.bytes.len() && !self.is_over {
            self.out.bytes.clear();
            self.at = 0;
            self.fill()?;
        }
        let rest = &self.out.bytes[self.at..];
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        self.at += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn csv(text: &str) -> String {
        let drawing = recognise(text).unwrap();
        let mut out = String::new();
        AsCsv::new(text.as_bytes(), drawing).read_to_string(&mut out).unwrap();
        out
    }

    #[test]
    fn lines_stay_where_they_are() {
        let text = "mysql> select * from c;\n+----+------+\n| id | text |\n+----+------+\n|  1 | a\nb |\n|  2 | NULL |\n+----+------+\n\n2 rows in set (0.00 sec)\n";
        let expected = "mysql> select * from c;\n\n\"id\",\"text\"\n\n\"1\",\"a\nb\"\n\"2\",\"\"\n\n\n\"2 rows in set (0.00 sec)\"\n";
        assert_eq!(csv(text), expected);
        let psql = " id |  text  | n \n----+--------+---\n  1 | say \"+| x\n    | hi     | \n  2 | C++    | y\n(2 rows)\n";
        let expected =
            "\"id\",\"text\",\"n\"\n\n\"1\",\"say \"\"\nhi\",\"x\"\n\"2\",\"C++\",\"y\"\n\"(2 rows)\"\n";
        assert_eq!(csv(psql), expected);
        let markdown = "# Comments\n\n| id | text |\n|---|:-:|\n| 1 | a \\| b<br>c |\n2 | d\n";
        assert_eq!(csv(markdown), "# Comments\n\n\"id\",\"text\"\n\n\"1\",\"a | b\nc\"\n\"2\",\"d\"\n");
    }

    #[test]
    fn texts_are_no_tables() {
        let letter = "From: a@example.com\nSubject: s\n\n+---+---+\n| a | b |\n+---+---+\n";
        for text in [
            letter,
            "a | b\nc | d\n",
            "one\n----\ntwo\n",
            "+1 for this\n| really\n",
            "Hi\n\n| a | b |\n|---|---|\n| 1 | 2 |\n",
        ] {
            assert_eq!(recognise(text), None, "{text}");
        }
    }
}
