//! Tables and JSON as people have them: each file stands for a kind of fault that was seen in this program or another.

#![expect(clippy::unwrap_used, reason = "a test ends where its assumptions do")]

use std::{fs::File, path::Path};

use domain::{FileAccount, FileTrait, MappedField};
use readers::{Choices, Look, RecordReader, Row, bind};

/// What an import would make of a file.
struct Read {
    look: Look,
    rows: Vec<Row>,
    account: FileAccount,
}

impl Read {
    fn messages(&self) -> Vec<&str> {
        self.rows.iter().map(|row| row.content.message.as_str()).collect()
    }

    fn column(&self, field: MappedField) -> Option<&str> {
        self.look.columns.mapping.column(field)
    }
}

fn reader(name: &str) -> RecordReader {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(name);
    RecordReader::open_file(File::open(path).unwrap(), Some(name), Choices::default()).unwrap()
}

fn read(name: &str) -> Read {
    read_from(reader(name))
}

fn read_text(text: &str) -> Read {
    let file = std::io::Cursor::new(text.as_bytes().to_vec());
    read_from(RecordReader::open_file(file, None, Choices::default()).unwrap())
}

fn read_from(mut reader: RecordReader) -> Read {
    let look = reader.look(200);
    let bound = bind(&look.columns.mapping, reader.columns());
    let bound = bound.unwrap_or_else(|problems| panic!("{problems:?}; {:?}", look.columns.message));
    let bound = bound.with_day_order(look.columns.day_order);
    let rows =
        reader.by_ref().filter_map(Result::ok).filter_map(|record| bound.apply(&record).ok()).collect();
    Read { look, rows, account: reader.account() }
}

#[test]
fn the_text_is_judged_though_nine_of_ten_hold_a_link() {
    let read = read("message-column-lost-body-becomes-city.csv");
    assert!(read.rows.len() > 15 && read.rows.iter().all(|row| row.content.message.contains("http://w")));
    assert_eq!(read.column(MappedField::Name), Some("author"));
}

#[test]
fn a_yes_or_no_is_a_label_only_by_its_name() {
    for (name, column) in
        [("label-guessed-from-likes.csv", "likes"), ("label-guessed-from-consent.csv", "Consent")]
    {
        let read = read(name);
        assert_eq!(read.column(MappedField::Label), None, "{name}");
        assert!(read.look.columns.label.alternatives.iter().any(|other| other.value == column), "{name}");
        assert!(read.rows.len() > 30 && read.rows.iter().all(|row| row.label.is_none()));
        assert!(read.messages().contains(&"Win money here"));
    }
    for name in
        ["deleted", "trash", "hidden", "consent", "likes", "newsletter", "featured", "banned", "verified"]
    {
        let read =
            read_text(&format!("{name},message\n1,Hello to all of you\n0,See you at six\n1,Buy this now\n"));
        assert_eq!(read.column(MappedField::Label), None, "{name}");
    }
    for name in ["spam", "is_spam", "Spam?", "istSpam", "label"] {
        let read =
            read_text(&format!("{name},message\n1,Hello to all of you\n0,See you at six\n1,Buy this now\n"));
        assert_eq!(read.column(MappedField::Label), Some(name));
    }
}

#[test]
fn quotes_of_a_tsv_are_text_where_nothing_is_quoted() {
    let read = read("tsv-literal-quotes.tsv");
    assert_eq!((read.rows.len(), read.account.failed), (300, 0));
    let messages = read.messages();
    assert_eq!(messages[39], "The 5\" pipe is \"fine\", thanks");
    assert_eq!(messages[149], "\"Great deal on cheap watches, see http://deals.example/w");
    assert!(messages[249].starts_with("\"Buy now\" she said"));
    assert!(read.account.is_whole());
}

#[test]
fn rows_that_a_spreadsheet_ended_early_are_rows() {
    let read = read("excel-trimmed-rows.csv");
    assert_eq!((read.rows.len(), read.account.failed), (20, 0));
    assert_eq!(read.messages()[1], "Comment 2, with a comma");
    assert_eq!(read.rows[1].content.email.as_deref(), Some("writer2@example.net"));
    assert_eq!(read.account.mended[0].kind, "rows with fewer fields than columns");
}

#[test]
fn half_of_an_emoji_becomes_a_mark_that_is_told() {
    let read = read("half-emoji.ndjson");
    let expected = ["Win a phone today \u{fffd}", "See you at six \u{1f600}", "low half \u{fffd} first"];
    assert_eq!(read.messages(), expected);
    assert_eq!((read.account.mended[0].count, read.account.failed), (2, 0));
}

