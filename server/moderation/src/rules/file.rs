//! Rules from a file, by the command line and by the page.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use domain::rule::{BadLine, ReadRule, RuleFile, RuleFileReport, of_key};
use domain::{RuleForm, UserId, export::restored};
use store::Store;

use super::{add, known};
use crate::ModerationError;

/// The columns of an export, which is read again.
pub const COLUMNS: [&str; 6] = ["action", "q", "site", "note", "days", "mode"];

/// What is in a file, and the rules of it that are not there yet.
///
/// # Errors
/// When the store fails.
pub async fn look(
    store: &dyn Store,
    file: &RuleFile,
    now: DateTime<Utc>,
) -> Result<(RuleFileReport, Vec<ReadRule>), ModerationError> {
    let mut bad = Vec::new();
    let mut read = Vec::new();
    for (number, form) in forms(file) {
        match form.and_then(|form| validated(&form)) {
            Ok(rule) => read.push((number, rule)),
            Err(problem) => bad.push(BadLine { number, problem }),
        }
    }
    let (numbers, rules): (Vec<usize>, Vec<ReadRule>) = read.into_iter().unzip();
    let unknown = known::unknown(store, &rules, now).await?;
    let mut seen: HashSet<_> =
        store.rules().await?.into_iter().map(|rule| (rule.q, rule.site, rule.action)).collect();
    let (mut new, mut there) = (Vec::new(), 0);
    for ((number, rule), unknown) in numbers.into_iter().zip(rules).zip(unknown) {
        if let Some(problem) = unknown {
            bad.push(BadLine { number, problem });
        } else if seen.insert((rule.query.to_string(), rule.site.clone(), rule.action)) {
            new.push(rule);
        } else {
            there += 1;
        }
    }
    bad.sort_by_key(|line| line.number);
    Ok((RuleFileReport { new: new.len(), there, bad, made: false }, new))
}

/// Makes the rules of a file; of two that are equally narrow the upper one decides. Unless `in_part`, none is made where a line cannot
/// be read.
///
/// # Errors
/// Those of [`add`].
pub async fn import(
    store: &dyn Store,
    file: &RuleFile,
    in_part: bool,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> Result<RuleFileReport, ModerationError> {
    let (mut report, mut new) = look(store, file, now).await?;
    if in_part || report.bad.is_empty() {
        // Of rules that are equally narrow, the newest is tried first.
        new.reverse();
        add(store, &new, by, now).await?;
        report.made = true;
    }
    Ok(report)
}

/// The lines that are to be rules, by their numbers.
fn forms(file: &RuleFile) -> Vec<(usize, Result<RuleForm, String>)> {
    let text = file.lines();
    if text.lines().next().is_some_and(|line| line.trim() == COLUMNS.join(",")) {
        return exported(text);
    }
    let lines = text.lines().map(str::trim).zip(1..);
    let wanted = lines.filter(|(line, _)| !line.is_empty() && !line.starts_with('#'));
    let form = |line: &str| RuleForm {
        q: if file.kind == "wordpress" { of_key(line).to_string() } else { line.to_owned() },
        site: file.site.clone(),
        action: file.action.clone(),
        mode: file.mode.clone(),
        ..RuleForm::default()
    };
    wanted.map(|(line, number)| (number, Ok(form(line)))).collect()
}

fn exported(text: &str) -> Vec<(usize, Result<RuleForm, String>)> {
    let rows = csv::Reader::from_reader(text.as_bytes()).into_deserialize::<RuleForm>();
    let undo = |cell: String| restored(&cell).to_owned();
    // The cells as they were before the export defused them.
    let undone = |form: RuleForm| RuleForm { q: undo(form.q), note: undo(form.note), ..form };
    rows.zip(2..).map(|(row, number)| (number, row.map(undone).map_err(|error| error.to_string()))).collect()
}

fn validated(form: &RuleForm) -> Result<ReadRule, String> {
    form.validate()
        .map_err(|problems| problems.into_iter().map(|problem| problem.problem).collect::<Vec<_>>().join(" "))
}
