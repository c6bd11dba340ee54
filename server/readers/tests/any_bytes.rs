//! Any bytes, any format: an end comes, no panic, every place is sound. `make fuzz` runs these same tests for long.

#![expect(clippy::unwrap_used, reason = "a test ends where its assumptions do")]

use std::io::{Cursor, Write};

use domain::FileFormat;
use proptest::prelude::*;
use readers::{Choices, RecordReader, bind, guess};

/// Pieces that files are made of, so that more than the first byte is tried.
const PIECES: &[&[u8]] = &[
    b"\n",
    b"\r",
    b"\r\n",
    b",",
    b";",
    b"\t",
    b"|",
    b"\"",
    b"\"\"",
    b"'",
    b" ",
    b"\0",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\xfe\xff",
    b"\xe9",
    b"\xc3",
    b"\xf0\x9f\x98\x80",
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b"\\",
    b"\\u00e9",
    b"\\ud800",
    b"null",
    b"1e999",
    b"message",
    b"email",
    b"\"message\":",
    b"{\"message\":\"x\"}",
    b"<",
    b">",
    b"&",
    b"&amp;",
    b"&#0;",
    b"&#x110000;",
    b"&xxe;",
    b"<wp:comment>",
    b"</wp:comment>",
    b"<wp:comment_content>",
    b"</wp:comment_content>",
    b"<item>",
    b"</item>",
    b"<![CDATA[",
    b"]]>",
    b"<!--",
    b"-->",
    b"<!DOCTYPE x [",
    b"<!ENTITY a 'b'>",
    b"<post dsq:id='1'>",
    b"</post>",
    b"<thread dsq:id=",
    b"From a@b Sat Feb 15 11:32:00 2025\n",
    b"Subject: =?utf-8?B?",
    b"Content-Type: multipart/mixed; boundary=b\n",
    b"--b\n",
    b"sep=;\n",
    b"+---+---+\n",
    b"| a | b |\n",
    b"---+---\n",
    b"|---|---|\n",
    b" a | b +\n",
    "\u{2502} a \u{2502}".as_bytes(),
    b"*** 1. row ***\n",
    b"-[ RECORD 1 ]---\n",
    b"   id: 1\n",
    b"10:15 <ann> hi\n",
    b"10:15\tann\thi\n",
    b"2024/05/01(Wed)\n",
    "[Ann] [\u{c624}\u{c804} 10:15] hi\n".as_bytes(),
    b"-----BEGIN PGP SIGNED MESSAGE-----\n",
    b"-----BEGIN PGP MESSAGE-----\n",
    b"-----END PGP MESSAGE-----\n",
    b"Content-Length: 40\n",
    b"----- Original message -----\n",
    b"<td rowspan=9 colspan=3>",
    b"<tr><th colspan=60>",
    b"PK\x03\x04",
];

fn any_file() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        6 => prop::sample::select(PIECES.to_vec()).prop_map(<[u8]>::to_vec),
        2 => "[a-z0-9 ]{1,12}".prop_map(String::into_bytes),
        1 => prop::collection::vec(any::<u8>(), 1..40),
    ];
    prop::collection::vec(piece, 0..120).prop_map(|pieces| pieces.concat())
}

/// What a file must have at its start to get past the door.
fn start(format: FileFormat) -> &'static [u8] {
    match format {
        FileFormat::Csv | FileFormat::Tsv => b"id,message\n1,\"a,b\"\n",
        FileFormat::Json => b"[{\"message\":\"x\"},",
        FileFormat::Ndjson => b"{\"message\":\"x\"}\n",
        FileFormat::WordPress => b"<rss xmlns:wp=\"http://wordpress.org/export/1.2/\"><item>",
        FileFormat::Disqus => b"<disqus xmlns=\"http://disqus.com\">",
        FileFormat::Mbox => b"From a@b Sat Feb 15 11:32:00 2025\n",
        FileFormat::Eml => b"From: a@b\nDate: Sat, 15 Feb 2025 11:32:00 +0000\n",
        FileFormat::Chat => b"{\"guild\":{},\"channel\":{},\"messages\":[{\"content\":\"x\"},",
        FileFormat::Html => b"<table><tr><th>name<th>message<tr><td>a<td>b",
        FileFormat::Lines | FileFormat::Paragraphs | FileFormat::Spreadsheet => b"x\n",
    }
}

