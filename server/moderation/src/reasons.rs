//! Why labels are set: lists to choose from, macros, and sites that want a reason with each label.

use chrono::{DateTime, Utc};
use domain::reason::{MACROS_MAX, list_for};
use domain::search::{Pattern, Term, TermKind};
use domain::{
    BulkAction, Days, Decided, Decision, DetectionId, Label, LabelParts, LabelWish, Macro, MacroForm,
    MacroId, Reason, ReasonId, ReasonList, ReasonListForm, RowRef, SearchQuery, UserId,
};
use store::{Store, StoreError};

use crate::bulk::{invalid, parse};
use crate::{BulkTarget, Moderation, ModerationError};

impl Moderation {
    /// Every list of reasons: the one for all sites first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn reason_lists(&self) -> Result<Vec<ReasonList>, ModerationError> {
        Ok(self.store.reason_lists().await?)
    }

    /// Keeps a list. Labels keep the reasons that they have.
    ///
    /// # Errors
    /// [`ModerationError::Invalid`] with every field that is wrong.
    pub async fn set_reason_list(
        &self,
        form: &ReasonListForm,
        by: Option<UserId>,
    ) -> Result<(), ModerationError> {
        set_list(&*self.store, form, by, self.clock.now()).await
    }

    /// Takes a site's own list away: it has the one for all sites again.
    ///
    /// # Errors
    /// [`ModerationError::NotFound`] when it has none.
    pub async fn remove_reason_list(&self, site: &str, by: Option<UserId>) -> Result<(), ModerationError> {
        let removed = self.store.remove_reason_list(site, by, self.clock.now()).await?;
        if removed { Ok(()) } else { Err(ModerationError::NotFound("list")) }
    }

    /// Every macro, by name.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn macros(&self) -> Result<Vec<Macro>, ModerationError> {
        Ok(self.store.macros().await?)
    }

    /// Keeps a macro.
    ///
    /// # Errors
    /// Those of [`set_macro`].
    pub async fn set_macro(&self, form: &MacroForm, by: Option<UserId>) -> Result<MacroId, ModerationError> {
        set_macro(&*self.store, form, by, self.clock.now()).await
    }

    /// Takes a macro away. What it did stays.
    ///
    /// # Errors
    /// [`ModerationError::NotFound`] when it is not there any more.
    pub async fn remove_macro(&self, id: MacroId, by: Option<UserId>) -> Result<(), ModerationError> {
        let removed = self.store.remove_macro(id, by, self.clock.now()).await?;
        if removed { Ok(()) } else { Err(ModerationError::NotFound("macro")) }
    }

    /// The reasons to choose from for a label on a detection.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn reason_choices(
        &self,
        detection: DetectionId,
        label: Label,
    ) -> Result<Vec<Reason>, ModerationError> {
        let site = self.store.site_of(detection).await?;
        Ok(choices(&self.store.reason_lists().await?, site.as_deref(), label))
    }

    /// The reasons to choose from for the labels of a bulk action: those of the site that its first detection is of.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn bulk_choices(&self, action: &BulkAction) -> Result<Vec<Reason>, ModerationError> {
        let Some(label) = action.kind.label() else { return Ok(Vec::new()) };
        match self.store.one_of(Decided::Bulk(action.id)).await? {
            Some((detection, _)) => self.reason_choices(detection, label).await,
            None => Ok(choices(&self.store.reason_lists().await?, None, label)),
        }
    }

    /// Gives a reason to labels that stand, or takes it away; returns what they have now.
    ///
    /// # Errors
    /// [`ModerationError::Invalid`] when no list has the reason; [`ModerationError::Superseded`] when the labels stand no more.
    pub async fn turn_reason(
        &self,
        of: Decided,
        reason: ReasonId,
        by: UserId,
    ) -> Result<Vec<Reason>, ModerationError> {
        if let Some((detection, label)) = self.store.one_of(of).await? {
            self.is_a_choice(reason, detection, label).await?;
        }
        let has_now = self.store.turn_reason(of, reason, by, self.clock.now()).await?;
        has_now.ok_or(ModerationError::Superseded)
    }

    /// Does to a detection what a button says.
    ///
    /// # Errors
    /// Those of [`Moderation::label_with`]; [`ModerationError::NotFound`] when the macro is not there any more.
    pub async fn label_as_wished(
        &self,
        row: RowRef,
        wish: LabelWish,
        by: UserId,
    ) -> Result<Decision, ModerationError> {
        if let LabelWish::Because(label, reason) = wish {
            self.is_a_choice(reason, row.id, label).await?;
        }
        let (label, with) = self.wished(wish).await?;
        self.label_with(row.id, label, with, by, Some(row.version)).await
    }

    /// The label that a button sets, and what comes with it.
    ///
    /// # Errors
    /// [`ModerationError::NotFound`] when the macro is not there any more; [`ModerationError::Invalid`] when no list has the reason.
    pub async fn wished(&self, wish: LabelWish) -> Result<(Label, LabelParts), ModerationError> {
        match wish {
            LabelWish::Because(label, reason) => {
                self.is_on_a_list(reason).await?;
                Ok((label, LabelParts { reasons: vec![reason], ..LabelParts::default() }))
            }
            LabelWish::Macro(id) => {
                let macros = self.store.macros().await?;
                let one = macros.into_iter().find(|one| one.id == id);
                let Macro { label, reasons, note, rule, .. } =
                    one.ok_or(ModerationError::NotFound("macro"))?;
                let reasons = reasons.into_iter().map(|reason| reason.id).collect();
                Ok((label, LabelParts { reasons, note, rule }))
            }
        }
    }

    /// How often each reason was given, on labels that were set in these days and stand: on one site, or on all. No name: without one.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn count_reasons(
        &self,
        days: Days,
        site: Option<&str>,
    ) -> Result<Vec<(Option<String>, u64)>, ModerationError> {
        let counts = self.store.count_reasons(days.start(), days.end(), site).await?;
        Ok(counts.into_iter().map(|count| (count.name, count.labels)).collect())
    }

    /// Whether a reason is on the list for this label on this detection.
    async fn is_a_choice(
        &self,
        reason: ReasonId,
        detection: DetectionId,
        label: Label,
    ) -> Result<(), ModerationError> {
        if self.reason_choices(detection, label).await?.iter().any(|one| one.id == reason) {
            return Ok(());
        }
        let words = format!(
            "This reason is not on the list for {label} of this site. Load the page again, and choose another."
        );
        Err(invalid("reason", &words))
    }

    async fn is_on_a_list(&self, reason: ReasonId) -> Result<(), ModerationError> {
        let has = |list: &ReasonList| list.spam.iter().chain(&list.ham).any(|one| one.id == reason);
        if self.store.reason_lists().await?.iter().any(has) {
            return Ok(());
        }
        Err(invalid("reason", "This reason is on no list any more. Load the page again, and choose another."))
    }

    /// Refuses a label without a reason where the site wants one.
    pub(crate) async fn no_reason_is_wanted(
        &self,
        detection: DetectionId,
        label: Label,
    ) -> Result<(), ModerationError> {
        let lists = self.store.reason_lists().await?;
        if lists.iter().all(|list| !list.required) {
            return Ok(());
        }
        let site = self.store.site_of(detection).await?;
        refuse(list_for(&lists, site.as_deref()), label)
    }

    /// The same for many.
    pub(crate) async fn no_reason_is_wanted_of_many(
        &self,
        target: &BulkTarget,
        label: Label,
    ) -> Result<(), ModerationError> {
        let lists = self.store.reason_lists().await?;
        match target {
            _ if lists.iter().all(|list| !list.required) => {}
            BulkTarget::Rows(rows) => {
                let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
                for site in self.store.sites_of(&ids).await? {
                    refuse(list_for(&lists, site.as_deref()), label)?;
                }
            }
            BulkTarget::Search(q) => {
                let query = parse(q)?;
                for list in lists.iter().filter(|list| list.required) {
                    let theirs = within(&query, list, &lists);
                    if self.store.count(&theirs, self.clock.now()).await?.count > 0 {
                        refuse(Some(list), label)?;
                    }
                }
            }
        }
        Ok(())
    }
}

