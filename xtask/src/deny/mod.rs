//! What Gavel may be built from: the licences, sources and bans of `deny.toml`.
//!
//! cargo-deny reads the same file and knows more, but it is four hundred crates to compile for each clean CI; this takes three seconds.
//! What the file says and this does not know is an error, so nothing there is taken for checked that is not.

mod bans;
mod graph;
mod licences;
mod rules;
mod sources;
#[cfg(test)]
mod tests;

use anyhow::{Context, Result, ensure};

use self::{graph::Graph, rules::Rules};
use crate::{
    cargo::Cargo,
    console::{Step, say},
    paths::Paths,
};

/// Looks at every crate that the lock file brings in for the targets that Gavel is built for.
pub(crate) fn check(paths: &Paths) -> Result<()> {
    let step = Step::quiet("licences, sources and bans");
    let text = std::fs::read_to_string(paths.root.join("deny.toml")).context("cannot read deny.toml")?;
    let rules = Rules::read(&text)?;
    let graph = Graph::read(&Cargo::new(paths).metadata(&rules.graph.targets)?)?;
    let problems = problems(&rules, &graph)?;
    for problem in &problems {
        say(problem);
    }
    ensure!(problems.is_empty(), "{} with deny.toml, which stand above", counted(problems.len()));
    step.done(&format!("{} crates", graph.crates.len()));
    Ok(())
}

fn problems(rules: &Rules, graph: &Graph) -> Result<Vec<String>> {
    let mut problems = licences::check(&rules.licenses, graph)?;
    problems.extend(bans::check(&rules.bans, graph));
    problems.extend(sources::check(graph));
    Ok(problems)
}

fn counted(problems: usize) -> String {
    if problems == 1 { "there is 1 problem".to_owned() } else { format!("there are {problems} problems") }
}
