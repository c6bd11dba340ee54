//! `gavel token revoke`.

use std::io::Write;

use clap::Args;
use moderation::{Clock, SystemClock};

use crate::{Failure, config::Place};

#[derive(Args)]
pub(in crate::cli) struct Revoke {
    /// Name of the token
    #[arg(long, value_name = "NAME")]
    name: String,
    #[command(flatten)]
    place: Place,
}

impl Revoke {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let store = store::open(&self.place.database).await?;
        let revoked = store.revoke_api_token(self.name.trim(), None, SystemClock.now()).await;
        store.close().await;
        let Some(token) = revoked? else {
            return Err(Failure::Refused(format!("no token with the name {} is in force", self.name)));
        };
        Ok(writeln!(std::io::stdout(), "Token {} for {} opens nothing any more.", token.name, token.site)?)
    }
}
