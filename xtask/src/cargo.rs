//! The calls to cargo.

use std::{
    ffi::OsString,
    path::PathBuf,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, ensure};

use crate::{console::Step, mode::Mode, paths::Paths};

/// The browser's target.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";

/// Cargo, called for one workspace.
pub(crate) struct Cargo<'a> {
    paths: &'a Paths,
}

impl<'a> Cargo<'a> {
    /// Calls run in the workspace's root.
    pub(crate) fn new(paths: &'a Paths) -> Self {
        Self { paths }
    }

    /// Compiles the browser's half and returns the wasm file, before wasm-bindgen.
    pub(crate) fn build_wasm(&self, mode: Mode) -> Result<PathBuf> {
        let profile = mode.wasm_profile();
        self.run(&["build", "--package", "frontend", "--target", WASM, "--profile", profile])?;
        let file = self.paths.target.join(WASM).join(mode.wasm_profile_folder()).join("frontend.wasm");
        ensure!(file.exists(), "cargo succeeded, but {} is missing", file.display());
        Ok(file)
    }

    /// Compiles the server and returns its binary.
    pub(crate) fn build_server(&self, mode: Mode) -> Result<PathBuf> {
        match mode {
            Mode::Dev => self.run(&["build", "--package", "server"])?,
            Mode::Release => self.run(&["build", "--package", "server", "--release"])?,
        }
        Ok(self.paths.target.join(mode.server_profile_folder()).join("gavel"))
    }

    /// What `cargo metadata` prints about all crates that these targets need.
    pub(crate) fn metadata(&self, targets: &[String]) -> Result<Vec<u8>> {
        let mut call = Command::new(program());
        call.args(["metadata", "--format-version", "1", "--locked"]).current_dir(&self.paths.root);
        for target in targets {
            call.args(["--filter-platform", target]);
        }
        let output = call.stderr(Stdio::inherit()).output().context("cannot start cargo")?;
        ensure!(output.status.success(), "`cargo metadata` failed; its messages are above");
        Ok(output.stdout)
    }

    /// A call of cargo-deb, which set-up may have put into the target folder.
    pub(crate) fn deb(&self) -> Command {
        let mut call = Command::new(program());
        let mut folders = vec![self.paths.target.join("tools/bin")];
        folders.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
        if let Ok(path) = std::env::join_paths(folders) {
            call.env("PATH", path);
        }
        call.current_dir(&self.paths.root);
        call
    }

    /// One call, with its seconds; its failure is an error.
    pub(crate) fn run(&self, args: &[&str]) -> Result<()> {
        let line = format!("cargo {}", args.join(" "));
        let step = Step::start(&line);
        let status = Command::new(program())
            .args(args)
            .current_dir(&self.paths.root)
            .stdin(Stdio::null())
            .status()
            .context("cannot start cargo")?;
        ensure!(status.success(), "`{line}` failed; its messages are above");
        step.done("done");
        Ok(())
    }
}

/// `CARGO` names the very cargo that runs this program, so that one toolchain builds everything.
fn program() -> OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}
