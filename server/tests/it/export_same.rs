//! What is exported comes back as it was: any table of texts, exported, imported and exported again, is the same.

use chrono::{DateTime, Utc};
use domain::{
    Content, Detection, DetectionId, Endpoint, FeedbackState, FileFormat, JudgedBy, Judgement, Label, Origin,
};
use proptest::prelude::*;
use readers::{Choices, RecordReader, bind};
use serde_json::{Map, Value, json};
use server::export::{csv, lines, workbook};

/// A detection as the log has it, with texts that nobody chose.
fn detection(number: i64, content: Content) -> Detection {
    let at: DateTime<Utc> = "2025-02-14T12:00:00Z".parse().unwrap();
    Detection {
        id: DetectionId(number),
        created_at: at,
        endpoint: Endpoint::Check,
        origin: Origin::Api,
        site: Some("blog.example.com".to_owned()),
        content,
        judgement: Judgement {
            upstream_id: format!("upstream-{number}"),
            is_spam: number % 2 == 0,
            score: 80.5,
            threshold: 50.0,
            execution_ms: 1.25,
            upstream_timestamp: "2025-02-14T12:00:00Z".to_owned(),
            judged_by: JudgedBy::ActiveLayer,
            signals: Vec::new(),
            raw_answer: "{\"is_spam\": true}\n".to_owned(),
        },
        label: (number % 3 == 0).then_some(Label::Spam),
        reasons: if number % 6 == 0 {
            vec!["SEO link".to_owned(), "„Spaß“ = 1".to_owned()]
        } else {
            Vec::new()
        },
        labelled_by: None,
        labelled_at: None,
        version: 0,
        feedback: FeedbackState::None,
        app_word: None,
        told: None,
        ip_is_apps: false,
        rule: None,
        forgotten: domain::Forgotten::default(),
    }
}

/// Content, label and reasons.
type Read = (Content, Option<Label>, Vec<String>);

/// What a file is read as, in its order.
fn read(file: Vec<u8>) -> (FileFormat, Vec<Read>) {
    let mut reader = RecordReader::open_file(std::io::Cursor::new(file), None, Choices::default()).unwrap();
    let columns = reader.look(200).columns;
    let bound = bind(&columns.mapping, reader.columns()).unwrap().with_day_order(columns.day_order);
    let format = reader.format();
    let rows = reader.by_ref().map(|record| {
        let row = bound.apply(&record.unwrap()).unwrap();
        (row.content, row.label, row.reasons)
    });
    let rows = rows.collect();
    assert!(reader.account().is_whole(), "{:?}", reader.account());
    (format, rows)
}

fn written(detections: &[Detection]) -> [Vec<u8>; 3] {
    let mut table = workbook::Table::new().unwrap();
    table.add(detections).unwrap();
    let mut packed = Vec::new();
    table.finish(&mut packed).unwrap();
    [csv::write(detections, true).unwrap(), lines(detections).unwrap(), packed]
}

fn come_back(contents: Vec<Content>) {
    let detections: Vec<_> =
        (1..).zip(contents).map(|(number, content)| detection(number, content)).collect();
    let expected = detections.iter().map(|one| (one.content.clone(), one.label, one.reasons.clone()));
    let expected: Vec<_> = expected.collect();
    for file in written(&detections) {
        let (format, rows) = read(file.clone());
        assert_eq!(rows.len(), expected.len(), "{format}");
        for (row, expected) in rows.iter().zip(&expected) {
            assert_eq!(row, expected, "{format}");
        }
        // The same once more, byte for byte where the format has no times of its own.
        let again = rows
            .into_iter()
            .zip(&detections)
            .map(|((content, ..), one)| Detection { content, ..one.clone() });
        let again = written(&again.collect::<Vec<_>>());
        assert!(format == FileFormat::Spreadsheet || again.contains(&file), "{format}");
    }
}

fn message(text: &str) -> Content {
    Content { message: text.to_owned(), ..Content::default() }
}

