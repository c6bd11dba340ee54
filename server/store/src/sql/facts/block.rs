//! Detections whose ids share their upper bits, column by column.

use domain::{FacetValue, JudgedBy, Label, Origin};

use super::words::Words;

/// Lower bits of an id within a block. A block is read at once, which takes some hundredths of a second.
const BITS: u32 = 14;

/// The last place of a block.
const LAST: u16 = (1 << BITS) - 1;

/// The block that an id is in, and its place there.
pub(super) fn place(id: i64) -> (i64, u16) {
    (id >> BITS, (id & i64::from(LAST)) as u16)
}

/// The id at a place of a block.
pub(super) fn id_at(block: i64, at: u16) -> i64 {
    (block << BITS) | i64::from(at)
}

/// First and last id of a block.
pub(super) fn ids_of(block: i64) -> (i64, i64) {
    (id_at(block, 0), id_at(block, LAST))
}

/// What is kept of one detection.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Row {
    pub(super) created_at: i64,
    pub(super) score: f64,
    pub(super) bits: Bits,
    pub(super) site: u32,
    pub(super) token: u32,
    pub(super) language: u32,
}

/// Yes and no, and words of short lists: [`Bits::sql`] says where each stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Bits(pub(super) u16);

impl Bits {
    /// How the database puts them together.
    pub(super) fn sql() -> String {
        let place = |column: &str, words: &[String], shift: u32| {
            let whens: String =
                words.iter().enumerate().map(|(at, word)| format!(" WHEN {word} THEN {}", at + 1)).collect();
            format!("((CASE {column}{whens} ELSE 0 END) << {shift})")
        };
        let texts =
            |words: Vec<&str>| -> Vec<String> { words.iter().map(|word| format!("'{word}'")).collect() };
        let labels = texts(Label::ALL.iter().map(|label| label.as_str()).collect());
        let origins = texts(Origin::ALL.iter().map(|origin| origin.as_str()).collect());
        let judges = texts(JudgedBy::ALL.iter().map(|by| by.as_str()).collect());
        let feedback = texts(vec!["pending", "failed"]);
        let flag = [truth!().to_owned()];
        [
            place("d.is_spam", &flag, 0),
            place("d.label", &labels, 1),
            place("d.app_word", &labels, 3),
            place("d.origin", &origins, 5),
            place("d.judged_by", &judges, 8),
            place("d.feedback", &feedback, 11),
            place("d.late", &flag, 13),
            place("d.contested", &flag, 14),
            place("d.held", &flag, 15),
        ]
        .join(" | ")
    }

    fn at(self, shift: u32, mask: u16) -> usize {
        usize::from((self.0 >> shift) & mask)
    }

    pub(super) fn is_spam(self) -> bool {
        self.0 & 1 == 1
    }

    pub(super) fn label(self) -> Option<Label> {
        Label::ALL.get(self.at(1, 3).checked_sub(1)?).copied()
    }

    pub(super) fn app_word(self) -> Option<Label> {
        Label::ALL.get(self.at(3, 3).checked_sub(1)?).copied()
    }

    pub(super) fn origin(self) -> Option<Origin> {
        Origin::ALL.get(self.at(5, 7).checked_sub(1)?).copied()
    }

    pub(super) fn judged_by(self) -> Option<JudgedBy> {
        JudgedBy::ALL.get(self.at(8, 7).checked_sub(1)?).copied()
    }

    pub(super) fn is_pending(self) -> bool {
        self.at(11, 3) == 1
    }

    pub(super) fn has_failed(self) -> bool {
        self.at(11, 3) == 2
    }

    pub(super) fn is_late(self) -> bool {
        self.at(13, 1) == 1
    }

    pub(super) fn is_contested(self) -> bool {
        self.at(14, 1) == 1
    }

    pub(super) fn is_held(self) -> bool {
        self.at(15, 1) == 1
    }
}

/// What facets tell detections apart by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Alike {
    bits: Bits,
    site: u32,
}

impl Alike {
    pub(super) fn of(row: &Row) -> Self {
        Self { bits: Bits(row.bits.0 & 0x7FF), site: row.site }
    }

    /// The values of so many detections that are alike.
    pub(super) fn values(&self, sites: &Words, count: u64) -> Vec<FacetValue> {
        let (Some(origin), Some(judged_by)) = (self.bits.origin(), self.bits.judged_by()) else {
            return Vec::new();
        };
        let site = sites.word(self.site).map(str::to_owned);
        let (label, app_word) = (self.bits.label(), self.bits.app_word());
        FacetValue::of(self.bits.is_spam(), label, app_word, site, origin, judged_by, count).into()
    }
}

/// Up to 16,384 detections, by id.
#[derive(Debug, Default)]
pub(super) struct Block {
    ids: Vec<u16>,
    created_at: Vec<i64>,
    score: Vec<f64>,
    bits: Vec<Bits>,
    site: Vec<u32>,
    token: Vec<u32>,
    language: Vec<u32>,
}

impl Block {
    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }

    /// Writes a detection in its place.
    pub(super) fn set(&mut self, id: u16, row: Row) {
        match self.ids.binary_search(&id) {
            Ok(at) => {
                self.created_at[at] = row.created_at;
                self.score[at] = row.score;
                self.bits[at] = row.bits;
                self.site[at] = row.site;
                self.token[at] = row.token;
                self.language[at] = row.language;
            }
            Err(at) => {
                self.ids.insert(at, id);
                self.created_at.insert(at, row.created_at);
                self.score.insert(at, row.score);
                self.bits.insert(at, row.bits);
                self.site.insert(at, row.site);
                self.token.insert(at, row.token);
                self.language.insert(at, row.language);
            }
        }
    }

    pub(super) fn remove(&mut self, id: u16) {
        if let Ok(at) = self.ids.binary_search(&id) {
            self.ids.remove(at);
            self.created_at.remove(at);
            self.score.remove(at);
            self.bits.remove(at);
            self.site.remove(at);
            self.token.remove(at);
            self.language.remove(at);
        }
    }

    pub(super) fn get(&self, id: u16) -> Option<Row> {
        self.ids.binary_search(&id).ok().map(|at| self.row(at))
    }

    /// Detections with these ids, in order.
    pub(super) fn between(&self, first: u16, last: u16) -> impl Iterator<Item = (u16, Row)> {
        let from = self.ids.partition_point(|id| *id < first);
        let to = self.ids.partition_point(|id| *id <= last);
        (from..to).map(|at| (self.ids[at], self.row(at)))
    }

    fn row(&self, at: usize) -> Row {
        Row {
            created_at: self.created_at[at],
            score: self.score[at],
            bits: self.bits[at],
            site: self.site[at],
            token: self.token[at],
            language: self.language[at],
        }
    }
}
