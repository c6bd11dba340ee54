//! All web assets, in order: module, style sheet, smaller ones of both, and the finished site.

use std::fs;

use anyhow::Result;

use crate::{
    bundle::{self, Manifest, Parts},
    css,
    mode::Mode,
    paths::Paths,
    shrink::Shrinker,
    wasm,
};

/// Builds `target/site`.
pub(crate) fn build(paths: &Paths, mode: Mode) -> Result<Manifest> {
    // The server embeds this folder, so it must exist whatever happens below.
    fs::create_dir_all(paths.site())?;
    // First, because it is quick and the likeliest to fail.
    let style_sheet = css::build(paths, mode)?;
    let bindgen = wasm::build(paths, mode)?;
    let mut parts = Parts {
        script: bindgen.join("gavel.js"),
        module: bindgen.join("gavel_bg.wasm"),
        bindgen,
        style_sheet,
    };
    if let Some(shrinker) = Shrinker::for_mode(paths, mode)? {
        let small = paths.work(mode).join("small");
        for (part, name) in [(&mut parts.script, "gavel.js"), (&mut parts.style_sheet, "gavel.css")] {
            shrinker.text(part, &small.join(name))?;
            *part = small.join(name);
        }
        shrinker.wasm(&parts.module, &small.join("gavel_bg.wasm"))?;
        parts.module = small.join("gavel_bg.wasm");
    }
    bundle::write(paths, mode, &parts)
}
