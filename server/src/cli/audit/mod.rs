//! `gavel audit`: the record of who did what.

mod export;
mod list;
mod verify;

use clap::{Args, Subcommand};
use domain::{AuditFilter, AuditWho};
use store::Store;

use crate::Failure;

#[derive(Subcommand)]
pub(super) enum Audit {
    /// List the newest entries
    List(list::List),
    /// Look through the whole record for what was changed, taken out or put in
    Verify(verify::Verify),
    /// Write the record to standard output, newest first
    Export(export::Export),
}

impl Audit {
    pub(super) fn run(self) -> Result<(), Failure> {
        match self {
            Self::List(command) => super::block_on(command.run()),
            Self::Verify(command) => super::block_on(command.run()),
            Self::Export(command) => super::block_on(command.run()),
        }
    }
}

/// Which entries are meant.
#[derive(Args)]
struct Which {
    /// Only entries of the person with this e-mail address
    #[arg(long, value_name = "ADDRESS")]
    person: Option<String>,
    /// Only entries of this action, for instance user.disabled
    #[arg(long, value_name = "ACTION")]
    action: Option<String>,
}

impl Which {
    async fn filter(self, store: &dyn Store) -> Result<AuditFilter, Failure> {
        let who = match self.person {
            Some(email) => Some(AuditWho::Person(super::user::find(store, &email).await?.id)),
            None => None,
        };
        Ok(AuditFilter { who, action: self.action })
    }
}
