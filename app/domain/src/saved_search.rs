//! Searches that the team keeps under a name.

use serde::{Deserialize, Serialize};

use crate::{FieldError, Order, SearchQuery};

/// Longest name, in characters: what fits the sidebar in two lines.
pub const NAME_MAX_CHARS: usize = 60;

/// Id of a saved search.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SavedSearchId(pub i64);

/// A search that the team keeps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedSearch {
    /// Local id.
    pub id: SavedSearchId,
    /// What it is called; unique without regard to case.
    pub name: String,
    /// The search, as typed.
    pub q: String,
    /// How it is sorted.
    pub sorted: Order,
    /// The name of who saved it.
    pub created_by: String,
}

/// Reads the name of a saved search as typed.
///
/// # Errors
/// Says what is wrong with it.
pub fn name(typed: &str) -> Result<String, FieldError> {
    let name = typed.split_whitespace().collect::<Vec<_>>().join(" ");
    let problem = if name.is_empty() {
        "Give the search a name, for instance \"Close calls\".".to_owned()
    } else if name.chars().count() > NAME_MAX_CHARS {
        format!("The name is longer than {NAME_MAX_CHARS} characters. Shorten it.")
    } else {
        return Ok(name);
    };
    Err(FieldError { field: "name".to_owned(), problem })
}

/// Reads the search as typed. The search for everything needs no name.
///
/// # Errors
/// Says what is wrong with it.
pub fn search(typed: &str) -> Result<String, FieldError> {
    let problem = match SearchQuery::parse(typed) {
        Ok(query) if query.is_empty() => "Search for something first; everything needs no name.".to_owned(),
        Ok(_) => return Ok(typed.trim().to_owned()),
        Err(errors) => errors.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
    };
    Err(FieldError { field: "q".to_owned(), problem })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_searches_are_tidied_or_refused_with_a_reason() {
        assert_eq!(name("  Close \n calls "), Ok("Close calls".to_owned()));
        assert!(name(" ").unwrap_err().problem.contains("Give the search a name"));
        assert!(name(&"x".repeat(61)).is_err());
        assert_eq!(search(" is:spam "), Ok("is:spam".to_owned()));
        assert!(search("").unwrap_err().problem.contains("everything"));
        assert!(search("score:high").is_err());
    }
}
