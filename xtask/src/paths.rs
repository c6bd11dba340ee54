//! Where things are: sources in the workspace, results under `target/`.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The folders of one workspace.
#[derive(Clone, Debug)]
pub(crate) struct Paths {
    /// The workspace's root, which holds `Cargo.toml`.
    pub(crate) root: PathBuf,
    /// Cargo's target folder; `CARGO_TARGET_DIR` moves it.
    pub(crate) target: PathBuf,
}

impl Paths {
    /// Finds the workspace from where this program was compiled.
    pub(crate) fn locate() -> Result<Self> {
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = manifest.parent().context("xtask stands in the workspace")?.to_path_buf();
        let target =
            std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |dir| root.join(dir));
        Ok(Self { root, target })
    }

    /// The web assets that the server embeds. Fixed, wherever cargo's own target folder is,
    /// because the server's sources name it.
    pub(crate) fn site(&self) -> PathBuf {
        self.root.join("target/site")
    }

    /// Intermediate results of the asset steps.
    pub(crate) fn work(&self, mode: crate::mode::Mode) -> PathBuf {
        self.root.join("target/assets").join(mode.name())
    }

    /// Theme, base CSS and static files.
    pub(crate) fn style(&self) -> PathBuf {
        self.root.join("style")
    }

    /// A path as a person at the workspace's root would type it.
    pub(crate) fn shown(&self, path: &Path) -> String {
        path.strip_prefix(&self.root).unwrap_or(path).display().to_string()
    }
}

/// Every file under `folder`, sorted, so that what is made from them is the same on every machine.
pub(crate) fn files_under(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        let entries = std::fs::read_dir(&next).with_context(|| format!("cannot list {}", next.display()))?;
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    Ok(files)
}
