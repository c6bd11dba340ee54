//! What a moderator can choose from.

use domain::{Label, Macro, Reason, ReasonList};
use leptos::{prelude::*, server_fn::codec::GetUrl};
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// What many rows can be labelled with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Wishes {
    /// Reasons.
    pub list: ReasonList,
    /// Macros.
    pub macros: Vec<Macro>,
}

/// The reasons for a label on a detection.
///
/// # Errors
/// When the store fails.
#[server(prefix = "/fn", endpoint = "reasons/choices", input = GetUrl)]
pub async fn get_choices(
    /// Local id of the detection.
    detection_id: i64,
    /// The label.
    label: Label,
) -> Result<Vec<Reason>, AppError> {
    use crate::context::{authorise, moderation};

    authorise(domain::Role::Moderator)?;
    Ok(moderation()?.reason_choices(domain::DetectionId(detection_id), label).await?)
}

/// Reasons and macros for the matches of a search: the reasons of the site that it names, or those for all.
///
/// `None` for those who may not label.
///
/// # Errors
/// When the store fails.
#[server(prefix = "/fn", endpoint = "reasons/wishes", input = GetUrl)]
pub async fn get_wishes(
    /// The search, as typed.
    #[server(default)]
    q: String,
) -> Result<Option<Wishes>, AppError> {
    use crate::context::{authorise, moderation};
    use domain::{SearchQuery, reason::list_for, search::TermKind};

    if !authorise(domain::Role::Viewer)?.role.allows(domain::Role::Moderator) {
        return Ok(None);
    }
    let moderation = moderation()?;
    let query = SearchQuery::parse(&q).unwrap_or_default();
    let site = query.terms.iter().find_map(|term| match &term.kind {
        TermKind::Site(site) if !term.negated => site.exact(),
        _ => None,
    });
    let lists = moderation.reason_lists().await?;
    let list = list_for(&lists, site).cloned().unwrap_or_default();
    Ok(Some(Wishes { list, macros: moderation.macros().await? }))
}
