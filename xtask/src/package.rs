//! `cargo xtask package`: the Debian package, by cargo-deb. What is in it stands in `server/Cargo.toml`.

use std::{
    fs::File,
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, ensure};
use flate2::{Compression, GzBuilder};

use crate::{
    cargo::Cargo,
    console::{Step, say},
    mode::Mode,
    paths::{Paths, files_under},
};

/// Shells, and the file that each of them reads.
const SHELLS: [(&str, &str); 3] = [("bash", "gavel.bash"), ("zsh", "_gavel"), ("fish", "gavel.fish")];

/// Packages the release build, which is there already. `args` go to cargo-deb, for instance `--deb-version 0.1.0~test`.
pub(crate) fn make(paths: &Paths, args: &[String]) -> Result<()> {
    let release = paths.target.join(Mode::Release.server_profile_folder());
    let binary = release.join("gavel");
    ensure!(binary.exists(), "{} is missing; `make package` builds it first", paths.shown(&binary));
    let beside = release.join("package");
    manual(&binary, &beside)?;

    let step = Step::start("cargo deb");
    let mut call = Cargo::new(paths).deb();
    call.args(["deb", "--package", "server", "--no-build", "--no-strip"]).args(args);
    let output = call.stdin(Stdio::null()).stderr(Stdio::inherit()).output();
    let output = output.context("cannot start cargo-deb; xtask/setup/package.sh installs it")?;
    ensure!(output.status.success(), "cargo-deb failed; its messages are above");
    step.done("done");
    let made = String::from_utf8_lossy(&output.stdout);
    let made = Path::new(made.trim());
    let bytes = std::fs::metadata(made).with_context(|| format!("no package at {}", made.display()))?.len();
    say(&format!("{} is ready ({:.1} MB)", paths.shown(made), bytes as f64 / 1e6));
    Ok(())
}

/// Man pages, and what shells complete by: the binary writes both.
fn manual(binary: &Path, to: &Path) -> Result<()> {
    if to.exists() {
        std::fs::remove_dir_all(to)?;
    }
    std::fs::create_dir_all(to)?;
    let mut man = Command::new(binary);
    run(man.arg("man").arg("--to").arg(to.join("man")).stdout(Stdio::null()))?;
    for page in files_under(&to.join("man"))? {
        // Debian wants them so, and cargo-deb packs only what lies elsewhere.
        let mut packed = page.clone().into_os_string();
        packed.push(".gz");
        let mut packer = GzBuilder::new().write(File::create(packed)?, Compression::best());
        packer.write_all(&std::fs::read(&page)?)?;
        packer.finish()?;
        std::fs::remove_file(page)?;
    }
    for (shell, file) in SHELLS {
        let script = File::create(to.join(file))?;
        run(Command::new(binary).args(["completions", shell]).stdout(script))?;
    }
    Ok(())
}

fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("cannot start {command:?}"))?;
    ensure!(status.success(), "{command:?} failed");
    Ok(())
}
