//! One row of a table, taken out of bytes: delimiter, quotes, backslashes, line ends.
//!
//! The csv crate's state machine knows neither blanks ahead of quotes nor `\N`, does not tell a quote that closes nothing from
//! one that does, and lets a record grow as long as a quote stays open.

use domain::Quoting;
use memchr::{memchr, memchr2, memchr3};

/// How rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Syntax {
    /// What stands between two fields.
    pub(crate) delimiter: u8,
    /// How fields are quoted.
    pub(crate) quoting: Quoting,
    /// Whether blanks behind a delimiter are no part of the field.
    pub(crate) skips_blank: bool,
    /// Whether NULL without quotes is a field without a value.
    pub(crate) has_nulls: bool,
}

/// The fields of a row, one after the other, and where each ends.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    pub(crate) text: Vec<u8>,
    pub(crate) ends: Vec<usize>,
}

impl Fields {
    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The fields as bytes.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let start = |index: usize| if index == 0 { 0 } else { self.ends[index - 1] };
        (0..self.ends.len()).map(move |index| &self.text[start(index)..self.ends[index]])
    }

    /// The fields as text, with U+FFFD for what is no UTF-8.
    pub(crate) fn lossy(&self) -> Vec<String> {
        self.iter().map(|field| String::from_utf8_lossy(field).into_owned()).collect()
    }

    fn end(&mut self) {
        self.ends.push(self.text.len());
    }
}

/// What was found at the start of the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scanned {
    /// The row goes on behind these bytes.
    More,
    /// A row of so many bytes, with its line end.
    Row(usize),
    /// A quoted field goes on behind its closing quote, which is the byte of this number.
    Broken(usize),
    /// The last bytes end within a quoted field.
    Open,
    /// There are more than so many fields; the last one ends here.
    TooMany(usize),
}

/// How a field ended.
enum End {
    /// Ahead of this byte: a delimiter, a line end, or the end of all.
    At(usize),
    Stop(Scanned),
}

impl Syntax {
    /// Reads the row that `input` begins with. `is_last`: nothing comes behind `input`. `is_lenient`: a quote that closes no
    /// field is text. `most`: fields of a row.
    pub(crate) fn scan(
        &self,
        input: &[u8],
        is_last: bool,
        is_lenient: bool,
        most: usize,
        fields: &mut Fields,
    ) -> Scanned {
        fields.clear();
        let mut at = 0;
        loop {
            if self.skips_blank {
                at += input[at..].iter().take_while(|&&byte| byte == b' ').count();
            }
            let end = match (input.get(at), self.quote()) {
                (Some(byte), Some(quote)) if *byte == quote => {
                    self.quoted(input, at + 1, quote, is_last, is_lenient, fields)
                }
                _ if self.has_escapes() => self.escaped(input, at, is_last, fields),
                _ => self.plain(input, at, is_last, fields),
            };
            let end = match end {
                End::At(end) => end,
                End::Stop(scanned) => return scanned,
            };
            fields.end();
            if fields.len() > most {
                return Scanned::TooMany(end);
            }
            match input.get(end) {
                None => return Scanned::Row(end),
                Some(b'\r') if input.get(end + 1) == Some(&b'\n') => return Scanned::Row(end + 2),
                Some(b'\r' | b'\n') => return Scanned::Row(end + 1),
                Some(_) => at = end + 1,
            }
        }
    }

    fn quote(&self) -> Option<u8> {
        match self.quoting {
            Quoting::None | Quoting::Escaped => None,
            Quoting::Doubled | Quoting::Backslash => Some(b'"'),
            Quoting::Single => Some(b'\''),
        }
    }

    fn has_escapes(&self) -> bool {
        matches!(self.quoting, Quoting::Backslash | Quoting::Escaped)
    }

    fn is_end(&self, byte: u8) -> bool {
        byte == self.delimiter || matches!(byte, b'\n' | b'\r')
    }

    fn plain(&self, input: &[u8], at: usize, is_last: bool, fields: &mut Fields) -> End {
        match memchr3(self.delimiter, b'\n', b'\r', &input[at..]) {
            None if !is_last => End::Stop(Scanned::More),
            found => {
                let end = found.map_or(input.len(), |length| at + length);
                if !(self.has_nulls && input[at..end] == *b"NULL") {
                    fields.text.extend_from_slice(&input[at..end]);
                }
                End::At(end)
            }
        }
    }

    /// A field without quotes in which a backslash may stand ahead of anything.
    fn escaped(&self, input: &[u8], start: usize, is_last: bool, fields: &mut Fields) -> End {
        let from = fields.text.len();
        let mut at = start;
        loop {
            match input.get(at) {
                None if is_last => break,
                None => return End::Stop(Scanned::More),
                Some(&byte) if self.is_end(byte) => break,
                Some(b'\\') => match unescaped(input, at, is_last, &mut fields.text) {
                    Some(next) => at = next,
                    None => return End::Stop(Scanned::More),
                },
                Some(&byte) => {
                    fields.text.push(byte);
                    at += 1;
                }
            }
        }
        if input[start..at] == *b"\\N" || input[start..at] == *b"NULL" {
            fields.text.truncate(from);
        }
        End::At(at)
    }

