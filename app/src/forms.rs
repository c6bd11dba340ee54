//! What the server says about a form that it refused, for pages that show the form again.

use domain::FieldError;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// How often an action has done its work. What it changes is read again then, and not when a form was refused: a page that is put together
/// anew forgets what was chosen in a list of the form.
pub(crate) fn times_done<I, T, E>(action: Action<I, Result<T, E>>, is_done: fn(&T) -> bool) -> Memo<usize>
where
    I: 'static,
    T: 'static,
    E: 'static,
{
    Memo::new(move |before: Option<&usize>| {
        let done = action.value().with(|value| matches!(value, Some(Ok(outcome)) if is_done(outcome)));
        before.copied().unwrap_or_default() + usize::from(done)
    })
}

/// What is wrong with one field, if something is.
pub fn problem_of<'a>(fields: &'a [FieldError], field: &str) -> Option<&'a str> {
    fields.iter().find(|error| error.field == field).map(|error| error.problem.as_str())
}

/// Why a log-in or first-run form was refused. Carries what was typed, but never a password.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormProblem {
    /// What happened and what to try; empty when only fields are wrong.
    pub message: String,
    /// The fields that are wrong.
    pub fields: Vec<FieldError>,
    /// The e-mail address that was typed.
    pub email: String,
    /// The name that was typed.
    pub name: String,
}

impl FormProblem {
    /// What is wrong with one field, if something is.
    pub fn of(&self, field: &str) -> Option<&str> {
        problem_of(&self.fields, field)
    }
}

/// Why an upload was refused, with what was typed beside the file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadProblem {
    /// What is wrong, by field: `file`, `paste` or `site`.
    pub fields: Vec<FieldError>,
    /// The site that was typed.
    pub site: String,
    /// What was pasted.
    pub paste: String,
    /// The format that was chosen; blank for "find out".
    pub format: String,
}

impl UploadProblem {
    /// What is wrong with one field, if something is.
    pub fn of(&self, field: &str) -> Option<&str> {
        problem_of(&self.fields, field)
    }
}
