//! Prints a file's records as NDJSON, one object a row, as an import would read them; what else was found out on stderr.
//! `cargo run -p readers --example read -- FILE`

#![expect(clippy::print_stderr, reason = "what it finds out beside the records goes there")]

use std::{error::Error, fs::File, io::Write};

use readers::{Choices, RecordReader};
use serde_json::{Map, Value};

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("usage: read FILE")?;
    let name = std::path::Path::new(&path).file_name().map(|name| name.to_string_lossy().into_owned());
    // "-" behind the file: by its content alone, as of what is handed over without a name.
    let name = name.filter(|_| std::env::args().nth(2).is_none());
    let mut reader = RecordReader::open(File::open(&path)?, name.as_deref(), Choices::default())?;
    eprintln!("{:?}, {:?}, {}", reader.format(), reader.packing(), reader.encoding());
    for guess in reader.guesses() {
        eprintln!("{}: {} ({})", guess.about, guess.value, guess.evidence);
    }
    let look = reader.look(200).columns;
    for (field, column) in look.mapping.iter() {
        eprintln!("{field}: \"{column}\"");
    }
    eprintln!("message \"{}\": {}", look.message.value, look.message.evidence);
    let columns = reader.columns().to_vec();
    let mut out = std::io::stdout().lock();
    for item in reader.by_ref() {
        match item {
            Ok(record) => {
                let pairs = columns.iter().cloned().zip(record.fields().map(Value::from));
                serde_json::to_writer(&mut out, &pairs.collect::<Map<_, _>>())?;
                writeln!(out)?;
            }
            Err(error) => eprintln!("{error}"),
        }
    }
    eprintln!("{}", serde_json::to_string_pretty(&reader.account())?);
    for note in reader.notes() {
        eprintln!("{note}");
    }
    Ok(())
}
