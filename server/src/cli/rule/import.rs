//! `gavel rule import`.

use std::{collections::HashSet, io::Write, path::PathBuf};

use clap::Args;
use domain::{
    RuleAction, RuleForm,
    export::restored,
    rule::{ReadRule, of_key},
};
use moderation::{Clock, SystemClock, rules::add};

use super::export::COLUMNS;
use crate::{Failure, config::Place};

#[derive(Args)]
pub(in crate::cli) struct Import {
    /// The file: what `gavel rule export` wrote, or a search a line
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// What the rules do, for a file that does not say it
    #[arg(long, value_name = "ACTION", value_parser = super::actions())]
    action: Option<RuleAction>,
    /// The lines are WordPress's disallowed comment keys: e-mail and IP addresses, or the starts of these, and words
    #[arg(long)]
    wordpress: bool,
    /// The only site that they are for, for a file that does not say it
    #[arg(long, value_name = "HOST", value_parser = crate::cli::site)]
    site: Option<String>,
    /// Let them decide nothing yet
    #[arg(long)]
    watch: bool,
    #[command(flatten)]
    place: Place,
}

impl Import {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let text = std::fs::read_to_string(&self.file)
            .map_err(|error| Failure::Refused(format!("{} cannot be read: {error}", self.file.display())))?;
        let text = text.trim_start_matches('\u{feff}');
        let forms = if is_own(text) { own(text)? } else { self.lines(text)? };
        let rules = read(&forms)?;
        let store = store::open(&self.place.database).await?;
        let there: HashSet<_> = match store.rules().await {
            Ok(rules) => rules.into_iter().map(|rule| (rule.q, rule.site, rule.action)).collect(),
            Err(error) => return Err(error.into()),
        };
        let mut seen = there;
        let (all, mut new) = (rules.len(), rules);
        new.retain(|rule| seen.insert((rule.query.to_string(), rule.site.clone(), rule.action)));
        let added = add(&*store, &new, None, SystemClock.now()).await;
        store.close().await;
        let added = added.map_err(super::refused)?.len();
        Ok(writeln!(std::io::stdout(), "{added} rules are made; {} were there already", all - added)?)
    }

    /// A rule a line. A blank line is none, nor is a comment.
    fn lines(&self, text: &str) -> Result<Vec<(usize, RuleForm)>, Failure> {
        let Some(action) = self.action else {
            return Err(Failure::Refused(
                "the file does not say what its rules do; say it with --action".to_owned(),
            ));
        };
        let lines = text.lines().map(str::trim).enumerate();
        let wanted = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
        let form = |line: &str| RuleForm {
            q: if self.wordpress { of_key(line).to_string() } else { line.to_owned() },
            site: self.site.clone().unwrap_or_default(),
            action: action.to_string(),
            mode: if self.watch { "watched" } else { "" }.to_owned(),
            ..RuleForm::default()
        };
        Ok(wanted.map(|(number, line)| (number + 1, form(line))).collect())
    }
}

/// Whether the first line names the columns of an export.
fn is_own(text: &str) -> bool {
    text.lines().next().is_some_and(|line| line.trim() == COLUMNS.join(","))
}

fn own(text: &str) -> Result<Vec<(usize, RuleForm)>, Failure> {
    let rows = csv::Reader::from_reader(text.as_bytes()).into_deserialize::<RuleForm>().enumerate();
    let row = |(number, row): (usize, csv::Result<RuleForm>)| {
        let line = number + 2;
        row.map(|form| (line, undone(form)))
            .map_err(|error| Failure::Refused(format!("line {line}: {error}")))
    };
    rows.map(row).collect()
}

/// The cells as they were before the export defused them.
fn undone(form: RuleForm) -> RuleForm {
    let undo = |cell: String| restored(&cell).to_owned();
    RuleForm { q: undo(form.q), note: undo(form.note), ..form }
}

/// All that is wrong is said at once, by line; then nothing is made.
fn read(forms: &[(usize, RuleForm)]) -> Result<Vec<ReadRule>, Failure> {
    let (mut rules, mut wrong) = (Vec::new(), Vec::new());
    for (line, form) in forms {
        match form.validate() {
            Ok(rule) => rules.push(rule),
            Err(problems) => {
                wrong.extend(problems.into_iter().map(|problem| format!("line {line}: {}", problem.problem)));
            }
        }
    }
    if wrong.is_empty() {
        Ok(rules)
    } else {
        Err(Failure::Refused(format!("no rule is made:\n{}", wrong.join("\n"))))
    }
}
