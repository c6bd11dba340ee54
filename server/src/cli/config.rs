//! `gavel config`: the settings, documented.

use std::io::Write;

use clap::{ArgMatches, Args};

use crate::{
    Failure,
    config::{Settings, listing},
};

#[derive(Args)]
pub(super) struct Config {
    /// Print every setting with its default instead, as a gavel.toml to start from
    #[arg(long)]
    defaults: bool,
    #[command(flatten)]
    _settings: Settings,
}

impl Config {
    pub(super) fn run(self, matches: &ArgMatches) -> Result<(), Failure> {
        let text = if self.defaults { listing::defaults() } else { listing::effective(matches) };
        Ok(std::io::stdout().write_all(text.as_bytes())?)
    }
}
