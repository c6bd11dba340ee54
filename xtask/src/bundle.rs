//! `target/site`: the finished assets in a folder whose name changes with their content.
//!
//! One hash names the folder of a bundle, so that glue, modules and style sheet of one page
//! always belong together and browsers may keep them for good.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::{
    compress::ENCODINGS,
    console::{Step, kilobytes},
    mode::Mode,
    paths::{Paths, files_under},
    stamp,
    wasm::NAME,
};

/// The bundle's description, at `target/site/manifest.json`; the server reads it to name the files in its pages.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Manifest {
    /// `pkg/<hash>`: the folder with the glue `gavel.js`, the module `gavel_bg.wasm`, a module for each lazy route, and
    /// the style sheet `gavel.css`.
    pub(crate) pkg_dir: String,
    /// Every file that can be asked for, in order of its path.
    pub(crate) files: Vec<Asset>,
}

/// One file below `target/site`.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Asset {
    /// Relative to the site's root, with `/`.
    pub(crate) path: String,
    /// Bytes as they are.
    pub(crate) raw: u64,
    /// Bytes of the sibling `<path>.gz`; none in development.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) gzip: Option<u64>,
    /// Bytes of the sibling `<path>.br`; none in development.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) brotli: Option<u64>,
}

/// The parts of a bundle, before they are named.
pub(crate) struct Parts {
    /// The folder with glue and modules, and whatever they import.
    pub(crate) code: PathBuf,
    pub(crate) style_sheet: PathBuf,
}

/// Writes the site and returns its manifest. Files that are as they should be are left untouched,
/// so that cargo does not build the server again for nothing.
pub(crate) fn write(paths: &Paths, mode: Mode, parts: &Parts) -> Result<Manifest> {
    let (pkg_dir, mut files) = named(parts)?;
    let public = paths.style().join("public");
    for file in files_under(&public)? {
        files.insert(file.strip_prefix(&public)?.to_path_buf(), fs::read(&file)?);
    }

    let site = paths.site();
    let mut manifest = Manifest { pkg_dir, files: Vec::new() };
    let mut kept = Vec::new();
    let step = Step::quiet("target/site");
    for (path, bytes) in &files {
        let mut asset =
            Asset { path: path.display().to_string(), raw: bytes.len() as u64, gzip: None, brotli: None };
        kept.push(write_if_changed(&site.join(path), bytes)?);
        if mode == Mode::Release {
            for (ending, encode) in ENCODINGS {
                let sibling = PathBuf::from(format!("{}.{ending}", site.join(path).display()));
                let compressed = compressed_once(paths, ending, encode, bytes)?;
                let size = Some(compressed.len() as u64);
                if ending == "br" {
                    asset.brotli = size
                } else {
                    asset.gzip = size
                }
                kept.push(write_if_changed(&sibling, &compressed)?);
            }
        }
        manifest.files.push(asset);
    }
    let json = serde_json::to_string_pretty(&manifest)?;
    kept.push(write_if_changed(&site.join("manifest.json"), json.as_bytes())?);
    remove_others(&site, &kept)?;
    let total: u64 = manifest.files.iter().map(|file| file.brotli.unwrap_or(file.raw)).sum();
    let unit = if mode == Mode::Release { " with brotli" } else { "" };
    step.done(&format!("{}, {}{unit}", manifest.pkg_dir, kilobytes(total)));
    Ok(manifest)
}

/// The bundle's folder, and its files under their final names.
fn named(parts: &Parts) -> Result<(String, BTreeMap<PathBuf, Vec<u8>>)> {
    let mut bundle = BTreeMap::new();
    for file in files_under(&parts.code)? {
        if stamp::is_stamp(&file) {
            continue;
        }
        bundle.insert(file.strip_prefix(&parts.code)?.to_path_buf(), fs::read(&file)?);
    }
    bundle.insert(format!("{NAME}.css").into(), fs::read(&parts.style_sheet)?);
    let names = bundle.keys().map(|path| path.as_os_str().as_encoded_bytes());
    // 64 bits: two bundles of one project will not meet by chance.
    let pkg_dir = format!("pkg/{}", &stamp::hash(names.chain(bundle.values().map(Vec::as_slice)))[..16]);
    let files = bundle.into_iter().map(|(path, bytes)| (Path::new(&pkg_dir).join(path), bytes)).collect();
    Ok((pkg_dir, files))
}

