//! Files as people have them: each after a public report about another program, with what is right. The files in `cases` are
//! made for this; hosts are example.*, addresses of RFC 5737.

#![expect(clippy::unwrap_used, reason = "a test ends where its assumptions do")]

use std::{
    fs,
    io::{Cursor, Write},
    path::Path,
};

use domain::{FileAccount, FileFormat};
use readers::{Choices, RecordReader};

struct Read {
    format: FileFormat,
    rows: Vec<Vec<(String, String)>>,
    errors: Vec<String>,
    account: FileAccount,
}

impl Read {
    fn column(&self, name: &str) -> Vec<&str> {
        let of = |row: &Vec<(String, String)>| row.iter().position(|(column, _)| column == name);
        self.rows.iter().map(|row| row[of(row).unwrap()].1.as_str()).collect()
    }

    fn left_out(&self) -> Vec<(&str, u64)> {
        self.account.left_out.iter().map(|part| (part.kind.as_str(), part.count)).collect()
    }
}

fn read_bytes(bytes: Vec<u8>, name: Option<&str>) -> Result<Read, String> {
    read_as(bytes, name, Choices::default())
}

fn read_as(bytes: Vec<u8>, name: Option<&str>, choices: Choices) -> Result<Read, String> {
    let mut reader =
        RecordReader::open(Cursor::new(bytes), name, choices).map_err(|error| error.to_string())?;
    let columns = reader.columns().to_vec();
    let (mut rows, mut errors) = (Vec::new(), Vec::new());
    for item in reader.by_ref() {
        match item {
            Ok(record) => {
                rows.push(columns.iter().cloned().zip(record.fields().map(str::to_owned)).collect())
            }
            Err(error) => errors.push(error.to_string()),
        }
    }
    let account = reader.account();
    assert_eq!(account.rows, rows.len() as u64);
    Ok(Read { format: reader.format(), rows, errors, account })
}

fn case(name: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(name)).unwrap()
}

fn read(name: &str) -> Read {
    let read = read_bytes(case(name), None).unwrap();
    assert_eq!(read.errors, [""; 0], "{name}");
    read
}

fn letter(text: &str) -> String {
    let read = read_bytes(text.as_bytes().to_vec(), None).unwrap();
    assert_eq!(read.format, FileFormat::Eml);
    read.column("message")[0].to_owned()
}

const HEADER: &str =
    "From: a@b.example\nDate: Tue, 4 Mar 2025 08:15:00 +0000\nSubject: s\nMIME-Version: 1.0\n";

#[test]
fn bodies_of_letters_are_whole() {
    let text = read("mail-body-lost-x3-b64-trailing-text.eml");
    let once = "You have won 900 dollars, claim at http://prize.example today.";
    assert_eq!(text.column("message"), [[once; 6].join(" ")]);
    let html = read("mail-body-lost-x6-html-only-links.eml");
    assert_eq!(html.column("message"), ["Buy pills (http://pills.example/buy)"]);
    let claim = "You have been selected for a $900 gift card.\n\nClaim it within 24 hours: http://prize.example/claim";
    assert_eq!(read("blank-plain-part.eml").column("message"), [claim]);
    assert_eq!(read("placeholder-plain-part.eml").column("message"), [claim]);
}

#[test]
fn charsets_of_letters_are_those_of_the_bytes() {
    let read = read("mail-charsets.mbox");
    let messages = read.column("message");
    assert_eq!(messages.len(), 7);
    assert!(messages.iter().all(|message| !message.contains('\u{fffd}')), "{messages:?}");
    let hello = "\u{417}\u{434}\u{440}\u{430}\u{432}\u{441}\u{442}\u{432}\u{443}\u{439}\u{442}\u{435}! \u{41a}\u{443}\u{43f}\u{438}\u{442}\u{435}";
    assert!(messages[0].starts_with(hello) && messages[1].starts_with(hello), "{messages:?}");
    assert_eq!(messages[2], "Sch\u{f6}ne Gr\u{fc}\u{df}e, g\u{fc}nstige Uhren f\u{fc}r Sie");
    assert_eq!(messages[5], "Caf\u{e9} cr\u{e8}me, tr\u{e8}s bon march\u{e9}");
    assert_eq!(messages[6], "Hi Mom \u{263a}!");
}

