//! What is read out of a text to find its meaning: disguise undone, accents kept, addresses left out.

use crate::{
    features::Reading,
    text::{Kind, Token},
};

/// The text without its addresses, with disguised words as they are meant, and with the accents that the original has.
pub(crate) fn spoken(message: &str, reading: &Reading) -> Vec<char> {
    let clean = &reading.clean;
    let mut out = Vec::with_capacity(clean.chars.len());
    let mut at = 0;
    for (start, end, instead) in replaced(reading) {
        if start < at {
            continue;
        }
        out.extend((at..start).map(|place| original(message, clean.at[place], clean.chars[place])));
        out.push(' ');
        out.extend_from_slice(instead);
        out.push(' ');
        at = end.min(clean.chars.len());
    }
    out.extend((at..clean.chars.len()).map(|place| original(message, clean.at[place], clean.chars[place])));
    out
}

/// Ranges of the cleaned text that are read as something else, in order.
fn replaced(reading: &Reading) -> Vec<(usize, usize, &[char])> {
    let tokens = &reading.tokens;
    let meant = |token: &&Token| token.kind == Kind::Joined || token.mixed_script;
    let words = tokens
        .list
        .iter()
        .filter(meant)
        .map(|token| (token.start as usize, token.end as usize, tokens.folded(token)));
    let links = reading.links.iter().map(|link| (link.start as usize, link.end as usize, &[][..]));
    let mut all: Vec<_> = words.chain(links).collect();
    // What starts earlier and reaches further goes first.
    all.sort_by_key(|(start, end, _)| (*start, usize::MAX - end));
    all
}

/// The letter of the original where cleaning took off its accent, otherwise the cleaned one.
fn original(message: &str, at: u32, cleaned: char) -> char {
    let found = message.get(at as usize..).and_then(|rest| rest.chars().next());
    found.filter(|c| matches!(*c as u32, 0xC0..=0x24F | 0x1E00..=0x1EFF)).unwrap_or(cleaned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> String {
        let mut reading = Reading::default();
        reading.read(text, 20);
        let spoken: String = spoken(text, &reading).into_iter().collect();
        spoken.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn addresses_go_and_accents_stay() {
        assert_eq!(of("Très bien, voir https://www.example.org/x ici"), "Très bien, voir ici");
        assert_eq!(of("buy v i a g r a and p\u{430}yp\u{430}l"), "buy viagra and paypal");
        assert_eq!(of("Привет, как дела?"), "Привет, как дела?");
        assert_eq!(of("z\u{200b}ero"), "zero");
    }
}
