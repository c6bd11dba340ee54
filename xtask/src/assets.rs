//! All web assets, in order: module, style sheet, smaller ones of both, and the finished site.

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
};

use anyhow::Result;

use crate::{
    bundle::{self, Manifest, Parts},
    css,
    mode::Mode,
    paths::{Paths, files_under},
    shrink::Shrinker,
    stamp, wasm,
};

/// Builds `target/site`.
pub(crate) fn build(paths: &Paths, mode: Mode) -> Result<Manifest> {
    // The server embeds this folder, so it must exist whatever happens below.
    fs::create_dir_all(paths.site())?;
    // First, because it is quick and the likeliest to fail.
    let mut style_sheet = css::build(paths, mode)?;
    let mut code = wasm::build(paths, mode)?;
    if let Some(shrinker) = Shrinker::for_mode(paths, mode)? {
        code = shrink(&shrinker, &code, &paths.work(mode).join("small"))?;
        let minified = paths.work(mode).join("minified/gavel.css");
        shrinker.text(&style_sheet, &minified)?;
        style_sheet = minified;
    }
    bundle::write(paths, mode, &Parts { code, style_sheet })
}

/// Makes every module and script below `code` smaller; returns the folder with the results.
fn shrink(shrinker: &Shrinker, code: &Path, small: &Path) -> Result<PathBuf> {
    let (mut made, mut modules) = (Vec::new(), Vec::new());
    for file in files_under(code)? {
        let target = small.join(file.strip_prefix(code)?);
        match file.extension().and_then(OsStr::to_str) {
            Some("wasm") => modules.push((file, target.clone())),
            Some("js") => shrinker.text(&file, &target)?,
            _ => continue,
        }
        made.push(target);
    }
    shrinker.wasm(&modules)?;
    // What an earlier build left: its modules have other names.
    for file in files_under(small)? {
        if !stamp::is_stamp(&file) && !made.contains(&file) {
            fs::remove_file(&file)?;
        }
    }
    Ok(small.to_path_buf())
}
