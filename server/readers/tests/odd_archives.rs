//! Zips and tars as apps and servers write them: files beside the messages come first.

#![expect(clippy::unwrap_used, reason = "a test ends where its assumptions do")]

use std::io::{Cursor, Write};

use readers::{Choices, ReadError, RecordReader};

fn zip(files: &[(&str, &[u8])]) -> Cursor<Vec<u8>> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    Cursor::new(zip.finish().unwrap().into_inner())
}

fn tar(files: &[(&str, &[u8])]) -> Cursor<Vec<u8>> {
    let mut tar = tar::Builder::new(Vec::new());
    for (name, bytes) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        tar.append_data(&mut header, name, *bytes).unwrap();
    }
    Cursor::new(tar.into_inner().unwrap())
}

/// The column "message" of every record, and what was left out or not read.
fn read(file: Cursor<Vec<u8>>) -> Result<(Vec<String>, Vec<String>), ReadError> {
    let mut reader = RecordReader::open_file(file, None, Choices::default())?;
    let message = reader.columns().iter().position(|column| column == "message" || column == "body").unwrap();
    let messages = reader.by_ref().map(|record| record.unwrap().get(message).unwrap().trim().to_owned());
    let messages = messages.collect();
    let account = reader.account();
    let left = account.left_out.iter().map(|left| left.kind.clone());
    Ok((messages, left.chain(account.not_read.iter().map(|not| not.from.clone())).collect()))
}

