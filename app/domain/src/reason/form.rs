//! Names and lists of reasons as they are typed.

use serde::{Deserialize, Serialize};

use super::{LIST_MAX, NAME_MAX_CHARS, folded};
use crate::search::ReasonTest;
use crate::{FieldError, Label, site};

/// Words that ask for something else in a search.
const NOT_NAMES: [&str; 2] = [ReasonTest::NONE, "*"];

/// A list as it is typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReasonListForm {
    /// The site; blank for all.
    pub site: String,
    /// Reasons for spam, one a line.
    pub spam: String,
    /// Reasons for ham, one a line.
    pub ham: String,
    /// `yes` when a label has to have a reason.
    pub required: String,
}

/// A list about to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewReasonList {
    /// The site; `None` for all.
    pub site: Option<String>,
    /// Whether a label has to have a reason.
    pub required: bool,
    /// Names for spam, in the order of the keys.
    pub spam: Vec<String>,
    /// Names for ham.
    pub ham: Vec<String>,
}

impl NewReasonList {
    /// The names for a label.
    pub fn of(&self, label: Label) -> &[String] {
        match label {
            Label::Spam => &self.spam,
            Label::Ham => &self.ham,
        }
    }
}

impl ReasonListForm {
    /// Reads the form.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub fn validate(&self) -> Result<NewReasonList, Vec<FieldError>> {
        let mut problems = Vec::new();
        let mut wrong = |field: &str, problem: String| {
            problems.push(FieldError { field: field.to_owned(), problem });
        };
        let site = site::read(&self.site).unwrap_or_else(|problem| {
            wrong("site", problem.to_owned());
            None
        });
        let required = self.required == "yes";
        let mut list = |field: &str, typed: &str| {
            let names = lines(typed).unwrap_or_else(|problem| {
                wrong(field, problem);
                Vec::new()
            });
            if required && names.is_empty() && typed.trim().is_empty() {
                wrong(
                    field,
                    format!(
                        "Each label needs a reason, and there is none for {field}: write one, or let reasons be optional."
                    ),
                );
            }
            names
        };
        let (spam, ham) = (list("spam", &self.spam), list("ham", &self.ham));
        if problems.is_empty() { Ok(NewReasonList { site, required, spam, ham }) } else { Err(problems) }
    }
}

/// The names of a list, one a line; blank lines count for nothing.
fn lines(typed: &str) -> Result<Vec<String>, String> {
    let mut names: Vec<String> = Vec::new();
    for (number, line) in typed.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let name = read_name(line).map_err(|problem| format!("Line {}: {problem}", number + 1))?;
        if names.iter().any(|other| folded(other) == folded(&name)) {
            return Err(format!("Line {}: “{name}” stands there already. Remove one.", number + 1));
        }
        names.push(name);
    }
    if names.len() > LIST_MAX {
        return Err(format!(
            "These are {} reasons, and a list has at most {LIST_MAX}. Remove some.",
            names.len()
        ));
    }
    Ok(names)
}

/// Reads the name of a reason.
///
/// # Errors
/// A sentence: what is wrong with it, and what to do.
pub fn read_name(typed: &str) -> Result<String, String> {
    let name = typed.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() {
        return Err("A reason needs a name.".to_owned());
    }
    if name.chars().count() > NAME_MAX_CHARS {
        return Err(format!("A reason has at most {NAME_MAX_CHARS} characters. Shorten it."));
    }
    if name.contains(',') {
        return Err("A reason has no comma. Put each reason on a line of its own.".to_owned());
    }
    if name.contains(char::is_control) {
        return Err("A reason has no invisible characters. Type it anew.".to_owned());
    }
    if NOT_NAMES.contains(&folded(&name).as_str()) {
        return Err(format!("“{name}” means something else in a search. Choose another name."));
    }
    Ok(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(form: &ReasonListForm) -> Vec<(String, String)> {
        let problems = form.validate().unwrap_err();
        problems.into_iter().map(|problem| (problem.field, problem.problem)).collect()
    }

    #[test]
    fn a_list_is_one_name_a_line() {
        let form = ReasonListForm {
            site: " Shop.example.com".to_owned(),
            spam: "SEO  link\n\n scam \r\n".to_owned(),
            ..ReasonListForm::default()
        };
        let list = form.validate().unwrap();
        assert_eq!((list.site.as_deref(), list.required), (Some("shop.example.com"), false));
        assert_eq!(
            (list.of(Label::Spam), list.of(Label::Ham)),
            (&["SEO link".to_owned(), "scam".to_owned()][..], &[][..])
        );
    }

    #[test]
    fn what_is_wrong_names_its_field_and_line() {
        let of =
            |spam: &str| problems(&ReasonListForm { spam: spam.to_owned(), ..ReasonListForm::default() });
        let says = |spam: &str, words: &str| {
            let found = of(spam);
            assert!(
                found.len() == 1 && found[0].0 == "spam" && found[0].1.contains(words),
                "{spam:?}: {found:?}"
            );
        };
        says("scam\nScam", "Line 2: “Scam” stands there already");
        says("a, b", "Line 1: A reason has no comma");
        says("None", "means something else in a search");
        says("a\u{7}", "no invisible characters");
        says(&"x".repeat(NAME_MAX_CHARS + 1), "at most 40 characters");
        says(
            &(0..=LIST_MAX).map(|number| format!("r{number}\n")).collect::<String>(),
            "These are 41 reasons",
        );
        let required = ReasonListForm {
            spam: "scam".to_owned(),
            required: "yes".to_owned(),
            ..ReasonListForm::default()
        };
        assert_eq!(problems(&required)[0].0, "ham", "or a ham label could never be set");
    }
}
