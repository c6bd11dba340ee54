//! `gavel user password`.

use std::io::Write;

use clap::Args;
use moderation::{Clock, SystemClock};

use crate::{
    Failure,
    auth::{audit, password},
    config::Place,
};

#[derive(Args)]
pub(in crate::cli) struct Password {
    /// E-mail address of the account
    #[arg(long, value_name = "ADDRESS")]
    email: String,
    /// Read the password from the first line of standard input instead of asking
    #[arg(long)]
    password_stdin: bool,
    #[command(flatten)]
    place: Place,
}

impl Password {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let store = store::open(&self.place.database).await?;
        let user = super::find(&*store, &self.email).await?;
        let own = [user.email.as_str(), user.name.as_str()];
        let hash = password::hash(super::new_password(self.password_stdin, &own)?)
            .map_err(|error| Failure::Refused(error.to_string()))?;
        store.set_password(user.id, &hash).await?;
        audit::by_command(&*store, SystemClock.now(), "user.password_changed", &user).await?;
        store.close().await;
        let when = if user.disabled_at.is_some() { "once enabled again, can" } else { "can now" };
        Ok(writeln!(std::io::stdout(), "{} {when} log in with the new password only", user.email)?)
    }
}
