//! `gavel token create`.

use std::io::Write;

use chrono::{DateTime, Utc};
use clap::{
    Args,
    builder::{PossibleValuesParser, TypedValueParser},
};
use domain::{
    Fallback, TokenBounds, TokenScope,
    token_bounds::{read_last_day, read_networks},
};
use ipnet::IpNet;
use moderation::{
    Clock, SystemClock,
    tokens::{TokenWish, issue},
};
use secrecy::ExposeSecret;

use crate::{
    Failure,
    config::{
        Place,
        values::{between, ip_net},
    },
};

#[derive(Args)]
pub(in crate::cli) struct Create {
    /// What to call it, for instance the app's name
    #[arg(long, value_name = "NAME")]
    name: String,
    /// Site whose submissions are checked with it, as it is shown in the log
    #[arg(long, value_name = "HOST", value_parser = crate::cli::site)]
    site: String,
    /// Requests allowed a minute; without it there is no limit but the upstream's
    #[arg(long, value_name = "COUNT", value_parser = between(1, 1_000_000))]
    per_minute: Option<u32>,
    /// What the app is answered when ActiveLayer gives no verdict in time: let the embedded detector decide, let the
    /// submission pass (then clients that publish what is not spam publish it), or refuse with 503. Either way it is judged
    /// again later
    #[arg(long, value_name = "FALLBACK", default_value = "engine", value_parser = fallbacks())]
    fallback: Fallback,
    /// Last day on which it works, such as 2027-01-31 (in UTC); without it there is no end
    #[arg(long, value_name = "DAY", value_parser = last_day)]
    expires: Option<DateTime<Utc>>,
    /// What it may ask for, with commas between or the flag again; without it everything
    #[arg(long = "scope", value_name = "SCOPE", value_delimiter = ',', value_parser = scopes())]
    scopes: Vec<TokenScope>,
    /// Address or network in CIDR notation that it may come from, with commas between or the flag again; without it anywhere. Behind a
    /// proxy this is its client's address, if trusted_proxies names the proxy
    #[arg(long = "network", value_name = "NETWORK", value_delimiter = ',', value_parser = ip_net)]
    networks: Vec<IpNet>,
    #[command(flatten)]
    place: Place,
}

fn fallbacks() -> impl TypedValueParser<Value = Fallback> {
    PossibleValuesParser::new(Fallback::ALL.iter().map(|fallback| fallback.as_str()))
        .try_map(|word| word.parse::<Fallback>())
}

fn scopes() -> impl TypedValueParser<Value = TokenScope> {
    PossibleValuesParser::new(TokenScope::ALL.iter().map(|scope| scope.as_str()))
        .try_map(|word| word.parse::<TokenScope>())
}

fn last_day(text: &str) -> Result<DateTime<Utc>, String> {
    read_last_day(text, SystemClock.now())?
        .ok_or_else(|| "it is blank; leave the flag out for no end".to_owned())
}

impl Create {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let named = |scope: &TokenScope| self.scopes.is_empty() || self.scopes.contains(scope);
        let networks = self.networks.iter().map(IpNet::to_string).collect::<Vec<_>>().join(" ");
        let bounds = TokenBounds {
            scopes: TokenScope::ALL.iter().copied().filter(named).collect(),
            networks: read_networks(&networks).map_err(Failure::Refused)?,
            expires_at: self.expires,
        };
        let wish = TokenWish {
            name: self.name,
            site: self.site,
            per_minute: self.per_minute,
            fallback: self.fallback,
            bounds,
        };
        let store = store::open(&self.place.database).await?;
        let issued = issue(&*store, &wish, None, SystemClock.now()).await;
        store.close().await;
        let (secret, token) = issued.map_err(crate::cli::refused)?;
        let mut out = std::io::stdout().lock();
        writeln!(
            out,
            "Token {} for {}. It is shown only now; keep it like a password.",
            token.name, token.site
        )?;
        Ok(writeln!(out, "{}", secret.expose_secret())?)
    }
}
