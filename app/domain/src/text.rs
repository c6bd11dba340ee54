//! Hostile text, made safe to look at: nothing invisible stays invisible, no address can be followed by accident.

mod invisible;
mod line;

pub use invisible::is_invisible;
pub use line::{marked_line, single_line};

/// A stretch of text to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Text as it is.
    Plain(String),
    /// A web address.
    Address {
        /// Defanged: `hxxp://spam[.]biz/x`.
        shown: String,
        /// As it was written.
        original: String,
    },
    /// A character that would not be seen, or would reorder what is.
    Invisible {
        /// Its code point, for instance `U+202E`.
        code: String,
        /// Its name, for instance "right-to-left override".
        name: &'static str,
        /// How many of it stand in a row.
        count: usize,
    },
}

/// Takes text apart for display. No piece is lost: joined, they read like the text.
pub fn pieces(text: &str) -> Vec<Piece> {
    marked_pieces(text, &[]).into_iter().map(|(piece, _)| piece).collect()
}

/// Takes text apart as [`pieces`] does, and says for each piece which mark it lies in: an index into `marks`, byte ranges
/// of `text`. Where marks overlap, the first of the list wins; an address belongs to a mark as a whole. Marks that are no
/// range of characters are left out.
pub fn marked_pieces(text: &str, marks: &[(usize, usize)]) -> Vec<(Piece, Option<usize>)> {
    let marks = Marks::of(text, marks);
    let mut pieces = Pieces::default();
    let mut at = 0;
    let mut before = ' ';
    while let Some(first) = text[at..].chars().next() {
        let length = match address_length(&text[at..], before) {
            Some(length) => {
                let original = text[at..at + length].to_owned();
                let address = Piece::Address { shown: defang(&original), original };
                pieces.push(address, marks.within(at, at + length));
                length
            }
            None => {
                let length = first.len_utf8();
                pieces.char(first, marks.within(at, at + length));
                length
            }
        };
        before = text[at..at + length].chars().next_back().unwrap_or(' ');
        at += length;
    }
    pieces.finish()
}

/// Every distinct web address of a text, in its order, at most `limit`: as shown, and as written.
pub fn addresses(text: &str, limit: usize) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for piece in pieces(text) {
        if let Piece::Address { shown, original } = piece
            && found.len() < limit
            && found.iter().all(|(_, known)| *known != original)
        {
            found.push((shown, original));
        }
    }
    found
}

/// Ranges that may overlap, the more important first.
struct Marks(Vec<(usize, usize, usize)>);

impl Marks {
    fn of(text: &str, marks: &[(usize, usize)]) -> Self {
        let sound = |start: usize, end: usize| {
            start < end && end <= text.len() && text.is_char_boundary(start) && text.is_char_boundary(end)
        };
        let marks = marks.iter().enumerate().filter(|(_, (start, end))| sound(*start, *end));
        Self(marks.map(|(index, &(start, end))| (start, end, index)).collect())
    }

    fn within(&self, start: usize, end: usize) -> Option<usize> {
        self.0.iter().find(|mark| mark.0 < end && start < mark.1).map(|mark| mark.2)
    }
}

/// Pieces under way.
#[derive(Default)]
struct Pieces {
    done: Vec<(Piece, Option<usize>)>,
    plain: String,
    mark: Option<usize>,
}

impl Pieces {
    fn char(&mut self, char: char, mark: Option<usize>) {
        if !is_invisible(char) {
            if mark != self.mark {
                self.flush();
            }
            self.mark = mark;
            self.plain.push(char);
            return;
        }
        self.flush();
        let code = invisible::code(char);
        match self.done.last_mut() {
            Some((Piece::Invisible { code: last, count, .. }, marked))
                if *last == code && *marked == mark =>
            {
                *count += 1;
            }
            _ => self.done.push((Piece::Invisible { code, name: invisible::name(char), count: 1 }, mark)),
        }
    }

