//! `gavel engine`: the embedded detector by itself.

mod lessons;
mod serve;
mod study;

use clap::Subcommand;

use crate::Failure;

#[derive(Subcommand)]
pub(super) enum Engine {
    /// Serve the ActiveLayer API from the embedded detector
    Serve(serve::Serve),
    Train(study::Train),
    Eval(study::Eval),
    CrossValidate(study::CrossValidate),
    Lessons(lessons::Lessons),
    Judge(study::Judge),
}

impl Engine {
    pub(super) fn run(self) -> Result<(), Failure> {
        match self {
            Self::Serve(command) => command.run(),
            Self::Train(command) => command.run(),
            Self::Eval(command) => command.run(),
            Self::CrossValidate(command) => command.run(),
            Self::Lessons(command) => command.run(),
            Self::Judge(command) => command.run(),
        }
    }
}
