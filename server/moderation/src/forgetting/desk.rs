//! Rules and erasures as administrators see to them from a page.

use std::sync::Arc;

use chrono::{DateTime, Days, NaiveTime, Utc};
use domain::{
    BoundedCount, RetentionRule, SearchQuery, UserId,
    forgetting::{Erased, ErasureForm, PersonCount, Reached, RetentionForm, RuleReach},
};
use store::ForgottenCount;

use super::{Beside, counted, due, erase, preview, remove_rule, rules, set_rule};
use crate::{Moderation, ModerationError};

/// What will be forgotten by the rules when the day is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tonight {
    /// When that is: rules count whole days (UTC).
    pub at: DateTime<Utc>,
    /// How much is due then.
    pub count: ForgottenCount,
}

impl Moderation {
    /// The rules, that of all sites first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn retention_rules(&self) -> Result<Vec<RetentionRule>, ModerationError> {
        rules(&*self.store).await
    }

    /// How much the rules will let go of tonight. It looks through the log; where there are no rules, at nothing.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn forgotten_tonight(&self) -> Result<Tonight, ModerationError> {
        let today = self.clock.now().date_naive();
        let at = today.checked_add_days(Days::new(1)).unwrap_or(today).and_time(NaiveTime::MIN).and_utc();
        Ok(Tonight { at, count: due(&*self.store, at).await? })
    }

    /// What a rule would reach at once.
    ///
    /// # Errors
    /// [`ModerationError::Invalid`] with every field that is wrong.
    pub async fn retention_reach(&self, form: &RetentionForm) -> Result<RuleReach, ModerationError> {
        let rule = form.validate().map_err(ModerationError::Invalid)?;
        let others: Vec<String> = match &rule.site {
            Some(_) => Vec::new(),
            None => self.retention_rules().await?.into_iter().filter_map(|other| other.site).collect(),
        };
        let (content, personal) = (rule.content_days, rule.personal_days);
        Ok(RuleReach {
            content: self.older_than(content, rule.site.as_deref(), &others).await?,
            personal: self.older_than(personal, rule.site.as_deref(), &others).await?,
        })
    }

    /// How many detections of a site, or of all but `others`, are older than so many days.
    async fn older_than(
        &self,
        days: Option<u32>,
        site: Option<&str>,
        others: &[String],
    ) -> Result<Option<Reached>, ModerationError> {
        let Some(days) = days else { return Ok(None) };
        let today = self.clock.now().date_naive();
        let before = today.checked_sub_days(Days::new(days.into())).unwrap_or_default();
        let search = |site: Option<&str>| {
            let of = site.map(|site| format!(" site:\"{site}\"")).unwrap_or_default();
            SearchQuery::parse(&format!("before:{before}{of}"))
                .map_err(|_| ModerationError::Refused("The site cannot be searched for.".to_owned()))
        };
        let BoundedCount { mut count, mut more } = self.count(&search(site)?).await?;
        for other in others {
            let theirs = self.count(&search(Some(other))?).await?;
            count = count.saturating_sub(theirs.count);
            more |= theirs.more;
        }
        Ok(Some(Reached { before, detections: BoundedCount { count, more } }))
    }

    /// Sets a rule; what it reaches is forgotten by the next look of the worker, within a minute.
    ///
    /// # Errors
    /// [`ModerationError::Invalid`] with every field that is wrong.
    pub async fn set_retention(&self, form: &RetentionForm, by: UserId) -> Result<(), ModerationError> {
        let rule = form.validate().map_err(ModerationError::Invalid)?;
        set_rule(&*self.store, &rule, Some(by), self.clock.now()).await
    }

    /// Takes the rule of a site away, or that of all others; what is forgotten stays so.
    ///
    /// # Errors
    /// [`ModerationError::NotFound`] when there is none: somebody else was faster.
    pub async fn remove_retention(&self, site: Option<&str>, by: UserId) -> Result<(), ModerationError> {
        remove_rule(&*self.store, site, Some(by), self.clock.now()).await
    }

    /// Looks what there is of somebody. It reads the whole log.
    ///
    /// # Errors
    /// [`ModerationError::Invalid`] with what is wrong about who it is.
    pub async fn find_person(&self, form: &ErasureForm) -> Result<PersonCount, ModerationError> {
        let person = form.person().map_err(ModerationError::Invalid)?;
        Ok(counted(&preview(&*self.store, &person).await?))
    }

    /// Forgets everything that somebody wrote. It goes on to its end, and on record, also when nobody waits for the answer any more.
    ///
    /// # Errors
    /// [`ModerationError::Invalid`] with every field that is wrong; else what was erased by then is, and the same again erases the rest.
    pub async fn erase_person(
        self: &Arc<Self>,
        form: &ErasureForm,
        by: UserId,
    ) -> Result<Erased, ModerationError> {
        let (person, reason) = form.validate().map_err(ModerationError::Invalid)?;
        let this = Arc::clone(self);
        let work = tokio::spawn(async move {
            let beside =
                Beside { imports: this.options.imports.folder.clone(), aside: this.options.aside.clone() };
            erase(&*this.store, &beside, &person, &reason, Some(by), this.clock.now()).await
        });
        work.await.unwrap_or(Err(ModerationError::Cancelled))
    }
}
