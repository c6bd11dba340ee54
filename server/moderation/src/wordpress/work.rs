//! Who works on which site when.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use domain::ApiToken;
use secrecy::SecretString;
use store::ClaimedWordPress;
use tokio::{task::JoinSet, time::Instant};
use tokio_util::sync::CancellationToken;
use wordpress::{Site, WordPressError};

use super::{PASSWORD, Trouble};
use crate::{Moderation, ModerationError};

/// How often it is looked for something to write.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// How often each site is read.
const READ_EVERY: TimeDelta = TimeDelta::seconds(30);

/// How long one round reads; the next goes on.
const READS_FOR: Duration = Duration::from_secs(20);

/// How long a site is kept from other programs: longer than a round takes, so short that a program that was killed holds up little.
const CLAIM: TimeDelta = TimeDelta::seconds(60);

/// Decisions written in one round.
const BATCH: u32 = 20;

/// Sites worked on side by side: one that hangs holds up no other.
const SIDE_BY_SIDE: usize = 8;

/// First wait after a failure; doubles with each attempt.
const FIRST_RETRY: TimeDelta = TimeDelta::seconds(5);

/// Longest wait between attempts.
const LONGEST_RETRY: TimeDelta = TimeDelta::minutes(5);

impl Moderation {
    pub(crate) async fn run_wordpress(self: Arc<Self>, stop: CancellationToken) {
        let mut sites = JoinSet::new();
        while !stop.is_cancelled() {
            while sites.try_join_next().is_some() {}
            let claimed = if sites.len() < SIDE_BY_SIDE { self.claim_wordpress().await } else { None };
            let sleep = if claimed.is_some() { Duration::ZERO } else { LOOK_EVERY };
            if let Some(claimed) = claimed {
                let this = Arc::clone(&self);
                sites.spawn(async move { this.work_on(claimed).await });
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.wordpress_wanted.notified() => {}
                () = tokio::time::sleep(sleep) => {}
            }
        }
        // A request under way is let go: what it did is seen when the site is worked on next.
        sites.shutdown().await;
    }

    async fn claim_wordpress(&self) -> Option<ClaimedWordPress> {
        let now = self.clock.now();
        match self.store.claim_wordpress(now, now - READ_EVERY, now + CLAIM).await {
            Ok(claimed) => claimed,
            Err(error) => {
                tracing::error!(%error, "WordPress sites could not be looked at");
                None
            }
        }
    }

    async fn work_on(self: &Arc<Self>, claimed: ClaimedWordPress) {
        let mut read = false;
        let outcome = self.write_and_read(&claimed, &mut read).await;
        let now = self.clock.now();
        let failure = outcome.err().map(|error| {
            tracing::warn!(site = claimed.site, %error, "a WordPress could not be worked on");
            (error.to_string(), again(&claimed, now))
        });
        let failure = failure.as_ref().map(|(error, at)| (error.as_str(), *at));
        if let Err(error) = self.store.wordpress_rests(claimed.id, read, failure, now).await {
            tracing::error!(%error, "how the work on a WordPress went could not be kept");
        }
    }

    /// Writes first: somebody waits for that.
    async fn write_and_read(
        self: &Arc<Self>,
        claimed: &ClaimedWordPress,
        read: &mut bool,
    ) -> Result<(), Trouble> {
        let site = self.site_of(claimed).await?;
        let decisions = self.store.app_decisions(&claimed.site, claimed.written_to, BATCH).await?;
        let more = decisions.len() == BATCH as usize;
        for decision in &decisions {
            // Somebody may have taken the site away meanwhile.
            if !self.store.is_connected(claimed.id).await? {
                return Ok(());
            }
            let outcome = self.write_decision(&site, claimed, decision).await?;
            let now = self.clock.now();
            self.store.decision_written(claimed.id, decision, &outcome, now, now + CLAIM).await?;
        }
        let is_due = claimed.read_at.is_none_or(|read_at| self.clock.now() - read_at >= READ_EVERY);
        if is_due && !more {
            self.read_comments(&site, claimed, Instant::now() + READS_FOR).await?;
            *read = true;
        }
        Ok(())
    }

    /// The token that a site's comments are read with.
    pub(super) async fn reading_token(&self, claimed: &ClaimedWordPress) -> Result<ApiToken, Trouble> {
        let tokens = self.store.api_tokens().await?;
        let token = tokens.into_iter().find(|token| token.id == claimed.token && token.revoked_at.is_none());
        Ok(token.ok_or_else(|| {
            let words = "the token that its comments are read with was revoked: connect the site again";
            ModerationError::Refused(words.to_owned())
        })?)
    }

    async fn site_of(&self, claimed: &ClaimedWordPress) -> Result<Site, Trouble> {
        let password = self.seal()?.open_text(PASSWORD, &claimed.password).ok_or_else(|| {
            let words = "the application password cannot be opened, since the key beside the database is another one: connect the site again";
            ModerationError::Refused(words.to_owned())
        })?;
        let api = claimed
            .api
            .parse()
            .map_err(|_| WordPressError::Address("the address cannot be read".to_owned()))?;
        Ok(Site::new(&api, self.options.callback_reach, &claimed.login, SecretString::from(password)).await?)
    }
}

fn again(claimed: &ClaimedWordPress, now: DateTime<Utc>) -> DateTime<Utc> {
    now + (FIRST_RETRY * (1_i32 << claimed.attempts.min(10))).min(LONGEST_RETRY)
}
