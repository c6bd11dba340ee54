//! Tables and JSON in variants that somebody has somewhere: each right, or told.

#![expect(clippy::unwrap_used, reason = "a test ends where its assumptions do")]

use std::io::Cursor;

use domain::{FileAccount, FileTrait, MappedField, Quoting};
use readers::{Choices, RecordReader};

fn open(text: &str, choices: Choices) -> RecordReader {
    RecordReader::open_file(Cursor::new(text.as_bytes().to_vec()), None, choices).unwrap()
}

/// The column taken for the message, its texts, what failed, and the account.
fn read(text: &str) -> (Option<String>, Vec<String>, Vec<String>, FileAccount) {
    let mut reader = open(text, Choices::default());
    let look = reader.look(200);
    let column = look.columns.mapping.column(MappedField::Message).map(str::to_owned);
    let index = reader.columns().iter().position(|known| Some(known) == column.as_ref());
    let (mut texts, mut errors) = (Vec::new(), Vec::new());
    for record in reader.by_ref() {
        match record {
            Ok(record) => texts.push(record.get(index.unwrap_or(0)).unwrap_or_default().to_owned()),
            Err(error) => errors.push(error.to_string()),
        }
    }
    (column, texts, errors, reader.account())
}

fn texts(text: &str) -> Vec<String> {
    let (column, texts, errors, _) = read(text);
    assert!(column.is_some() && errors.is_empty(), "{column:?} {errors:?}");
    texts
}

#[test]
fn numbers_with_commas_are_none_of_the_delimiters() {
    let found = texts("id;price;message\n1;3,50;hello, you there\n2;4,75;well, well, well\n3;1,00;see you\n");
    assert_eq!(found, ["hello, you there", "well, well, well", "see you"]);
}

#[test]
fn quotes_within_cells_are_text() {
    let found = texts("id,message\n1,the 5\" pipe\n2,he said \"no\" and left\n3,\"yes, \"\"sure\"\"\"\n");
    assert_eq!(found, ["the 5\" pipe", "he said \"no\" and left", "yes, \"sure\""]);
    let (_, found, errors, account) =
        read("id,message,x\n1,\"say, \"hi\" there\",a\n2,\"a, b\",c\n3,\"d \"\"e\"\", f\",g\n");
    assert_eq!((found[0].as_str(), found.len(), errors.len()), ("say, \"hi\" there", 3, 0));
    assert_eq!(account.mended[0].kind, "rows with quotes within quotes");
}

#[test]
fn what_an_open_quote_swallows_is_told() {
    let (_, found, errors, account) = read(
        "id,message,x\n1,\"ok, good\",a\n2,\"open, and no end\nof it, b\nstray\n3,\"after, that\",c\n4,\"last, one\",d\n",
    );
    assert_eq!(found, ["ok, good", "after, that", "last, one"]);
    assert!(errors[0].starts_with("line 3: opens a quote"), "{errors:?}");
    assert_eq!((account.failed, account.not_read.len()), (1, 1));
    let stretch = &account.not_read[0];
    assert_eq!((stretch.from.as_str(), stretch.to.as_deref()), ("line 4", Some("line 5")));
    assert!(!account.is_whole());
}

#[test]
fn titles_units_and_sums_are_no_rows() {
    let (column, found, errors, account) = read(
        "Comments of the harbour\n\nid,date,message,likes\n(number),YYYY-MM-DD,(text),(number)\n1,2025-03-01,hello to you,3\n\
         2,2025-03-02,see you at six,4\nTotal,,,7\n",
    );
    assert_eq!((column.as_deref(), errors.len()), (Some("message"), 0));
    assert_eq!(found, ["hello to you", "see you at six"]);
    let kinds: Vec<_> = account.left_out.iter().map(|part| part.kind.as_str()).collect();
    assert_eq!(kinds, ["lines above the header", "rows of units", "rows of sums"]);
    let psql = "id|name|message\n1|ann|hello to you\n2|bob|see you at six\n(2 rows)\n";
    assert_eq!(texts(psql), ["hello to you", "see you at six"]);
}

#[test]
fn columns_may_be_empty_or_named_twice() {
    let (column, found, _, _) = read(",name,text,text,,\n0,ann,hello to you,x,,\n1,bob,see you at six,y,,\n");
    assert_eq!(column.as_deref(), Some("text"));
    assert_eq!(found, ["hello to you", "see you at six"]);
}

#[test]
fn a_column_alone_may_have_commas() {
    assert_eq!(
        texts("message\nHello, how are you\nfine, thanks\nBuy this, now\n"),
        ["Hello, how are you", "fine, thanks", "Buy this, now"]
    );
    assert_eq!(
        texts("Комментарий\nПривет, как дела\nхорошо, спасибо\n"),
        ["Привет, как дела", "хорошо, спасибо"]
    );
}

