//! Text as the full-text index sees it. Index, search and marks prepare it by the same code, so they cannot disagree.
//!
//! What is written differently and read alike is folded to one form (UTS #10 calls this a loose match):
//!
//! - upper and lower case; letters with and without accents; composed and decomposed letters (NFC, NFD);
//! - full-width, bold, circled and squared letters, ligatures, fractions: what Unicode's compatibility decomposition (NFKD) says;
//! - ß and ss, ς and σ, ı and i, æ and ae, œ and oe, ø and o, ł and l, đ and d; ё and е, but no other two Cyrillic letters;
//! - the vowel marks of Arabic and Hebrew, the tatweel, and hamza on its letter.
//!
//! Characters that show nothing (zero-width spaces and joiners, soft hyphens, direction marks, variation selectors) are
//! dropped: spam hides words with them. Scripts that put no spaces between words, and Hangul, whose words run into one another,
//! are cut into single characters with their marks, so that any part of a run is found as a phrase.

mod classes;
mod fold;

use fold::Folder;

/// Stands before five hexadecimal digits, in the index, for a mark that the index would take for a gap, and starts what the index
/// holds beside words. It is a letter to the index, but one that shows nothing: it is dropped from what people send and search
/// for, so no word of theirs ever has it.
pub const INDEX_MARK: char = '\u{3164}';

/// A word of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Word {
    /// Byte range in the text as sent.
    pub(super) sent: (usize, usize),
    /// Byte range in the folded text.
    folded: (usize, usize),
}

/// A text, folded.
#[derive(Clone, Debug, Default)]
pub struct IndexText {
    text: String,
    words: Vec<Word>,
    pictures: Vec<((usize, usize), char)>,
}

impl IndexText {
    /// Folds a text.
    pub fn of(text: &str) -> Self {
        Folder::fold(text)
    }

    /// The words, a blank between each two; what the full-text index is given, and what stands in a phrase for it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The words by themselves.
    pub fn words(&self) -> impl ExactSizeIterator<Item = &str> {
        self.words.iter().map(|word| &self.text[word.folded.0..word.folded.1])
    }

    /// Emoji and other pictures, each as often as it is there; colours of skin are left out. They are no words: `FREE💰MONEY` is
    /// found as a phrase.
    pub fn pictures(&self) -> impl Iterator<Item = char> {
        self.pictures.iter().map(|(_, picture)| *picture)
    }

    /// Whether there is nothing in it that could be looked up.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty() && self.pictures.is_empty()
    }

    /// Byte ranges, in the text as sent, of words.
    pub(super) fn sent(&self) -> &[Word] {
        &self.words
    }

    /// Byte ranges, in the text as sent, of pictures, and which each is.
    pub(super) fn sent_pictures(&self) -> &[((usize, usize), char)] {
        &self.pictures
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        IndexText::of(text).words().map(str::to_owned).collect()
    }

    #[test]
    fn what_reads_alike_folds_alike() {
        for (written, folded) in [
            ("𝗙𝗥𝗘𝗘 ＭＯＮＥＹ Ⓕⓡⓔⓔ 🄼🅾🅽🅴🆈", "free money free money"),
            ("F\u{200d}r\u{200d}ee v\u{200b}ia\u{ad}gra", "free viagra"),
            ("STRASSE Straße STRAẞE", "strasse strasse strasse"),
            ("İSTANBUL ISTANBUL ıstanbul", "istanbul istanbul istanbul"),
            ("ca\u{301}fe\u{301} café CAFÉ", "cafe cafe cafe"),
            ("Ёлка елка ЕЛКА", "елка елка елка"),
            ("мой мои́ мои", "мой мои мои"),
            ("їжа ґанок ўсё", "їжа ґанок ўсе"),
            ("ΟΔΟΣ οδός", "οδοσ οδοσ"),
            ("ﬁnance oﬀer œuvre Ærø Łódź", "finance offer oeuvre aero lodz"),
            ("مُحَمَّد محـــمد أحمد", "محمد محمد احمد"),
            ("שָׁלוֹם שלום", "שלום שלום"),
            ("①② x² ½", "12 x2 1 2"),
            ("Nike™ 5㎏ №7", "nike tm 5 kg no 7"),
            ("can't can’t", "can t can t"),
        ] {
            assert_eq!(IndexText::of(written).text(), folded, "{written}");
        }
    }

    #[test]
    fn runs_without_spaces_are_cut_and_marks_stay_with_their_letters() {
        assert_eq!(words("a垃圾b"), ["a", "垃", "圾", "b"]);
        assert_eq!(words("카지노를"), ["카", "지", "노", "를"]);
        assert_eq!(
            words("카지노를"),
            words("\u{110f}\u{1161}\u{110c}\u{1175}\u{1102}\u{1169}\u{1105}\u{1173}\u{11af}")
        );
        assert_eq!(words("ガ ｶﾞ カ\u{3099}"), ["ガ", "ガ", "ガ"]);
        assert_ne!(words("ガ"), words("カ"));
        assert_eq!(words("เงิน").len(), 3, "the vowel above stays with its letter");
        assert_eq!(words("हिन्दी").len(), 1);
        assert_ne!(words("हिन्दी"), words("हन्द"), "vowels tell words apart");
    }

    #[test]
    fn pictures_are_no_words_and_have_no_colour() {
        let text = IndexText::of("FREE💰MONEY 👍🏽 ❤\u{fe0f} ★ → © & –");
        assert_eq!(text.text(), "free money");
        assert_eq!(text.pictures().collect::<String>(), "💰👍❤★");
        assert!(IndexText::of("& ??? $$$ --> – \u{301}").is_empty());
    }

    #[test]
    fn folding_twice_changes_nothing_and_words_know_where_they_stand() {
        for text in ["F\u{200d}ree Straße 𝗙𝗥 카지노", "ﷺ ℡ Ⅷ ǆ", "e\u{301}\u{301}", "\u{93f}क\u{93f}"]
        {
            let once = IndexText::of(text);
            for word in once.sent() {
                assert!(text.get(word.sent.0..word.sent.1).is_some_and(|word| !word.is_empty()));
            }
            if !once.text().contains(INDEX_MARK) {
                assert_eq!(IndexText::of(once.text()).text(), once.text(), "{text}");
            }
        }
        let text = "xx F\u{200d}R\u{301}ee\u{301}!";
        let (start, end) = IndexText::of(text).sent()[1].sent;
        assert_eq!(&text[start..end], "F\u{200d}R\u{301}ee\u{301}");
    }
}
