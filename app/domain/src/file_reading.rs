//! What reading a file found out: how it is written, by which evidence, and what became of every part of it.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

crate::words! {
    /// One thing about a file that is guessed, and can be chosen instead. The words are those of flags and forms.
    FileTrait {
        /// How the file is written: a word of [`crate::FileFormat`].
        Format = "format",
        /// How bytes stand for characters: a name of the WHATWG's standard, for instance `windows-1252`.
        Encoding = "encoding",
        /// What stands between two fields of a table: one character, or `tab`, `comma`, `semicolon`, `pipe`, `space`.
        Delimiter = "delimiter",
        /// How fields are quoted: a word of [`Quoting`].
        Quoting = "quoting",
        /// Whether blanks behind a delimiter belong to the field (`keep`) or not (`skip`).
        Blank = "blank",
        /// How many lines stand above the names of the columns (`0` mostly), or `none` where no row names them.
        Header = "header",
        /// Which sheet of a workbook is read, by its name.
        Sheet = "sheet",
        /// Where in a JSON the records are: `comments[]`, `data.posts.edges[].node`, `[]`; a dot alone for whole values.
        Records = "records",
        /// Whether the day or the month comes first in dates like 03/04/2025: a word of [`DayOrder`].
        Days = "days",
        /// Whether pingbacks and trackbacks of a WordPress export are rows (`take`) or not (`leave-out`).
        Pings = "pings",
        /// Name of the column that holds the text to judge.
        Message = "message",
        /// Name of the column that says whether a row is known to be spam.
        Label = "label",
    }
}

impl FileTrait {
    /// What it is called on a page.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Format => "Format",
            Self::Encoding => "Encoding",
            Self::Delimiter => "Delimiter",
            Self::Quoting => "Quotes",
            Self::Blank => "Blanks behind the delimiter",
            Self::Header => "Lines above the header",
            Self::Sheet => "Sheet",
            Self::Records => "Where the records are",
            Self::Days => "Order of day and month",
            Self::Pings => "Pingbacks and trackbacks",
            Self::Message => "Message",
            Self::Label => "Column with spam or not",
        }
    }
}

crate::words! {
    /// How the fields of a table are quoted.
    Quoting {
        /// Quotes are text like everything else; a backslash is text as well.
        None = "none",
        /// In double quotes; a double quote within is doubled. What RFC 4180 says.
        Doubled = "doubled",
        /// In double quotes; a double quote within has a backslash before it. `\N` is an empty field. As MySQL writes.
        Backslash = "backslash",
        /// In single quotes; a single quote within is doubled.
        Single = "single",
        /// No quotes; a backslash stands before tabs and line ends, `\t` and `\n` stand for them, `\N` is an empty field.
        /// What COPY of PostgreSQL and `mysql --batch` write.
        Escaped = "escaped",
    }
}

crate::words! {
    /// Which of two numbers is the day, in dates like 03/04/2025.
    DayOrder {
        /// 3 April.
        DayFirst = "day-first",
        /// March 4.
        MonthFirst = "month-first",
    }
}

/// Something about a file that was found out, or chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileGuess {
    /// What about it.
    pub about: FileTrait,
    /// What was found, in the words in which it can be chosen. Empty where nothing could be: then somebody has to choose.
    pub value: String,
    /// What speaks for it: a sentence that begins with a capital letter.
    pub evidence: String,
    /// What else it could be, the likelier ones first, in the words in which it can be chosen.
    pub alternatives: Vec<FileAlternative>,
    /// Whether somebody should look: another answer is nearly as likely, or nothing speaks for this one.
    pub in_doubt: bool,
    /// Whether it was chosen, and not found out.
    pub is_chosen: bool,
}

/// What something about a file could be instead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileAlternative {
    /// In the words in which it can be chosen.
    pub value: String,
    /// What is known of it, for instance how many records there would be, or the first text of a column. May be empty.
    pub about: String,
}

/// What somebody chose about reading a file, by trait; the rest is found out. In JSON an object:
/// `{"delimiter": ";", "header": "2"}`. Only the reader knows which values make sense.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FileChoices(BTreeMap<FileTrait, String>);

impl FileChoices {
    /// What was chosen.
    pub fn get(&self, about: FileTrait) -> Option<&str> {
        self.0.get(&about).map(String::as_str)
    }

    /// Chooses; `None` and an empty word leave it to be found out.
    pub fn set(&mut self, about: FileTrait, value: Option<String>) {
        match value.filter(|value| !value.is_empty()) {
            Some(value) => self.0.insert(about, value),
            None => self.0.remove(&about),
        };
    }

    /// What was chosen, in the order of [`FileTrait::ALL`].
    pub fn iter(&self) -> impl Iterator<Item = (FileTrait, &str)> {
        self.0.iter().map(|(about, value)| (*about, value.as_str()))
    }

    /// Whether everything is left to be found out.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// What became of every part of a file that was read. Rows, failed rows, what was left out and what was not read are
/// together all of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileAccount {
    /// Records that could be read.
    pub rows: u64,
    /// Records that were found and could not be read.
    pub failed: u64,
    /// Where the first of those are and why, at most [`FileAccount::FAILURES`].
    pub failures: Vec<FailedAt>,
    /// What was understood and is no message, by kind: repeated headers, order notes, deleted posts.
    pub left_out: Vec<LeftOut>,
    /// Stretches that were not understood, or not looked at, in the order of the file; at most [`FileAccount::STRETCHES`].
    pub not_read: Vec<NotRead>,
    /// Stretches beyond those.
    pub further_not_read: u64,
    /// Records that were read, though something about them had to be mended, by kind: half emoji, rows in another encoding.
    /// They count as rows.
    pub mended: Vec<LeftOut>,
}

