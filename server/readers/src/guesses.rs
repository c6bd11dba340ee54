//! What was found out about how a file is written, in words.

use domain::{FileAlternative, FileFormat, FileGuess, FileTrait, Quoting, paging::grouped};

use crate::{
    Choices, Encoding,
    choices::delimiter_word,
    formats::dialect::{Dialect, NO_DELIMITER},
};

fn guess(
    about: FileTrait,
    value: impl Into<String>,
    evidence: impl Into<String>,
    is_chosen: bool,
) -> FileGuess {
    let evidence = if is_chosen { "It was chosen".to_owned() } else { evidence.into() };
    FileGuess { about, value: value.into(), evidence, alternatives: Vec::new(), in_doubt: false, is_chosen }
}

fn alternatives<'a>(values: impl IntoIterator<Item = &'a str>, but: &str) -> Vec<FileAlternative> {
    let others = values.into_iter().filter(|value| *value != but);
    others.map(|value| FileAlternative { value: value.to_owned(), about: String::new() }).collect()
}

pub(crate) fn format(format: FileFormat, is_chosen: bool) -> FileGuess {
    let others = alternatives(FileFormat::ALL.iter().map(|format| format.as_str()), format.as_str());
    let evidence = format!("It begins like this: {}", format.title());
    FileGuess { alternatives: others, ..guess(FileTrait::Format, format.as_str(), evidence, is_chosen) }
}

/// That a table is drawn, and how.
pub(crate) fn drawn(words: &str, is_chosen: bool) -> FileGuess {
    FileGuess { evidence: format!("It is {words}"), ..format(FileFormat::Csv, is_chosen) }
}

pub(crate) fn encoding(encoding: Encoding, is_chosen: bool) -> FileGuess {
    let others = alternatives(Encoding::COMMON.iter().map(|encoding| encoding.name()), encoding.name());
    let evidence = if encoding == Encoding::UTF_8 {
        "Its bytes are UTF-8, as far as they were looked at"
    } else {
        "Its bytes are no UTF-8; its first bytes, the frequencies of its letters, or what its words would be say so"
    };
    FileGuess { alternatives: others, ..guess(FileTrait::Encoding, encoding.name(), evidence, is_chosen) }
}

/// Whether pingbacks and trackbacks are taken.
pub(crate) fn pings(chosen: Option<bool>) -> FileGuess {
    let (value, other) = if chosen == Some(true) { ("take", "leave-out") } else { ("leave-out", "take") };
    let evidence = "Other sites' programs send them; they are no comments, and their state is nobody's word";
    FileGuess {
        alternatives: alternatives([other], ""),
        ..guess(FileTrait::Pings, value, evidence, chosen.is_some())
    }
}

/// What was found out about a table.
pub(crate) fn table(dialect: &Dialect, choices: &Choices) -> Vec<FileGuess> {
    let syntax = &dialect.syntax;
    let shown = delimiter_word(syntax.delimiter);
    let evidence = if syntax.delimiter == NO_DELIMITER {
        "Nothing stands between columns: there is one".to_owned()
    } else {
        let percent = (dialect.share * 100.0).round();
        format!(
            "{percent} % of {} rows have {} columns with it",
            grouped(dialect.looked_at as u64),
            dialect.columns
        )
    };
    let others = dialect.others.iter().map(|(delimiter, columns)| FileAlternative {
        value: delimiter_word(*delimiter),
        about: format!("{columns} columns"),
    });
    let others: Vec<_> = others.collect();
    let known: Vec<_> = others.iter().map(|other| other.value.clone()).chain([shown.clone()]).collect();
    let usual =
        [",", ";", "tab", "|", "none"].into_iter().filter(|word| !known.iter().any(|known| known == word));
    let delimiter = FileGuess {
        alternatives: others.iter().cloned().chain(alternatives(usual, "")).collect(),
        in_doubt: dialect.in_doubt,
        ..guess(FileTrait::Delimiter, shown, evidence, choices.delimiter.is_some())
    };
    let quoting = FileGuess {
        alternatives: alternatives(
            Quoting::ALL.iter().map(|quoting| quoting.as_str()),
            syntax.quoting.as_str(),
        ),
        ..guess(FileTrait::Quoting, syntax.quoting.as_str(), dialect.quoting_why, choices.quoting.is_some())
    };
    let (blank, other, why) = if syntax.skips_blank {
        ("skip", "keep", "Blanks stand ahead of quotes")
    } else {
        ("keep", "skip", "No blanks stand ahead of quotes")
    };
    let blank = FileGuess {
        alternatives: alternatives([other], ""),
        ..guess(FileTrait::Blank, blank, why, choices.skips_blank.is_some())
    };
    vec![delimiter, quoting, blank, header(dialect, choices)]
}

fn header(dialect: &Dialect, choices: &Choices) -> FileGuess {
    let (value, why) = match (dialect.header.lines_above, dialect.header.is_known) {
        (Some(lines), true) => (lines.to_string(), "Its cells are names that columns have"),
        (Some(lines), false) => (lines.to_string(), "Its cells are unlike those below them"),
        (None, _) => ("none".to_owned(), "The first row looks like the others"),
    };
    let others = alternatives(["none", "0", "1", "2"], &value);
    let is_chosen = choices.header.is_some() || choices.lines_above.is_some();
    FileGuess { alternatives: others, ..guess(FileTrait::Header, value, why, is_chosen) }
}
