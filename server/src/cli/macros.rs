//! `gavel macro`: what one key does.

use std::io::Write;

use clap::{Args, Subcommand};
use domain::{Label, MacroForm, MacroId};
use moderation::{Clock, SystemClock, reasons::set_macro};

use crate::{Failure, config::Place};

#[derive(Subcommand)]
pub(super) enum Macro {
    /// Make a macro
    Add(Add),
    /// List the macros
    List(List),
    /// Take a macro away; what it did stays
    Remove(Remove),
}

#[derive(Args)]
pub(super) struct Add {
    /// What it is called
    #[arg(value_name = "NAME")]
    name: String,
    /// The label that it sets
    #[arg(long, value_name = "LABEL", value_parser = super::reason::labels())]
    label: Label,
    /// Its key; one that nothing else has
    #[arg(long, value_name = "KEY", default_value = "")]
    key: String,
    /// The reasons that it gives, with commas between
    #[arg(long, value_name = "NAMES", default_value = "")]
    reasons: String,
    /// The note that it writes
    #[arg(long, value_name = "TEXT", default_value = "")]
    note: String,
    /// The rule that it makes of the sender's e-mail address: always spam (spam), never spam (ham)
    #[arg(long, value_name = "ACTION", value_parser = super::reason::labels())]
    rule: Option<Label>,
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
    /// Number of the macro, as `gavel macro list` shows it
    #[arg(value_name = "NUMBER")]
    number: i64,
    #[command(flatten)]
    place: Place,
}

impl Macro {
    pub(super) fn run(self) -> Result<(), Failure> {
        match self {
            Self::Add(command) => super::block_on(command.run()),
            Self::List(command) => super::block_on(command.run()),
            Self::Remove(command) => super::block_on(command.run()),
        }
    }
}

impl Add {
    async fn run(self) -> Result<(), Failure> {
        let form = MacroForm {
            id: String::new(),
            name: self.name,
            key: self.key,
            label: self.label.to_string(),
            reasons: self.reasons,
            note: self.note,
            rule: self.rule.map(|rule| rule.to_string()).unwrap_or_default(),
        };
        let store = store::open(&self.place.database).await?;
        let made = set_macro(&*store, &form, None, SystemClock.now()).await;
        store.close().await;
        let id = made.map_err(super::refused)?;
        Ok(writeln!(std::io::stdout(), "macro {} is made", id.0)?)
    }
}

impl List {
    async fn run(self) -> Result<(), Failure> {
        let store = store::open(&self.place.database).await?;
        let macros = store.macros().await;
        store.close().await;
        let mut out = std::io::stdout().lock();
        for one in macros? {
            let key = one.key.map_or_else(|| "-".to_owned(), String::from);
            let reasons = domain::reason::names(&one.reasons);
            let rule = one.rule.map(|rule| format!(", rule: {}", rule.title())).unwrap_or_default();
            writeln!(out, "{:<6} {key:<3} {}: {} ({reasons}){rule}", one.id.0, one.name, one.label)?;
        }
        Ok(())
    }
}

impl Remove {
    async fn run(self) -> Result<(), Failure> {
        let store = store::open(&self.place.database).await?;
        let removed = store.remove_macro(MacroId(self.number), None, SystemClock.now()).await;
        store.close().await;
        if !removed? {
            return Err(Failure::Refused(format!("there is no macro {}", self.number)));
        }
        Ok(writeln!(std::io::stdout(), "macro {} is removed; what it did stays", self.number)?)
    }
}
