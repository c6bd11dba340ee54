//! Tables, JSON and plain text: what is found out, what is read, what is wrong and where.

use domain::FileFormat;
use readers::{Choices, Packing, ReadError, RecordReader};

fn open(file: impl Into<Vec<u8>>, name: &str) -> Result<RecordReader, ReadError> {
    RecordReader::open(std::io::Cursor::new(file.into()), Some(name), Choices::default())
}

/// Each record as `place|field|field`, each error as `! error`.
fn lines(reader: impl Iterator<Item = Result<readers::Record, readers::RecordError>>) -> Vec<String> {
    reader
        .map(|record| match record {
            Ok(record) => {
                let fields: Vec<_> = record.fields().collect();
                format!("{}|{}", record.place(), fields.join("|"))
            }
            Err(error) => format!("!{} {error}", if error.is_fatal { "!" } else { "" }),
        })
        .collect()
}

#[test]
fn a_table_with_everything_that_tables_have() {
    let file = "\u{feff}Name;Message;Date\r\n\r\nann;\"two\r\nlines; and a \"\"quote\"\"\";2025-02-15\r\nbob;x;;\r\n";
    let mut reader = open(file, "x").unwrap();
    assert_eq!(
        (reader.format(), reader.delimiter(), reader.has_header()),
        (FileFormat::Csv, Some(b';'), Some(true))
    );
    assert_eq!(reader.columns(), ["Name", "Message", "Date"]);
    let expected = ["line 3|ann|two\r\nlines; and a \"quote\"|2025-02-15", "line 5|bob|x|"];
    assert_eq!(lines(reader.by_ref()), expected);
    assert_eq!(reader.progress().bytes(), file.len() as u64);
}

#[test]
fn tables_in_other_encodings_and_packings_are_the_same_table() {
    let text = "name,message\nann,caf\u{e9} au lait\n";
    let utf16: Vec<u8> =
        std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let latin: Vec<u8> = text.chars().map(|c| c as u8).collect();
    for (file, encoding) in [(utf16, "UTF-16LE"), (latin, "windows-1252"), (text.into(), "UTF-8")] {
        let reader = open(file.clone(), "x.csv").unwrap();
        assert_eq!(reader.encoding().name(), encoding);
        assert_eq!(lines(reader), ["line 2|ann|caf\u{e9} au lait"]);
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        std::io::Write::write_all(&mut gzip, &file).unwrap();
        let reader = open(gzip.finish().unwrap(), "x.csv.gz").unwrap();
        assert_eq!(reader.packing(), Packing::Gzip);
        assert_eq!(lines(reader), ["line 2|ann|caf\u{e9} au lait"]);
    }
}

#[test]
fn rows_that_are_wrong_are_named_and_the_others_read() {
    let reader = open("id,message\n1,ok\n2\n3,a,b\n4,fine\n5,\0\n", "x.csv").unwrap();
    let found = lines(reader);
    assert_eq!(found[0], "line 2|1|ok");
    assert!(found[1].starts_with("! line 3: has 1 fields where there are 2 columns;"), "{found:?}");
    assert!(found[2].starts_with("! line 4: has 3 fields where there are 2 columns;"), "{found:?}");
    assert_eq!(found[3], "line 5|4|fine");
    assert_eq!(found[4], "line 6|5|\0");
}

#[test]
fn an_open_quote_costs_its_own_row_only() {
    let reader = open("id,message\n1,\"o,k\"\n2,\"open\n3,after\n4,last\n", "x.csv").unwrap();
    let found = lines(reader);
    assert_eq!(found[0], "line 2|1|o,k");
    assert!(found[1].starts_with("! line 3: opens a quote that is not closed"), "{found:?}");
    assert_eq!(found[2..], ["line 4|3|after", "line 5|4|last"]);
}

#[test]
fn a_long_row_costs_itself_only() {
    let long = "x".repeat(10_000_000);
    let file = format!("id,message\n1,ok\n2,{long}\n3,\"{long}\"\n4,fine\n");
    let found = lines(open(file, "x.csv").unwrap());
    assert_eq!(
        found.len(),
        4,
        "{:?}",
        found.iter().map(|line| &line[..line.len().min(80)]).collect::<Vec<_>>()
    );
    assert!(found[1].starts_with("! line 3: is longer than 1 MiB"));
    assert!(found[2].starts_with("! line 4: "));
    assert_eq!(found[3], "line 5|4|fine");
}

#[test]
fn json_in_lines_and_in_arrays() {
    let lines_file =
        "{\"text\":\"a\",\"author\":{\"email\":\"x@y.z\"}}\n\n{\"text\":\"b\",\"ip\":\"::1\"}\n{broken\n";
    let reader = open(lines_file, "x").unwrap();
    assert_eq!(reader.format(), FileFormat::Ndjson);
    assert_eq!(reader.columns(), ["text", "author.email", "ip"]);
    let found = lines(reader);
    assert_eq!(found[..2], ["line 1|a|x@y.z|", "line 3|b||::1"]);
    assert!(found[2].starts_with("! line 4: is no JSON: key must be a string"), "{found:?}");

    let array = "[\n {\"text\": \"a,]\\\"\"},\n {\"text\": [1, {\"x\": \"]\"}]}, 5 ,\n {\"text\": nope}\n]";
    let reader = open(array, "x").unwrap();
    assert_eq!(reader.format(), FileFormat::Json);
    assert_eq!(reader.columns(), ["text", "message"]);
    let found = lines(reader);
    let expected = ["entry 1 (line 2)|a,]\"|", "entry 2 (line 3)|[1,{\"x\":\"]\"}]|", "entry 3 (line 3)||5"];
    assert_eq!(found[..3], expected);
    assert!(found[3].starts_with("! entry 4 (line 4): is no JSON"), "{found:?}");
}

#[test]
fn an_array_within_an_object_is_found_and_a_cut_one_is_told() {
    let reader = open(
        "{\n \"total\": 2, \"tags\": [\"x\"],\n \"comments\": [ {\"text\":\"a\"}, {\"text\":\"b\"} ] }",
        "x",
    )
    .unwrap();
    assert_eq!(lines(reader), ["entry 1 (line 3)|a", "entry 2 (line 3)|b"]);
    let found = lines(open("[{\"text\":\"a\"},{\"text\":\"b", "x").unwrap());
    assert_eq!(found[0], "entry 1 (line 1)|a");
    assert!(found[1].starts_with("!! entry 2 (line 1): the file ends within the array"), "{found:?}");
    assert_eq!(found.len(), 2);
}

#[test]
fn plain_text_by_lines_and_by_blocks() {
    let reader = open("Hello there\n\nBuy now!\r\n", "x.txt").unwrap();
    assert_eq!(reader.format(), FileFormat::Lines);
    assert_eq!(lines(reader), ["line 1|Hello there", "line 3|Buy now!"]);
    let reader = open("\nHello\nthere\n \n\nBuy\n", "x.txt").unwrap();
    assert_eq!(reader.format(), FileFormat::Paragraphs);
    assert_eq!(lines(reader), ["line 2|Hello\nthere", "line 6|Buy"]);
}

#[test]
fn a_reader_may_be_moved_to_where_blocking_is_allowed() {
    let reader = open("name,message\nann,hi\n", "x.csv").unwrap();
    assert_eq!(std::thread::spawn(move || reader.count()).join().unwrap(), 1);
}
