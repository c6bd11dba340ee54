//! `gavel token`: what apps use at the gateway.

mod create;
mod list;
mod mark;
mod revoke;
mod rotate;

use clap::Subcommand;

use crate::Failure;

#[derive(Subcommand)]
pub(super) enum Token {
    /// Create a token; it is printed once, alone on the last line
    Create(create::Create),
    /// List the tokens, without their secrets
    List(list::List),
    /// Say who decides what an app sends as feedback: people or a program
    Mark(mark::Mark),
    /// Give a token another secret, printed once, alone on the last line; the old one goes on for a while
    Rotate(rotate::Rotate),
    /// Revoke a token: from now on it opens nothing
    Revoke(revoke::Revoke),
}

impl Token {
    pub(super) fn run(self) -> Result<(), Failure> {
        match self {
            Self::Create(command) => super::block_on(command.run()),
            Self::List(command) => super::block_on(command.run()),
            Self::Mark(command) => super::block_on(command.run()),
            Self::Rotate(command) => super::block_on(command.run()),
            Self::Revoke(command) => super::block_on(command.run()),
        }
    }
}
