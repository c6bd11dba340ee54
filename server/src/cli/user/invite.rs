//! `gavel user invite`.

use std::io::Write;

use clap::Args;
use domain::{InviteForm, Role};
use moderation::{Clock, SystemClock, people};
use url::Url;

use crate::{
    Failure,
    config::{Place, values::public_address},
};

#[derive(Args)]
pub(in crate::cli) struct Invite {
    /// E-mail address that the person will log in with
    #[arg(long, value_name = "ADDRESS")]
    email: String,
    /// What the person may do: read, also moderate, also manage
    #[arg(long, value_parser = super::roles())]
    role: Role,
    /// Address that people type to reach Gavel
    #[arg(long, value_name = "URL", value_parser = public_address)]
    public_url: Option<Url>,
    #[command(flatten)]
    place: Place,
}

impl Invite {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let form = InviteForm { email: self.email, role: self.role.to_string() };
        let store = store::open(&self.place.database).await?;
        let made = people::invite(&*store, &form, None, SystemClock.now()).await;
        store.close().await;
        let made = made.map_err(crate::cli::refused)?;
        let site = self.public_url.as_ref().map(Url::as_str).unwrap_or_default();
        let mut out = std::io::stdout().lock();
        writeln!(out, "Send this link to {}; it works once, for 7 days:", made.email)?;
        writeln!(out, "{}", people::join_address(site, &made.secret))?;
        if site.is_empty() {
            writeln!(out, "(Put the address of this Gavel in front; --public-url does it.)")?;
        }
        Ok(())
    }
}
