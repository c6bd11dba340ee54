//! How many rows of an import a second are read and kept, and how many are judged by the engine of this program and logged.
//!
//! ```sh
//! cargo run --release -p server --example bench_import -- 100000
//! ```
//!
//! Without a file as second argument it makes up a table of comments (12 to 40 words of a Zipf-like vocabulary, senders, addresses).
//! Everything goes the way that a real import goes, into a fresh database in a temporary folder; every commit is synced.
#![expect(clippy::print_stdout, reason = "it prints a table")]

use std::{io::Write, path::Path, sync::Arc, time::Instant};

use clap::Parser;
use domain::{Import, ImportId, ImportState};
use moderation::{Clock, Moderation, NewFile, SystemClock};
use server::{config::Settings, serve::use_cases};
use tokio_util::sync::CancellationToken;

type Failure = Box<dyn std::error::Error + Send + Sync>;

#[derive(Parser)]
struct Line {
    /// Rows of the made-up table
    #[arg(default_value_t = 100_000)]
    rows: u32,
    /// A file to import instead
    file: Option<std::path::PathBuf>,
    #[command(flatten)]
    settings: Settings,
}

/// A small generator of its own: the same rows on every machine.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn below(&mut self, end: u32) -> u32 {
        (self.next() * f64::from(end)) as u32
    }

    /// A word of a vocabulary in which a few are frequent and most are rare.
    fn word(&mut self) -> String {
        const SYLLABLES: [&str; 16] = [
            "ca", "re", "ti", "on", "ma", "le", "ve", "ing", "so", "ber", "un", "pa", "di", "ster", "qui",
            "lo",
        ];
        let mut rank = 50_000_f64.powf(self.next()) as usize;
        let mut word = String::new();
        while rank > 0 {
            word.push_str(SYLLABLES[rank % SYLLABLES.len()]);
            rank /= SYLLABLES.len();
        }
        word
    }
}

fn make_up(path: &Path, rows: u32) -> std::io::Result<()> {
    let mut chance = Chance(7);
    let mut out = std::io::BufWriter::new(std::fs::File::create(path)?);
    writeln!(out, "email,name,ip,comment")?;
    for row in 0..rows {
        let words: Vec<String> = (0..12 + chance.below(29)).map(|_| chance.word()).collect();
        let (sender, last) = (chance.below(20_000), chance.below(250));
        let text = words.join(" ");
        writeln!(
            out,
            "s{sender}@mail{}.example,Sender {sender},10.{}.0.{last},{text} {row}",
            sender % 70,
            sender % 4
        )?;
    }
    out.flush()
}

async fn reach(moderation: &Moderation, id: ImportId, state: ImportState) -> Result<Import, Failure> {
    let mut listener = moderation.listen(None);
    loop {
        let import = moderation.import(id).await?;
        if import.state == state {
            return Ok(import);
        }
        // Told when it gets on; and looked at anyway, should that be missed.
        let _ = tokio::time::timeout(std::time::Duration::from_millis(200), listener.next()).await;
    }
}

/// The most memory that this program ever had, in MiB; Linux only.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? / 1024)
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let Line { rows, file: given, mut settings } = Line::parse();
    let folder = std::env::temp_dir().join(format!("gavel-bench-import-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    settings.place.database = format!("sqlite://{}/gavel.db", folder.display());
    settings.activelayer_api_key = None;
    settings.embedded_quota = u64::MAX;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let store = store::open(&settings.place.database).await?;
    let moderation = use_cases(&settings, &clock, &store).await?;
    let stop = CancellationToken::new();
    let working = tokio::spawn({
        let (moderation, stop) = (Arc::clone(&moderation), stop.clone());
        async move { moderation.work_on_imports(&stop).await }
    });

    let (file, path) = moderation.new_import_file().await?;
    let name = match &given {
        Some(given) => {
            std::fs::copy(given, &path)?;
            given.file_name().unwrap_or_default().to_string_lossy().into_owned()
        }
        None => {
            make_up(&path, rows)?;
            "comments.csv".to_owned()
        }
    };
    let bytes = std::fs::metadata(&path)?.len();
    let import = moderation
        .receive_import(NewFile { by: None, name, file, site: None, reading: domain::FileChoices::default() })
        .await?;
    let begun = Instant::now();
    moderation.plan_import(import.id, &import.plan, None).await?;
    let ready = reach(&moderation, import.id, ImportState::Ready).await?;
    let reading = begun.elapsed().as_secs_f64();
    let begun = Instant::now();
    moderation.start_import(import.id, None, None).await?;
    let done = reach(&moderation, import.id, ImportState::Done).await?;
    let checking = begun.elapsed().as_secs_f64();

    let (rows, checked) = (ready.counts.rows() as f64, done.counts.checked() as f64);
    println!("| what | rows | seconds | rows/s |\n|---|---|---|---|");
    println!(
        "| read and kept ({:.1} MB) | {rows} | {reading:.1} | {:.0} |",
        bytes as f64 / 1e6,
        rows / reading
    );
    println!("| judged and logged | {checked} | {checking:.1} | {:.0} |", checked / checking);
    println!(
        "left out {}, failed {}; peak memory {} MiB",
        done.counts.skipped(),
        done.counts.failed,
        peak().unwrap_or(0)
    );
    stop.cancel();
    working.await??;
    store.close().await;
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}
