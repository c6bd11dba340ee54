//! Where crates come from: crates.io, and Gavel itself.

use super::graph::Graph;

/// As cargo names crates.io, however it is reached.
const CRATES_IO: [&str; 2] =
    ["registry+https://github.com/rust-lang/crates.io-index", "sparse+https://index.crates.io/"];

pub(super) fn check(graph: &Graph) -> Vec<String> {
    graph
        .crates
        .iter()
        .filter_map(|found| {
            let source = found.source.as_deref().filter(|source| !CRATES_IO.contains(source))?;
            Some(format!("{} comes from {source}, not from crates.io", found.shown()))
        })
        .collect()
}
