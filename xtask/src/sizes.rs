//! What a browser has to load: every asset's bytes.

use std::{fmt::Write, fs};

use anyhow::{Context, Result};

use crate::{bundle::Manifest, console, paths::Paths};

/// Prints the sizes of the last release build, from its manifest.
pub(crate) fn print(paths: &Paths) -> Result<()> {
    let file = paths.site().join("manifest.json");
    let json = fs::read(&file).context("no assets yet; `cargo xtask assets` builds them")?;
    let manifest: Manifest = serde_json::from_slice(&json)?;
    console::print(&table(&manifest)?);
    Ok(())
}

fn table(manifest: &Manifest) -> Result<String> {
    let mut text = format!("{:<44} {:>10} {:>10} {:>10}\n", "bytes by file", "raw", "gzip", "brotli");
    let mut totals = [0; 3];
    for file in &manifest.files {
        let sizes = [file.raw, file.gzip.unwrap_or(file.raw), file.brotli.unwrap_or(file.raw)];
        write_row(&mut text, &file.path, sizes)?;
        for (total, size) in totals.iter_mut().zip(sizes) {
            *total += size;
        }
    }
    write_row(&mut text, "all together", totals)?;
    if manifest.files.iter().any(|file| file.brotli.is_none()) {
        text.push_str("a development build: nothing in it is compressed\n");
    }
    Ok(text)
}

fn write_row(text: &mut String, name: &str, [raw, gzip, brotli]: [u64; 3]) -> Result<()> {
    Ok(writeln!(text, "{name:<44} {raw:>10} {gzip:>10} {brotli:>10}")?)
}
