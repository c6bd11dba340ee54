//! `gavel serve`: the web app.

use std::sync::Arc;

use clap::Args;
use moderation::SystemClock;

use crate::{Failure, config::Settings, net, serve, telemetry};

#[derive(Args)]
pub(super) struct Serve {
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
            serve::run(self.settings, Arc::new(SystemClock), listener, stop).await
        })
    }
}