#[test]
fn mailboxes_are_split_where_letters_begin() {
    let times = read("mbox-body-from-time.mbox");
    assert_eq!(times.column("subject"), ["Letter 1", "Letter 2"]);
    assert!(
        times.column("message")[0].contains("From 10:30 to 12:00 nobody")
            && times.column("message")[0].ends_with("Regards")
    );
    for name in ["mbox-bare-from.mbox", "mbox-no-blank-line.mbox"] {
        let read = read(name);
        let expected = [1, 2, 3].map(|n| format!("Body of letter {n}.\nIt has two lines."));
        assert_eq!(read.column("message"), expected, "{name}");
    }
    let windows = String::from_utf8(case("mbox-no-blank-line.mbox")).unwrap().replace('\n', "\r\n");
    assert_eq!(read_bytes(windows.into_bytes(), None).unwrap().rows.len(), 3);
}

#[test]
fn what_is_reported_is_the_record() {
    let read = read("report-as-attachment.eml");
    assert_eq!(read.column("subject"), ["Business proposal"]);
    assert_eq!(read.column("email"), ["prince@wealth.example"]);
    assert!(read.column("message")[0].starts_with("I have 18 million dollars"));
    assert!(read.column("note")[0].contains("I think that this is spam"));
    assert_eq!(read.left_out(), [("letters that hand on others", 1)]);
    let own = format!(
        "{HEADER}Content-Type: multipart/mixed; boundary=m\n\n--m\n\nBuy now at http://pills.example\n--m\nContent-Type: message/rfc822\n\n\
         From: c@d.example\nSubject: Minutes\n\nWe met on Monday.\n--m--\n"
    );
    assert_eq!(letter(&own), "Buy now at http://pills.example\n\nMinutes\n\nWe met on Monday.");
}

#[test]
fn labels_of_programs_are_offered() {
    let read = read("gmail-takeout.mbox");
    assert_eq!(
        read.column("x-gmail-labels"),
        ["Spam,Unread", "Inbox,Opened", "Spam,Kategori: Reklame,\u{c5}pnet", "Trash"]
    );
    let spam = read_bytes(
        format!("{HEADER}X-Spam-Flag: YES\nX-Spam-Status: Yes, score=9.1\n\nx\n").into_bytes(),
        None,
    )
    .unwrap();
    assert_eq!(
        (spam.column("x-spam-flag"), spam.column("x-spam-status")),
        (vec!["YES"], vec!["Yes, score=9.1"])
    );
}

#[test]
fn parts_are_found_however_they_are_nested_or_broken() {
    let nested = format!(
        "{HEADER}Content-Type: multipart/mixed; boundary=m\n\n--m\nContent-Type: multipart/related; boundary=r\n\n--r\n\
         Content-Type: multipart/alternative; boundary=a\n\n--a\nContent-Type: text/plain; charset=utf-8\n\nThe harbour is closed today\n--a\n\
         Content-Type: text/html; charset=utf-8\n\n<p>The harbour is <a href=\"http://tide.example/x\">closed</a> today</p>\n--a--\n--r\n\
         Content-Type: image/png; name=a.png\nContent-Transfer-Encoding: base64\n\nAAAA\n--r--\n--m\nContent-Type: text/plain\n\n\
         _____\nList\n--m--\n"
    );
    assert_eq!(letter(&nested), "The harbour is closed today\n\nhttp://tide.example/x\n\n_____\nList");
    let open = format!(
        "{HEADER}Content-Type: multipart/alternative; boundary=a\n\n--a\nContent-Type: text/html\n\n<p>never closed"
    );
    assert_eq!(letter(&open), "never closed");
    let absent = format!("{HEADER}Content-Type: multipart/mixed; boundary=absent\n\nThis is all there is.\n");
    assert_eq!(letter(&absent), "This is all there is.");
    let wrong = format!(
        "{HEADER}Content-Type: multipart/mixed; boundary=declared\n\n--real\nContent-Type: text/plain\n\nfound\n--real--\n"
    );
    assert_eq!(letter(&wrong), "found");
    let calendar = format!(
        "{HEADER}Content-Type: text/calendar; charset=utf-8\n\nBEGIN:VCALENDAR\nSUMMARY:You won\nEND:VCALENDAR\n"
    );
    assert_eq!(letter(&calendar), "You won");
    let attached = format!(
        "{HEADER}Content-Type: text/plain\nContent-Disposition: attachment; filename=a.txt\n\nonly here\n"
    );
    assert_eq!(letter(&attached), "only here");
    let unencoded = format!(
        "{HEADER}Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\nNot encoded at all.\n"
    );
    assert_eq!(letter(&unencoded), "Not encoded at all.");
}

