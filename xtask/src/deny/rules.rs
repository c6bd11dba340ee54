//! `deny.toml`, as far as it is understood here. Where cargo-deny has several answers, only the one that is checked can be read.

use anyhow::{Context, Result};
use serde::Deserialize;

/// The whole file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rules {
    pub(super) graph: Targets,
    /// For cargo-deny alone: it needs the network.
    #[serde(rename = "advisories")]
    _advisories: Option<toml::Table>,
    pub(super) licenses: Licences,
    pub(super) bans: Bans,
    #[serde(rename = "sources")]
    _sources: Sources,
}

impl Rules {
    pub(super) fn read(text: &str) -> Result<Self> {
        toml::from_str(text).context("deny.toml has something that xtask cannot check (xtask/src/deny)")
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Targets {
    pub(super) targets: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Licences {
    pub(super) allow: Vec<String>,
    pub(super) exceptions: Vec<Exception>,
    #[serde(rename = "include-dev")]
    _include_dev: True,
    #[serde(rename = "unused-allowed-license")]
    _unused_allowed: Deny,
}

/// Licences that one crate may have.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Exception {
    #[serde(rename = "crate")]
    pub(super) name: String,
    pub(super) allow: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Bans {
    #[serde(rename = "multiple-versions")]
    _multiple_versions: Allow,
    #[serde(rename = "wildcards")]
    _wildcards: Deny,
    #[serde(rename = "allow-wildcard-paths")]
    _allow_wildcard_paths: True,
    pub(super) deny: Vec<Ban>,
}

/// A crate that nobody may use, or only `wrappers`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ban {
    #[serde(rename = "crate")]
    pub(super) name: String,
    #[serde(default)]
    pub(super) wrappers: Vec<String>,
}

/// Only crates.io, as cargo-deny has it when nothing else is allowed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Sources {
    #[serde(rename = "unknown-registry")]
    _unknown_registry: Deny,
    #[serde(rename = "unknown-git")]
    _unknown_git: Deny,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Deny {
    Deny,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Allow {
    Allow,
}

#[derive(Deserialize)]
#[serde(try_from = "bool")]
struct True;

impl TryFrom<bool> for True {
    type Error = &'static str;

    fn try_from(value: bool) -> Result<Self, Self::Error> {
        if value { Ok(Self) } else { Err("only true is checked here") }
    }
}
