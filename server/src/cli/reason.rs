//! `gavel reason`: the lists that moderators choose reasons from.

use std::io::Write;

use clap::{Args, Subcommand, builder::PossibleValuesParser, builder::TypedValueParser};
use domain::{Label, Reason as Named, ReasonList, ReasonListForm, reason::folded};
use moderation::{Clock, SystemClock, reasons::set_list};

use crate::{Failure, config::Place};

#[derive(Subcommand)]
pub(super) enum Reason {
    /// Add a reason to the end of a list; a site without a list of its own gets one like that for all
    Add(Change),
    /// List the lists
    List(List),
    /// Take a reason off a list; labels keep it
    Remove(Change),
}

#[derive(Args)]
pub(super) struct Change {
    /// What it is called
    #[arg(value_name = "NAME")]
    name: String,
    /// For which label it is
    #[arg(long, value_name = "LABEL", value_parser = labels())]
    label: Label,
    /// The site whose list it is; without it, the list for all sites
    #[arg(long, value_name = "HOST", value_parser = super::site)]
    site: Option<String>,
    #[command(flatten)]
    place: Place,
}

#[derive(Args)]
pub(super) struct List {
    #[command(flatten)]
    place: Place,
}

impl Reason {
    pub(super) fn run(self) -> Result<(), Failure> {
        match self {
            Self::Add(change) => super::block_on(change.run(true)),
            Self::Remove(change) => super::block_on(change.run(false)),
            Self::List(command) => super::block_on(command.run()),
        }
    }
}

/// The two labels, as a flag has them.
pub(super) fn labels() -> impl TypedValueParser<Value = Label> {
    PossibleValuesParser::new(Label::ALL.iter().map(|label| label.as_str()))
        .try_map(|word| word.parse::<Label>())
}

impl Change {
    async fn run(self, adds: bool) -> Result<(), Failure> {
        let store = store::open(&self.place.database).await?;
        let lists = store.reason_lists().await?;
        let list = domain::reason::list_for(&lists, self.site.as_deref()).cloned().unwrap_or_default();
        let form = self.changed(&list, adds);
        let kept = match form {
            Some(form) => set_list(&*store, &form, None, SystemClock.now()).await.map_err(super::refused),
            None => Err(Failure::Refused(format!("there is no reason “{}” for {}", self.name, self.label))),
        };
        store.close().await;
        kept?;
        let what = if adds { "is on" } else { "is off" };
        Ok(writeln!(std::io::stdout(), "“{}” {what} the list for {}", self.name, self.label)?)
    }

    /// The list with or without the reason; `None` when it has none to take off.
    fn changed(&self, list: &ReasonList, adds: bool) -> Option<ReasonListForm> {
        let is_it = |reason: &&Named| folded(&reason.name) == folded(&self.name);
        if !adds && !list.of(self.label).iter().any(|reason| is_it(&reason)) {
            return None;
        }
        let lines = |label: Label| {
            let stays = |reason: &&Named| adds || label != self.label || !is_it(reason);
            let names = list.of(label).iter().filter(stays).map(|reason| reason.name.as_str());
            let added = Some(self.name.as_str()).filter(|_| adds && label == self.label);
            names.chain(added).collect::<Vec<_>>().join("\n")
        };
        Some(ReasonListForm {
            site: self.site.clone().unwrap_or_default(),
            spam: lines(Label::Spam),
            ham: lines(Label::Ham),
            required: if list.required { "yes" } else { "" }.to_owned(),
        })
    }
}

impl List {
    async fn run(self) -> Result<(), Failure> {
        let store = store::open(&self.place.database).await?;
        let lists = store.reason_lists().await;
        store.close().await;
        let mut out = std::io::stdout().lock();
        for list in lists? {
            let whose = list.site.as_deref().unwrap_or("all sites");
            let required = if list.required { ", required" } else { "" };
            for label in Label::ALL {
                writeln!(out, "{whose:<30} {label:<4} {}{required}", domain::reason::names(list.of(*label)))?;
            }
        }
        Ok(())
    }
}
