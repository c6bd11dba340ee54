//! `gavel completions`: so that a shell completes commands and flags.

use std::io::Write;

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::Cli;
use crate::Failure;

/// Print what a shell needs to complete commands and flags
#[derive(Args)]
pub(super) struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    pub(super) fn run(self) -> Result<(), Failure> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "gavel", &mut script);
        Ok(std::io::stdout().write_all(&script)?)
    }
}
