//! Why labels were set, and what moderators choose from.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    Decided, DetectionId, Label, Macro, MacroId, NewMacro, NewReasonList, Reason, ReasonId, ReasonList,
    UserId,
};

use crate::Result;

/// How often a reason was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReasonCount {
    /// Its name; `None` for labels without one.
    pub name: Option<String>,
    /// Labels that stand.
    pub labels: u64,
}

/// Keeps lists of reasons, macros, and which reasons labels have. Changes leave an audit event in the same transaction; `by` is
/// `None` for the command line.
#[async_trait]
pub trait Reasons: Send + Sync {
    /// Every list: the one for all sites first, then by site.
    async fn reason_lists(&self) -> Result<Vec<ReasonList>>;

    /// Keeps a list in the place of the one that the site has.
    async fn set_reason_list(
        &self,
        list: &NewReasonList,
        by: Option<UserId>,
        at: DateTime<Utc>,
    ) -> Result<()>;

    /// Takes a site's own list away. Returns whether there was one.
    async fn remove_reason_list(&self, site: &str, by: Option<UserId>, at: DateTime<Utc>) -> Result<bool>;

    /// Names of reasons that some list or label has, at most `limit`, by name.
    async fn reason_names(&self, limit: u32) -> Result<Vec<String>>;

    /// The site of a detection, if it has one.
    async fn site_of(&self, detection: DetectionId) -> Result<Option<String>>;

    /// The sites of some detections, each once; `None` among them for those without one.
    async fn sites_of(&self, detections: &[DetectionId]) -> Result<Vec<Option<String>>>;

    /// A detection that was decided about, and its label; of a bulk action, any.
    async fn one_of(&self, of: Decided) -> Result<Option<(DetectionId, Label)>>;

    /// Gives a reason to what was decided, or takes it away where it has it already. Returns the reasons it has now; `None` when the
    /// decision does not stand any more, and nothing was written. Those of a bulk action that do not stand any more are left alone.
    async fn turn_reason(
        &self,
        of: Decided,
        reason: ReasonId,
        by: UserId,
        at: DateTime<Utc>,
    ) -> Result<Option<Vec<Reason>>>;

    /// The reasons of the labels that were set in a range of time and stand, on one site or on all (`None`), the most frequent
    /// first; the empty name of a site stands for detections of none.
    async fn count_reasons(
        &self,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
        site: Option<&str>,
    ) -> Result<Vec<ReasonCount>>;

    /// Every macro, by name.
    async fn macros(&self) -> Result<Vec<Macro>>;

    /// Keeps a macro, new or in the place of an old one.
    ///
    /// # Errors
    /// [`crate::StoreError::Taken`] when another one has its name or its key.
    async fn set_macro(&self, new: &NewMacro, by: Option<UserId>, at: DateTime<Utc>) -> Result<MacroId>;

    /// Takes a macro away. Returns whether there was one.
    async fn remove_macro(&self, id: MacroId, by: Option<UserId>, at: DateTime<Utc>) -> Result<bool>;
}
