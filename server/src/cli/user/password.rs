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
        let Some((user, _)) = store.user_by_email(self.email.trim()).await? else {
            return Err(Failure::Refused(format!(
                "there is no account with the e-mail address {}",
                self.email
            )));
        };
        let hash = password::hash(super::new_password(self.password_stdin)?)
            .map_err(|error| Failure::Refused(error.to_string()))?;
        store.set_password(user.id, &hash).await?;
        audit::by_command(&*store, SystemClock.now(), "user.password_changed", &user).await?;
        store.close().await;
        Ok(writeln!(std::io::stdout(), "{} can now log in with the new password only", user.email)?)
    }
}
