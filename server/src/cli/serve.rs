//! `gavel serve`: the web app.

use std::sync::Arc;

use clap::Args;
use moderation::SystemClock;

use crate::{Failure, config::Settings, net, serve, telemetry};

#[derive(Args)]
pub(super) struct Serve {
    /// Refuse to serve a database that is not up to date, instead of bringing it up to date; see `gavel migrate`
    #[arg(long)]
    no_migrate: bool,
    #[command(flatten)]
    settings: Settings,
}

impl Serve {
    pub(super) fn run(self) -> Result<(), Failure> {
        telemetry::logs::start(self.settings.log_format, &self.settings.log_level);
        tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
            let address = self.settings.listen;
            // Bound before the database is touched: a second gavel on the same port must not migrate anything.
            let listener = net::bind(address).map_err(|source| Failure::Listen { address, source })?;
            let stop = serve::stop_signal()?;
            if self.no_migrate {
                refuse_migrations(&self.settings.place.database).await?;
            }
            serve::run(self.settings, Arc::new(SystemClock), listener, stop).await
        })
    }
}

/// Refuses a database that a start would change.
async fn refuse_migrations(database: &str) -> Result<(), Failure> {
    match store::schema(database).await? {
        (Some(applied), newest) if applied >= newest => Ok(()),
        (applied, newest) => {
            let is = applied.map_or("there is no database yet".to_owned(), |applied| {
                format!("the database is at migration {applied}")
            });
            Err(Failure::Refused(format!(
                "{is} and this Gavel needs {newest}; run `gavel migrate`, or serve without --no-migrate"
            )))
        }
    }
}
