//! `target/site`: the finished assets under names that change with their content.
//!
//! One hash stands in every name of a bundle, so that glue, module and style sheet of one page
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
    /// `gavel-<hash>`: the glue is `pkg/<output_name>.js`, the module `pkg/<output_name>_bg.wasm`,
    /// the style sheet `pkg/<output_name>.css`.
    pub(crate) output_name: String,
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
    /// The folder that wasm-bindgen wrote; what it holds besides glue and module is copied as it is.
    pub(crate) bindgen: PathBuf,
    pub(crate) script: PathBuf,
    pub(crate) module: PathBuf,
    pub(crate) style_sheet: PathBuf,
}

/// Writes the site and returns its manifest. Files that are as they should be are left untouched,
/// so that cargo does not build the server again for nothing.
pub(crate) fn write(paths: &Paths, mode: Mode, parts: &Parts) -> Result<Manifest> {
    let (output_name, mut files) = named(parts)?;
    let public = paths.style().join("public");
    for file in files_under(&public)? {
        files.insert(file.strip_prefix(&public)?.to_path_buf(), fs::read(&file)?);
    }

    let site = paths.site();
    let mut manifest = Manifest { output_name, files: Vec::new() };
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
    step.done(&format!("{}, {}{unit}", manifest.output_name, kilobytes(total)));
    Ok(manifest)
}

/// The bundle's files under their final names.
fn named(parts: &Parts) -> Result<(String, BTreeMap<PathBuf, Vec<u8>>)> {
    let script = fs::read_to_string(&parts.script)?;
    let (module, style_sheet) = (fs::read(&parts.module)?, fs::read(&parts.style_sheet)?);
    let mut others = BTreeMap::new();
    let snippets = parts.bindgen.join("snippets");
    if snippets.is_dir() {
        for file in files_under(&snippets)? {
            others.insert(file.strip_prefix(&parts.bindgen)?.to_path_buf(), fs::read(&file)?);
        }
    }

    let mut hashed = vec![script.as_bytes(), &module, &style_sheet];
    hashed.extend(others.values().map(Vec::as_slice));
    // 64 bits: two bundles of one project will not meet by chance.
    let output_name = format!("{NAME}-{}", &stamp::hash(hashed)[..16]);
    let script = script.replace(&format!("{NAME}_bg.wasm"), &format!("{output_name}_bg.wasm"));

    let mut files: BTreeMap<PathBuf, Vec<u8>> =
        others.into_iter().map(|(path, bytes)| (Path::new("pkg").join(path), bytes)).collect();
    files.insert(format!("pkg/{output_name}.js").into(), script.into_bytes());
    files.insert(format!("pkg/{output_name}_bg.wasm").into(), module);
    files.insert(format!("pkg/{output_name}.css").into(), style_sheet);
    Ok((output_name, files))
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
        let bindgen = folder.join("bindgen");
        fs::create_dir_all(bindgen.join("snippets/a")).unwrap();
        fs::write(bindgen.join("snippets/a/inline0.js"), "export {}").unwrap();
        let write = |name: &str, text: &str| {
            fs::write(folder.join(name), text).unwrap();
            folder.join(name)
        };
        Parts {
            bindgen,
            script: write("gavel.js", "fetch(new URL('gavel_bg.wasm', import.meta.url)); i['./gavel_bg.js']"),
            module: write("gavel_bg.wasm", "\0asm"),
            style_sheet: write("gavel.css", style),
        }
    }

    #[test]
    fn the_glue_asks_for_the_module_under_its_new_name() {
        let folder = tempfile::tempdir().unwrap();
        let (name, files) = named(&parts(folder.path(), "a{}")).unwrap();
        let script = String::from_utf8(files[Path::new(&format!("pkg/{name}.js"))].clone()).unwrap();
        assert!(script.contains(&format!("'{name}_bg.wasm'")), "{script}");
        assert!(script.contains("'./gavel_bg.js'"), "the import's name inside the module stays: {script}");
        assert!(files.contains_key(Path::new("pkg/snippets/a/inline0.js")));
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
        assert!(listed.iter().all(|file| !file.display().to_string().contains(&first.output_name)));
        assert!(paths.site().join(format!("pkg/{}_bg.wasm.br", second.output_name)).exists());
        assert!(paths.site().join("favicon.svg.gz").exists());
        assert!(second.files.iter().all(|file| file.brotli.is_some() && file.gzip.is_some()));
    }
}
