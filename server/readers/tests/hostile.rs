//! Files that are broken or mean harm: each gets a message that names the place, and what came before it is read.

#![expect(clippy::unwrap_used, reason = "a test ends where its assumptions do")]

use std::io::{Cursor, Write};

use domain::FileFormat;
use flate2::{Compression, write::GzEncoder};
use readers::{Choices, ReadError, Record, RecordError, RecordReader};

fn open(file: impl Into<Vec<u8>>) -> Result<RecordReader, ReadError> {
    RecordReader::open(Cursor::new(file.into()), None, Choices::default())
}

fn open_as(format: FileFormat, file: impl Into<Vec<u8>>) -> Result<RecordReader, ReadError> {
    RecordReader::open(Cursor::new(file.into()), None, Choices { format: Some(format), ..Choices::default() })
}

/// What was read, and what was wrong.
fn read(reader: RecordReader) -> (Vec<Record>, Vec<RecordError>) {
    let (mut records, mut errors) = (Vec::new(), Vec::new());
    for record in reader {
        match record {
            Ok(record) => records.push(record),
            Err(error) => errors.push(error),
        }
    }
    (records, errors)
}

/// What was read, and the one thing that was wrong.
fn read_to_error(reader: RecordReader) -> (Vec<Record>, RecordError) {
    let (records, mut errors) = read(reader);
    assert_eq!(errors.len(), 1, "{errors:?}");
    (records, errors.remove(0))
}