#[test]
fn chats_of_telegram() {
    let expected = [
        "Good morning, the ferry is late",
        "Double your coins today: 500 % profit, write to @helper_example\nhttp://coins.example",
        "No thanks \u{1f642}",
    ];
    for name in ["telegram-chat.json", "telegram-full.json"] {
        let read = read(name);
        assert_eq!(read.format, FileFormat::Chat);
        assert_eq!(read.column("message"), expected, "{name}");
        assert_eq!(read.column("name"), ["Ana Example", "Crypto Helper", "Ana Example"]);
        assert_eq!(read.column("chat"), ["Harbour group"; 3]);
        assert_eq!(read.column("date")[0], "1738400460");
        let mut expected = vec![("notices of the app", 1)];
        expected.extend((name == "telegram-full.json").then_some(("entries of \"contacts.list\"", 2)));
        assert_eq!(read.left_out(), expected);
    }
    assert_eq!(
        read("telegram-twice.json").column("message"),
        ["Take this gift and visit http://gift.example", "ok"]
    );
}

#[test]
fn channels_of_slack_and_discord() {
    let slack = read("slack-export.zip");
    assert_eq!(
        slack.column("message"),
        [
            "Welcome & have a look around",
            "Earn $500 a day (http://earn.example/go) from home, DM me",
            "Low water is at six today",
            "http://follow.example\nCheap followers, 1000 for $5",
        ]
    );
    assert_eq!(slack.column("name"), ["Ana Example", "Promo Person", "Ana Example", "deals"]);
    assert_eq!(slack.column("email")[1], "promo@deals.example");
    let left_out = slack.left_out();
    for kind in ["file channels.json", "file users.json", "file integration_logs.json", "notices of the app"]
    {
        assert!(left_out.contains(&(kind, 1)), "{left_out:?}");
    }
    let discord = read("discord-channel.json");
    assert_eq!(
        discord.column("message"),
        ["Good morning", "Free nitro (http://nitro.example)\nClaim your free nitro now"]
    );
    assert_eq!(discord.left_out(), [("notices of the app", 1)]);
}

#[test]
fn other_chats_are_read() {
    let messenger = r#"{"participants":[{"name":"Ana"}],"messages":[{"sender_name":"Ana","timestamp_ms":1738400460000,"content":"caf\u00c3\u00a9"},
        {"sender_name":"Ana","timestamp_ms":1738400460000,"photos":[]}],"title":"Harbour"}"#;
    let read_messenger = read_bytes(messenger.as_bytes().to_vec(), None).unwrap();
    assert_eq!(read_messenger.column("message"), ["caf\u{e9}"]);
    assert_eq!(read_messenger.left_out()[0], ("messages without a text", 1));
    let whatsapp = "[31.12.24, 21:05:11] Ana: hi\nthere\n[31.12.24, 21:06:11] Bo: http://a.example\n";
    let read_whatsapp = read_bytes(whatsapp.as_bytes().to_vec(), Some("_chat.txt")).unwrap();
    assert_eq!(read_whatsapp.column("message"), ["hi\nthere", "http://a.example"]);
    assert_eq!(read_whatsapp.column("date")[0], "2024-12-31 21:05:11");
    let youtube = read("takeout-youtube-comments.csv");
    assert_eq!(
        youtube.column("Comment Text"),
        [
            "A lovely video about the harbour",
            "Get free followers\nhttp://follow.example",
            "I was there in May \u{1f642}"
        ]
    );
}

