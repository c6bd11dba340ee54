//! `gavel rule add`.

use std::io::Write;

use clap::Args;
use domain::{RuleAction, RuleForm};
use moderation::{
    Clock, SystemClock,
    rules::{Made, make},
};

use crate::{Failure, config::Place};

#[derive(Args)]
pub(in crate::cli) struct Add {
    /// What it applies to: a search as in the log, for instance 'email:*@example.com' or 'ip:203.0.113.0/24 -lang:de'
    #[arg(value_name = "SEARCH")]
    search: String,
    /// What it does: never spam (ham), held for a person (review), judged by the embedded detector (spare), always spam (spam)
    #[arg(long, value_name = "ACTION", value_parser = super::actions())]
    action: RuleAction,
    /// The only site that it is for
    #[arg(long, value_name = "HOST", value_parser = crate::cli::site)]
    site: Option<String>,
    /// Why, for colleagues
    #[arg(long, value_name = "TEXT", default_value = "")]
    note: String,
    /// After how many days it ends; without it, never
    #[arg(long, value_name = "COUNT")]
    days: Option<u32>,
    /// Let it decide nothing yet
    #[arg(long)]
    watch: bool,
    /// Make it although it is broad, or moderators labelled some of what it finds otherwise
    #[arg(long)]
    sure: bool,
    #[command(flatten)]
    place: Place,
}

impl Add {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let form = RuleForm {
            q: self.search,
            site: self.site.unwrap_or_default(),
            action: self.action.to_string(),
            note: self.note,
            days: self.days.map(|days| days.to_string()).unwrap_or_default(),
            mode: if self.watch { "watched" } else { "" }.to_owned(),
            sure: if self.sure { "yes" } else { "" }.to_owned(),
        };
        let store = store::open(&self.place.database).await?;
        let made = make(&*store, &form, None, SystemClock.now()).await;
        store.close().await;
        match made.map_err(super::refused)? {
            Made::Rule(id) => {
                Ok(writeln!(std::io::stdout(), "rule {} is made: {}", id.0, self.action.title())?)
            }
            Made::Unsure(what_if) => Err(Failure::Refused(format!(
                "no rule is made: it is broad, or moderators labelled some of these otherwise; add --sure to make it all the same\n{}",
                super::figures(&what_if, self.action)
            ))),
        }
    }
}
