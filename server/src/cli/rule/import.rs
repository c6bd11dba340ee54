//! `gavel rule import`.

use std::{io::Write, path::PathBuf};

use clap::Args;
use domain::{
    RuleAction,
    rule::{RuleFile, RuleFileReport},
};
use moderation::{Clock, SystemClock, rules::file::import};

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
        let file = RuleFile {
            text,
            upload: String::new(),
            action: self.action.map(|action| action.to_string()).unwrap_or_default(),
            site: self.site.unwrap_or_default(),
            kind: if self.wordpress { "wordpress" } else { "" }.to_owned(),
            mode: if self.watch { "watched" } else { "" }.to_owned(),
        };
        let store = store::open(&self.place.database).await?;
        let report = import(&*store, &file, false, None, SystemClock.now()).await;
        store.close().await;
        let report = report.map_err(super::refused)?;
        if report.made {
            let RuleFileReport { new, there, .. } = report;
            return Ok(writeln!(std::io::stdout(), "{new} rules are made; {there} were there already")?);
        }
        // All that is wrong is said at once.
        let wrong = report.bad.iter().map(|line| format!("\nline {}: {}", line.number, line.problem));
        let hint = if self.action.is_none() { "\nsay with --action what they do" } else { "" };
        Err(Failure::Refused(format!("no rule is made:{}{hint}", wrong.collect::<String>())))
    }
}