    fn push(&mut self, piece: Piece, mark: Option<usize>) {
        self.flush();
        self.done.push((piece, mark));
    }

    fn flush(&mut self) {
        if !self.plain.is_empty() {
            self.done.push((Piece::Plain(std::mem::take(&mut self.plain)), self.mark));
        }
    }

    fn finish(mut self) -> Vec<(Piece, Option<usize>)> {
        self.flush();
        self.done
    }
}

/// What a web address starts with; `www.` only where a word may start.
const STARTS: [&str; 4] = ["https://", "http://", "ftp://", "www."];

/// Length in bytes of the web address that `text` starts with, if it starts with one.
fn address_length(text: &str, before: char) -> Option<usize> {
    let start = STARTS
        .into_iter()
        .find(|start| text.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start)))?;
    if start == "www." && before.is_alphanumeric() {
        return None;
    }
    let ends = |c: char| c.is_whitespace() || is_invisible(c) || matches!(c, '<' | '>' | '"');
    let length = text.find(ends).unwrap_or(text.len());
    (length > start.len()).then_some(length)
}

/// Writes an address so that no program takes it for one.
fn defang(address: &str) -> String {
    let (scheme, rest) = match address.split_once("://") {
        Some((scheme, rest)) => {
            (format!("{}://", scheme.to_ascii_lowercase().replace("tt", "xx").replace("ftp", "fxp")), rest)
        }
        None => (String::new(), address),
    };
    let host_end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (host, path) = rest.split_at(host_end);
    format!("{scheme}{}{path}", host.replace('.', "[.]"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> Piece {
        Piece::Plain(text.to_owned())
    }

    fn address(shown: &str, original: &str) -> Piece {
        Piece::Address { shown: shown.to_owned(), original: original.to_owned() }
    }

    #[test]
    fn addresses_are_defanged_and_nothing_else_changes() {
        assert_eq!(
            pieces("see HTTP://spam.biz/a.b?c now"),
            [plain("see "), address("hxxp://spam[.]biz/a.b?c", "HTTP://spam.biz/a.b?c"), plain(" now")]
        );
        assert_eq!(pieces("www.x.de"), [address("www[.]x[.]de", "www.x.de")]);
        assert_eq!(pieces("http://"), [plain("http://")]);
        assert_eq!(pieces("awww.cute"), [plain("awww.cute")]);
    }

    #[test]
    fn bidi_and_controls_are_shown_by_code_point_and_name_and_runs_are_counted() {
        let invisible = |code: &str, name, count| Piece::Invisible { code: code.to_owned(), name, count };
        assert_eq!(
            pieces("a\u{202e}b\u{1b}[31m\n\u{200b}\u{200b}\u{200b}"),
            [
                plain("a"),
                invisible("U+202E", "right-to-left override", 1),
                plain("b"),
                invisible("U+001B", "escape", 1),
                plain("[31m\n"),
                invisible("U+200B", "zero-width space", 3),
            ]
        );
    }

    #[test]
    fn marks_cut_text_and_take_whole_addresses_and_the_first_wins() {
        let text = "buy leads at http://x.biz now";
        let (leads, host) = ((4, 9), (20, 23));
        assert_eq!(
            marked_pieces(text, &[leads, (0, 9), host, (3, 99), (9, 9)]),
            [
                (plain("buy "), Some(1)),
                (plain("leads"), Some(0)),
                (plain(" at "), None),
                (address("hxxp://x[.]biz", "http://x.biz"), Some(2)),
                (plain(" now"), None),
            ]
        );
        assert_eq!(marked_pieces("é", &[(0, 1)]), [(plain("é"), None)], "no range of characters");
    }

    #[test]
    fn addresses_are_listed_once() {
        let text = "http://a.b http://a.b www.c.d http://e.f";
        let found = addresses(text, 2);
        assert_eq!(
            found.iter().map(|(_, original)| original.as_str()).collect::<Vec<_>>(),
            ["http://a.b", "www.c.d"]
        );
    }
}
