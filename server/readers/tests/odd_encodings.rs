//! Files in encodings that are hard to tell: few bytes beyond ASCII, code pages of DOS, joined files, damaged characters.

#![expect(clippy::unwrap_used, reason = "a test ends where its assumptions do")]

use std::io::Cursor;

use readers::{Choices, RecordReader};

/// The encoding that is found, all fields, and what was mended.
fn read(file: &[u8]) -> (&'static str, String, Vec<String>) {
    let mut reader =
        RecordReader::open_file(Cursor::new(file.to_vec()), Some("a.csv"), Choices::default()).unwrap();
    let records: Vec<_> = reader.by_ref().map(|record| record.unwrap()).collect();
    let rows = records.iter().map(|record| record.fields().collect::<Vec<_>>().join("|"));
    let mended = reader.account().mended.iter().map(|mended| mended.kind.clone()).collect();
    (reader.encoding().name(), rows.collect::<Vec<_>>().join("\n"), mended)
}

#[test]
fn a_few_signs_in_english_are_those_of_western_europe() {
    for (file, wanted) in [
        (&b"name,message\nAnn,Call now to win \xa3500 cash\nBob,Only \xa35 a week\n"[..], "\u{a3}5 a week"),
        (b"name,message\nAnn,hello there my friend\nBob,Only \xa35 a week\n", "Only \u{a3}5"),
        (
            b"name,message\nAnn,It costs \x8020 to \x93join\x94 us\nBob,it\x92s fine\n",
            "\u{20ac}20 to \u{201c}join",
        ),
        (
            b"name,message\nAnn,G\xf3\xf0an daginn \xfeetta er f\xednt\nBob,S\xed\xf0\xfdr\n",
            "\u{f0}an daginn \u{fe}etta",
        ),
    ] {
        let (encoding, rows, _) = read(file);
        assert_eq!(encoding, "windows-1252", "{rows}");
        assert!(rows.contains(wanted), "{rows}");
    }
}

#[test]
fn letters_of_one_language_tell_the_encoding() {
    let (encoding, rows, _) = read(b"name,message\nBob,Olcs\xf3 hitel \xf5szint\xe9n gy\xfbjt\xf5\n");
    assert_eq!(
        (encoding, &rows[4..]),
        ("windows-1250", "Olcs\u{f3} hitel \u{151}szint\u{e9}n gy\u{171}jt\u{151}")
    );
    let (encoding, rows, _) =
        read(b"name,message\nAnn,Prix 500 \xa4 pour l'\xe9t\xe9\nBob,\xbcuvre \xe0 20 \xa4\n");
    assert_eq!((encoding, rows.contains("\u{152}uvre \u{e0} 20 \u{20ac}")), ("ISO-8859-15", true), "{rows}");
    let (encoding, rows, _) = read(b"Name;Text\r\nM\x81ller;Sch\x94ne Gr\x81\xe1e aus K\x94ln\r\n");
    assert_eq!(
        (encoding, rows.as_str()),
        ("IBM850", "M\u{fc}ller|Sch\u{f6}ne Gr\u{fc}\u{df}e aus K\u{f6}ln")
    );
    let (encoding, rows, _) =
        read(b"name,message\nAnn,Sch\x9ane Gr\x9f\xa7e aus K\x9aln\nBob,M\x9fde F\x9f\xa7e\n");
    assert_eq!((encoding, rows.contains("Sch\u{f6}ne Gr\u{fc}\u{df}e")), ("macintosh", true), "{rows}");
}

#[test]
fn rows_of_joined_files_are_read_each_in_its_encoding() {
    let file =
        ["name,message\n\u{c4}nne,Sch\u{f6}ne Gr\u{fc}\u{df}e\n".as_bytes(), b"J\xf6rg,M\xfcde F\xfc\xdfe\n"]
            .concat();
    let (encoding, rows, mended) = read(&file);
    assert_eq!(
        (encoding, rows.as_str()),
        ("UTF-8", "\u{c4}nne|Sch\u{f6}ne Gr\u{fc}\u{df}e\nJ\u{f6}rg|M\u{fc}de F\u{fc}\u{df}e")
    );
    assert_eq!(mended, ["rows in windows-1252 among those in UTF-8"]);
}

#[test]
fn a_character_that_was_cut_is_no_other_encoding() {
    let mut file = b"name,message\n".to_vec();
    for n in 0..20 {
        file.extend(format!("A{n},Sch\u{f6}ne Gr\u{fc}\u{df}e Nummer {n}\n").as_bytes());
    }
    file.extend(b"B,cut emoji \xf0\x9f\x98 end\n");
    let (encoding, rows, mended) = read(&file);
    assert_eq!(encoding, "UTF-8");
    assert!(rows.ends_with("B|cut emoji \u{fffd} end"), "{rows}");
    assert_eq!(mended, ["rows with a character that is no UTF-8"]);
}

#[test]
fn what_was_encoded_twice_is_told() {
    let file = "name,message\nBob,It\u{e2}\u{20ac}\u{2122}s a great post\n";
    let reader = RecordReader::open_file(Cursor::new(file), None, Choices::default()).unwrap();
    assert!(reader.notes().iter().any(|note| note.contains("encoded twice")), "{:?}", reader.notes());
    let reader = RecordReader::open_file(
        Cursor::new("name,message\nBob,\u{c2}ngela n\u{e3}o v\u{ea}\n"),
        None,
        Choices::default(),
    );
    assert!(reader.unwrap().notes().is_empty());
}
