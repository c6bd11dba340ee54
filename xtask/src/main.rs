//! Gavel's build program: everything that `make` does beyond calling cargo.
//!
//! `cargo xtask help` lists the commands.

mod assets;
mod bundle;
mod cargo;
mod compress;
mod console;
mod css;
mod deny;
mod dev;
mod gateway_bench;
mod mode;
mod package;
mod paths;
mod shrink;
mod sizes;
mod stamp;
mod verify;
mod wasm;

use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::{cargo::Cargo, console::say, mode::Mode, paths::Paths};

const HELP: &str = "\
cargo xtask COMMAND

  build [--dev]   web assets, then the binary: target/release/gavel (--dev: target/debug/gavel)
  assets [--dev]  web assets only: target/site
  css             check every class in the sources, without building anything
  dev [ARGS]      build for development, serve (ARGS go to `gavel serve`), rebuild on change
  lint            formatting, classes, what crates may be used (deny.toml), clippy for the server and for the browser
  deny            licences, sources and bans of deny.toml alone
  test            lint, all tests, the release build, end-to-end tests on it
  bench-gateway [RULES]
                  what the gateway costs, beside the upstream alone and nginx (takes the release build), and what so
                  many rules add to it
  package [ARGS]  the release build as a Debian package (ARGS go to cargo-deb)
  sizes           bytes of every asset: raw, gzip, brotli
  help            this text
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match run(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn run(args: &[String]) -> Result<()> {
    let paths = Paths::locate()?;
    let (command, rest) = match args.split_first() {
        Some((command, rest)) => (command.as_str(), rest),
        None => ("help", args),
    };
    match command {
        "build" => build(&paths, Mode::from_flags(rest)?),
        "assets" => assets::build(&paths, Mode::from_flags(rest)?).map(drop),
        "css" => css::check(&paths),
        "dev" => dev::run(&paths, rest),
        "deny" => deny::check(&paths),
        "lint" => verify::lint(&paths),
        "test" => verify::test(&paths),
        "bench-gateway" => gateway_bench::run(&paths, rest),
        "package" => package::make(&paths, rest),
        "sizes" => sizes::print(&paths),
        "help" | "--help" | "-h" => {
            console::print(HELP);
            Ok(())
        }
        unknown => bail!("unknown command `{unknown}`; `cargo xtask help` lists them"),
    }
}

fn build(paths: &Paths, mode: Mode) -> Result<()> {
    assets::build(paths, mode)?;
    let binary = Cargo::new(paths).build_server(mode)?;
    let bytes = std::fs::metadata(&binary)?.len();
    say(&format!("{} is ready ({:.1} MB)", paths.shown(&binary), bytes as f64 / 1e6));
    Ok(())
}
