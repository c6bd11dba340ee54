//! SpamAssassin with Bayes, its rules included, without network tests.
//!
//! Learning a message takes it long, so each fold is learnt once. What it counts is how often each token was in spam and in ham:
//! the database of four folds is the sum of four databases, and restored as from a backup.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{BufWriter, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
};

use detector::Row;
use serde_json::json;

use crate::{
    Judged, Micros, Result, mail,
    sample::{FOLDS, Sample},
};

/// What SpamAssassin says, by its threshold and by Bayes alone.
pub(crate) struct SpamAssassin {
    /// Spam from a score of 5 on, of rules and Bayes together.
    pub(crate) by_itself: Judged,
    /// Spam above a probability of 0.5 by Bayes, whatever the rules say.
    pub(crate) by_bayes: Vec<bool>,
}

const SCRIPT: &str = include_str!("spamassassin.pl");

pub(crate) fn measure(sample: &Sample<'_>, folder: &Path) -> Result<SpamAssassin> {
    fs::create_dir_all(folder)?;
    let script = folder.join("spamassassin.pl");
    fs::write(&script, SCRIPT)?;
    let runner = Runner { script, folder: folder.to_owned() };
    let prints = runner.in_parallel(|fold| runner.learn(fold, sample.of_fold(fold)))?;
    let mut learnt = Vec::with_capacity(FOLDS);
    for print in &prints {
        learnt.push(Counts::read(print)?);
    }
    let answers = runner.in_parallel(|fold| {
        let file = runner.folder.join(format!("sum-{fold}"));
        Counts::sum(learnt.iter().enumerate().filter(|(other, _)| *other != fold).map(|(_, counts)| counts))
            .write(&file)?;
        runner.judge(fold, &file, sample.judged_without(fold).into_iter().map(|place| sample.row(place)))
    })?;
    gather(sample, &answers)
}

/// Puts the folds' answers into the sample's order.
fn gather(sample: &Sample<'_>, answers: &[PathBuf]) -> Result<SpamAssassin> {
    let count = sample.rows.len();
    let (mut verdicts, mut by_bayes, mut micros) = (vec![false; count], vec![false; count], vec![0.0; count]);
    for (fold, file) in answers.iter().enumerate() {
        let text = fs::read_to_string(file)?;
        let places = sample.judged_without(fold);
        if text.lines().count() != places.len() {
            return Err(
                format!("SpamAssassin judged {} of {} messages", text.lines().count(), places.len()).into()
            );
        }
        for (place, line) in places.into_iter().zip(text.lines()) {
            let fields: Vec<f64> = line.split(' ').map(str::parse).collect::<std::result::Result<_, _>>()?;
            let [is_spam, _, probability, seconds] = fields[..] else { return Err(line.into()) };
            verdicts[place] = is_spam == 1.0;
            by_bayes[place] = probability > 0.5;
            micros[place] = seconds * 1e6;
        }
    }
    Ok(SpamAssassin { by_itself: Judged { verdicts, micros: Micros::of(micros) }, by_bayes })
}

struct Runner {
    script: PathBuf,
    folder: PathBuf,
}

impl Runner {
    /// Works on all folds, as many at a time as there are cores.
    fn in_parallel(&self, work: impl Fn(usize) -> Result<PathBuf> + Sync) -> Result<Vec<PathBuf>> {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let mut done = vec![];
        for folds in (0..FOLDS).collect::<Vec<_>>().chunks(cores) {
            // An error is told in words, since it crosses from thread to thread.
            let told = |fold: usize| work(fold).map_err(|error| error.to_string());
            let results: Vec<_> = thread::scope(|scope| {
                let told = &told;
                let running: Vec<_> = folds.iter().map(|fold| scope.spawn(move || told(*fold))).collect();
                running.into_iter().map(thread::ScopedJoinHandle::join).collect()
            });
            for result in results {
                done.push(result.map_err(|_| "a thread panicked")??);
            }
        }
        Ok(done)
    }

