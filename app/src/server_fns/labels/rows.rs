//! The form around the list: one row's button, a selection, or all that match.

use domain::{BulkAction, Decision};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// What became of the form.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum RowsOutcome {
    /// One row was labelled.
    Decision(Decision),
    /// Something was done to many rows, or is being done.
    Bulk(BulkAction),
}

/// Labels one row, or labels or rechecks many. The buttons say which: `one` is `spam:12~3` (label, id and version), `bulk`
/// and `all` are `spam`, `ham`, `recheck`, `spam:3` (for a reason), `macro:7`, or `because`, for the rows ticked and for all that match `q`.
///
/// # Errors
/// [`AppError::Stale`] when somebody decided about the one row since; [`AppError::Invalid`] when nothing is selected, the
/// search cannot be read, more than 50 are meant and `confirmed` is not ticked, or a site wants a reason.
#[server(prefix = "/fn", endpoint = "labels/rows")]
pub async fn label_rows(
    /// The button of one row.
    #[server(default)]
    one: String,
    /// The button for the rows ticked.
    #[server(default)]
    bulk: String,
    /// The button for all that match.
    #[server(default)]
    all: String,
    /// What is chosen from the list of reasons; the button `because` is for it.
    #[server(default)]
    because: String,
    /// The rows ticked, as `12~3`.
    #[server(default)]
    rows: Vec<String>,
    /// The search, as typed.
    #[server(default)]
    q: String,
    /// Whether many are meant.
    #[server(default)]
    confirmed: bool,
) -> Result<RowsOutcome, AppError> {
    use domain::{BulkKind, Label, LabelParts, LabelWish, RowRef};
    use moderation::BulkTarget;

    use crate::context::{authorise, moderation};

    let user = authorise(domain::Role::Moderator)?;
    let moderation = moderation()?;
    let bad_row = || AppError::bad_field("rows", &domain::bulk::BadRowRef.to_string());
    if let Some((label, row)) = one.split_once(':') {
        let label: Label = label.parse().map_err(|_| bad_row())?;
        let row: RowRef = row.parse().map_err(|_| bad_row())?;
        let decision = moderation.label(row.id, label, user.id, Some(row.version)).await?;
        return Ok(RowsOutcome::Decision(decision));
    }
    let (kind, target) = if all.is_empty() {
        let rows: Result<Vec<RowRef>, _> = rows.iter().map(|row| row.parse()).collect();
        (bulk, BulkTarget::Rows(rows.map_err(|_| bad_row())?))
    } else {
        (all, BulkTarget::Search(crate::zone::fixed(&q)))
    };
    let kind = if kind == "because" { because } else { kind };
    let (kind, with) = match (kind.parse::<BulkKind>(), kind.parse::<LabelWish>()) {
        (Ok(kind), _) => (kind, LabelParts::default()),
        (_, Ok(wish)) => {
            let (label, with) = moderation.wished(wish).await?;
            (label.into(), with)
        }
        _ => return Err(AppError::bad_field("bulk", "Choose Spam, Ham, Recheck, a reason or a macro.")),
    };
    Ok(RowsOutcome::Bulk(moderation.start_bulk(kind, with, target, confirmed, user.id).await?))
}
