//! `gavel user add`.

use std::io::Write;

use clap::Args;
use domain::{Role, account::check_identity};
use moderation::{Clock, ModerationError, SystemClock};
use store::NewUser;

use crate::{
    Failure,
    auth::{audit, password},
    config::Place,
};

#[derive(Args)]
pub(in crate::cli) struct Add {
    /// E-mail address to log in with
    #[arg(long, value_name = "ADDRESS")]
    email: String,
    /// Name shown beside decisions; the e-mail address up to its @ when not given
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// What the person may do: read, also moderate, also manage
    #[arg(long, value_parser = super::roles())]
    role: Role,
    /// Read the password from the first line of standard input instead of asking
    #[arg(long)]
    password_stdin: bool,
    #[command(flatten)]
    place: Place,
}

impl Add {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let name = self.name.unwrap_or_else(|| self.email.split('@').next().unwrap_or_default().to_owned());
        let (email, name) = check_identity(&self.email, &name)
            .map_err(|problems| crate::cli::refused(ModerationError::Invalid(problems)))?;
        let password_hash = password::hash(super::new_password(self.password_stdin, &[&email, &name])?)
            .map_err(|error| Failure::Refused(error.to_string()))?;
        let store = store::open(&self.place.database).await?;
        let now = SystemClock.now();
        let user = NewUser { email, name, role: self.role, password_hash, created_at: now };
        let created = store.create_user(&user).await;
        if let Ok(user) = &created {
            audit::by_command(&*store, now, "user.created", user).await?;
        }
        store.close().await;
        let user = created?;
        Ok(writeln!(std::io::stdout(), "{} can now log in as {}", user.email, user.role)?)
    }
}