#[test]
fn delimiters_that_cannot_be_seen_are_found() {
    for delimiter in ['\u{1f}', '\u{1}', '^', '|'] {
        let text = "id,name,message\n1,ann,hello to you\n2,bob,see you at six\n"
            .replace(',', &delimiter.to_string());
        assert_eq!(texts(&text), ["hello to you", "see you at six"], "{delimiter:?}");
    }
}

#[test]
fn a_cell_may_be_as_long_as_a_record() {
    let long = "x".repeat(1024 * 1024 - 1);
    let (_, found, errors, _) =
        read(&format!("id,message\n1,{long}\n2,\"{long}\"\n3,{long}xx\n4,fine here\n"));
    assert_eq!((found.len(), errors.len()), (3, 1), "{errors:?}");
    assert_eq!(found[1].len(), 1024 * 1024 - 1);
}

#[test]
fn cells_may_hold_json() {
    let found = texts(
        "id,meta,message\n1,\"{\"\"a\"\": [1, 2]}\",hello to you\n2,\"{\"\"a\"\": []}\",see you at six\n",
    );
    assert_eq!(found, ["hello to you", "see you at six"]);
}

#[test]
fn in_doubt_about_the_message_none_is_guessed() {
    let mut reader = open(
        "name,city,state\nAnn,Hamburg,new\nBob,Berlin,old\nCyd,Hamburg,new\nDan,Berlin,old\n",
        Choices::default(),
    );
    let look = reader.look(200);
    assert_eq!(look.columns.mapping.column(MappedField::Message), None);
    let message = look.columns.message;
    assert!(message.in_doubt && message.alternatives.len() == 2, "{message:?}");
    assert_eq!(message.alternatives.iter().find(|other| other.value == "city").unwrap().about, "Hamburg");
}

#[test]
fn choices_overrule_guesses() {
    let text = "a;b\n1;\"x\"\n2;y, z\n";
    let choices = Choices {
        delimiter: Some(b','),
        quoting: Some(Quoting::None),
        header: Some(false),
        ..Choices::default()
    };
    let mut reader = open(text, Choices { format: Some(domain::FileFormat::Csv), ..choices });
    assert_eq!(reader.columns(), ["column 1"]);
    assert_eq!(reader.next().unwrap().unwrap().get(0), Some("a;b"));
    let guesses = reader.guesses();
    let delimiter = guesses.iter().find(|guess| guess.about == FileTrait::Delimiter).unwrap();
    assert!(delimiter.is_chosen && delimiter.value == ",");
    let reader = open(
        "{\"a\":[{\"text\":\"x\"}],\"b\":[{\"text\":\"y\"},{\"text\":\"z\"}]}",
        Choices { records: Some("b[]".to_owned()), ..Choices::default() },
    );
    assert_eq!(reader.filter(Result::is_ok).count(), 2);
}

#[test]
fn evidence_may_come_late_in_the_file() {
    let rows = |from: usize, to: usize| {
        (from..to)
            .map(|n| {
                format!("{:02}/{:02}/2025\twriter {n}\tmessage number {n} of many\n", 1 + n % 12, 1 + n % 12)
            })
            .collect::<String>()
    };
    // The only date that tells stands near the end, far behind the first 256 KiB.
    let text = format!(
        "date\tname\tmessage\n{}25/03/2025\tx\tthe one that tells\n{}",
        rows(0, 20_000),
        rows(0, 300)
    );
    let mut reader = open(&text, Choices::default());
    assert_eq!(reader.look(100).columns.day_order, Some(domain::DayOrder::DayFirst));
    // A quote that closes nothing, in the middle.
    let text =
        format!("date\tname\tmessage\n{}01/01/2025\tx\t\"Great deal\n{}", rows(0, 20_000), rows(0, 20_000));
    let mut reader = open(&text, Choices::default());
    assert_eq!(reader.by_ref().filter(Result::is_ok).count(), 40_001);
    assert_eq!(reader.account().failed, 0);
}

#[test]
fn what_failed_comes_back_as_it_was_written() {
    let mut reader = open("id;message\n1;\"a; b\"\n2;one;two\n3;\"c; d\"\n", Choices::default());
    let errors: Vec<_> = reader.by_ref().filter_map(Result::err).collect();
    assert_eq!(errors[0].raw.as_deref(), Some("2;one;two"));
    let mut writer = reader.failed_writer(Vec::new()).unwrap();
    writer.write(&errors[0].fields, &errors[0].to_string()).unwrap();
    let file = String::from_utf8(writer.finish().unwrap()).unwrap();
    assert!(file.starts_with("id;message;error\n2;one;two;\"line 3: has 3 fields"), "{file}");
    let mut reader = open(
        "{\"message\":\"fine here\"}\n{\"message\":\"broken\n{\"message\":\"fine, too\"}\n",
        Choices::default(),
    );
    let error = reader.by_ref().find_map(Result::err).unwrap();
    assert_eq!(
        (error.place.to_string().as_str(), error.raw.as_deref()),
        ("line 2", Some("{\"message\":\"broken"))
    );
}

