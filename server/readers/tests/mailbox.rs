//! What is read of letters, held against Python's email package. Set GAVEL_CORPORA to the folder with
//! spamassassin-600.mbox.gz; letters made for it are in `people.rs`.

#![expect(clippy::unwrap_used, reason = "a test ends where its assumptions do")]

use std::{
    collections::HashSet,
    fs::{self, File},
    io::{Cursor, Read},
    path::{Path, PathBuf},
    process::Command,
};

use readers::{Choices, RecordReader};
use serde_json::Value;

struct Letter {
    subject: String,
    message: String,
    place: String,
}

fn letters(bytes: Vec<u8>) -> Vec<Letter> {
    let mut reader = RecordReader::open(Cursor::new(bytes), None, Choices::default()).unwrap();
    let index = |name: &str| reader.columns().iter().position(|column| column == name).unwrap();
    let (subject, message) = (index("subject"), index("message"));
    let letter = |record: readers::Record| Letter {
        subject: record.get(subject).unwrap().to_owned(),
        message: record.get(message).unwrap().to_owned(),
        place: record.place().to_string(),
    };
    reader.by_ref().map(|record| letter(record.unwrap())).collect()
}

/// The words of a text. What Python leaves as ISO 8859-1 is windows-1252, as browsers and mail programs read it.
fn words(text: &str) -> HashSet<String> {
    let western = |c: char| match u8::try_from(u32::from(c)) {
        Ok(byte @ 0x80..=0x9f) => {
            encoding_rs::WINDOWS_1252.decode_without_bom_handling(&[byte]).0.chars().next().unwrap_or(c)
        }
        _ => c,
    };
    let text: String = text.chars().map(western).collect();
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

/// The corpus unpacked into a file, for Python.
fn corpus(folder: &Path) -> (Vec<u8>, PathBuf) {
    let mut bytes = Vec::new();
    let packed = File::open(folder.join("spamassassin-600.mbox.gz")).unwrap();
    flate2::read::MultiGzDecoder::new(packed).read_to_end(&mut bytes).unwrap();
    let path = std::env::temp_dir().join(format!("gavel-letters-{}.mbox", std::process::id()));
    fs::write(&path, &bytes).unwrap();
    (bytes, path)
}

#[test]
fn letters_say_what_python_reads_in_them() {
    let Some(folder) = std::env::var_os("GAVEL_CORPORA") else {
        eprintln!("GAVEL_CORPORA is not set: no mailbox to compare");
        return;
    };
    let (bytes, path) = corpus(Path::new(&folder));
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/letters.py");
    let output = Command::new("python3").arg(script).arg(&path).output().unwrap();
    fs::remove_file(&path).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let expected: Vec<Value> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let letters = letters(bytes.clone());
    assert_eq!(letters.len(), expected.len());
    let (mut differing, mut without_text, mut broken, mut hosts_lost) = (0, 0, 0, 0);
    for (letter, python) in letters.iter().zip(&expected) {
        let text = |key: &str| python[key].as_str().unwrap().to_owned();
        let (mine, theirs) = (words(&letter.message), words(&text("text")));
        let missing: Vec<_> = theirs.difference(&mine).take(12).collect();
        if missing.len() * 50 > theirs.len() {
            differing += 1;
            println!("{} \"{}\": not found: {missing:?}", letter.place, letter.subject);
        }
        if letter.message.trim().is_empty() && !text("text").trim().is_empty() {
            without_text += 1;
            println!("{} \"{}\": has lost its text", letter.place, letter.subject);
        }
        if letter.message.contains('\u{fffd}') || letter.subject.contains('\u{fffd}') {
            broken += 1;
            println!("{} \"{}\": has U+FFFD", letter.place, letter.subject);
        }
        let lower = letter.message.to_lowercase();
        let lost: Vec<_> = python["hosts"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(Value::as_str)
            .filter(|host| !lower.contains(*host))
            .collect();
        if !lost.is_empty() {
            hosts_lost += 1;
            println!("{} \"{}\": lost {lost:?}", letter.place, letter.subject);
        }
    }
    println!(
        "{} letters: {differing} differ, {without_text} without text, {broken} broken, {hosts_lost} lost hosts",
        letters.len()
    );
    assert!(differing * 100 <= letters.len());
    assert_eq!((without_text, broken, hosts_lost), (0, 0, 0));
}