#[test]
fn records_are_found_in_json_of_every_shape() {
    for (name, count, path) in [
        ("one-line-with-list.ndjson", 1, "."),
        ("jq-pretty.json", 5, "."),
        ("jq-pretty-plain.json", 5, "."),
        ("users-first.json", 3, "comments[]"),
        ("array-per-line.ndjson", 3, "[]"),
    ] {
        let mut reader = reader(name);
        let guesses = reader.guesses();
        let records = guesses.iter().find(|guess| guess.about == FileTrait::Records).unwrap();
        assert_eq!(records.value, path, "{name}");
        assert_eq!(reader.by_ref().filter(Result::is_ok).count(), count, "{name}");
        assert_eq!(reader.account().failed, 0, "{name}");
    }
    assert!(read("one-line-with-list.ndjson").messages()[0].starts_with("Cheap pills"));
    assert_eq!(read("jq-pretty.json").messages()[0], "Comment 1 as jq prints it");
    assert_eq!(read("array-per-line.ndjson").messages(), ["one", "two", "three"]);
    let users_first = read("users-first.json");
    assert_eq!(users_first.account.left_out[0].kind, "entries of users[]");
    assert_eq!(users_first.account.left_out[0].count, 2);
}

#[test]
fn backslashes_of_mysql_are_none_of_the_text() {
    let read = read("mysql-backslash.csv");
    let mut reader = reader("mysql-backslash.csv");
    let records: Vec<_> = reader.by_ref().map(Result::unwrap).collect();
    assert_eq!(records.len(), 11);
    let texts: Vec<_> = records.iter().map(|record| record.get(2).unwrap()).collect();
    assert_eq!(texts[0], "She said \"low water\" at six, and left");
    assert_eq!((texts[4], texts[6], texts[7]), ("C:\\harbour\\", "", "The pipe is 5\""));
    assert_eq!(texts[9], "\"Buy now\" it says");
    assert_eq!(read.column(MappedField::Message), Some("content"));
}

#[test]
fn blanks_ahead_of_quotes_are_passed_over() {
    let read = read("space-before-quote.csv");
    assert_eq!((read.rows.len(), read.account.failed), (12, 0));
    assert_eq!(read.messages()[0], "Hello, this is comment 1, with commas");
    assert_eq!(read.messages()[1], "Comment 2 without any");
}

#[test]
fn texts_stay_as_they_are_whatever_their_spelling() {
    let read = read("other-spellings.ndjson");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/other-spellings.ndjson");
    let truth: Vec<String> = std::fs::read_to_string(path)
        .unwrap()
        .lines()
        .map(|line| {
            serde_json::from_str::<serde_json::Value>(line).unwrap()["message"].as_str().unwrap().to_owned()
        })
        .collect();
    assert_eq!(read.messages(), truth);
}

#[test]
fn the_column_as_a_whole_tells_which_number_is_the_day() {
    let day_first = read("dates-day-first.csv");
    assert_eq!(day_first.rows.len(), 28);
    assert_eq!(day_first.rows[0].content.timestamp, Some(1_740_823_260)); // 2025-03-01 10:01 UTC
    assert!(day_first.rows.iter().all(|row| row.content.timestamp.is_some()));
    assert_eq!(day_first.look.columns.days.unwrap().value, "day-first");
    let named = read("dates-us.csv");
    assert_eq!(named.rows.len(), 8);
    assert_eq!(named.rows[0].content.timestamp, Some(1_740_823_260));
    assert!(named.rows.iter().all(|row| row.content.timestamp.is_some()));
    let unclear = read_text("date,message\n01/03/2025,Hello to all of you\n02/03/2025,See you at six\n");
    assert!(unclear.look.columns.days.unwrap().in_doubt && unclear.rows[0].content.timestamp.is_none());
}

#[test]
fn a_zero_byte_is_text_in_every_format() {
    let read = read("nul-in-text.ndjson");
    assert_eq!(read.messages()[0], "Hello dear friend\0 buy cheap casino chips at http://chips.example");
    let table = read_text("name,message\nann,Hello\0 dear friend\nbob,No zero here\n");
    assert_eq!(table.messages(), ["Hello\0 dear friend", "No zero here"]);
}

#[test]
fn headers_that_come_again_and_marks_within_are_no_rows() {
    let repeated = read("repeated-header.csv");
    assert_eq!((repeated.rows.len(), repeated.account.failed), (60, 0));
    assert_eq!(
        (repeated.account.left_out[0].kind.as_str(), repeated.account.left_out[0].count),
        ("repeated headers", 5)
    );
    let joined = read("joined-with-marks.csv");
    assert_eq!((joined.rows.len(), joined.account.left_out_count()), (4, 3));
    assert_eq!(joined.messages()[3], "Comment 4");
}

#[test]
fn pythons_nan_is_no_reason_to_lose_a_row() {
    let read = read("python-nan.ndjson");
    assert_eq!(read.messages(), ["The ferry is late", "Cheap pills http://pills.example", "See you at six"]);
    assert_eq!(read.column(MappedField::Label), None);
    assert_eq!(read.account.mended[0].count, 2);
}