#[test]
fn workbooks_are_bounded_and_sheets_can_be_chosen() {
    let mut book = rust_xlsxwriter::Workbook::new();
    for (name, texts) in
        [("Cities", ["Hamburg", "Berlin"]), ("Comments", ["Hello to all of you", "See you at six o'clock"])]
    {
        let sheet = book.add_worksheet();
        sheet.set_name(name).unwrap();
        sheet.write(0, 0, "number").unwrap();
        sheet.write(0, 1, "text").unwrap();
        for (row, text) in (1..).zip(texts) {
            sheet.write(row, 0, f64::from(row)).unwrap();
            sheet.write(row, 1, text).unwrap();
        }
    }
    let bytes = book.save_to_buffer().unwrap();
    let open = |choices| RecordReader::open_file(Cursor::new(bytes.clone()), Some("x.xlsx"), choices);
    let mut reader = open(Choices::default()).unwrap();
    let record = reader.next().unwrap().unwrap();
    assert_eq!(
        (record.place().to_string().as_str(), record.get(0), record.get(1)),
        ("row 2", Some("1"), Some("Hello to all of you"))
    );
    assert_eq!(reader.count(), 1);
    let mut reader = open(Choices { sheet: Some("Cities".to_owned()), ..Choices::default() }).unwrap();
    assert_eq!(reader.next().unwrap().unwrap().get(1), Some("Hamburg"));
    assert_eq!(reader.account().left_out[0].kind, "other sheets");
    let refusal =
        open(Choices { sheet: Some("Dogs".to_owned()), ..Choices::default() }).err().unwrap().to_string();
    assert!(refusal.contains("there are: Cities, Comments"), "{refusal}");
    // As a stream, without a name.
    let reader = RecordReader::open(Cursor::new(bytes.clone()), None, Choices::default()).unwrap();
    assert_eq!(reader.count(), 2);
    // Cut off, it is no workbook any more, and told.
    let cut = bytes[..bytes.len() / 2].to_vec();
    assert!(
        RecordReader::open(Cursor::new(cut), None, Choices::default())
            .err()
            .unwrap()
            .to_string()
            .contains("spreadsheet")
    );
}

#[test]
fn hidden_sheets_are_named_and_offered() {
    let mut book = rust_xlsxwriter::Workbook::new();
    for (name, is_hidden) in [("Comments", false), ("Old comments", true), ("Spare", true)] {
        let sheet = book.add_worksheet();
        sheet.set_name(name).unwrap().set_hidden(is_hidden);
        for (column, cells) in
            [["name", "Ann", "Total"], ["message", "See you at six o'clock", "1"], ["note", "", ""]]
                .iter()
                .enumerate()
        {
            for (row, cell) in (0..).zip(cells) {
                sheet.write(row, u16::try_from(column).unwrap(), *cell).unwrap();
            }
        }
    }
    let bytes = book.save_to_buffer().unwrap();
    let mut reader =
        RecordReader::open_file(Cursor::new(bytes.clone()), Some("x.xlsx"), Choices::default()).unwrap();
    assert_eq!(
        reader.by_ref().map(|record| record.unwrap().get(0).unwrap().to_owned()).collect::<Vec<_>>(),
        ["Ann"]
    );
    let left_out: Vec<_> =
        reader.account().left_out.into_iter().map(|part| (part.kind, part.count, part.first)).collect();
    let expected = [("hidden sheets", 2, "Old comments"), ("rows of sums", 1, "row 3")];
    assert_eq!(left_out, expected.map(|(kind, count, first)| (kind.to_owned(), count, first.to_owned())));
    let guesses = reader.guesses();
    let sheet = guesses.iter().find(|guess| guess.about == FileTrait::Sheet).unwrap();
    let offered: Vec<_> =
        sheet.alternatives.iter().map(|other| (other.value.as_str(), other.about.as_str())).collect();
    assert_eq!(offered, [("Old comments", "hidden"), ("Spare", "hidden")]);
    let choices = Choices { sheet: Some("Old comments".to_owned()), ..Choices::default() };
    let mut reader = RecordReader::open_file(Cursor::new(bytes), Some("x.xlsx"), choices).unwrap();
    assert!(reader.next().unwrap().is_ok());
}