fn refusal(file: impl Into<Vec<u8>>) -> String {
    open(file).err().unwrap().to_string()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

/// An entry of a zip, deflated. `is_streamed`: its sizes follow the data, as packers write that cannot go back.
fn zip_entry(name: &str, bytes: &[u8], is_streamed: bool) -> Vec<u8> {
    let mut deflate = flate2::write::DeflateEncoder::new(Vec::new(), Compression::default());
    deflate.write_all(bytes).unwrap();
    let packed = deflate.finish().unwrap();
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    let size = |length: usize| u32::try_from(length).unwrap().to_le_bytes();
    let told = [crc.sum().to_le_bytes(), size(packed.len()), size(bytes.len())].concat();
    let mut entry = b"PK\x03\x04\x14\0".to_vec();
    entry.extend([if is_streamed { 8 } else { 0 }, 0, 8, 0, 0, 0, 0, 0]);
    entry.extend(if is_streamed { vec![0; 12] } else { told.clone() });
    entry.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
    entry.extend([0, 0]);
    entry.extend(name.as_bytes());
    entry.extend(packed);
    if is_streamed {
        entry.extend(b"PK\x07\x08");
        entry.extend(told);
    }
    entry
}

/// A zip without its directory, which readers from front to back do not need.
fn zip(entries: &[Vec<u8>]) -> Vec<u8> {
    [entries.concat(), b"PK\x01\x02".to_vec()].concat()
}

#[test]
fn nothing_to_read() {
    assert_eq!(refusal(""), "the file is empty");
    assert_eq!(refusal("\u{feff}"), "the file is empty");
    assert_eq!(refusal(" \n\r\n\t\n"), "the file is empty");
    assert_eq!(refusal(gzip(b"")), "the file is empty");
    assert_eq!(refusal(*b"PK\x05\x06\0\0\0\0"), "the zip has no files in it");
    assert_eq!(refusal("[]"), "there is no record with a field in this file");
    assert_eq!(refusal("{}\n{}\n"), "there is no record with a field in this file");
    assert_eq!(refusal("{}\n{x\n"), "line 2: is no JSON: key must be a string, at its character 2");
    let (records, errors) = read(open("message\n").unwrap());
    assert!(records.len() + errors.len() <= 1);
}

#[test]
fn what_is_no_text_is_told_what_to_do() {
    for (file, words) in [
        (&b"%PDF-1.7\n"[..], "PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "save it as CSV"),
        (b"7z\xbc\xaf\x27\x1c\0\x04", "7-Zip"),
        (b"\xfd7zXZ\0\0\x04", "xz"),
        (b"\x28\xb5\x2f\xfd\x24", "zstd"),
        (b"\x89PNG\r\n\x1a\n", "picture"),
        (b"SQLite format 3\0", "database"),
        (b"<!DOCTYPE html><html><body>x</body></html>", "web page"),
        (b"<?xml version=\"1.0\"?><feed></feed>", "neither an export of WordPress"),
    ] {
        let refusal = refusal(file);
        assert!(refusal.contains(words), "{refusal}");
    }
    assert!(refusal(zip(&[zip_entry("[Content_Types].xml", b"<x/>", false)])).contains("spreadsheet"));
    assert!(refusal(gzip(&gzip(b"a\nb\n"))).contains("packed twice"));
}

#[test]
fn a_cut_gzip_gives_what_it_has() {
    let rows: String = (0..50_000).map(|n| format!("{n},message {}\n", n * 7919)).collect();
    let packed = gzip(format!("id,message\n{rows}").as_bytes());
    let (records, error) = read_to_error(open(&packed[..packed.len() / 2]).unwrap());
    assert!(records.len() > 10_000, "{}", records.len());
    assert!(error.is_fatal);
    let line = records.len() + 2;
    let expected = format!(
        "line {}: reading ends here: the gzip file ends too early",
        domain::paging::grouped(line as u64)
    );
    assert!(error.to_string().starts_with(&expected), "{error}");
}

#[test]
fn a_damaged_gzip_is_told() {
    let rows: String = (0..50_000).map(|n| format!("{n},message {}\n", n * 7919)).collect();
    let mut packed = gzip(format!("id,message\n{rows}").as_bytes());
    let middle = packed.len() / 2;
    for byte in &mut packed[middle..middle + 64] {
        *byte = 0xff;
    }
    let (records, errors) = read(open(packed).unwrap());
    assert!(!records.is_empty());
    let last = errors.last().unwrap();
    assert!(last.is_fatal && last.problem.contains("the gzip file is damaged"), "{last}");
}

#[test]
fn files_of_a_zip_are_read_one_after_the_other() {
    for is_streamed in [false, true] {
        let packed = zip(&[
            zip_entry("export/", b"", false),
            zip_entry("__MACOSX/._a.csv", b"\0\x05\x16\x07", is_streamed),
            zip_entry("export/a.csv", b"name,message\nann,hi\n", is_streamed),
            zip_entry("export/.DS_Store", b"\0\0\0\x01Bud1", is_streamed),
            zip_entry("export/b.csv", b"message,extra,name\nho,1,bob\nbad\n", is_streamed),
        ]);
        let mut reader = open(packed).unwrap();
        let found: Vec<_> = reader
            .by_ref()
            .map(|record| match record {
                Ok(record) => {
                    format!("{}: {}", record.place(), record.fields().collect::<Vec<_>>().join("|"))
                }
                Err(error) => error.to_string(),
            })
            .collect();
        assert_eq!(found[..2], ["line 2 of export/a.csv: ann|hi", "line 2 of export/b.csv: bob|ho"]);
        assert!(found[2].starts_with("line 3 of export/b.csv: has 1 fields"), "{found:?}");
        assert_eq!(found.len(), 3);
        assert_eq!(
            reader.notes(),
            ["column \"extra\" of export/b.csv is not in the first file and is left out"]
        );
    }
}

#[test]
fn what_is_beside_the_messages_in_a_zip_is_passed_over() {
    let entries = [
        zip_entry("logo.png", b"\x89PNG\r\n\x1a\n", false),
        zip_entry("a.csv", b"name,message\nann,hi\n", true),
    ];
    let reader = open(zip(&entries)).unwrap();
    assert_eq!(reader.notes(), ["logo.png is left out: this is a picture; choose a file with text"]);
    assert_eq!(read(reader).0.len(), 1);
    assert!(refusal(zip(&entries[..1])).starts_with("logo.png: this is a picture"));
}

#[test]
fn a_delimiter_that_is_none_is_refused() {
    for delimiter in [b'"', b'a', b'\n', 0xe9] {
        let choices = Choices { delimiter: Some(delimiter), ..Choices::default() };
        assert!(RecordReader::open(&b"a,b\n"[..], None, choices).is_err());
    }
}

#[test]
fn a_cut_or_damaged_zip_gives_what_it_has() {
    let rows: String = (0..50_000).map(|n| format!("{n},message {}\n", n * 7919)).collect();
    let packed = zip(&[zip_entry("a.csv", format!("id,message\n{rows}").as_bytes(), false)]);
    let (records, error) = read_to_error(open(&packed[..packed.len() / 2]).unwrap());
    assert!(records.len() > 10_000 && error.is_fatal);
    assert!(error.problem.contains("the zip ends in the middle of a.csv"), "{error}");

    let mut wrong_sum = zip(&[zip_entry("a.csv", b"id,message\n1,a\n", false)]);
    wrong_sum[14] ^= 1;
    // All of it is in the first bytes that are looked at, so that the damage is seen before anything is read.
    let words = match open(wrong_sum) {
        Ok(reader) => read_to_error(reader).1.to_string(),
        Err(error) => error.to_string(),
    };
    assert!(words.contains("a.csv is damaged in the zip (its checksum is wrong)"), "{words}");

    let mut encrypted = zip_entry("a.csv", b"id,message\n1,a\n", false);
    encrypted[6] |= 1;
    assert!(refusal(zip(&[encrypted])).contains("a.csv is encrypted in the zip"));
    let mut strange = zip_entry("a.csv", b"id,message\n1,a\n", false);
    strange[8] = 14;
    assert!(refusal(zip(&[strange])).contains("a method that is not read here (number 14)"));
    let crowd = vec![zip_entry("a.txt", b"x", false); 10_001];
    let (records, error) = read_to_error(open(zip(&crowd)).unwrap());
    assert_eq!(records.len(), 10_000);
    assert!(error.problem.contains("more than 10,000 files"), "{error}");
}

/// A gzip of so many MiB, of one MiB again and again.
fn bomb(megabytes: usize) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(&b"0,0\n".repeat(256 * 1024)).unwrap();
    gzip.finish().unwrap().repeat(megabytes)
}

/// One MiB of zeros, deflated so that more can follow it.
fn deflated_piece() -> Vec<u8> {
    let mut compress = flate2::Compress::new(Compression::best(), false);
    let mut piece = Vec::with_capacity(64 * 1024);
    compress.compress_vec(&vec![0; 1024 * 1024], &mut piece, flate2::FlushCompress::Full).unwrap();
    piece
}

#[test]
fn bombs_end_early_whether_in_gzip_or_zip() {
    let bomb = bomb(40);
    assert!(bomb.len() < 500_000, "{}", bomb.len());
    let mut reader = open_as(FileFormat::Csv, bomb).unwrap();
    let last = reader.by_ref().last().unwrap().unwrap_err();
    assert!(last.is_fatal && last.problem.contains("more than 200 times its size"), "{last}");
    assert!(last.place.number > 100_000, "{last}");

    // One that is passed over, as its name is hidden, counts as well.
    let mut hidden = zip_entry(".hidden", b"", false);
    hidden.truncate(30 + ".hidden".len());
    hidden.extend(deflated_piece().repeat(40));
    let packed = zip(&[hidden, zip_entry("a.txt", b"x", false)]);
    assert!(refusal(packed).contains("more than 200 times its size"));
}

#[test]
fn entities_are_never_expanded() {
    let bomb = "<?xml version=\"1.0\"?>\n<!DOCTYPE rss [\n <!ENTITY a \"aaaaaaaaaa\">\n <!ENTITY b \"&a;&a;&a;&a;\">\n]>\n\
                <rss xmlns:wp=\"http://wordpress.org/export/1.2/\"><channel><item><wp:comment>\
                <wp:comment_content>&b;</wp:comment_content></wp:comment></item></channel></rss>";
    let (records, error) = read_to_error(open(bomb).unwrap());
    assert!(records.is_empty() && error.is_fatal);
    assert_eq!(error.place.line, Some(5));
    assert!(error.problem.contains("declares XML entities of its own"), "{error}");

    let outside = "<rss xmlns:wp=\"http://wordpress.org/export/1.2/\"><item>\n<wp:comment>\n\
                   <wp:comment_content>&xxe;</wp:comment_content></wp:comment>\n\
                   <wp:comment><wp:comment_content>AT&T &amp; co</wp:comment_content></wp:comment></item></rss>";
    let (records, error) = read_to_error(open(outside).unwrap());
    assert_eq!(error.place.to_string(), "entry 1 (line 2)");
    assert!(error.problem.starts_with("has the entity &xxe;"), "{error}");
    assert_eq!(records[0].get(0), Some("AT&T & co"));
}

#[test]
fn xml_that_is_cut_or_deep_or_long_is_told() {
    let begin = "<rss xmlns:wp=\"http://wordpress.org/export/1.2/\"><item>\n";
    let comment = "<wp:comment><wp:comment_content>hello</wp:comment_content></wp:comment>\n";
    for end in
        ["<wp:comment><wp:comment_content>hel", "<wp:comment><wp:comment_content><![CDATA[hel", "<wp:comm"]
    {
        let (records, error) = read_to_error(open(format!("{begin}{comment}{end}")).unwrap());
        assert_eq!(records.len(), 1);
        assert!(error.is_fatal && error.place.line == Some(3), "{error}");
    }
    let (_, error) = read_to_error(open(format!("{begin}{comment}</wrong>")).unwrap());
    assert!(error.problem.starts_with("this is no XML from here on"), "{error}");
    let deep = format!("{begin}{}", "<a>".repeat(100_000));
    assert!(read_to_error(open(deep).unwrap()).1.problem.contains("nested more than 100 deep"));
    let long = "x".repeat(3_000_000);
    let (records, error) = read_to_error(
        open(format!("{begin}<wp:comment><wp:comment_content>{long}</wp:comment_content></wp:comment>{comment}</item></rss>"))
            .unwrap(),
    );
    assert_eq!((records.len(), error.is_fatal), (1, false));
    assert_eq!(error.to_string().split(", which").next(), Some("entry 1 (line 2): is longer than 1 MiB"));
    let longer = "x".repeat(20 * 1024 * 1024);
    let (_, error) =
        read_to_error(open(format!("{begin}<wp:comment><!-- {longer} --></wp:comment>")).unwrap());
    assert!(error.is_fatal && error.problem.contains("longer than 16 MiB"), "{error}");
}

#[test]
fn a_line_of_ten_megabytes_costs_itself_only() {
    let long = "x".repeat(10_000_000);
    let lines = format!("hello\n{long}\nbye\n");
    let json = format!("{{\"message\":\"hello\"}}\n{{\"message\":\"{long}\"}}\n{{\"message\":\"bye\"}}\n");
    let array = format!("[{{\"message\":\"hello\"}},\n{{\"message\":\"{long}\"}},\n{{\"message\":\"bye\"}}]");
    let blocks = format!("hello\nyou\n\n{long}\n\nbye\n");
    let mbox = format!(
        "From a@b Sat Feb 15 11:32:00 2025\nFrom: a@b\nSubject: x\n\nhello\n\nFrom a@b Sat Feb 15 11:32:00 2025\nFrom: a@b\n\n\
         {long}\n\nFrom a@b Sat Feb 15 11:32:00 2025\nFrom: a@b\n\nbye\n"
    );
    for (file, place) in [
        (lines, "line 2: is longer than 1 MiB"),
        (json, "line 2: is longer than 1 MiB"),
        (array, "entry 2 (line 2): is longer than 1 MiB"),
        (blocks, "line 4: is longer than 1 MiB"),
        (mbox, "message 2 (line 8): has a line that is longer than 1 MiB"),
    ] {
        let (records, error) = read_to_error(open(file).unwrap());
        assert_eq!((records.len(), error.is_fatal), (2, false), "{error}");
        assert!(error.to_string().starts_with(place), "{error}");
    }
}

#[test]
fn quotes_that_swallow_are_bounded_in_time() {
    // Each line, read alone, opens a quote that the next lines never close.
    let rows: String = std::iter::repeat_n("x\",\"\n", 400_000).collect();
    let file = format!("id,message\n1,\"a,b\"\n{rows}");
    let choices = Choices {
        format: Some(FileFormat::Csv),
        quoting: Some(domain::Quoting::Doubled),
        ..Choices::default()
    };
    let (records, errors) = read(RecordReader::open(Cursor::new(file), None, choices).unwrap());
    assert_eq!(records[0].get(1), Some("a,b"));
    assert!(errors.len() < 10, "{}", errors.len());
}

#[test]
fn drawn_rows_that_never_end_are_bounded_in_time() {
    // Each line could be the row's last, as far as it goes: a look at all of the row for each would take hours.
    for line in ["b\n", "b |\n"] {
        let header = format!("+{}\n|{}\n+{}\n", "---+".repeat(400), " c |".repeat(400), "---+".repeat(400));
        let file = format!("{header}| a\n{}", line.repeat(2_500_000 / line.len()));
        let (records, errors) = read(open(file).unwrap());
        assert!(records.len() < 10_000 && !errors.is_empty(), "{line}: {} records", records.len());
    }
}

#[test]
fn a_drawn_line_of_two_megabytes_is_too_long_and_no_message() {
    let rule = "+----+---------+\n";
    let file = format!(
        "{rule}| id | comment |\n{rule}| 1  | one     |\n| 2  | {} |\n| 3  | three   |\n{rule}",
        "x".repeat(2 << 20)
    );
    let (records, error) = read_to_error(open(file).unwrap());
    assert_eq!(records.len(), 2);
    assert!(error.to_string().contains("longer than 1 MiB"), "{error}");
}

#[test]
fn bytes_that_are_not_of_the_encoding_are_named() {
    let mut file = "name,message\n".to_owned().into_bytes();
    for n in 0..2000 {
        file.extend(format!("n{n},gr\u{fc}\u{df}e\n").as_bytes());
    }
    file.extend(b"x,caf\xe9\ny,fine\n");
    // A row in another encoding is read in that one, and told; one that is UTF-8 in part is damaged.
    let mut reader = open(file.clone()).unwrap();
    assert_eq!(reader.by_ref().filter(Result::is_ok).count(), 2002);
    let mended = &reader.account().mended[0];
    assert_eq!((mended.count, mended.first.as_str()), (1, "line 2,002"));
    assert_eq!(mended.kind, "rows in windows-1252 among those in UTF-8");
    let damaged = [file.as_slice(), b"y,gr\xc3\xbc\xdfe\nz,gr\xc3\xbc\xdfe \xdf\n"].concat();
    let (records, error) = read_to_error(open(damaged).unwrap());
    // With one damaged character it is read, with more it is an error.
    assert_eq!((records.len(), records[2002].get(1)), (2003, Some("gr\u{fc}\u{fffd}e")));
    assert_eq!(error.place.to_string(), "line 2,005");
    assert!(error.problem.starts_with("is not UTF-8; if the whole file"), "{error}");
    assert_eq!(error.fields, ["z", "gr\u{fc}\u{fffd}e \u{fffd}"]);
    let choices = Choices { encoding: Some("windows-1252".parse().unwrap()), ..Choices::default() };
    let (records, errors) = read(RecordReader::open(Cursor::new(file), None, choices).unwrap());
    assert_eq!((records.len(), errors.len()), (2002, 0));
    assert_eq!(records[2000].get(1), Some("caf\u{e9}"));
}

#[test]
fn line_ends_of_all_kinds_in_one_file() {
    let (records, errors) = read(open("id,message\r\n1,a\n2,b\r3,c\r\n\r\n4,d").unwrap());
    assert!(errors.is_empty(), "{errors:?}");
    let places: Vec<_> = records.iter().map(|record| record.place().number).collect();
    assert_eq!(places, [2, 3, 4, 6]);
    assert_eq!(records[3].get(1), Some("d"));
}

#[test]
fn zeros_are_text_but_no_file() {
    let (records, errors) = read(open("hello\nwo\0rld\nbye\n").unwrap());
    assert_eq!((records.len(), errors.len(), records[1].get(0)), (3, 0, Some("wo\0rld")));
    assert!(refusal(vec![0; 5000]).contains("no text"), "{}", refusal(vec![0; 5000]));
}

#[test]
fn too_many_columns_are_refused() {
    let row = ["a"; 501].join(",");
    let refusal = open_as(FileFormat::Csv, format!("{row}\n{row}\n")).err().unwrap().to_string();
    assert!(refusal.starts_with("line 1: the first row has more than 500 columns"), "{refusal}");
    let (records, errors) =
        read(open_as(FileFormat::Csv, format!("id,message\n1,\"x,y\"\n{row}\n2,b\n")).unwrap());
    assert_eq!((records.len(), errors.len()), (2, 1));
    assert!(errors[0].to_string().starts_with("line 3: has "), "{}", errors[0]);
}
