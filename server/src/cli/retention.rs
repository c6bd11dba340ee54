//! `gavel retention`: how long messages are kept, and who wrote them.

mod list;
mod remove;
mod run;
mod set;

use clap::{Args, Subcommand};

use super::refused;
use crate::Failure;

#[derive(Subcommand)]
pub(super) enum Retention {
    /// List the rules
    List(list::List),
    /// Set after how many days messages of a site are forgotten, and who wrote them
    Set(set::Set),
    /// Take a rule away; what is forgotten stays so
    Remove(remove::Remove),
    /// Forget what is due now, which a running Gavel also does by itself
    Run(run::Run),
}

impl Retention {
    pub(super) fn run(self) -> Result<(), Failure> {
        match self {
            Self::List(command) => super::block_on(command.run()),
            Self::Set(command) => super::block_on(command.run()),
            Self::Remove(command) => super::block_on(command.run()),
            Self::Run(command) => super::block_on(command.run()),
        }
    }
}

/// Which rule is meant.
#[derive(Args)]
#[group(required = true, multiple = false)]
struct Which {
    /// Site, as it is shown in the log
    #[arg(value_name = "SITE", value_parser = super::site)]
    site: Option<String>,
    /// All sites that have no rule of their own, and what has no site
    #[arg(long)]
    all: bool,
}

impl Which {
    fn words(&self) -> String {
        self.site.clone().unwrap_or_else(|| "all other sites".to_owned())
    }
}
