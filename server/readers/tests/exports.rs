//! Exports of WordPress and Disqus, and mail. The files follow the published formats: WXR 1.2 as WordPress 6.8 writes it
//! (`wp-admin/includes/export.php`), Disqus's `disqus.xsd`, mboxrd (RFC 4155 and qmail's `mbox(5)`).

#![expect(clippy::unwrap_used, reason = "a test ends where its assumptions do")]

use std::{fs::File, path::Path};

use domain::{FileFormat, Label, MappedField};
use readers::{Choices, Record, RecordReader, Row, bind, guess};

fn open(name: &str) -> RecordReader {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files").join(name);
    // Without its name: content alone must do.
    RecordReader::open(File::open(path).unwrap(), None, Choices::default()).unwrap()
}

fn read(reader: &mut RecordReader) -> Vec<Record> {
    reader.map(|record| record.unwrap()).collect()
}

/// The rows as they would be judged by what is guessed.
fn rows(columns: &[String], records: &[Record]) -> Vec<Row> {
    let bound = bind(&guess(columns, records), columns).unwrap();
    records.iter().map(|record| bound.apply(record).unwrap()).collect()
}

#[test]
fn comments_of_wordpress() {
    let mut reader = open("wordpress.xml");
    assert_eq!(reader.format(), FileFormat::WordPress);
    let columns = reader.columns().to_vec();
    let records = read(&mut reader);
    assert_eq!(records.len(), 3);
    assert_eq!(records[0].place().to_string(), "entry 1 (line 31)");
    let rows = rows(&columns, &records);
    let first = &rows[0].content;
    assert_eq!(
        first.message,
        "Thank you, the table for <em>spring tides</em> helped.\n\nLow water was at 6."
    );
    assert_eq!(first.name.as_deref(), Some("Jens Ole"));
    assert_eq!(first.email.as_deref(), Some("jens@example.org"));
    assert_eq!(first.ip, Some("203.0.113.9".parse().unwrap()));
    assert_eq!(first.timestamp, Some(1_746_868_805));
    assert_eq!(first.website_url.as_deref(), Some("https://notes.example.com/tides/"));
    assert_eq!(rows[1].content.message, "Cheap watches <b>now</b> \u{20ac}5 \u{2014} \"click\"");
    assert_eq!(rows[2].content.website_url.as_deref(), Some("https://notes.example.com/about/"));
    assert_eq!(rows[2].content.name, None);
    let labels: Vec<_> = rows.iter().map(|row| row.label).collect();
    assert_eq!(labels, [Some(Label::Ham), Some(Label::Spam), None]);
    assert!(rows.iter().all(|row| row.left_out.is_empty()));
}

#[test]
fn posts_of_disqus() {
    let mut reader = open("disqus.xml");
    assert_eq!(reader.format(), FileFormat::Disqus);
    let columns = reader.columns().to_vec();
    let records = read(&mut reader);
    let rows = rows(&columns, &records);
    assert_eq!(rows.len(), 2);
    let first = &rows[0].content;
    assert_eq!(first.message, "<p>Thanks, that helped.</p>");
    assert_eq!((first.name.as_deref(), first.email.as_deref()), (Some("Jens Ole"), Some("jens@example.org")));
    assert_eq!(first.ip, Some("203.0.113.9".parse().unwrap()));
    assert_eq!(first.website_url.as_deref(), Some("https://notes.example.com/tides/"));
    assert_eq!(first.timestamp, Some(1_364_980_805));
    let labels: Vec<_> = rows.iter().map(|row| row.label).collect();
    assert_eq!(labels, [Some(Label::Ham), Some(Label::Spam)]);
    let field = |record: &Record, name: &str| {
        record.get(columns.iter().position(|column| column == name).unwrap()).unwrap().to_owned()
    };
    assert_eq!(field(&records[0], "thread_title"), "Tides & Timetables");
    assert_eq!(field(&records[1], "id"), "90002");
    assert_eq!(field(&records[1], "parent"), "90001");
    assert_eq!(field(&records[1], "isDeleted"), "true");
}

#[test]
fn mails_with_parts_and_encoded_words() {
    let mut reader = open("mixed.mbox");
    assert_eq!(reader.format(), FileFormat::Mbox);
    let columns = reader.columns().to_vec();
    let records = read(&mut reader);
    let mapping = guess(&columns, &records);
    assert_eq!(mapping.column(MappedField::Subject), Some("subject"));
    let rows = rows(&columns, &records);
    assert_eq!(rows.len(), 2);
    let first = &rows[0].content;
    assert_eq!(
        first.message,
        "Gr\u{fc}\u{df}e from the quay\n\nSch\u{f6}ne Gr\u{fc}\u{df}e.\nFrom the quay."
    );
    assert_eq!(
        (first.name.as_deref(), first.email.as_deref()),
        (Some("Ann M\u{fc}ller"), Some("ann@example.com"))
    );
    assert_eq!(first.ip, Some("203.0.113.42".parse().unwrap()));
    assert_eq!(first.timestamp, Some(1_739_619_120));
    assert_eq!(records[1].place().to_string(), "message 2 (line 36)");
    let second = &rows[1];
    assert!(second.content.message.starts_with("WIN\n\nYou won"), "{}", second.content.message);
    assert!(
        second.content.message.contains("here (http://deals.example) & now"),
        "{}",
        second.content.message
    );
    assert!(second.content.message.ends_with("From here on it is still the same e-mail."));
    assert_eq!(second.label, Some(Label::Spam));
}

#[test]
fn one_mail_is_a_file_too() {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files/mixed.mbox"))
        .unwrap();
    let mail = text.lines().skip(1).take(40).collect::<Vec<_>>().join("\r\n");
    let mut reader = RecordReader::open(std::io::Cursor::new(mail), None, Choices::default()).unwrap();
    assert_eq!(reader.format(), FileFormat::Eml);
    let records = read(&mut reader);
    assert_eq!(records.len(), 1);
    assert_eq!(records[0].get(0), Some("Gr\u{fc}\u{df}e from the quay"));
}

#[test]
fn messages_of_a_contact_form_in_wordpress_are_records() {
    let file = r#"<?xml version="1.0" encoding="UTF-8" ?><rss version="2.0" xmlns:wp="http://wordpress.org/export/1.2/"><channel>
        <item><title>c</title><wp:post_type>feedback</wp:post_type><wp:status>spam</wp:status><content:encoded><![CDATA[Cheap roofs
        <!--more-->
        AUTHOR: Ann
        AUTHOR EMAIL: a@x.example]]></content:encoded></item>
        <item><title>p</title><wp:post_type>post</wp:post_type><content:encoded>a post</content:encoded></item>
        </channel></rss>"#;
    let mut reader = RecordReader::open(std::io::Cursor::new(file), None, Choices::default()).unwrap();
    let columns = reader.columns().to_vec();
    let records = read(&mut reader);
    let rows = rows(&columns, &records);
    assert_eq!(rows.len(), 1);
    assert_eq!((rows[0].content.message.as_str(), rows[0].label), ("Cheap roofs", Some(Label::Spam)));
    assert_eq!(rows[0].content.email.as_deref(), Some("a@x.example"));
}
