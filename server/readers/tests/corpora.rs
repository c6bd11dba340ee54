//! Real messages, as NDJSON, CSV, TSV, JSON and mbox: rows in and out agree. Set GAVEL_CORPORA to the folder with the corpora
//! (NDJSON, gzipped, "label" and "message"); without it, the handful of messages in the server's tests is used.

#![expect(clippy::unwrap_used, reason = "a test ends where its assumptions do")]

use std::{
    fs::{self, File},
    io::{BufRead, BufReader, Cursor},
    path::{Path, PathBuf},
};

use domain::{FileFormat, Label, MappedField};
use readers::{Choices, FailedWriter, RecordReader, bind, guess};
use serde_json::{Map, Value};

/// The files, sorted by name.
fn corpora() -> Vec<PathBuf> {
    let folder = std::env::var_os("GAVEL_CORPORA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/corpus"), PathBuf::from);
    let mut files: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.to_string_lossy().contains(".ndjson"));
    files.sort();
    assert!(!files.is_empty(), "no *.ndjson in {}", folder.display());
    files
}

/// The truth, read by serde_json alone.
fn objects(file: &Path) -> Vec<Map<String, Value>> {
    let is_packed = file.extension().is_some_and(|extension| extension == "gz");
    let opened = File::open(file).unwrap();
    let lines: Box<dyn BufRead> = if is_packed {
        Box::new(BufReader::new(flate2::read::MultiGzDecoder::new(opened)))
    } else {
        Box::new(BufReader::new(opened))
    };
    // The few have a line that is none, on purpose.
    lines.lines().filter_map(|line| serde_json::from_str(&line.unwrap()).ok()).collect()
}

fn text<'a>(object: &'a Map<String, Value>, key: &str) -> &'a str {
    object.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// Reads a file as an import would and holds every row against the truth.
fn agrees(mut reader: RecordReader, format: FileFormat, truth: &[Map<String, Value>], broken: usize) {
    assert_eq!(reader.format(), format);
    let columns = reader.columns().to_vec();
    let (records, errors): (Vec<_>, Vec<_>) = reader.by_ref().partition(Result::is_ok);
    let records: Vec<_> = records.into_iter().map(Result::unwrap).collect();
    assert_eq!((records.len(), errors.len()), (truth.len(), broken));
    let mapping = guess(&columns, &records[..records.len().min(50)]);
    assert_eq!(mapping.column(MappedField::Message), Some("message"));
    let bound = bind(&mapping, &columns).unwrap();
    for (record, object) in records.iter().zip(truth) {
        let row = bound.apply(record).unwrap();
        assert_eq!(row.content.message, text(object, "message"), "{}", record.place());
        assert_eq!(row.label, text(object, "label").parse::<Label>().ok());
        let name = Some(text(object, "name").trim()).filter(|name| !name.is_empty());
        assert_eq!(row.content.name.as_deref(), name);
    }
}

fn open(bytes: Vec<u8>) -> RecordReader {
    RecordReader::open(Cursor::new(bytes), None, Choices::default()).unwrap()
}

#[test]
fn every_corpus_comes_through_in_every_format() {
    for file in corpora() {
        let truth = objects(&file);
        let reader = RecordReader::open(File::open(&file).unwrap(), None, Choices::default()).unwrap();
        let is_few = file.ends_with("few.ndjson");
        agrees(reader, FileFormat::Ndjson, &truth, usize::from(is_few));

        let columns = ["label", "name", "message"];
        for (delimiter, format) in
            [(b',', FileFormat::Csv), (b';', FileFormat::Csv), (b'\t', FileFormat::Tsv)]
        {
            let mut table = csv::WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
            table.write_record(columns).unwrap();
            for object in &truth {
                table.write_record(columns.map(|column| text(object, column))).unwrap();
            }
            agrees(open(table.into_inner().unwrap()), format, &truth, 0);
        }
        let array = serde_json::to_vec_pretty(&truth).unwrap();
        agrees(open(array), FileFormat::Json, &truth, 0);
    }
}

#[test]
fn a_mailbox_comes_through() {
    let Some(folder) = std::env::var_os("GAVEL_CORPORA") else {
        eprintln!("GAVEL_CORPORA is not set: no mailbox to read");
        return;
    };
    let file = Path::new(&folder).join("spamassassin-600.mbox.gz");
    let mut reader = RecordReader::open(File::open(file).unwrap(), None, Choices::default()).unwrap();
    assert_eq!(reader.format(), FileFormat::Mbox);
    let columns = reader.columns().to_vec();
    let records: Vec<_> = reader.by_ref().map(|record| record.unwrap()).collect();
    // As many as there are lines "From " and "X-Label:" in it.
    assert_eq!(records.len(), 600);
    let bound = bind(&guess(&columns, &records), &columns).unwrap();
    let rows: Vec<_> = records.iter().map(|record| bound.apply(record)).collect();
    let labelled = rows.iter().flatten().filter(|row| row.label.is_some()).count();
    let empty = rows.iter().filter(|row| row.is_err()).count();
    assert_eq!(labelled + empty, 600);
    assert!(empty < 6, "{empty} of 600 have no message");
    let addressed = rows.iter().flatten().filter(|row| row.content.email.is_some()).count();
    assert!(addressed > 580, "{addressed} of 600 have a sender");
}

#[test]
fn what_failed_is_given_back_and_reads_again() {
    let columns = ["label", "name", "message"].map(str::to_owned);
    let truth = objects(&corpora()[0]);
    for format in [FileFormat::Csv, FileFormat::Tsv, FileFormat::Json, FileFormat::Ndjson, FileFormat::Mbox] {
        let delimiter = (format == FileFormat::Csv).then_some(b';');
        let mut writer = FailedWriter::new(Vec::new(), format, &columns, delimiter, Some(true)).unwrap();
        for object in &truth {
            let fields = columns.each_ref().map(|column| text(object, column));
            writer.write(&fields, "the upstream, \"alas\", was\naway").unwrap();
        }
        let reader = open(writer.finish().unwrap());
        assert!(reader.columns().contains(&"error".to_owned()));
        assert_eq!(reader.delimiter(), delimiter.or((format == FileFormat::Tsv).then_some(b'\t')));
        agrees(reader, if format == FileFormat::Mbox { FileFormat::Ndjson } else { format }, &truth, 0);
    }
}
