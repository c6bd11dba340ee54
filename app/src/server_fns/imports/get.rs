//! One import, with what its stage shows.

use domain::{FileAccount, Import, ImportCost, ImportPreview, ImportResults, ImportRow};
use leptos::{prelude::*, server_fn::codec::GetUrl};
use serde::{Deserialize, Serialize};

use crate::{error::AppError, forms::UploadProblem};

/// An import and what belongs to its stage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ImportReport {
    /// The import.
    pub import: Import,
    /// The first rows, before anything is settled.
    pub preview: Option<ImportPreview>,
    /// What it will cost, before it is started.
    pub cost: Option<ImportCost>,
    /// What came of it, once something has and it is not running.
    pub results: Option<ImportResults>,
    /// What became of every part of the file, once it was read.
    pub account: Option<FileAccount>,
    /// The first failed rows after the number asked for.
    pub failed: Vec<ImportRow>,
}

/// One import.
///
/// # Errors
/// [`AppError::NotFound`].
#[server(prefix = "/fn", endpoint = "imports/get", input = GetUrl)]
pub async fn get_import(
    /// Its number.
    id: i64,
    /// Failed rows after this one.
    failed_after: u64,
) -> Result<ImportReport, AppError> {
    use domain::{ImportId, ImportState};

    use crate::context::{authorise, moderation};

    authorise(domain::Role::Viewer)?;
    let (moderation, id) = (moderation()?, ImportId(id));
    let import = moderation.import(id).await?;
    let (mut preview, mut cost, mut results) = (None, None, None);
    match import.state {
        ImportState::Uploaded => preview = Some(moderation.preview_import(id).await?),
        ImportState::Ready => cost = Some(moderation.import_cost(id).await?),
        ImportState::Reading | ImportState::Running | ImportState::Waiting => {}
        ImportState::Paused | ImportState::Done | ImportState::Cancelled => {
            if import.counts.checked() > 0 {
                results = Some(moderation.import_results(id).await?);
            }
        }
    }
    let failed = match import.counts.failed {
        0 => Vec::new(),
        _ => moderation.failed_rows(id, failed_after).await?,
    };
    let account = match import.state {
        ImportState::Uploaded | ImportState::Reading | ImportState::Running | ImportState::Waiting => None,
        _ => moderation.import_account(id).await?,
    };
    Ok(ImportReport { import, preview, cost, results, account, failed })
}

/// What the server says about the upload that was just sent; empty when none was.
///
/// # Errors
/// Never on the server.
#[server(prefix = "/fn", endpoint = "imports/upload-problem", input = GetUrl)]
pub async fn get_upload_problem() -> Result<UploadProblem, AppError> {
    Ok(use_context::<UploadProblem>().unwrap_or_default())
}
