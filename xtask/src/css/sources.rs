//! Walks the Rust sources and gathers their classes, each with its places.

use std::{collections::BTreeMap, fmt, fs};

use anyhow::{Context, Result, anyhow};
use proc_macro2::TokenStream;

use crate::paths::{Paths, files_under};

use super::positions::{self, Literal};

/// The folder whose `.rs` files may hold classes.
const SOURCES: &str = "app/src";

/// Files of this name hold nothing but class lists: every string in them counts.
const CLASS_LISTS: &str = "/classes.rs";

/// A line of a file, from the workspace's root; lines count from 1.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    file: String,
    line: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// A piece of text and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) place: Place,
    pub(crate) text: String,
}

/// What the sources hold.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Every class with the places where it stands.
    pub(crate) classes: BTreeMap<String, Vec<Place>>,
    /// Words like `bg-{tone}`, which no build can know.
    pub(crate) built_at_run_time: Vec<Finding>,
    /// Strings outside the positions where classes are looked for.
    pub(crate) elsewhere: Vec<Finding>,
}

/// Reads every source.
pub(crate) fn scan(paths: &Paths) -> Result<Found> {
    let mut found = Found::default();
    for file in files_under(&paths.root.join(SOURCES))? {
        if file.extension().is_some_and(|ending| ending == "rs") {
            let text = fs::read_to_string(&file)?;
            add(&mut found, &paths.shown(&file), &text)?;
        }
    }
    Ok(found)
}

fn add(found: &mut Found, file: &str, text: &str) -> Result<()> {
    let tokens: TokenStream =
        text.parse().map_err(|error| anyhow!("{error}")).with_context(|| format!("{file} is not Rust"))?;
    let mut literals = positions::literals(tokens);
    if file.ends_with(CLASS_LISTS) {
        literals.in_class_position.append(&mut literals.elsewhere);
    }
    for literal in literals.in_class_position {
        add_words(found, file, &literal);
    }
    let elsewhere = literals.elsewhere.into_iter();
    found
        .elsewhere
        .extend(elsewhere.map(|Literal { line, text }| Finding { place: place(file, line), text }));
    Ok(())
}

fn add_words(found: &mut Found, file: &str, literal: &Literal) {
    for word in literal.text.split_whitespace() {
        if is_placeholder(word) {
            continue;
        }
        if word.contains(['{', '}']) {
            found.built_at_run_time.push(Finding { place: place(file, literal.line), text: word.to_owned() });
        } else {
            found.classes.entry(word.to_owned()).or_default().push(place(file, literal.line));
        }
    }
}

/// `{}` or `{tone}` in a `format!`: whole classes are put in there, which stand elsewhere.
fn is_placeholder(word: &str) -> bool {
    word.strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'))
        .is_some_and(|name| !name.contains(['{', '}']))
}

fn place(file: &str, line: usize) -> Place {
    Place { file: file.to_owned(), line }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(source: &str) -> Found {
        let mut found = Found::default();
        add(&mut found, "a.rs", source).unwrap();
        found
    }

    #[test]
    fn a_class_knows_all_its_places() {
        let found = found("view! {\n<p class=\"flex p-2\"/>\n<p class=\"flex\"/> }");
        let lines: Vec<usize> = found.classes["flex"].iter().map(|place| place.line).collect();
        assert_eq!(lines, [2, 3]);
        assert_eq!(found.classes.len(), 2);
    }

    #[test]
    fn a_class_put_together_at_run_time_is_found() {
        let found = found("view! { <p class=format!(\"flex {} {tone} bg-{tone}\", x)/> }");
        assert_eq!(found.classes.keys().collect::<Vec<_>>(), ["flex"]);
        assert_eq!(found.built_at_run_time[0].text, "bg-{tone}");
    }
}
