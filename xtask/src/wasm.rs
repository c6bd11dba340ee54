//! From Rust to a module that a browser loads: cargo, then wasm-bindgen as a library.

use std::{fs, path::PathBuf};

use anyhow::{Context, Result};
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

/// Changes when this step's options do, so that old results are not reused.
const OPTIONS: &str = "wasm-bindgen 0.2.130, target web, no typescript";

/// Builds the browser's half and returns the folder with `gavel.js` and `gavel_bg.wasm`.
pub(crate) fn build(paths: &Paths, mode: Mode) -> Result<PathBuf> {
    let module = Cargo::new(paths).build_wasm(mode)?;
    let out = paths.work(mode).join("bindgen");
    let bytes = fs::read(&module)?;
    let key = stamp::hash([OPTIONS.as_bytes(), mode.name().as_bytes(), &bytes]);

    let step = Step::quiet("wasm-bindgen");
    let glue = out.join(NAME).with_extension("js");
    let ran = stamp::unless_made_from(&key, &glue, || {
        fs::remove_dir_all(&out).or_else(|error| match error.kind() {
            std::io::ErrorKind::NotFound => Ok(()),
            _ => Err(error),
        })?;
        Bindgen::new()
            .input_path(&module)
            .out_name(NAME)
            .web(true)?
            .typescript(false)
            .debug(mode == Mode::Dev)
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
