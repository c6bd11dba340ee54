//! `gavel man`: the manual, a page a command.

use std::{io::Write, path::PathBuf};

use clap::{Args, CommandFactory};

use super::Cli;
use crate::Failure;

/// Write the manual as man pages, one a command
#[derive(Args)]
pub(super) struct Man {
    /// Folder for the pages; it is made if it is missing
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
}

impl Man {
    pub(super) fn run(self) -> Result<(), Failure> {
        std::fs::create_dir_all(&self.to)?;
        clap_mangen::generate_to(Cli::command(), &self.to)?;
        let place = self.to.display();
        Ok(writeln!(std::io::stdout(), "Written to {place}; read it with `man {place}/gavel.1`.")?)
    }
}