    /// A quoted field, from behind its opening quote.
    fn quoted(
        &self,
        input: &[u8],
        mut at: usize,
        quote: u8,
        is_last: bool,
        is_lenient: bool,
        fields: &mut Fields,
    ) -> End {
        let has_escapes = self.has_escapes();
        let ended = if is_last { End::Stop(Scanned::Open) } else { End::Stop(Scanned::More) };
        loop {
            let rest = &input[at..];
            let found = if has_escapes { memchr2(quote, b'\\', rest) } else { memchr(quote, rest) };
            let Some(length) = found else { return ended };
            fields.text.extend_from_slice(&rest[..length]);
            at += length;
            if input[at] != quote {
                match unescaped(input, at, is_last, &mut fields.text) {
                    Some(next) => at = next,
                    None => return End::Stop(Scanned::More),
                }
                continue;
            }
            if input.get(at + 1) == Some(&quote) {
                // Within a lenient field, `""` ahead of the end closes behind a quote of the text.
                fields.text.push(quote);
                at += 2;
                continue;
            }
            let blanks =
                input[at + 1..].iter().take_while(|&&byte| byte == b' ' && byte != self.delimiter).count();
            match input.get(at + 1 + blanks) {
                None if is_last => return End::At(at + 1 + blanks),
                None => return End::Stop(Scanned::More),
                Some(&byte) if self.is_end(byte) => return End::At(at + 1 + blanks),
                Some(_) if is_lenient => {
                    fields.text.push(quote);
                    at += 1;
                }
                Some(_) => return End::Stop(Scanned::Broken(at)),
            }
        }
    }
}

/// Puts what the backslash at `at` and what follows it stand for, and gives where it goes on. `None` when more is needed.
/// As LOAD DATA of MySQL and COPY of PostgreSQL read them.
fn unescaped(input: &[u8], at: usize, is_last: bool, text: &mut Vec<u8>) -> Option<usize> {
    let Some(&next) = input.get(at + 1) else {
        if is_last {
            text.push(b'\\');
        }
        return is_last.then_some(at + 1);
    };
    match next {
        b'n' => text.push(b'\n'),
        b't' => text.push(b'\t'),
        b'r' => text.push(b'\r'),
        b'0' => text.push(0),
        b'b' => text.push(8),
        b'f' => text.push(12),
        b'v' => text.push(11),
        b'Z' => text.push(26),
        b'\r' => {
            // A line end of two bytes is one.
            text.push(b'\r');
            match input.get(at + 2) {
                Some(b'\n') => {
                    text.push(b'\n');
                    return Some(at + 3);
                }
                None if !is_last => return None,
                _ => {}
            }
        }
        other => text.push(other),
    }
    Some(at + 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(input: &str, delimiter: u8, quoting: Quoting, skips_blank: bool) -> Vec<Vec<String>> {
        let syntax = Syntax { delimiter, quoting, skips_blank, has_nulls: false };
        let (mut rest, mut rows, mut fields) = (input.as_bytes(), Vec::new(), Fields::default());
        while !rest.is_empty() {
            match syntax.scan(rest, true, false, 500, &mut fields) {
                Scanned::Row(length) => rest = &rest[length..],
                other => panic!("{other:?} at {:?}", String::from_utf8_lossy(rest)),
            }
            rows.push(fields.lossy());
        }
        rows
    }

    #[test]
    fn quotes_are_doubled_or_escaped_or_single_or_text() {
        let doubled = rows("a,\"b, \"\"c\"\"\r\nd\" ,e\r\n,\n\"\",x", b',', Quoting::Doubled, false);
        assert_eq!(doubled, [vec!["a", "b, \"c\"\r\nd", "e"], vec!["", ""], vec!["", "x"]]);
        let escaped =
            rows("\"say \\\"hi\\\"\",\\N,\"C:\\\\\"\r\"a\\\nb\",c,d\\,e", b',', Quoting::Backslash, false);
        assert_eq!(escaped, [vec!["say \"hi\"", "", "C:\\"], vec!["a\nb", "c", "d,e"]]);
        let single = rows("'it''s',\"x\"\n", b',', Quoting::Single, false);
        assert_eq!(single, [["it's", "\"x\""]]);
        assert_eq!(rows("\"a\tb\" c\n", b'\t', Quoting::None, false), [["\"a", "b\" c"]]);
        let copied = rows("1\ta\\tb\\nc\\\\\t\\N\n", b'\t', Quoting::Escaped, false);
        assert_eq!(copied, [["1", "a\tb\nc\\", ""]]);
    }

    #[test]
    fn blanks_ahead_of_quotes_are_skipped_where_that_is_so() {
        assert_eq!(rows("a, \"b, c\", d\n", b',', Quoting::Doubled, true), [["a", "b, c", "d"]]);
        assert_eq!(rows("a, b\n", b',', Quoting::Doubled, false), [["a", " b"]]);
    }

    #[test]
    fn a_quote_that_closes_nothing_is_told() {
        let syntax =
            Syntax { delimiter: b',', quoting: Quoting::Doubled, skips_blank: false, has_nulls: false };
        let mut fields = Fields::default();
        assert_eq!(syntax.scan(b"\"a\"b,c\n", true, false, 500, &mut fields), Scanned::Broken(2));
        assert_eq!(syntax.scan(b"\"a \"b\" c\",d\n", true, true, 500, &mut fields), Scanned::Row(12));
        assert_eq!(fields.lossy(), ["a \"b\" c", "d"]);
        assert_eq!(syntax.scan(b"\"a\nb\n", true, false, 500, &mut fields), Scanned::Open);
        assert_eq!(syntax.scan(b"\"a\nb\n", false, false, 500, &mut fields), Scanned::More);
        assert_eq!(syntax.scan(b"a,b,c", true, false, 2, &mut fields), Scanned::TooMany(5));
    }
}
