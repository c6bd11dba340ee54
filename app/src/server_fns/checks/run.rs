//! The Check page: one message, or several pasted together.

use domain::{ContentForm, Detection, Endpoint};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// At most this many messages are checked from one paste; more would not answer while a person waits.
pub const MAX_ROWS: usize = 50;

/// Time for a whole paste; a page that is answered later has long been reloaded, and the server gives up after 60 s.
#[cfg(feature = "ssr")]
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(20);

/// How pasted text is taken apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SplitBy {
    /// Not at all: it is one message.
    #[default]
    One,
    /// One message a line.
    Line,
    /// Messages are separated by a blank line or by a line `---`.
    Blank,
}

/// The Check page's form, as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CheckForm {
    /// `check` or `check-comment`; anything else is `check`.
    pub endpoint: String,
    /// How to take the message apart.
    pub split: SplitBy,
    /// The request's fields.
    #[serde(flatten)]
    pub content: ContentForm,
}

impl CheckForm {
    /// Which check is asked for.
    pub fn endpoint(&self) -> Endpoint {
        self.endpoint.parse().unwrap_or(Endpoint::Check)
    }

    /// The messages of the form: one, or as many as the text holds.
    pub fn messages(&self) -> Vec<&str> {
        let text = self.content.message.as_str();
        let mut messages: Vec<&str> = match self.split {
            SplitBy::One => return vec![text],
            SplitBy::Line => text.lines().collect(),
            SplitBy::Blank => split_blocks(text),
        };
        messages.retain(|message| !message.trim().is_empty());
        if messages.is_empty() { vec![""] } else { messages }
    }
}

/// Splits at lines that are blank or consist of dashes (`---`).
fn split_blocks(text: &str) -> Vec<&str> {
    let mut blocks = Vec::new();
    let (mut start, mut at) = (0, 0);
    for line in text.split_inclusive('\n') {
        let mark = line.trim();
        if mark.is_empty() || (mark.len() >= 3 && mark.bytes().all(|byte| byte == b'-')) {
            blocks.push(text[start..at].trim_end_matches(['\r', '\n']));
            start = at + line.len();
        }
        at += line.len();
    }
    blocks.push(text[start..].trim_end_matches(['\r', '\n']));
    blocks
}

/// What became of one message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CheckedRow {
    /// The message.
    pub message: String,
    /// Its detection, or why there is none.
    pub result: Result<Detection, AppError>,
}

/// What became of a form.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CheckReport {
    /// One row a message, in the order pasted; never empty.
    pub rows: Vec<CheckedRow>,
}

impl CheckReport {
    /// Whether it is about several messages, or about one that was not judged.
    pub fn is_batch(&self) -> bool {
        !matches!(self.rows.as_slice(), [CheckedRow { result: Ok(_), .. }])
    }
}

/// A form that was posted without JavaScript, and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Submission {
    /// The form as typed, to show again.
    pub form: CheckForm,
    /// The outcome.
    pub outcome: Result<CheckReport, AppError>,
}

/// Checks the form's message or messages, one after the other, and logs each.
///
/// # Errors
/// [`AppError::Invalid`] before anything is sent; for a single message also whatever kept it from being judged.
#[server(prefix = "/fn", endpoint = "checks/run")]
pub async fn run_check(
    /// The form, as typed.
    form: CheckForm,
) -> Result<CheckReport, AppError> {
    use domain::{FieldError, Origin, Role};
    use moderation::NewCheck;

    use crate::context::{authorise, moderation};

    authorise(Role::Moderator)?;
    let moderation = moderation()?;
    let messages = form.messages();
    if messages.len() > MAX_ROWS {
        let problem = format!(
            "These are {} messages; at most {MAX_ROWS} are checked at once. Paste fewer.",
            messages.len()
        );
        return Err(AppError::Invalid(vec![FieldError { field: "message".into(), problem }]).with_status());
    }
    let mut contents = Vec::with_capacity(messages.len());
    for message in &messages {
        let one = ContentForm { message: (*message).to_owned(), ..form.content.clone() };
        contents.push(one.validate().map_err(|errors| AppError::Invalid(errors).with_status())?);
    }
    let single = contents.len() == 1;
    let started = std::time::Instant::now();
    let mut rows = Vec::with_capacity(contents.len());
    for content in contents {
        let message = content.message.clone();
        if started.elapsed() > PATIENCE {
            rows.push(CheckedRow { message, result: Err(AppError::took_too_long()) });
            continue;
        }
        let check = NewCheck { endpoint: form.endpoint(), origin: Origin::Paste, site: None, content };
        let result = moderation.check(check).await.map_err(AppError::from);
        if single {
            result.as_ref().map_err(Clone::clone)?;
        }
        rows.push(CheckedRow { message, result });
    }
    Ok(CheckReport { rows })
}

/// Acts on a form that a browser without JavaScript posted to the Check page, while that page renders.
/// `None` when none was posted.
///
/// # Errors
/// Never; the outcome carries its own.
#[server(prefix = "/fn", endpoint = "checks/submitted", input = leptos::server_fn::codec::GetUrl)]
pub async fn submitted_check() -> Result<Option<Submission>, AppError> {
    let Some(crate::context::SubmittedForm(body)) = use_context() else { return Ok(None) };
    let parsed: Result<RunCheck, _> = serde_qs::Config::new(5, false).deserialize_str(&body);
    let Ok(RunCheck { form }) = parsed else {
        let error = AppError::malformed();
        return Ok(Some(Submission { form: CheckForm::default(), outcome: Err(error) }));
    };
    let outcome = run_check(form.clone()).await;
    Ok(Some(Submission { form, outcome }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pasted(split: SplitBy, message: &str) -> CheckForm {
        CheckForm {
            split,
            content: ContentForm { message: message.into(), ..Default::default() },
            ..Default::default()
        }
    }

    #[test]
    fn one_message_stays_whole() {
        assert_eq!(pasted(SplitBy::One, "a\n\nb").messages(), ["a\n\nb"]);
    }

    #[test]
    fn lines_and_blocks_are_taken_apart() {
        assert_eq!(pasted(SplitBy::Line, "a\r\n\nb\n").messages(), ["a", "b"]);
        assert_eq!(pasted(SplitBy::Blank, "a\nb\n\nc\r\n---\r\nd\n").messages(), ["a\nb", "c", "d"]);
    }

    #[test]
    fn nothing_is_one_empty_message_so_that_the_field_is_named() {
        assert_eq!(pasted(SplitBy::Line, "\n \n").messages(), [""]);
    }
}
