//! What was measured, as Markdown.

use std::process::Command;

use crate::{Judged, Micros, Result, bogofilter::Bogofilter, sample::Sample, spamassassin::SpamAssassin};

/// Which programs were measured.
pub(crate) fn versions() -> Result<String> {
    let first_line = |program: &str| -> Result<String> {
        let output = Command::new(program).arg("--version").output()?;
        Ok(String::from_utf8_lossy(&output.stdout).lines().next().unwrap_or_default().to_owned())
    };
    Ok(format!("{}; {}.\n", first_line("bogofilter")?, first_line("spamassassin")?))
}

/// Accuracy by source.
pub(crate) fn accuracy(
    sample: &Sample<'_>,
    ours: &Judged,
    bogofilter: &Bogofilter,
    spamassassin: &SpamAssassin,
) -> String {
    let columns: [&[bool]; 5] = [
        &ours.verdicts,
        &bogofilter.by_itself.verdicts,
        &bogofilter.by_prior,
        &spamassassin.by_itself.verdicts,
        &spamassassin.by_bayes,
    ];
    let mut text = format!(
        "Judged: {} of {} messages, spread evenly over each source, by all three; each had learnt all of the other four folds.\n\n\
         | source | judged | detector | bogofilter, its cut-off 0.99 | bogofilter, 0.52 | SpamAssassin, its threshold 5 | \
         SpamAssassin, Bayes alone, 0.5 |\n|---|---:|---:|---:|---:|---:|---:|\n",
        sample.rows.len(),
        sample.corpus.rows.len()
    );
    let mut behind = vec![];
    for (source, places) in sample.sources() {
        let shares = columns.map(|verdicts| {
            let right =
                places.iter().filter(|place| verdicts[**place] == sample.row(**place).is_spam).count();
            right as f64 / places.len() as f64
        });
        let cells = shares.map(|share| format!("{:.2} %", share * 100.0)).join(" | ");
        text += &format!("| {source} | {} | {cells} |\n", places.len());
        if shares[1..].iter().any(|other| *other >= shares[0]) {
            behind.push(source);
        }
    }
    text += &match behind[..] {
        [] => "\nThe detector is better than each on every source.\n".to_owned(),
        _ => format!("\nThe detector is not better than each on: {}.\n", behind.join(", ")),
    };
    text
}

/// Time a verdict, and what follows from it.
pub(crate) fn speed(ours: &Judged, bogofilter: &Bogofilter, spamassassin: &SpamAssassin) -> String {
    let mut text = String::from(
        "| processor time a verdict | mean | 99th percentile | verdicts a second and core | the detector gives |\n|---|---:|---:|---:|---:|\n",
    );
    let rows = [
        ("detector", &ours.micros),
        ("bogofilter, one process for a fold", &bogofilter.by_itself.micros),
        ("SpamAssassin, one process for a fold", &spamassassin.by_itself.micros),
    ];
    for (name, micros) in rows {
        let Micros { mean, p99 } = micros;
        let p99 = p99.map_or("–".to_owned(), |p99| format!("{p99:.0} µs"));
        text += &format!(
            "| {name} | {mean:.0} µs | {p99} | {:.0} | {:.1} times as many |\n",
            micros.rate(),
            ours.micros.rate() / micros.rate()
        );
    }
    text + "\nTargets: mean 100 µs, 99th percentile 500 µs, 100 times SpamAssassin's verdicts a second.\n"
}
