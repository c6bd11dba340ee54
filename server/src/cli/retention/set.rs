//! `gavel retention set`.

use std::io::Write;

use clap::Args;
use domain::{RetentionRule, forgetting::DAYS_MAX};
use moderation::{Clock, SystemClock, forgetting::set_rule};

use super::{Which, refused};
use crate::{
    Failure,
    config::{Place, values::between},
};

#[derive(Args)]
pub(in crate::cli) struct Set {
    #[command(flatten)]
    which: Which,
    /// Days after which messages are forgotten; without it they are kept for good
    #[arg(long, value_name = "DAYS", value_parser = between(1, DAYS_MAX))]
    content: Option<u32>,
    /// Days after which it is forgotten who wrote them: names, addresses and further fields; without it that is kept for good
    #[arg(long, value_name = "DAYS", value_parser = between(1, DAYS_MAX))]
    personal: Option<u32>,
    #[command(flatten)]
    place: Place,
}

impl Set {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let site = self.which.words();
        let rule =
            RetentionRule { site: self.which.site, content_days: self.content, personal_days: self.personal };
        let store = store::open(&self.place.database).await?;
        let set = set_rule(&*store, &rule, None, SystemClock.now()).await;
        store.close().await;
        set.map_err(refused)?;
        Ok(writeln!(
            std::io::stdout(),
            "Set for {site}. A running Gavel forgets what is due within minutes, and then once a day; `gavel retention run` does it now."
        )?)
    }
}
