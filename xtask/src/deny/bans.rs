//! Crates that are not to be used, or by few; and versions that nobody chose.

use super::{
    graph::{Crate, Graph},
    rules::{Ban, Bans},
};

pub(super) fn check(rules: &Bans, graph: &Graph) -> Vec<String> {
    let banned = rules.deny.iter().flat_map(|ban| {
        graph.crates.iter().filter(|found| found.name == ban.name).filter_map(|found| problem(ban, found))
    });
    let wild = graph.crates.iter().filter(|found| found.source.is_none()).flat_map(|found| {
        let name = &found.name;
        found.wildcards.iter().map(move |asked| format!("{name} asks for any version of {asked}: name one"))
    });
    banned.chain(wild).collect()
}

fn problem(ban: &Ban, found: &Crate) -> Option<String> {
    let others: Vec<&str> =
        found.dependents.iter().filter(|name| !ban.wrappers.contains(name)).map(String::as_str).collect();
    if others.is_empty() && !ban.wrappers.is_empty() {
        return None;
    }
    let only = match ban.wrappers.as_slice() {
        [] => "by nobody".to_owned(),
        names => format!("by {} only", names.join(", ")),
    };
    Some(format!("{} is used by {}; deny.toml has it used {only}", found.shown(), others.join(", ")))
}