/// A record that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailedAt {
    /// Where it begins, for instance `line 12`.
    pub place: String,
    /// The rest of a sentence, without its full stop.
    pub reason: String,
}

/// Parts of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// What they are, in the plural: "repeated headers".
    pub kind: String,
    /// Why they are treated so: a sentence without its full stop.
    pub why: String,
    /// How many there were.
    pub count: u64,
    /// Where the first of them is, for instance `line 12`.
    pub first: String,
}

/// A stretch of a file that was not read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotRead {
    /// From where, for instance `line 12`, or the name of a file in a zip.
    pub from: String,
    /// To where, with it; `None` where it is unknown, which is to the end.
    pub to: Option<String>,
    /// Bytes, where they were counted.
    pub bytes: Option<u64>,
    /// Why, and what could be done: the rest of a sentence, without its full stop.
    pub why: String,
}

impl FileAccount {
    /// Most failures that are listed.
    pub const FAILURES: usize = 20;

    /// Most stretches that are listed.
    pub const STRETCHES: usize = 50;

    /// Most kinds of one list. Further ones count as "others".
    pub const KINDS: usize = 50;

    /// Whether every part was understood: nothing failed, nothing was passed over.
    pub fn is_whole(&self) -> bool {
        self.failed == 0 && self.not_read.is_empty() && self.further_not_read == 0
    }

    /// Whether there is nothing to tell beside its rows, failed ones among them.
    pub fn is_plain(&self) -> bool {
        self.left_out.is_empty()
            && self.mended.is_empty()
            && self.not_read.is_empty()
            && self.further_not_read == 0
    }

    /// Parts that were left out, of all kinds.
    pub fn left_out_count(&self) -> u64 {
        self.left_out.iter().map(|part| part.count).sum()
    }

    /// Counts a record that could not be read.
    pub fn fail(&mut self, place: impl fmt::Display, reason: impl Into<String>) {
        self.failed += 1;
        if self.failures.len() < Self::FAILURES {
            self.failures.push(FailedAt { place: place.to_string(), reason: reason.into() });
        }
    }

    /// Counts parts of one kind that are left out.
    pub fn leave_out(&mut self, kind: &str, why: &str, count: u64, first: impl fmt::Display) {
        count_in(&mut self.left_out, kind, why, count, first);
    }

    /// Counts records that were mended.
    pub fn mend(&mut self, kind: &str, why: &str, count: u64, first: impl fmt::Display) {
        count_in(&mut self.mended, kind, why, count, first);
    }

    /// Notes a stretch that was not read.
    pub fn pass_over(&mut self, stretch: NotRead) {
        if self.not_read.len() < Self::STRETCHES {
            self.not_read.push(stretch);
        } else {
            self.further_not_read += 1;
        }
    }

    /// Adds what became of a further file, for instance of the same zip.
    pub fn add(&mut self, other: Self) {
        self.rows += other.rows;
        self.failed += other.failed;
        self.further_not_read += other.further_not_read;
        let room = Self::FAILURES - self.failures.len().min(Self::FAILURES);
        self.failures.extend(other.failures.into_iter().take(room));
        for part in other.left_out {
            count_in(&mut self.left_out, &part.kind, &part.why, part.count, part.first);
        }
        for part in other.mended {
            count_in(&mut self.mended, &part.kind, &part.why, part.count, part.first);
        }
        for stretch in other.not_read {
            self.pass_over(stretch);
        }
    }
}

fn count_in(parts: &mut Vec<LeftOut>, kind: &str, why: &str, count: u64, first: impl fmt::Display) {
    if count == 0 {
        return;
    }
    if let Some(known) = parts.iter_mut().find(|part| part.kind == kind && part.why == why) {
        known.count += count;
    } else if parts.len() < FileAccount::KINDS {
        let (kind, why) = (kind.to_owned(), why.to_owned());
        parts.push(LeftOut { kind, why, count, first: first.to_string() });
    } else if let Some(last) = parts.last_mut() {
        "others".clone_into(&mut last.kind);
        last.why.clear();
        last.count += count;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_are_stored_as_an_object_of_words() {
        let mut choices = FileChoices::default();
        choices.set(FileTrait::Header, Some("2".to_owned()));
        choices.set(FileTrait::Delimiter, Some(";".to_owned()));
        choices.set(FileTrait::Blank, Some(String::new()));
        let stored = serde_json::to_string(&choices).unwrap();
        assert_eq!(stored, r#"{"delimiter":";","header":"2"}"#);
        assert_eq!(serde_json::from_str::<FileChoices>(&stored).unwrap(), choices);
    }

    #[test]
    fn accounts_of_two_files_add_up() {
        let mut one = FileAccount { rows: 2, ..FileAccount::default() };
        one.leave_out("repeated headers", "They name the columns again", 2, "line 5");
        assert!(one.is_whole());
        let mut other = FileAccount { rows: 1, ..FileAccount::default() };
        other.leave_out("repeated headers", "They name the columns again", 1, "line 9");
        other.fail("line 3", "is no JSON");
        one.add(other);
        assert_eq!((one.rows, one.failed, one.left_out_count()), (3, 1, 3));
        assert_eq!(one.left_out[0].first, "line 5");
        assert!(!one.is_whole());
    }
}