#[test]
fn texts_that_have_got_lost_elsewhere_come_back() {
    let long = "Ünïcode 😀 and <b>more</b>, again; ".repeat(1_300);
    let mut texts: Vec<String> = [
        "=HYPERLINK(\"http://evil.example\";\"x\")",
        "'=1+1",
        "''''@SUM(A1)",
        "'quoted'",
        "-5",
        "＝1＋1",
        "\tstarts with a tab",
        "\n\nstarts with line ends\r\nand has more\rof them\n",
        "zero \u{0} byte, bell \u{7}, escape \u{1b}[31m, delete \u{7f}, next line \u{85}",
        "half an emoji is \u{fffd}, a whole one 👩‍👩‍👧‍👦",
        "_x000D_ and _x005F_x0000_ are text",
        "a,b;c\td|e \"quoted \"\" twice\" and 'single' \\\"escaped\\\" \\N \\n",
        "\u{feff}mark, \u{fffe} and \u{ffff}",
        " blanks around \u{a0}\u{3000}",
        "message:not continued",
        "{\"json\": [1, 2]}",
        "From someone@example.com Mon Jan  1 00:00:00 2025",
        "=",
        "'",
        "é e\u{301} 한국어 한국어 ｆｕｌｌ 𝐛𝐨𝐥𝐝",
    ]
    .map(str::to_owned)
    .to_vec();
    texts.push(long.chars().take(40_000).collect());
    texts.push("x".repeat(300_000));
    texts.push("😀".repeat(40_000));
    let extra = json!({ "id": "17", "number": 5, "list": [1, "zwei", null], "deep": { "a": { "b": {} } }, "=x": "=y" });
    let full = Content {
        message: "all fields".to_owned(),
        email: Some(" =ann@example.com".to_owned()),
        name: Some("-Ann \"A.\" O'Hara\t".to_owned()),
        ip: Some("2001:db8::1".parse().unwrap()),
        timestamp: Some(1_739_619_120),
        user_agent: Some("@agent".to_owned()),
        website_url: Some("https://blog.example.com/?a=b,c".to_owned()),
        domain: Some("+domain".to_owned()),
        extra: extra.as_object().cloned().unwrap(),
    };
    come_back(texts.iter().map(|text| message(text)).chain([full]).collect());
}

#[test]
fn more_rows_than_a_sheet_has_go_on_in_the_next() {
    let detections: Vec<_> = (1..=7).map(|number| detection(number, message("hello there"))).collect();
    let mut table = workbook::Table::with_sheets_of(4).unwrap();
    table.add(&detections).unwrap();
    let mut packed = Vec::new();
    table.finish(&mut packed).unwrap();
    // Of a workbook one sheet is read, and that there is another is said.
    let mut reader = RecordReader::open_file(std::io::Cursor::new(packed), None, Choices::default()).unwrap();
    assert_eq!(reader.by_ref().filter(Result::is_ok).count(), 3);
    let sheet = reader.guesses().into_iter().find(|guess| guess.about == domain::FileTrait::Sheet).unwrap();
    assert_eq!(sheet.value, "Detections");
    assert!(sheet.alternatives.iter().any(|other| other.value == "Detections 3"), "{sheet:?}");
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\PC{1,40}",
        "[ -~\\t\\r\\n\"',;|=+@\\\\-]{1,40}",
        any::<String>(),
        "['=+@\\t\\r\\n ＝-]{1,6}",
        "(_x[0-9A-F]{4}_|x|_){1,8}",
    ]
}

fn filled() -> impl Strategy<Value = Option<String>> {
    proptest::option::of(text().prop_filter("blank is absent", |text| !text.is_empty()))
}

fn content() -> impl Strategy<Value = Content> {
    let message = text().prop_filter("there is always a message", |text| !text.trim().is_empty());
    let extra = proptest::collection::btree_map(text(), text().prop_map(Value::from), 0..3);
    (message, filled(), filled(), any::<Option<i64>>(), filled(), extra).prop_map(
        |(message, email, name, timestamp, user_agent, extra)| Content {
            message,
            email,
            name,
            timestamp,
            user_agent,
            extra: extra.into_iter().collect::<Map<_, _>>(),
            ..Content::default()
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn any_table_of_texts_comes_back(contents in proptest::collection::vec(content(), 1..12)) {
        come_back(contents);
    }
}
