//! `gavel callback`: where apps hear of what was decided after their answer.

use std::io::Write;

use clap::{Args, Subcommand};
use domain::CallbackForm;
use moderation::{Clock, SystemClock};
use secrecy::ExposeSecret;

use crate::{
    Failure,
    config::{Callbacks, Place},
};

#[derive(Subcommand)]
pub(super) enum Callback {
    /// Set where a site's app is called; the secret that signs the calls is printed once, alone on the last line
    Set(Set),
    /// List the callbacks and how they go
    List(List),
    /// Take a site's callback away
    Remove(Remove),
}

#[derive(Args)]
pub(super) struct Set {
    /// The site whose submissions it is about
    #[arg(long, value_name = "HOST", value_parser = super::site)]
    site: String,
    /// The address that is called
    #[arg(long, value_name = "URL")]
    url: String,
    #[command(flatten)]
    callbacks: Callbacks,
    #[command(flatten)]
    place: Place,
}

#[derive(Args)]
pub(super) struct List {
    #[command(flatten)]
    place: Place,
}

#[derive(Args)]
pub(super) struct Remove {
    /// The site
    #[arg(long, value_name = "HOST", value_parser = super::site)]
    site: String,
    #[command(flatten)]
    place: Place,
}

impl Callback {
    pub(super) fn run(self) -> Result<(), Failure> {
        match self {
            Self::Set(command) => super::block_on(command.run()),
            Self::List(command) => super::block_on(command.run()),
            Self::Remove(command) => super::block_on(command.run()),
        }
    }
}

impl Set {
    async fn run(self) -> Result<(), Failure> {
        let store = store::open(&self.place.database).await?;
        let form = CallbackForm { site: self.site.clone(), url: self.url };
        let reach = self.callbacks.reach();
        let secret = moderation::callbacks::set(&*store, &form, reach, None, SystemClock.now()).await;
        store.close().await;
        let secret = secret.map_err(super::refused)?;
        let mut out = std::io::stdout().lock();
        writeln!(
            out,
            "The app of {} is called from now on. This signs the calls; it is shown only now.",
            self.site
        )?;
        Ok(writeln!(out, "{}", secret.expose_secret())?)
    }
}

impl List {
    async fn run(self) -> Result<(), Failure> {
        let store = store::open(&self.place.database).await?;
        let callbacks = store.callbacks().await;
        store.close().await;
        let mut out = std::io::stdout().lock();
        for callback in callbacks? {
            let state = match (callback.stopped_at, callback.failing_since, callback.last_error) {
                (Some(_), _, error) => format!("stopped: {}", error.unwrap_or_default()),
                (None, Some(since), error) => {
                    format!(
                        "fails since {}: {}",
                        since.format("%Y-%m-%d %H:%M UTC"),
                        error.unwrap_or_default()
                    )
                }
                _ if callback.delivered_at.is_none() => "nothing was sent yet".to_owned(),
                _ => "works".to_owned(),
            };
            writeln!(out, "{:<28} {} decisions wait, {state}", callback.site, callback.waiting)?;
        }
        Ok(())
    }
}

impl Remove {
    async fn run(self) -> Result<(), Failure> {
        let store = store::open(&self.place.database).await?;
        let removed = store.remove_callback(&self.site, None, SystemClock.now()).await;
        store.close().await;
        if !removed? {
            return Err(Failure::Refused(format!("{} has no callback", self.site)));
        }
        Ok(writeln!(std::io::stdout(), "The app of {} is called no more.", self.site)?)
    }
}
