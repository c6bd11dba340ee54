//! `gavel user role`.

use clap::Args;
use domain::Role;
use store::PersonChange;

use super::change::Account;
use crate::Failure;

#[derive(Args)]
pub(in crate::cli) struct ChangeRole {
    /// What the person may do from now on: read, also moderate, also manage
    #[arg(long, value_parser = super::roles())]
    role: Role,
    #[command(flatten)]
    account: Account,
}

impl ChangeRole {
    pub(super) async fn run(self) -> Result<(), Failure> {
        self.account.change(&PersonChange::Role(self.role)).await
    }
}
