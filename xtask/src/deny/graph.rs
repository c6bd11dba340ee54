//! Every crate of the build and who asks for it, from `cargo metadata`.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use serde::Deserialize;

/// The crates of all targets.
pub(super) struct Graph {
    pub(super) crates: Vec<Crate>,
}

/// One version of a crate.
#[derive(Clone, Debug, Default)]
pub(super) struct Crate {
    pub(super) name: String,
    pub(super) version: String,
    pub(super) license: Option<String>,
    /// None for Gavel's own.
    pub(super) source: Option<String>,
    /// Names of crates that it asks for in any version, without a path.
    pub(super) wildcards: Vec<String>,
    /// Names of crates that ask for it.
    pub(super) dependents: BTreeSet<String>,
}

impl Crate {
    /// How it is named in a message.
    pub(super) fn shown(&self) -> String {
        format!("{} {}", self.name, self.version)
    }
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    resolve: Resolve,
}

#[derive(Deserialize)]
struct Package {
    id: String,
    name: String,
    version: String,
    license: Option<String>,
    source: Option<String>,
    dependencies: Vec<Asked>,
}

#[derive(Deserialize)]
struct Asked {
    name: String,
    req: String,
    path: Option<String>,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    dependencies: Vec<String>,
}

impl Graph {
    /// Reads what `cargo metadata --format-version 1` prints. Packages that no target needs are left out.
    pub(super) fn read(json: &[u8]) -> Result<Self> {
        let metadata: Metadata = serde_json::from_slice(json).context("cannot read cargo's metadata")?;
        let names: BTreeMap<&str, &str> =
            metadata.packages.iter().map(|package| (package.id.as_str(), package.name.as_str())).collect();
        let mut dependents: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
        for node in &metadata.resolve.nodes {
            dependents.entry(&node.id).or_default();
            for asked in &node.dependencies {
                let name = names.get(node.id.as_str()).copied().unwrap_or_default();
                dependents.entry(asked).or_default().insert(name.to_owned());
            }
        }
        let crates = metadata
            .packages
            .iter()
            .filter_map(|package| Some(package.named(dependents.get(package.id.as_str())?.clone())))
            .collect();
        Ok(Self { crates })
    }
}

impl Package {
    fn named(&self, dependents: BTreeSet<String>) -> Crate {
        let is_wild = |asked: &&Asked| asked.req == "*" && asked.path.is_none();
        Crate {
            name: self.name.clone(),
            version: self.version.clone(),
            license: self.license.clone(),
            source: self.source.clone(),
            wildcards: self.dependencies.iter().filter(is_wild).map(|asked| asked.name.clone()).collect(),
            dependents,
        }
    }
}
