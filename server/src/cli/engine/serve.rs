//! `gavel engine serve`.

use std::{io::Write, net::SocketAddr, sync::Arc};

use clap::Args;
use moderation::{SystemClock, tokens};
use secrecy::SecretString;
use tokio::net::TcpListener;

use crate::{
    Failure,
    api::{
        engine::{self, EngineServerOptions},
        faults::{Fault, Faults},
    },
    config::{
        LogFormat,
        values::{between, count, listen_address, secret},
    },
    serve::stop_signal,
    telemetry,
};

#[derive(Args)]
pub(in crate::cli) struct Serve {
    /// Address and port to listen on
    #[arg(long = "listen", id = "engine_listen", value_name = "ADDRESS:PORT", default_value = "127.0.0.1:4000",
          value_parser = listen_address)]
    listen: SocketAddr,
    /// Key that opens it; may be repeated. Without one, a key is made and printed
    #[arg(long = "key", value_name = "KEY", value_parser = secret)]
    keys: Vec<SecretString>,
    /// Requests allowed a minute for each key
    #[arg(long, value_name = "COUNT", default_value = "50", value_parser = between(1, 1_000_000))]
    per_minute: u32,
    /// Checks allowed a month for each key
    #[arg(long, value_name = "CHECKS", default_value = "50000", value_parser = count)]
    monthly_quota: u64,
    /// For drills: lets a share of requests (0 to 1) fail; may be repeated. 500:SHARE, 429:SHARE, 403:SHARE,
    /// garbage:SHARE, refuse:SHARE (close the connection) or delay:SHARE:MILLISECONDS
    #[arg(long = "fault", value_name = "FAULT")]
    faults: Vec<Fault>,
    /// For drills: the same seed gives the same sequence of faults
    #[arg(long, value_name = "NUMBER", default_value = "0")]
    seed: u64,
}

impl Serve {
    pub(super) fn run(self) -> Result<(), Failure> {
        telemetry::logs::start(LogFormat::Text, "info");
        let faults = Faults::new(self.faults, self.seed).map_err(Failure::Usage)?;
        tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
            let address = self.listen;
            let listener =
                TcpListener::bind(address).await.map_err(|source| Failure::Listen { address, source })?;
            let stop = stop_signal()?;
            let keys = if self.keys.is_empty() { vec![fresh_key()?] } else { self.keys };
            tracing::info!(listening = %listener.local_addr()?, keys = keys.len(), "the engine is up");
            let options = EngineServerOptions {
                keys,
                per_minute: self.per_minute,
                monthly_quota: self.monthly_quota,
                faults,
            };
            engine::serve(options, Arc::new(SystemClock), listener, stop).await
        })
    }
}

/// Makes a key and tells it on standard output, where the log does not go.
fn fresh_key() -> Result<SecretString, Failure> {
    let key = tokens::random_token().map_err(|error| Failure::Refused(error.to_string()))?;
    writeln!(std::io::stdout(), "{key}")?;
    Ok(key.into())
}
