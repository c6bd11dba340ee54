//! Words, numbers, signs and pictures of a cleaned text. Space does not count: `don ' t` and `don't` give the same
//! tokens, because some corpora (and some disguises) put spaces around every sign.

use super::{
    Clean,
    fold::{fold_leet, is_cjk, is_cyrillic, is_emoji, is_latin, to_cyrillic, to_latin},
};
use crate::hash::spread;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Letters only.
    Word,
    /// Digits only.
    Number,
    /// Letters with digits, or with signs that stand for letters.
    Mixed,
    /// One sign, once or repeated.
    Sign,
    /// One character of a script without spaces.
    Cjk,
    /// One picture.
    Emoji,
    /// Single letters set apart (`f r e e`, `f.r.e.e`), put together again; comes after the tokens it is made of.
    Joined,
}

/// A token.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    /// What it is.
    pub(crate) kind: Kind,
    /// First character in the cleaned text.
    pub(crate) start: u32,
    /// One past its last character in the cleaned text.
    pub(crate) end: u32,
    /// Where its folded form starts in [`Tokens::folded`].
    lo: u32,
    /// Where its folded form ends.
    hi: u32,
    /// Repetitions of a sign.
    pub(crate) run: u32,
    /// Whether a space or the text's start is before it.
    pub(crate) gap: bool,
    /// Letters of two scripts in one word.
    pub(crate) mixed_script: bool,
}

/// The tokens of a text.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tokens {
    /// In the order of the text.
    pub(crate) list: Vec<Token>,
    folded: Vec<char>,
}

/// Longest word kept in full, in characters.
const LONGEST_WORD: usize = 40;

impl Tokens {
    /// Reads the tokens of `clean` into `self`.
    pub(crate) fn read(&mut self, clean: &Clean) {
        self.list.clear();
        self.folded.clear();
        let chars = &clean.chars;
        let mut at = 0;
        let mut gap = true;
        while at < chars.len() {
            let c = chars[at];
            if c.is_whitespace() || c.is_control() {
                gap = true;
                at += 1;
                continue;
            }
            let end = if is_cjk(c) {
                self.push(Kind::Cjk, at, at + 1, gap, &[c]);
                at + 1
            } else if c.is_alphanumeric() {
                self.word(chars, at, gap)
            } else if is_emoji(c) {
                self.push(Kind::Emoji, at, at + 1, gap, &[c]);
                at + 1
            } else {
                self.sign(chars, at, gap)
            };
            at = end;
            gap = false;
        }
        self.join_letters();
    }

    /// A token's folded form: lower case, one script, leetspeak undone.
    pub(crate) fn folded(&self, token: &Token) -> &[char] {
        &self.folded[token.lo as usize..token.hi as usize]
    }

    /// Whether the token's folded form is `word`.
    pub(crate) fn is(&self, token: &Token, word: &str) -> bool {
        let folded = self.folded(token);
        folded.len() == word.len() && folded.iter().copied().eq(word.chars())
    }

    /// Whether a number of nine digits and more is in it, such as a telephone's, with spaces, dashes and brackets between.
    pub(crate) fn has_long_number(&self) -> bool {
        let mut digits = 0;
        for token in &self.list {
            digits = match token.kind {
                Kind::Number => digits + (token.end - token.start),
                Kind::Sign if ["-", "(", ")", "+", "."].iter().any(|sign| self.is(token, sign)) => digits,
                _ => 0,
            };
            if digits >= 9 {
                return true;
            }
        }
        false
    }

    /// A hash of every three neighbouring words, numbers among them; of all words together where there are fewer.
    pub(crate) fn triples(&self, mut found: impl FnMut(u64)) {
        let words: Vec<u64> = self
            .list
            .iter()
            .filter(|token| !matches!(token.kind, Kind::Sign | Kind::Joined))
            .map(|token| self.folded(token).iter().fold(7, |hash, c| spread(hash ^ u64::from(*c))))
            .collect();
        for triple in words.windows(words.len().clamp(1, 3)) {
            found(triple.iter().fold(11, |hash, word| spread(hash ^ word)));
        }
    }

    fn push(&mut self, kind: Kind, start: usize, end: usize, gap: bool, folded: &[char]) -> &mut Token {
        let lo = self.folded.len();
        self.folded.extend_from_slice(folded);
        self.list.push(Token {
            kind,
            start: start as u32,
            end: end as u32,
            lo: lo as u32,
            hi: self.folded.len() as u32,
            run: 1,
            gap,
            mixed_script: false,
        });
        let last = self.list.len() - 1;
        &mut self.list[last]
    }

    /// A run of one sign, spaces between allowed.
    fn sign(&mut self, chars: &[char], start: usize, gap: bool) -> usize {
        let c = chars[start];
        let (mut end, mut run, mut ahead) = (start + 1, 1, start + 1);
        while ahead < chars.len() && (chars[ahead] == c || chars[ahead] == ' ') {
            if chars[ahead] == c {
                run += 1;
                end = ahead + 1;
            }
            ahead += 1;
        }
        self.push(Kind::Sign, start, end, gap, &[c]).run = run;
        end
    }

