//! Plain text, and files in packings.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};
use zip::{ZipWriter, write::SimpleFileOptions};

use crate::{
    Dialect, Text, json,
    tables::{legacy, utf16},
};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

fn zip(name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut zip = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file(name, SimpleFileOptions::default()).unwrap();
    zip.write_all(bytes).unwrap();
    zip.finish().unwrap().into_inner()
}

/// Texts that are a line each, and do not look like something else.
fn lines(texts: &[Text]) -> Vec<Text> {
    let fits = |text: &&Text| !text.message.contains(['\n', '\r', '\t']);
    texts.iter().filter(fits).skip(8).cloned().collect()
}

pub(crate) fn dialects(texts: &[Text]) -> Vec<Dialect> {
    let few = lines(texts);
    let text =
        |few: &[Text], end: &str| few.iter().map(|text| format!("{}{end}", text.message)).collect::<String>();
    let mut dialects = Vec::new();
    for (name, bytes) in [
        ("lines", text(&few, "\n").into_bytes()),
        ("lines CRLF", text(&few, "\r\n").into_bytes()),
        ("lines CR", text(&few, "\r").into_bytes()),
        ("lines with mark", [b"\xef\xbb\xbf".as_slice(), text(&few, "\n").as_bytes()].concat()),
        ("lines UTF-16LE", utf16(&text(&few, "\r\n"), true, true)),
        ("lines UTF-16BE", utf16(&text(&few, "\n"), false, true)),
        ("lines with blank lines", text(&few, "\n\n").into_bytes()),
    ] {
        dialects.push(Dialect::new(format!("txt {name}"), "comments.txt", bytes, &few));
    }
    for encoding in
        [encoding_rs::WINDOWS_1252, encoding_rs::WINDOWS_1251, encoding_rs::SHIFT_JIS, encoding_rs::KOI8_R]
    {
        let few = legacy(&few, encoding);
        let bytes = encoding.encode(&text(&few, "\n")).0.into_owned();
        dialects.push(Dialect::new(format!("txt {}", encoding.name()), "comments.txt", bytes, &few));
    }
    // Blocks of a line and a second one, as texts with blank lines within would be two.
    let blocks: Vec<_> = few
        .iter()
        .map(|text| Text { message: format!("{}\nand a second line", text.message), ..text.clone() })
        .collect();
    dialects.push(Dialect::new(
        "txt paragraphs",
        "comments.txt",
        text(&blocks, "\n\n").into_bytes(),
        &blocks,
    ));
    let packed = [crate::tables::dialects(texts), json::dialects(texts)].concat();
    for dialect in packed.iter().step_by(9) {
        let expected = || dialect.expected.clone();
        let named = |kind: &str, file_name, bytes| Dialect {
            name: format!("{} in {kind}", dialect.name),
            file_name,
            bytes,
            expected: expected(),
        };
        dialects.push(named("gzip", "comments.csv.gz", gzip(&dialect.bytes)));
        dialects.push(named("zip", "comments.zip", zip(dialect.file_name, &dialect.bytes)));
    }
    dialects
}