#[test]
fn archives_are_read_file_by_file() {
    let comments = read("comments.tar.gz");
    assert_eq!((comments.format, comments.rows.len()), (FileFormat::Csv, 8));
    assert_eq!(comments.column("comment")[7], "Comment 8, from a tar");
    let takeout = read("takeout.tgz");
    assert_eq!(takeout.column("message"), ["Cheap pills http://pills.example"]);
    assert_eq!(takeout.left_out(), [("file Takeout/archive_browser.html", 1)]);
    assert_eq!(read("zero-padded.ndjson.gz").rows.len(), 50);
}

/// A tar of these entries: kind, name, content.
fn tar(entries: &[(tar::EntryType, &str, &[u8])]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (kind, name, content) in entries {
        let mut header = tar::Header::new_gnu();
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_entry_type(*kind);
        header.set_size(content.len() as u64);
        header.set_cksum();
        bytes.extend_from_slice(header.as_bytes());
        bytes.extend_from_slice(content);
        bytes.resize(bytes.len().next_multiple_of(512), 0);
    }
    bytes.resize(bytes.len() + 1024, 0);
    bytes
}

#[test]
fn tars_are_bounded_and_their_paths_are_names() {
    use tar::EntryType as Kind;
    let file = tar(&[
        (Kind::Directory, "a/", b""),
        (Kind::XHeader, "pax", b"30 path=a/\xc3\xa4-long-name.csv\n"),
        (Kind::Regular, "short", b"name,message\nann,hi\n"),
        (Kind::Symlink, "b.csv", b""),
        (Kind::Regular, "../../etc/c.csv", b"name,message\nbo,ho\n"),
        (Kind::GNUSparse, "d.csv", b"name,message\nx,y\n"),
        (Kind::Regular, "logo.png", b"\x89PNG\r\n\x1a\n"),
    ]);
    let read = read_bytes(file.clone(), None).unwrap();
    assert_eq!(read.column("message"), ["hi", "ho"]);
    assert_eq!(read.left_out(), [("links in the tar", 1), ("pictures, sounds and films", 1)]);
    assert_eq!((read.errors.len(), read.account.not_read.len()), (0, 1), "{:?}", read.account);
    let cut = read_bytes(file[..file.len() - 1024 - 512 * 5].to_vec(), None).unwrap();
    assert!(cut.rows.len() < 3);
    let mut damaged = file;
    damaged[512 * 3 + 100] ^= 1;
    let words = read_bytes(damaged, None).err().unwrap_or_default();
    assert!(words.contains("the tar is damaged") || words.is_empty(), "{words}");
}

#[test]
fn what_follows_a_gzip_is_told() {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(b"name,message\nann,hi\n").unwrap();
    let mut bytes = gzip.finish().unwrap();
    let twice = [bytes.clone(), bytes.clone()].concat();
    assert_eq!(read_bytes(twice, None).unwrap().rows.len(), 2);
    bytes.extend_from_slice(b"\0\0something else");
    let read = read_bytes(bytes, None).unwrap();
    assert_eq!((read.rows.len(), read.account.not_read[0].bytes), (1, Some(14)));
}