/// Reads to the end, as an import would.
fn read(file: Vec<u8>, choices: Choices) {
    let length = file.len();
    let Ok(mut reader) = RecordReader::open(Cursor::new(file), None, choices) else { return };
    let columns = reader.columns().to_vec();
    assert!(!columns.is_empty());
    let mut records = Vec::new();
    // More items than bytes would be something from nothing.
    for (count, item) in reader.by_ref().enumerate() {
        assert!(count <= length.max(1100));
        match item {
            Ok(record) => {
                assert_eq!(record.len(), columns.len());
                assert!(record.place().number > 0 && record.text_len() <= readers::limits::RECORD_MAX_BYTES);
                records.push(record);
            }
            Err(error) => assert!(error.place.number > 0 && !error.problem.is_empty()),
        }
    }
    assert!(reader.next().is_none());
    assert!(reader.progress().bytes() <= length as u64);
    let bound = bind(&guess(&columns, &records), &columns);
    if let Ok(bound) = bound {
        for record in &records {
            let _ = bound.apply(record);
        }
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

macro_rules! readers {
    ($($name:ident = $format:ident),+) => {
        proptest! {
            $(
                #[test]
                fn $name(rest in any_file(), has_start in prop::bool::weighted(0.8)) {
                    let file = [if has_start { start(FileFormat::$format) } else { b"" }, &rest].concat();
                    read(file, Choices { format: Some(FileFormat::$format), ..Choices::default() });
                }
            )+
        }
    };
}

readers! {
    any_bytes_as_csv = Csv,
    any_bytes_as_tsv = Tsv,
    any_bytes_as_json = Json,
    any_bytes_as_ndjson = Ndjson,
    any_bytes_as_wordpress = WordPress,
    any_bytes_as_disqus = Disqus,
    any_bytes_as_mbox = Mbox,
    any_bytes_as_eml = Eml,
    any_bytes_as_html = Html,
    any_bytes_as_chat = Chat,
    any_bytes_as_lines = Lines,
    any_bytes_as_paragraphs = Paragraphs
}

/// What tables that are drawn, and chats of lines, begin with.
const DRAWN: [&[u8]; 9] = [
    b"+---+---+\n| id | text |\n+---+---+\n",
    b" id | text \n----+------\n",
    "\u{250c}\u{2500}\u{252c}\u{2500}\u{2510}\n\u{2502}a\u{2502}b\u{2502}\n".as_bytes(),
    b"| id | text |\n|---|---|\n",
    b"*** 1. row ***\n  id: 1\ntext: x\n",
    b"-[ RECORD 1 ]---\nid   | 1\ntext | x\n",
    b"--- Log opened Wed May 01 10:00:00 2024\n10:15 <ann> hi\n",
    b"[LINE] Chat history with Ann\n",
    "Ann \u{ce74}\u{ce74}\u{c624}\u{d1a1} \u{b300}\u{d654}\n[Ann] [\u{c624}\u{c804} 10:15] hi\n".as_bytes(),
];

proptest! {
    #[test]
    fn any_bytes_behind_what_is_drawn(start in prop::sample::select(DRAWN.to_vec()), rest in any_file()) {
        read([start, &rest].concat(), Choices::default());
    }

    #[test]
    fn any_bytes_as_whatever_they_seem(file in any_file()) {
        read(file, Choices::default());
    }

    #[test]
    fn any_bytes_in_any_encoding(file in any_file(), encoding in prop::sample::select(readers::Encoding::COMMON.to_vec())) {
        read(file, Choices { encoding: Some(encoding), ..Choices::default() });
    }

    #[test]
    fn any_bytes_behind_what_a_zip_begins_with(name in "[a-z]{0,5}\\.?[a-z]{0,3}", rest in any_file(), head in prop::collection::vec(any::<u8>(), 22)) {
        let mut file = [b"PK\x03\x04", &head[..]].concat();
        file.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
        file.extend([0, 0]);
        file.extend(name.as_bytes());
        file.extend(rest);
        // Half of them can be read: not encrypted, deflated or stored.
        file[6] &= 8;
        if file[7] & 1 == 0 {
            file[8] &= 8;
            file[9] = 0;
        }
        read(file, Choices::default());
    }

    #[test]
    fn any_damage_to_a_gzip(file in any_file(), at in any::<prop::sample::Index>(), bit in 0..8_u8, end in any::<prop::sample::Index>()) {
        let mut packed = gzip(&[start(FileFormat::Csv), &file].concat());
        let index = at.index(packed.len());
        packed[index] ^= 1 << bit;
        packed.truncate(end.index(packed.len()) + 1);
        read(packed, Choices::default());
    }

    #[test]
    fn what_csv_writes_is_read_as_it_was(
        rows in prop::collection::vec(prop::collection::vec("[a-z\",;\n\r |\u{e9}\u{20ac}]{1,12}[a-z]", 3), 1..30),
        delimiter in prop::sample::select(vec![b',', b';', b'\t', b'|']),
    ) {
        let mut table = csv::WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
        table.write_record(["id", "message", "name"]).unwrap();
        for row in &rows {
            table.write_record(row).unwrap();
        }
        let choices = Choices { format: Some(FileFormat::Csv), delimiter: Some(delimiter), header: Some(true), ..Choices::default() };
        let reader = RecordReader::open(Cursor::new(table.into_inner().unwrap()), None, choices).unwrap();
        let found: Vec<Vec<String>> =
            reader.map(|record| record.unwrap().fields().map(str::to_owned).collect()).collect();
        prop_assert_eq!(found, rows);
    }
}
