//! Rules from a file.

use domain::rule::{RuleFile, RuleFileReport};
use leptos::{prelude::*, server_fn::codec::GetUrl};
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// A file that was posted to the page, and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RuleFileSubmission {
    /// As posted, to show again; blank once it has done its work.
    pub file: RuleFile,
    /// The outcome.
    pub outcome: Result<RuleFileReport, AppError>,
}

/// Says what is in a file of rules (`look`), or makes them: all or none (`make`), or those that can be read (`part`).
///
/// # Errors
/// [`AppError::Invalid`] when there would be too many.
#[server(prefix = "/fn", endpoint = "rules/file")]
pub async fn rules_of_file(
    /// The file, and what it does not say itself.
    file: RuleFile,
    /// What to do.
    #[server(default)]
    wish: String,
) -> Result<RuleFileReport, AppError> {
    use crate::context::{authorise, moderation};
    use moderation::rules::FileWish;

    let user = authorise(domain::Role::Moderator)?;
    let wish = match wish.as_str() {
        "make" => FileWish::Make,
        "part" => FileWish::MakeInPart,
        _ => FileWish::Look,
    };
    Ok(moderation()?.rules_of_file(&file, wish, Some(user.id)).await?)
}

/// Acts on a file that was posted to the page, while that page renders. `None` when none was posted.
///
/// # Errors
/// Never; the outcome carries its own.
#[server(prefix = "/fn", endpoint = "rules/submitted-file", input = GetUrl)]
pub async fn submitted_rule_file() -> Result<Option<RuleFileSubmission>, AppError> {
    let Some(crate::context::SubmittedForm(body)) = use_context() else { return Ok(None) };
    let Ok(RulesOfFile { file, wish }) = serde_qs::Config::new(5, false).deserialize_str(&body) else {
        return Ok(None);
    };
    let outcome = rules_of_file(file.clone(), wish).await;
    let is_done = outcome.as_ref().is_ok_and(|report| report.made);
    // What was a file is text from now on: a browser chooses no file again by itself.
    let again = RuleFile { text: file.lines().to_owned(), upload: String::new(), ..file };
    Ok(Some(RuleFileSubmission { file: if is_done { RuleFile::default() } else { again }, outcome }))
}
