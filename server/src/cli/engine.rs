//! `gavel engine`: the embedded detector by itself.

mod serve;

use clap::Subcommand;

use crate::Failure;

#[derive(Subcommand)]
pub(super) enum Engine {
    /// Serve the ActiveLayer API from the embedded detector
    Serve(serve::Serve),
}

impl Engine {
    pub(super) fn run(self) -> Result<(), Failure> {
        match self {
            Self::Serve(command) => command.run(),
        }
    }
}