#[test]
fn exports_of_wordpress_as_they_come() {
    for name in ["wxr-php-notice.xml", "wxr-php-notice-html.xml", "wxr-blank-first-line.xml"] {
        let read = read(name);
        assert_eq!(read.format, FileFormat::WordPress);
        assert_eq!(
            read.column("comment_content"),
            ["Thank you, that helped.", "Cheap watches http://watches.example"],
            "{name}"
        );
        let expected: &[(&str, u64)] =
            if name.contains("notice") { &[("words ahead of the export", 1)] } else { &[] };
        assert_eq!(read.left_out(), expected, "{name}");
    }
    let awkward = read("wxr-awkward.xml");
    assert_eq!(awkward.rows.len(), 6);
    assert_eq!(awkward.column("comment_content")[2], "A backspace \u{8} as a reference");
    assert_eq!(awkward.column("comment_content")[4], "A named \u{a0} space \u{2026}");
    assert_eq!(awkward.column("comment_date_gmt")[3], "2025-02-03 10:00:00");
    let shop = read("wxr-shop.xml");
    assert_eq!(
        shop.column("comment_content"),
        ["Thank you, that helped.", "Cheap watches http://watches.example", "Five stars, lovely mug"]
    );
    assert_eq!(
        shop.left_out(),
        [("pingbacks and trackbacks", 2), ("order notes", 3), ("logs of plugins", 1)]
    );
    let choices = Choices { pings: Some(true), ..Choices::default() };
    let with_pings = read_as(case("wxr-shop.xml"), None, choices).unwrap();
    assert_eq!(with_pings.rows.len(), shop.rows.len() + 2);
    let kinds = with_pings.column("comment_type");
    for (kind, approved) in kinds.iter().zip(with_pings.column("comment_approved")) {
        assert!(!kind.ends_with("back") || approved.is_empty(), "nobody's word: {kind} {approved}");
    }
    assert_eq!(with_pings.left_out(), [("order notes", 3), ("logs of plugins", 1)]);
    assert_eq!(read("message-column-lost-wxr-spam-queue-with-links.xml").rows.len(), 50);
}

#[test]
fn who_deleted_a_post_of_disqus_did_not_judge_it() {
    let read = read("disqus-deleted.xml");
    assert_eq!(read.rows.len(), 4);
    assert_eq!(read.column("isSpam"), ["false", "true", "", ""]);
    assert_eq!(read.left_out(), [("deleted posts without a text", 1)]);
}

#[test]
fn what_cannot_be_read_is_named() {
    let refusal = |bytes: &[u8], name: Option<&str>| read_bytes(bytes.to_vec(), name).err().unwrap();
    assert!(refusal(&case("spam.msg"), Some("spam.msg")).contains("e-mail of Outlook (.msg)"));
    for (bytes, words) in [
        (&b"{\\rtf1\\ansi Hello"[..], "RTF"),
        (b"-- MySQL dump 10.13\nCREATE TABLE `x` (id int);\nINSERT INTO `x` VALUES (1,'a');\n", "SQL"),
        (b"INSERT INTO wp_comments VALUES (1,'hello','x');\n", "SQL"),
        (b"PGDMP\x01\x0e", "PostgreSQL"),
        (b"<!DOCTYPE html><html><head><title>Exported Data</title></head><body><div class=\"page_header\">", "Telegram"),
        (b"<html><head><title>general</title></head><body><div class=\"chatlog__message\">", "Discord"),
        (b"OggS\0\x02\0\0", "sound"),
        (b"BEGIN:VCARD\nFN:Ann\n", "contacts"),
    ] {
        let refusal = refusal(bytes, None);
        assert!(refusal.contains(words), "{refusal}");
    }
}

#[test]
fn a_table_of_a_web_page_is_a_table() {
    for name in [Some("comments.xls"), None] {
        let read = read_bytes(case("comments.xls"), name).unwrap();
        assert_eq!((read.format, read.rows.len(), read.errors.len()), (FileFormat::Html, 5, 0));
        assert_eq!(read.column("Message")[4], "Comment 5");
        assert_eq!(read.column("Email")[0], "w1@example.net");
    }
    let page = "<html xmlns:x=\"urn:schemas-microsoft-com:office:excel\"><body><table><tr><td colspan=2>Comments</td></tr>\
                <tr><th>Name</th><th>Message</th></tr><tr><td>Ann<td>a &amp; b<br><a href='http://a.example'>here</a></tr>\
                <tr><td>Bo</td></tr><tr><th>Name</th><th>Message</th></tr><tr><td>x</td><td>y</td><td>z</td></tr></table></body></html>";
    let read = read_bytes(page.as_bytes().to_vec(), None).unwrap();
    assert_eq!(read.column("Message"), ["a & b\nhere (http://a.example)", ""]);
    assert_eq!((read.errors.len(), read.left_out().contains(&("repeated headers", 1))), (1, true));
}
