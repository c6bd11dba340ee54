//! `make bench-engine`: the detector beside bogofilter and SpamAssassin with Bayes, on the same messages, each trained on the same
//! folds of the corpora; and the longest that hostile input keeps the detector busy.

mod bogofilter;
mod hostile;
mod mail;
mod ours;
mod report;
mod sample;
mod spamassassin;

use std::{error::Error, io::Write, path::PathBuf};

use detector::{Corpus, eval::HeldOut, train};

use crate::sample::Sample;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Messages of a source that all three judge: SpamAssassin takes a tenth of a second for each.
const MOST_OF_A_SOURCE: usize = 600;

const USAGE: &str = "\
bench_engine [--corpus DIR] [--most COUNT] [--sample COUNT]

  --corpus DIR     labelled messages, *.ndjson and *.ndjson.gz; otherwise the folder that GAVEL_CORPORA names
  --most COUNT     messages of each source that all three learn from (all): SpamAssassin learns some fifty a second
  --sample COUNT   messages of each source that all three judge (600)";

fn main() -> Result<()> {
    let options = Options::read()?;
    let whole = Corpus::read_dir(&options.folder)?;
    let all = whole.rows.len();
    let corpus = sample::at_most(whole, options.most);
    say(&format!("{} of {all} messages in {}", corpus.rows.len(), options.folder.display()))?;
    say("training the detector five times, each time without a fold …")?;
    let held_out = HeldOut::of(&corpus, &train::Settings::default())?;
    let sample = Sample::of(&corpus, &held_out, options.judged);
    let work = tempfile::tempdir()?;
    let ours = ours::measure(&sample, &held_out);
    say("training bogofilter on the same folds …")?;
    let bogofilter = bogofilter::measure(&sample, &work.path().join("bogofilter"))?;
    say("training SpamAssassin on the same folds; this takes minutes …")?;
    let spamassassin = spamassassin::measure(&sample, &work.path().join("spamassassin"))?;
    say("")?;
    say(&report::versions()?)?;
    say(&report::accuracy(&sample, &ours, &bogofilter, &spamassassin))?;
    say(&report::speed(&ours, &bogofilter, &spamassassin))?;
    say(&hostile::worst().to_string())
}

/// What the command line asks for.
struct Options {
    folder: PathBuf,
    /// Messages of a source that are learnt.
    most: usize,
    /// Messages of a source that are judged.
    judged: usize,
}

impl Options {
    fn read() -> Result<Self> {
        let mut folder = std::env::var_os("GAVEL_CORPORA").map(PathBuf::from);
        let (mut most, mut judged) = (usize::MAX, MOST_OF_A_SOURCE);
        let mut args = std::env::args().skip(1);
        while let Some(name) = args.next() {
            let value = args.next().ok_or(USAGE)?;
            match name.as_str() {
                "--corpus" => folder = Some(PathBuf::from(value)),
                "--most" => most = value.parse().map_err(|_| USAGE)?,
                "--sample" => judged = value.parse().map_err(|_| USAGE)?,
                _ => return Err(USAGE.into()),
            }
        }
        let folder = folder
            .ok_or("name a folder of labelled messages: --corpus DIR, or the environment's GAVEL_CORPORA")?;
        if !folder.is_dir() {
            return Err(format!("{} is no folder", folder.display()).into());
        }
        Ok(Self { folder, most, judged })
    }
}

fn say(line: &str) -> Result<()> {
    Ok(writeln!(std::io::stdout(), "{line}")?)
}

/// Shares of processor time a verdict, in microseconds.
struct Micros {
    mean: f64,
    /// Not known of programs that tell only the time of all messages together.
    p99: Option<f64>,
}

impl Micros {
    fn of(mut each: Vec<f64>) -> Self {
        each.sort_by(f64::total_cmp);
        let p99 = each.get(each.len() * 99 / 100).copied();
        Self { mean: each.iter().sum::<f64>() / each.len().max(1) as f64, p99 }
    }

    /// Verdicts that one core gives in a second.
    fn rate(&self) -> f64 {
        1e6 / self.mean
    }
}

/// What a program said of each message of the sample, in its order.
struct Judged {
    verdicts: Vec<bool>,
    micros: Micros,
}