/// Compresses, or takes what an earlier build compressed: brotli at its best level takes seconds.
fn compressed_once(
    paths: &Paths,
    ending: &str,
    encode: crate::compress::Encode,
    bytes: &[u8],
) -> Result<Vec<u8>> {
    let key = stamp::hash([bytes]);
    let kept = paths.work(Mode::Release).join("compressed").join(format!("{}.{ending}", &key[..32]));
    stamp::unless_made_from(&key, &kept, || Ok(fs::write(&kept, encode(bytes)?)?))?;
    fs::read(&kept).with_context(|| format!("cannot read {}", kept.display()))
}

fn write_if_changed(path: &Path, bytes: &[u8]) -> Result<PathBuf> {
    if fs::read(path).map_or(true, |there| there != bytes) {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(path.to_path_buf())
}

fn remove_others(site: &Path, kept: &[PathBuf]) -> Result<()> {
    for file in files_under(site)? {
        if !kept.contains(&file) {
            fs::remove_file(&file)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(folder: &Path, style: &str) -> Parts {
        let code = folder.join("code");
        fs::create_dir_all(code.join("snippets/a")).unwrap();
        fs::write(code.join("snippets/a/inline0.js"), "export {}").unwrap();
        fs::write(code.join("gavel.js"), "fetch(new URL('gavel_bg.wasm', import.meta.url))").unwrap();
        fs::write(code.join("gavel_bg.wasm"), "\0asm").unwrap();
        fs::write(folder.join("gavel.css"), style).unwrap();
        Parts { code, style_sheet: folder.join("gavel.css") }
    }

    #[test]
    fn a_bundle_lies_in_one_folder() {
        let folder = tempfile::tempdir().unwrap();
        let (pkg_dir, files) = named(&parts(folder.path(), "a{}")).unwrap();
        for name in ["gavel.js", "gavel_bg.wasm", "gavel.css", "snippets/a/inline0.js"] {
            assert!(files.contains_key(&Path::new(&pkg_dir).join(name)), "{name}");
        }
    }

    #[test]
    fn any_changed_part_renames_the_whole_bundle() {
        let folder = tempfile::tempdir().unwrap();
        let (before, _) = named(&parts(folder.path(), "a{}")).unwrap();
        let (again, _) = named(&parts(folder.path(), "a{}")).unwrap();
        let (after, _) = named(&parts(folder.path(), "b{}")).unwrap();
        assert_eq!(before, again);
        assert_ne!(before, after);
    }

    #[test]
    fn a_second_build_leaves_only_its_own_files() {
        let folder = tempfile::tempdir().unwrap();
        let paths = Paths { root: folder.path().to_path_buf(), target: folder.path().join("target") };
        fs::create_dir_all(paths.style().join("public")).unwrap();
        fs::write(paths.style().join("public/favicon.svg"), "<svg/>").unwrap();
        let first = write(&paths, Mode::Release, &parts(folder.path(), "a{}")).unwrap();
        let second = write(&paths, Mode::Release, &parts(folder.path(), "b{}")).unwrap();
        let listed = files_under(&paths.site()).unwrap();
        assert!(listed.iter().all(|file| !file.display().to_string().contains(&first.pkg_dir)));
        assert!(paths.site().join(&second.pkg_dir).join("gavel_bg.wasm.br").exists());
        assert!(paths.site().join("favicon.svg.gz").exists());
        assert!(second.files.iter().all(|file| file.brotli.is_some() && file.gzip.is_some()));
    }
}
