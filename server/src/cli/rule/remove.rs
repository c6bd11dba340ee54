//! `gavel rule remove`.

use std::io::Write;

use clap::Args;
use domain::RuleId;
use moderation::{Clock, SystemClock};

use crate::{Failure, config::Place};

#[derive(Args)]
pub(in crate::cli) struct Remove {
    /// Number of the rule, as `gavel rule list` shows it
    #[arg(value_name = "NUMBER")]
    number: i64,
    #[command(flatten)]
    place: Place,
}

impl Remove {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let store = store::open(&self.place.database).await?;
        let removed = store.remove_rule(RuleId(self.number), None, SystemClock.now()).await;
        store.close().await;
        if !removed? {
            return Err(Failure::Refused(format!("there is no rule {}", self.number)));
        }
        Ok(writeln!(std::io::stdout(), "rule {} is removed; what it decided stays", self.number)?)
    }
}