    /// A word, number or mixture of both.
    fn word(&mut self, chars: &[char], start: usize, gap: bool) -> usize {
        let end = word_end(chars, start);
        let lo = self.folded.len();
        let shape = Shape::of(&chars[start..end]);
        let kind = match (shape.letters, shape.digits, shape.signs) {
            (_, 0, 0) => Kind::Word,
            (0, _, 0) => Kind::Number,
            _ => Kind::Mixed,
        };
        let script = shape.script();
        let kept = &chars[start..end.min(start + LONGEST_WORD)];
        for (place, c) in kept.iter().enumerate() {
            let between = kind == Kind::Mixed && place + 1 < kept.len() && shape.letters >= 2;
            let c = if between { fold_leet(*c) } else { *c };
            let lower =
                if c.is_ascii() { c.to_ascii_lowercase() } else { c.to_lowercase().next().unwrap_or(c) };
            self.folded.push(match script {
                Script::OneOnly => lower,
                Script::MostlyLatin => to_latin(lower).unwrap_or(lower),
                Script::MostlyCyrillic => to_cyrillic(lower).unwrap_or(lower),
            });
        }
        let hi = self.folded.len();
        let token = self.push(kind, start, end, gap, &[]);
        (token.lo, token.hi) = (lo as u32, hi as u32);
        token.mixed_script = script != Script::OneOnly;
        end
    }

    /// Puts `v i a g r a` and `v.i.a.g.r.a` together: four or more single letters, the same distance apart.
    fn join_letters(&mut self) {
        let count = self.list.len();
        let mut first = 0;
        while first < count {
            let mut letters = vec![];
            let mut next = first;
            while next < count && self.is_single_letter(next) {
                letters.push(next);
                let sign = next + 1 < count
                    && self.list[next + 1].kind == Kind::Sign
                    && self.list[next + 1].run == 1;
                let step = if sign && !self.list[next + 1].gap { 2 } else { 1 };
                let close =
                    self.list[..count].get(next + step).is_some_and(|t| t.start - self.list[next].end <= 1);
                if !close {
                    break;
                }
                next += step;
            }
            if letters.len() >= 4 {
                let word: Vec<char> =
                    letters.iter().flat_map(|i| self.folded(&self.list[*i]).to_vec()).collect();
                let (start, end) = (self.list[letters[0]].start, self.list[letters[letters.len() - 1]].end);
                self.push(Kind::Joined, start as usize, end as usize, true, &word);
                first = letters[letters.len() - 1];
            }
            first += 1;
        }
    }

    fn is_single_letter(&self, index: usize) -> bool {
        let token = &self.list[index];
        token.kind == Kind::Word && token.end - token.start == 1
    }
}

/// Where the word that starts at `start` ends.
fn word_end(chars: &[char], start: usize) -> usize {
    let mut end = start + 1;
    while end < chars.len() {
        let c = chars[end];
        let goes_on = if c.is_alphanumeric() {
            !is_cjk(c)
        } else {
            matches!(c, '@' | '$' | '!' | '|')
                && chars[end - 1].is_alphabetic()
                && chars.get(end + 1).is_some_and(|next| next.is_alphabetic())
                && !is_address(chars, end)
        };
        if !goes_on {
            break;
        }
        end += 1;
    }
    end
}

/// Whether the sign at `at` looks like the one in an e-mail address: a dot follows the next word.
fn is_address(chars: &[char], at: usize) -> bool {
    let after = chars[at + 1..].iter().take(64).position(|c| !c.is_alphanumeric() && *c != '-');
    chars[at] == '@' && after.is_some_and(|after| matches!(chars[at + 1 + after], '.' | '_'))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Script {
    OneOnly,
    MostlyLatin,
    MostlyCyrillic,
}

/// Counts of a word's characters.
#[derive(Clone, Copy, Debug, Default)]
struct Shape {
    letters: u32,
    digits: u32,
    signs: u32,
    latin: u32,
    cyrillic: u32,
    greek: u32,
}

impl Shape {
    fn of(word: &[char]) -> Self {
        let mut shape = Self::default();
        for c in word {
            if c.is_ascii_digit() || c.is_numeric() {
                shape.digits += 1;
            } else if c.is_alphabetic() {
                shape.letters += 1;
                shape.latin += u32::from(is_latin(*c));
                shape.cyrillic += u32::from(is_cyrillic(*c));
                shape.greek += u32::from(matches!(*c as u32, 0x370..=0x3FF));
            } else {
                shape.signs += 1;
            }
        }
        shape
    }

    fn script(&self) -> Script {
        if self.latin == 0 || self.cyrillic + self.greek == 0 {
            Script::OneOnly
        } else if self.cyrillic >= self.latin {
            Script::MostlyCyrillic
        } else {
            Script::MostlyLatin
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Vec<String> {
        let mut clean = Clean::default();
        clean.read(text);
        let mut tokens = Tokens::default();
        tokens.read(&clean);
        tokens.list.iter().map(|token| tokens.folded(token).iter().collect()).collect()
    }

    #[test]
    fn spaces_do_not_count() {
        assert_eq!(tokens("Don't wait!!!"), tokens("don ' t wait ! ! !"));
        assert_eq!(tokens("http://a.example"), tokens("http : / / a . example"));
    }

    #[test]
    fn disguises_are_undone() {
        assert_eq!(tokens("v1agra"), ["viagra"]);
        assert_eq!(tokens("c@sh"), ["cash"]);
        assert_eq!(tokens("p\u{430}yp\u{430}l"), ["paypal"]);
        assert_eq!(tokens("зaрaбoтoк"), ["заработок"]);
        assert_eq!(tokens("F R E E now").last().map(String::as_str), Some("free"));
        assert_eq!(tokens("F.R.E.E now").last().map(String::as_str), Some("free"));
        assert_eq!(tokens("Ｆｒｅｅ"), ["free"]);
    }

    #[test]
    fn addresses_stay_apart() {
        assert_eq!(tokens("joe@mail.example"), ["joe", "@", "mail", ".", "example"]);
    }
}
