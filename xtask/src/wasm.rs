//! From Rust to modules that a browser loads: cargo, then a split at the lazy routes, then wasm-bindgen, both as libraries.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, anyhow};
use wasm_bindgen_cli_support::Bindgen;

use crate::{
    cargo::Cargo,
    console::{Step, kilobytes},
    mode::Mode,
    paths::Paths,
    stamp,
};

/// The name of module and glue before the content hash is added.
pub(crate) const NAME: &str = "gavel";

/// Changes when these steps' options do, so that old results are not reused.
const OPTIONS: &str = "wasm_split 0.2.4, wasm-bindgen 0.2.130, target web, no typescript";

/// The module that loads the pages' own parts; the name is the one that leptos' macros import.
const LOADER: &str = "./__wasm_split.______________________.js";

/// Builds the browser's half and returns the folder with `gavel.js`, `gavel_bg.wasm`, and a module for each lazy route.
pub(crate) fn build(paths: &Paths, mode: Mode) -> Result<PathBuf> {
    let module = Cargo::new(paths).build_wasm(mode)?;
    let out = paths.work(mode).join("bindgen");
    let bytes = fs::read(&module)?;
    let key = stamp::hash([OPTIONS.as_bytes(), mode.name().as_bytes(), &bytes]);

    let step = Step::quiet("wasm-split, wasm-bindgen");
    let glue = out.join(NAME).with_extension("js");
    let ran = stamp::unless_made_from(&key, &glue, || {
        fs::remove_dir_all(&out).or_else(|error| match error.kind() {
            std::io::ErrorKind::NotFound => Ok(()),
            _ => Err(error),
        })?;
        fs::create_dir_all(&out)?;
        let main = split(&bytes, &out, paths, mode)?;
        Bindgen::new()
            .input_path(&main)
            .out_name(NAME)
            .web(true)?
            .typescript(false)
            .debug(mode == Mode::Dev)
            // The other modules link to the main one by these.
            .keep_lld_exports(true)
            .demangle(false)
            // Names make a panic in the browser readable; they are most of a release's bytes.
            .keep_debug(false)
            .remove_name_section(mode == Mode::Release)
            .remove_producers_section(mode == Mode::Release)
            .generate(&out)
            .with_context(|| format!("wasm-bindgen cannot read {}", module.display()))
    })?;
    let size = fs::metadata(out.join(format!("{NAME}_bg.wasm")))?.len();
    step.done(&format!("{} of wasm{}", kilobytes(size), if ran { "" } else { ", unchanged" }));
    Ok(out)
}

/// Puts each lazy route into a module of its own, beside the loader, and returns the rest for wasm-bindgen.
fn split(bytes: &[u8], out: &Path, paths: &Paths, mode: Mode) -> Result<PathBuf> {
    let main = paths.work(mode).join("main.wasm");
    let mut options = wasm_split_cli_support::Options::new(bytes);
    options.output_dir = out;
    options.main_out_path = &main;
    let glue = format!("./{NAME}.js");
    options.main_module = &glue;
    options.link_name = LOADER;
    wasm_split_cli_support::transform(options)
        .map_err(|error| anyhow!("cannot split the module: {error:#}"))?;
    Ok(main)
}
