//! bogofilter: a statistical filter in C, with Berkeley DB.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::{
    Judged, Micros, Result, mail,
    sample::{FOLDS, Sample},
};

/// What bogofilter says, by its own cut-off and by one in the middle.
pub(crate) struct Bogofilter {
    /// Spam above a spamicity of 0.99.
    pub(crate) by_itself: Judged,
    /// Spam above [`PRIOR`], which leaves nothing unsure.
    pub(crate) by_prior: Vec<bool>,
}

/// bogofilter's own cut-off.
const CUT_OFF: f64 = 0.99;

/// What bogofilter says of a word that it never saw, and of a text of such words.
const PRIOR: f64 = 0.52;

pub(crate) fn measure(sample: &Sample<'_>, folder: &Path) -> Result<Bogofilter> {
    let boxes = write_folds(sample, folder)?;
    let mut spamicities = vec![0.0; sample.rows.len()];
    let mut seconds = 0.0;
    for fold in 0..FOLDS {
        let database = folder.join(format!("without-{fold}"));
        fs::create_dir_all(&database)?;
        for (_, boxes) in boxes.iter().enumerate().filter(|(other, _)| *other != fold) {
            for (flag, file) in ["-s", "-n"].iter().zip(boxes) {
                run(&[flag, "-M", "-C", "-d", &database.to_string_lossy()], file)?;
            }
        }
        let places = sample.judged_without(fold);
        let asked = folder.join("asked.mbox");
        fs::write(&asked, mail::mbox(places.iter().map(|place| sample.row(*place))))?;
        let said = run(&["-M", "-T", "-v", "-C", "-d", &database.to_string_lossy()], &asked)?;
        seconds += said.seconds;
        let found: Vec<f64> =
            said.lines.iter().filter_map(|line| line.split(' ').nth(1)?.parse().ok()).collect();
        if found.len() != places.len() {
            return Err(format!("bogofilter judged {} of {} messages", found.len(), places.len()).into());
        }
        places.iter().zip(found).for_each(|(place, spamicity)| spamicities[*place] = spamicity);
    }
    let by = |limit: f64| spamicities.iter().map(|spamicity| *spamicity > limit).collect::<Vec<bool>>();
    let micros = Micros { mean: seconds * 1e6 / spamicities.len() as f64, p99: None };
    Ok(Bogofilter { by_prior: by(PRIOR), by_itself: Judged { verdicts: by(CUT_OFF), micros } })
}

/// Spam and ham of each fold, as mailboxes.
fn write_folds(sample: &Sample<'_>, folder: &Path) -> Result<Vec<[PathBuf; 2]>> {
    fs::create_dir_all(folder)?;
    (0..FOLDS)
        .map(|fold| {
            let write = |name: &str, is_spam: bool| -> Result<PathBuf> {
                let file = folder.join(format!("{name}-{fold}.mbox"));
                fs::write(&file, mail::mbox(sample.of_fold(fold).filter(|row| row.is_spam == is_spam)))?;
                Ok(file)
            };
            Ok([write("spam", true)?, write("ham", false)?])
        })
        .collect()
}

struct Said {
    lines: Vec<String>,
    /// Processor time, the start of the program included.
    seconds: f64,
}

/// Runs bogofilter on a mailbox; bash tells the processor time. That it found spam (0), ham (1) or is unsure (2) is no failure.
fn run(flags: &[&str], mailbox: &Path) -> Result<Said> {
    const TIMED: &str = "TIMEFORMAT='%U %S'; time bogofilter \"$@\"";
    let mut command = Command::new("bash");
    command.args(["-c", TIMED, "bash"]).args(flags).stdin(Stdio::from(fs::File::open(mailbox)?));
    let output = command.output()?;
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.code().is_none_or(|code| code > 2) {
        return Err(format!("bogofilter failed: {errors}").into());
    }
    let times = errors.lines().last().unwrap_or_default();
    let seconds = times.split(' ').map(str::parse::<f64>).sum::<std::result::Result<f64, _>>()?;
    let lines = String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect();
    Ok(Said { lines, seconds })
}