/// Keeps a list of reasons.
///
/// # Errors
/// [`ModerationError::Invalid`] with every field that is wrong.
pub async fn set_list(
    store: &dyn Store,
    form: &ReasonListForm,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> Result<(), ModerationError> {
    let list = form.validate().map_err(ModerationError::Invalid)?;
    Ok(store.set_reason_list(&list, by, now).await?)
}

/// Keeps a macro.
///
/// # Errors
/// [`ModerationError::Invalid`] with every field that is wrong, or when its name or key is another's.
pub async fn set_macro(
    store: &dyn Store,
    form: &MacroForm,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> Result<MacroId, ModerationError> {
    let new = form.validate().map_err(ModerationError::Invalid)?;
    let others = store.macros().await?.into_iter().filter(|one| Some(one.id) != new.id).count();
    if others >= MACROS_MAX {
        let words =
            format!("There are {others} macros, and at most {MACROS_MAX} are kept. Remove one first.");
        return Err(invalid("name", &words));
    }
    store.set_macro(&new, by, now).await.map_err(|error| match error {
        StoreError::Taken("this key") => {
            invalid("key", "Another macro has this key. Choose another, or none.")
        }
        StoreError::Taken(_) => invalid("name", "Another macro has this name. Choose another."),
        error => error.into(),
    })
}

fn choices(lists: &[ReasonList], site: Option<&str>, label: Label) -> Vec<Reason> {
    list_for(lists, site).map(|list| list.of(label).to_vec()).unwrap_or_default()
}

fn refuse(list: Option<&ReasonList>, label: Label) -> Result<(), ModerationError> {
    match list.filter(|list| list.required) {
        Some(list) => Err(invalid("reason", &list.wish(label))),
        None => Ok(()),
    }
}

/// What of a search's matches is on the sites that a list is for.
fn within(query: &SearchQuery, list: &ReasonList, lists: &[ReasonList]) -> SearchQuery {
    let site = |site: &str, negated| Term { negated, kind: TermKind::Site(Pattern::new(site)) };
    let mut query = query.clone();
    match &list.site {
        Some(own) => query.terms.push(site(own, false)),
        None => query.terms.extend(lists.iter().filter_map(|list| Some(site(list.site.as_deref()?, true)))),
    }
    query
}
