//! `gavel token create`.

use std::io::Write;

use clap::{
    Args,
    builder::{PossibleValuesParser, TypedValueParser},
};
use domain::Fallback;
use moderation::{
    Clock, SystemClock,
    tokens::{TokenWish, issue},
};
use secrecy::ExposeSecret;

use crate::{
    Failure,
    config::{Place, values::between},
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
    #[command(flatten)]
    place: Place,
}

fn fallbacks() -> impl TypedValueParser<Value = Fallback> {
    PossibleValuesParser::new(Fallback::ALL.iter().map(|fallback| fallback.as_str()))
        .try_map(|word| word.parse::<Fallback>())
}

impl Create {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let wish = TokenWish {
            name: self.name,
            site: self.site,
            per_minute: self.per_minute,
            fallback: self.fallback,
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
