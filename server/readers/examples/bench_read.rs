//! How fast a table is read, beside the csv crate alone, and how much memory that takes.
//!
//! `cargo run --release --package readers --example bench_read [MEBIBYTES [ROUNDS]]` makes a table of that size (default
//! 1024), has it read in turns (2 rounds), and prints each way's best: figures of one run are to be compared with each other only, since machines
//! and what else they do differ.

#![expect(clippy::print_stdout, reason = "printing is what it is for")]

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::Path,
    time::Instant,
};

use readers::{Choices, RecordReader, bind};

type Failure = Box<dyn std::error::Error>;

/// Reads a table and says how many rows it has.
type Way = fn(&Path) -> Result<u64, Failure>;

/// Mebibytes of the table when none are asked for.
const SIZE: u64 = 1024;

/// Rounds when nothing is said; the best counts.
const ROUNDS: usize = 2;

fn main() -> Result<(), Failure> {
    let size = std::env::args().nth(1).map_or(Ok(SIZE), |word| word.parse())?;
    let rounds = std::env::args().nth(2).map_or(Ok(ROUNDS), |word| word.parse())?;
    let file = tempfile::NamedTempFile::new()?;
    let rows = generate(file.path(), size * 1024 * 1024)?;
    println!("a table of {size} MiB, {rows} rows, 6 columns");
    let ways: [(&str, Way); 4] = [
        ("csv crate, bytes only", csv_bytes),
        ("csv crate, UTF-8 records", csv_records),
        ("readers, records", records),
        ("readers, rows to judge", mapped),
    ];
    let mut best = [f64::INFINITY; 4];
    for _ in 0..rounds {
        for ((_, read), best) in ways.iter().zip(&mut best) {
            let started = Instant::now();
            let found = read(file.path())?;
            if found != rows {
                return Err(format!("{found} rows read of {rows}").into());
            }
            *best = best.min(started.elapsed().as_secs_f64());
        }
    }
    for ((name, _), seconds) in ways.iter().zip(best) {
        println!(
            "{name:26} {:>10.0} rows/s  {:>6.0} MiB/s  {:.2} of the csv crate's time for UTF-8 records",
            rows as f64 / seconds,
            size as f64 / seconds,
            seconds / best[1],
        );
    }
    match peak_memory()? {
        Some(mebibytes) => println!("peak memory of all of this: {mebibytes:.1} MiB"),
        None => println!("peak memory: this system does not say"),
    }
    Ok(())
}

/// Writes a table of comments: some short, some long, some with quotes and line ends in them.
fn generate(path: &Path, size: u64) -> Result<u64, Failure> {
    const WORDS: [&str; 16] = [
        "thanks",
        "for",
        "the",
        "article,",
        "click",
        "here",
        "\"now\"",
        "caf\u{e9}",
        "offer",
        "watches",
        "spring\n",
        "tides",
        "at",
        "http://deals.example/x",
        "I",
        "agree",
    ];
    let mut table = csv::Writer::from_writer(BufWriter::new(File::create(path)?));
    table.write_record(["id", "name", "email", "ip", "date", "message"])?;
    let (mut rows, mut written, mut seed) = (0_u64, 0, 0x9e37_79b9_7f4a_7c15_u64);
    while written < size {
        // Knuth's MMIX generator: the same table every time.
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mut bits = seed >> 11;
        let mut message = String::new();
        for _ in 0..4 + bits % 30 {
            message.push_str(WORDS[(bits % 16) as usize]);
            message.push(' ');
            bits = bits.rotate_right(4) ^ seed >> 7;
        }
        let row = [
            rows.to_string(),
            format!("name {}", seed >> 50),
            format!("user{}@example.org", seed >> 44),
            format!("203.0.113.{}", seed >> 56),
            format!("2025-02-{:02} 11:32:00", 1 + (seed >> 40) % 28),
            message,
        ];
        written += row.iter().map(|field| field.len() as u64 + 1).sum::<u64>();
        table.write_record(&row)?;
        rows += 1;
    }
    table.into_inner().map_err(|error| io::Error::other(error.to_string()))?.flush()?;
    Ok(rows)
}

/// As fast as the csv crate goes: one buffer for all records, nothing checked.
fn csv_bytes(path: &Path) -> Result<u64, Failure> {
    let mut reader = csv::Reader::from_path(path)?;
    let mut record = csv::ByteRecord::new();
    let mut rows = 0;
    while reader.read_byte_record(&mut record)? {
        rows += 1;
    }
    Ok(rows)
}

/// As the csv crate is mostly used: a record each, checked to be UTF-8.
fn csv_records(path: &Path) -> Result<u64, Failure> {
    let mut rows = 0;
    for record in csv::Reader::from_path(path)?.into_records() {
        rows += u64::from(!record?.is_empty());
    }
    Ok(rows)
}

fn open(path: &Path) -> Result<RecordReader, Failure> {
    Ok(RecordReader::open_file(File::open(path)?, Some("comments.csv"), Choices::default())?)
}

/// What this crate does: recognised, bounded, each record with its place.
fn records(path: &Path) -> Result<u64, Failure> {
    let mut rows = 0;
    for record in open(path)? {
        rows += u64::from(!record?.is_empty());
    }
    Ok(rows)
}

/// And made what is judged, by the columns that are guessed.
fn mapped(path: &Path) -> Result<u64, Failure> {
    let mut reader = open(path)?;
    let look = reader.look(50);
    let bound = bind(&look.columns.mapping, reader.columns()).map_err(|_| "no message")?;
    let mut rows = 0;
    for record in reader {
        rows += u64::from(!bound.apply(&record?)?.content.message.is_empty());
    }
    Ok(rows)
}

/// The most that this process ever had in memory, in MiB, as Linux counts it.
fn peak_memory() -> io::Result<Option<f64>> {
    if !Path::new("/proc/self/status").exists() {
        return Ok(None);
    }
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    Ok(line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok()).map(|kib| kib / 1024.0))
}
