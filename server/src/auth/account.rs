//! The rules for an account's e-mail address and name.

use domain::{FieldError, content::EMAIL_MAX_CHARS};

/// Longest name of a person, in characters; longer ones break the log's layout.
pub const NAME_MAX_CHARS: usize = 100;

/// Checks and trims the e-mail address and the name of an account.
///
/// # Errors
/// What is wrong with the fields `email` and `name`.
pub fn check_identity(email: &str, name: &str) -> Result<(String, String), Vec<FieldError>> {
    let (email, name) = (email.trim(), name.trim());
    let mut problems = Vec::new();
    let well_formed = email.split_once('@').is_some_and(|(user, host)| {
        !user.is_empty() && !host.is_empty() && !host.contains('@') && !email.contains(char::is_whitespace)
    });
    if !well_formed || email.chars().count() > EMAIL_MAX_CHARS || email.contains(char::is_control) {
        problems.push(problem("email", "Give an e-mail address such as ana@example.com."));
    }
    if name.is_empty() || name.chars().count() > NAME_MAX_CHARS || name.contains(char::is_control) {
        problems.push(problem("name", "Give a name of 1 to 100 characters."));
    }
    if problems.is_empty() { Ok((email.to_owned(), name.to_owned())) } else { Err(problems) }
}

/// One field and what is wrong with it.
pub fn problem(field: &str, problem: &str) -> FieldError {
    FieldError { field: field.to_owned(), problem: problem.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identities_are_trimmed_and_checked() {
        let (email, name) = check_identity(" ana@example.com ", " Ana ").unwrap();
        assert_eq!((email.as_str(), name.as_str()), ("ana@example.com", "Ana"));
        for bad in ["", "ana", "@example.com", "ana@", "a b@example.com", "a@b@c"] {
            assert_eq!(check_identity(bad, "Ana").unwrap_err()[0].field, "email", "{bad}");
        }
        assert_eq!(check_identity("ana@example.com", " ").unwrap_err()[0].field, "name");
        assert_eq!(check_identity("", "").unwrap_err().len(), 2);
    }
}
