//! Columns and choices.

use std::collections::BTreeMap;

use domain::Import;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// The form, as filled in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PlanForm {
    /// Column by field: the words of [`domain::MappedField`].
    pub columns: BTreeMap<String, String>,
    /// How the file is to be read, by the words of [`domain::FileTrait`]; blank to find out.
    pub reading: BTreeMap<String, String>,
    /// One of [`domain::Endpoint`]'s words.
    pub check: String,
    /// The site; blank for none.
    pub site: String,
    /// A day, as in 2025-02-01; blank for none.
    pub after: String,
    /// Whether equal texts of the file are checked once.
    pub skip_duplicates: bool,
    /// Whether texts of the log are left out.
    pub skip_known: bool,
    /// Whether labels of the file become the moderator's decisions.
    pub take_labels: bool,
    /// Whether the upstream is told of these.
    pub tell_labels: bool,
}

/// Keeps columns and choices; with `then` = `read` the rows are read and kept next, else the preview shows what they lead to.
///
/// # Errors
/// [`AppError::Invalid`] when no column is the message, or a choice cannot be understood; [`AppError::Stale`] when they are
/// settled already.
#[server(prefix = "/fn", endpoint = "imports/plan")]
pub async fn plan_import(
    /// The import's number.
    id: i64,
    /// Columns and choices.
    form: PlanForm,
    /// `read` or `preview`.
    #[server(default)]
    then: String,
) -> Result<Import, AppError> {
    use chrono::{NaiveDate, NaiveTime};
    use domain::{FileTrait, ImportId, ImportPlan, MappedField, TakenLabels, content::present};

    use crate::context::{authorise, moderation};

    let PlanForm {
        columns,
        reading,
        check,
        site,
        after,
        skip_duplicates,
        skip_known,
        take_labels,
        tell_labels,
    } = form;
    let user = authorise(domain::Role::Moderator)?;
    let (moderation, id) = (moderation()?, ImportId(id));
    let import = moderation.import(id).await?;
    let labels = take_labels.then_some(TakenLabels { by: user.id, tell: tell_labels });
    let site = domain::site::read(&site).map_err(|problem| AppError::bad_field("site", problem))?;
    let mut plan = ImportPlan { site, skip_duplicates, skip_known, labels, ..import.plan };
    for field in MappedField::ALL {
        plan.mapping.set(*field, columns.get(field.as_str()).filter(|column| !column.is_empty()).cloned());
    }
    for about in FileTrait::ALL {
        plan.reading.set(*about, reading.get(about.as_str()).cloned());
    }
    plan.endpoint = check.parse().map_err(|_| AppError::bad_field("check", "Choose one of the checks."))?;
    plan.after = match present(&after) {
        None => None,
        Some(day) => {
            let words = "This is no day. Write it like 2025-02-01.";
            let day: NaiveDate = day.parse().map_err(|_| AppError::bad_field("after", words))?;
            Some(day.and_time(NaiveTime::MIN).and_utc())
        }
    };
    let kept = moderation.keep_plan(id, &plan).await?;
    if then != "read" {
        return Ok(kept);
    }
    Ok(moderation.plan_import(id, &plan, Some(user.id)).await?)
}