    /// Learns a fold and returns the printed database.
    fn learn<'a>(&self, fold: usize, rows: impl Iterator<Item = &'a Row>) -> Result<PathBuf> {
        let print = self.folder.join(format!("learnt-{fold}"));
        let bayes = self.folder.join(format!("bayes-of-{fold}"));
        let child = self.start(&["learn", &bayes.to_string_lossy()], &print)?;
        finish(child, rows)?;
        Ok(print)
    }

    /// Fills a database and judges by it; returns the file of the answers.
    fn judge<'a>(&self, fold: usize, learnt: &Path, rows: impl Iterator<Item = &'a Row>) -> Result<PathBuf> {
        let bayes = self.folder.join(format!("bayes-without-{fold}"));
        let bayes = bayes.to_string_lossy();
        let answers = self.folder.join(format!("answers-{fold}"));
        finish(self.start(&["restore", &bayes, &learnt.to_string_lossy()], &answers)?, std::iter::empty())?;
        finish(self.start(&["judge", &bayes], &answers)?, rows)?;
        Ok(answers)
    }

    fn start(&self, args: &[&str], output: &Path) -> Result<Child> {
        let mut command = Command::new("perl");
        command.arg(&self.script).args(args);
        command.stdin(Stdio::piped()).stdout(File::create(output)?).stderr(Stdio::inherit());
        Ok(command.spawn()?)
    }
}

/// Hands messages over, one a line, and waits for the end.
fn finish<'a>(mut child: Child, rows: impl Iterator<Item = &'a Row>) -> Result<()> {
    if let Some(input) = child.stdin.take() {
        let mut input = BufWriter::new(input);
        for row in rows {
            writeln!(input, "{}", json!({ "spam": row.is_spam, "mail": mail::of(row) }))?;
        }
        input.flush()?;
    }
    let status = child.wait()?;
    if status.success() { Ok(()) } else { Err(format!("SpamAssassin failed: {status}").into()) }
}

/// A printed Bayes database: messages, and for each token in how many spam and ham it was, and when last.
#[derive(Default)]
struct Counts {
    spam: u64,
    ham: u64,
    tokens: BTreeMap<String, [u64; 3]>,
}

impl Counts {
    fn read(file: &Path) -> Result<Self> {
        let mut counts = Self::default();
        for line in fs::read_to_string(file)?.lines() {
            let fields: Vec<&str> = line.split('\t').collect();
            match fields[..] {
                ["v", count, "num_spam"] => counts.spam = count.parse()?,
                ["v", count, "num_nonspam"] => counts.ham = count.parse()?,
                ["t", spam, ham, at, token] => {
                    counts.tokens.insert(token.to_owned(), [spam.parse()?, ham.parse()?, at.parse()?]);
                }
                _ => {}
            }
        }
        if counts.spam + counts.ham == 0 { Err("SpamAssassin learnt nothing".into()) } else { Ok(counts) }
    }

    fn sum<'a>(parts: impl Iterator<Item = &'a Self>) -> Self {
        parts.fold(Self::default(), |mut sum, part| {
            sum.spam += part.spam;
            sum.ham += part.ham;
            for (token, [spam, ham, at]) in &part.tokens {
                let entry = sum.tokens.entry(token.clone()).or_default();
                *entry = [entry[0] + spam, entry[1] + ham, entry[2].max(*at)];
            }
            sum
        })
    }

    fn write(&self, file: &Path) -> Result<()> {
        let mut out = BufWriter::new(File::create(file)?);
        writeln!(out, "v\t3\tdb_version # this must be the first line!!!")?;
        writeln!(out, "v\t{}\tnum_spam\nv\t{}\tnum_nonspam", self.spam, self.ham)?;
        for (token, [spam, ham, at]) in &self.tokens {
            writeln!(out, "t\t{spam}\t{ham}\t{at}\t{token}")?;
        }
        Ok(out.flush()?)
    }
}
