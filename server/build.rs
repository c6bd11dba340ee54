//! Makes sure that the folder of web assets exists, so that a clean clone compiles before the browser's half is built.

use std::{env, fs, io, path::Path};

fn main() -> io::Result<()> {
    let site = Path::new("../target/site");
    fs::create_dir_all(site)?;
    println!("cargo::rerun-if-changed=build.rs");
    // A release embeds the files, so it must be compiled anew when they change; a debug build reads them when asked.
    if env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        println!("cargo::rerun-if-changed={}", site.display());
    }
    Ok(())
}
