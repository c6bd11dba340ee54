//! `gavel doctor`: whether everything is as it should be, and what to do where it is not.

mod database;
mod outside;
mod server;
mod settings;

use std::io::Write;

use clap::Args;
use moderation::{Clock, SystemClock};
use serde::Serialize;

use crate::{Failure, config::Settings};

/// Look at settings, database, disk, clock, proxy, upstream, mail server, webhook, backups and where the audit record is sent, and say
/// what to do
#[derive(Args)]
pub(super) struct Doctor {
    /// Print JSON, one object a line
    #[arg(long)]
    json: bool,
    #[command(flatten, next_help_heading = "Settings, as for gavel serve")]
    settings: Settings,
}

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Ok,
    Warning,
    Problem,
}

impl State {
    fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Problem => "problem",
        }
    }
}

/// What was found about one thing. Nothing in it is secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Finding {
    about: &'static str,
    state: State,
    what: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    advice: Option<String>,
}

impl Finding {
    fn ok(about: &'static str, what: impl Into<String>) -> Self {
        Self { about, state: State::Ok, what: what.into(), advice: None }
    }

    fn warning(about: &'static str, what: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { about, state: State::Warning, what: what.into(), advice: Some(advice.into()) }
    }

    fn problem(about: &'static str, what: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { about, state: State::Problem, what: what.into(), advice: Some(advice.into()) }
    }

    fn line(&self) -> String {
        let advice = self.advice.as_ref().map(|advice| format!(". {advice}")).unwrap_or_default();
        format!("{:<8} {:<12} {}{advice}", self.state.word(), self.about, self.what)
    }
}

impl Doctor {
    pub(super) fn run(self) -> Result<(), Failure> {
        let (json, settings) = (self.json, self.settings);
        let findings = super::block_on(async {
            let now = SystemClock.now();
            let mut findings = settings::look(&settings);
            findings.extend(database::look(&settings, now).await);
            findings.extend(outside::look(&settings, now).await);
            findings.push(settings::backups(&settings, now));
            findings.extend(settings::audit(&settings));
            Ok(findings)
        })?;
        let mut out = std::io::stdout().lock();
        for finding in &findings {
            let line = if json { serde_json::to_string(finding).unwrap_or_default() } else { finding.line() };
            writeln!(out, "{line}")?;
        }
        match findings.iter().filter(|finding| finding.state == State::Problem).count() {
            0 => Ok(()),
            1 => Err(Failure::Refused("1 problem; what to do stands beside it".to_owned())),
            count => Err(Failure::Refused(format!("{count} problems; what to do stands beside each"))),
        }
    }
}