#[test]
fn lists_of_channels_come_before_slacks_messages() {
    let file = zip(&[
        (
            "channels.json",
            br#"[{"id":"C1","name":"general","topic":{"value":"All of us"},"purpose":{"value":""}}]"#,
        ),
        ("users.json", br#"[{"id":"U1","name":"ann","profile":{"real_name":"Ann Lee"}}]"#),
        (
            "general/2024-05-01.json",
            br#"[{"type":"message","user":"U1","text":"Hello all","ts":"1714557600.000100"}]"#,
        ),
        (
            "random/2024-05-01.json",
            br#"[{"type":"message","user":"U1","text":"lunch?","ts":"1714557800.000100"}]"#,
        ),
    ]);
    let (messages, left) = read(file).unwrap();
    assert_eq!(messages, ["Hello all", "lunch?"]);
    assert_eq!(left, ["file channels.json", "file users.json"]);
}

#[test]
fn takeouts_of_google_chat_and_discord_are_their_messages() {
    let file = zip(&[
        ("Takeout/Google Chat/Users/User 1/user_info.json", br#"{"user":{"name":"Ann"},"membership_info":[{"group_name":"G"}]}"#),
        ("Takeout/Google Chat/Groups/DM 1/group_info.json", br#"{"members":[{"name":"Ann"}]}"#),
        (
            "Takeout/Google Chat/Groups/DM 1/messages.json",
            br#"{"messages":[{"creator":{"name":"Ann","email":"a@x.example"},"created_date":"Wednesday, May 1, 2024 at 10:00:00 AM UTC","text":"Hello Bob","message_id":"m1"}]}"#,
        ),
    ]);
    let mut reader = RecordReader::open_file(file, None, Choices::default()).unwrap();
    let record = reader.next().unwrap().unwrap();
    let fields: Vec<_> = record.fields().take(5).collect();
    assert_eq!(fields, ["Hello Bob", "Ann", "a@x.example", "2024-05-01T10:00:00Z", "DM 1"]);
    let file = zip(&[
        ("messages/index.json", br#"{"1":"general in S","2":"Direct Message with bob"}"#),
        ("messages/c1/channel.json", br#"{"id":"1","type":0,"name":"general"}"#),
        (
            "messages/c1/messages.json",
            br#"[{"ID":1,"Timestamp":"2024-05-01 10:00:00","Contents":"hello all","Attachments":""}]"#,
        ),
        ("messages/c2/channel.json", br#"{"id":"2","type":1}"#),
        (
            "messages/c2/messages.json",
            br#"[{"ID":2,"Timestamp":"2024-05-01 10:00:00","Contents":"buy pills","Attachments":""}]"#,
        ),
    ]);
    assert_eq!(read(file).unwrap().0, ["hello all", "buy pills"]);
}

#[test]
fn a_maildir_is_its_mails() {
    let mail = |text: &str| {
        format!(
            "Return-Path: <a@x.example>\nFrom: Ann <a@x.example>\nSubject: One\nDate: Wed, 01 May 2024 10:00:00 +0000\n\n{text}\n"
        )
    };
    let (one, two) = (mail("first"), mail("second"));
    let file = tar(&[
        ("Maildir/dovecot-uidlist", b"3 V1 N3\n1 :a\n"),
        ("Maildir/subscriptions", b"Junk\n"),
        ("Maildir/dovecot.index.cache", b"\0\x01\x02\xff"),
        ("Maildir/other", b"\0\x01\x02\xff"),
        ("Maildir/cur/1714557600.M1P1.host,S=100:2,S", one.as_bytes()),
        ("Maildir/.Junk/cur/1714557602.M1.host:2,", two.as_bytes()),
    ]);
    let (messages, left) = read(file).unwrap();
    assert_eq!(messages, ["first", "second"]);
    assert!(left.contains(&"Maildir/other".to_owned()) && left.len() == 4, "{left:?}");
}

#[test]
fn what_cannot_be_read_is_called_by_its_name() {
    let page = b"<!DOCTYPE html><html><head><title>Exported Data</title></head><body><div class=\"message default clearfix\"></div></body></html>";
    let file = zip(&[
        ("ChatExport/messages.html", page),
        ("ChatExport/css/style.css", b"body{}"),
        ("ChatExport/js/script.js", b"x"),
    ]);
    let error = read(file).unwrap_err();
    assert!(error.problem.contains("Telegram's export as a web page"), "{error}");
    let file = zip(&[("Metadata/Properties.plist", b"bplist00"), ("Index/Document.iwa", b"\0")]);
    assert!(read(file).unwrap_err().problem.contains("Numbers"));
}

#[test]
fn a_file_beside_the_messages_does_not_decide_what_an_archive_is() {
    let csv: &[u8] = b"name,message\nAnn,Hello there\nBo,Buy pills\n";
    let asides: [(&str, &[u8]); 6] = [
        ("NOTES.txt", b"Exported for the audit.\nAsk Ann about it.\n"),
        ("how-to.txt", b"Open the other file\n"),
        ("manifest.json", br#"{"version": 3, "files": ["comments.csv"]}"#),
        ("meta.csv", b"key,value\nversion,3\nrows,2\n"),
        ("desktop.ini", b"[.ShellClassInfo]\r\nIconIndex=1\r\n"),
        ("index.html", b"<!DOCTYPE html><html><body>See comments.csv</body></html>"),
    ];
    for (name, bytes) in asides {
        for file in
            [zip(&[(name, bytes), ("comments.csv", csv)]), tar(&[(name, bytes), ("comments.csv", csv)])]
        {
            let (messages, left) = read(file).unwrap();
            assert_eq!(messages, ["Hello there", "Buy pills"], "{name}");
            assert!(left.len() == 1 && left[0].ends_with(name), "{left:?}");
        }
        let (messages, left) =
            read(zip(&[(name, bytes), ("logo.png", b"\x89PNG\r\n\x1a\n"), ("comments.csv", csv)])).unwrap();
        assert_eq!((messages.len(), left.len()), (2, 2), "{left:?}");
    }
    let mbox: &[u8] = b"From a@example.com Tue Mar  4 08:11:00 2025\nFrom: a@example.com\nSubject: s\n\nHi\n";
    assert_eq!(read(zip(&[("list.txt", b"one line\n"), ("mail.mbox", mbox)])).unwrap().0, ["Hi"]);
}

#[test]
fn where_every_file_is_a_text_each_is_read() {
    let files: [(&str, &[u8]); 4] = [
        ("1.txt", b"Hello, there\n"),
        ("2.txt", b"Buy, pills\n"),
        ("3.txt", b"a: b\n"),
        ("4.txt", b"last\n"),
    ];
    for file in [zip(&files), tar(&files), zip(&files[..2])] {
        let (messages, left) = read(file).unwrap();
        assert_eq!(messages[..2], ["Hello, there", "Buy, pills"]);
        assert_eq!(left, [""; 0]);
    }
    assert_eq!(read(zip(&files[..1])).unwrap().0, ["Hello, there"]);
    let large = "words and words\n".repeat(40_000);
    let (messages, _) =
        read(zip(&[("a.txt", b"first\n"), ("b.txt", large.as_bytes()), ("c.txt", b"last\n")])).unwrap();
    assert_eq!((messages.len(), messages[0].as_str(), messages[40_001].as_str()), (40_002, "first", "last"));
}

#[test]
fn tables_of_one_archive_are_read_or_told() {
    let parts: [(&str, &[u8]); 3] = [
        ("comments-1.csv", b"name,message\nAnn,\"first, here\"\n"),
        ("comments-2.csv", b"Bo,\"second, there\"\nCy,third part of it\n"),
        ("people.csv", b"user,age\nann,3\n"),
    ];
    let (messages, left) = read(zip(&parts)).unwrap();
    assert_eq!(messages, ["first, here", "second, there", "third part of it"]);
    assert_eq!(left, ["people.csv"]);
}
