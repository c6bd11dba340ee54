//! Each crate's licence allows what is done with it.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use spdx::{Expression, Licensee, ParseMode};

use super::{
    graph::{Crate, Graph},
    rules::Licences,
};

pub(super) fn check(rules: &Licences, graph: &Graph) -> Result<Vec<String>> {
    let allowed = licensees(&rules.allow)?;
    let mut used = BTreeSet::new();
    let mut problems = Vec::new();
    for found in &graph.crates {
        let mut all = allowed.clone();
        for exception in rules.exceptions.iter().filter(|exception| exception.name == found.name) {
            all.extend(licensees(&exception.allow)?);
        }
        problems.extend(problem(found, &all, &mut used));
    }
    problems.extend(
        allowed
            .iter()
            .filter(|one| !used.contains(&one.to_string()))
            .map(|one| format!("{one} is allowed in deny.toml, and no crate has it: take it out")),
    );
    for exception in &rules.exceptions {
        if !graph.crates.iter().any(|found| found.name == exception.name) {
            let name = &exception.name;
            problems.push(format!("{name} has an exception in deny.toml, and is not used: take it out"));
        }
    }
    Ok(problems)
}

fn licensees(names: &[String]) -> Result<Vec<Licensee>> {
    names
        .iter()
        .map(|name| {
            Licensee::parse(name).with_context(|| format!("deny.toml: `{name}` is no licence of SPDX's list"))
        })
        .collect()
}

/// What is wrong with a crate's licence. Notes which of `allowed` were asked for.
fn problem(found: &Crate, allowed: &[Licensee], used: &mut BTreeSet<String>) -> Option<String> {
    let shown = found.shown();
    let Some(license) = &found.license else { return Some(format!("{shown} names no licence")) };
    // LAX: older crates write MIT/Apache-2.0.
    let expression = match Expression::parse_mode(license, ParseMode::LAX) {
        Ok(expression) => expression,
        Err(error) => return Some(format!("{shown}: its licence cannot be read: {error}")),
    };
    let is_allowed = expression.evaluate(|asked| {
        let by = allowed.iter().find(|one| one.satisfies(asked));
        used.extend(by.map(ToString::to_string));
        by.is_some()
    });
    (!is_allowed).then(|| format!("{shown} is under {license}, which deny.toml does not allow"))
}
