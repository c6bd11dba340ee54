//! `make lint` and `make test`: every check, in the order in which it is quickest to fail.

use std::{
    fs::File,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use anyhow::{Context, Result, ensure};

use crate::{
    assets,
    cargo::{Cargo, WASM},
    console::{Step, print, say},
    css, deny,
    mode::Mode,
    paths::Paths,
};

/// Formatting, classes, what crates may be used, and clippy with warnings as errors.
///
/// Server and browser are linted apart: `app` must never be compiled with `ssr` and `hydrate` together,
/// which one call for the whole workspace would do.
pub(crate) fn lint(paths: &Paths) -> Result<()> {
    let cargo = Cargo::new(paths);
    cargo.run(&["fmt", "--all", "--check"])?;
    css::check(paths)?;
    deny::check(paths)?;
    cargo.run(&[
        "clippy",
        "--workspace",
        "--exclude",
        "frontend",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ])?;
    let browser =
        ["--package", "frontend", "--package", "app", "--package", "domain", "--features", "app/hydrate"];
    cargo.run(&[&["clippy", "--target", WASM], &browser[..], &["--", "-D", "warnings"]].concat())
}

/// Everything: lints, unit, integration and doc tests, the release build, end-to-end tests on it.
pub(crate) fn test(paths: &Paths) -> Result<()> {
    let whole = Step::quiet("make test");
    lint(paths)?;
    let cargo = Cargo::new(paths);
    // xtask apart, so that it is not compiled again with the server's features of shared crates.
    cargo.run(&["test", "--package", "xtask"])?;
    let tests = ["test", "--workspace", "--exclude", "frontend", "--exclude", "xtask"];
    cargo.run(&[&tests[..], &["--no-run"]].concat())?;
    let release = Beside::start(paths)?;
    cargo.run(&[&tests[..], &["--", "--skip", MEASURED]].concat())?;
    release.wait()?;
    cargo.run(&[
        "test",
        "--workspace",
        "--exclude",
        "frontend",
        "--exclude",
        "xtask",
        "--test",
        "strangers",
    ])?;
    assets::build(paths, Mode::Release)?;
    let binary = cargo.build_server(Mode::Release)?;

    browser(paths, &binary)?;
    clients(paths, &binary)?;
    say("all checks passed");
    whole.done("passed");
    Ok(())
}

/// The test that measures how long honest checks wait: nothing runs beside it.
const MEASURED: &str = "strangers_hold_what_they_can_and_nobody_else_notices";

/// The release build beside the tests, which mostly wait: it takes what they leave of the processor. What it says is shown where it fails.
struct Beside {
    build: Child,
    log: PathBuf,
}

impl Beside {
    fn start(paths: &Paths) -> Result<Self> {
        let log = paths.target.join("release-beside-tests.log");
        let out = File::create(&log).with_context(|| format!("cannot write {}", log.display()))?;
        let mut build = Command::new("nice");
        build
            .args(["-n", "19"])
            .arg(std::env::current_exe()?)
            .arg("build")
            .current_dir(&paths.root)
            .stdin(Stdio::null())
            .stdout(out.try_clone()?)
            .stderr(out);
        Ok(Self { build: build.spawn().context("cannot start nice")?, log })
    }

    fn wait(mut self) -> Result<()> {
        let step = Step::start("the release build that runs beside the tests");
        let status = self.build.wait()?;
        if !status.success() {
            print(&std::fs::read_to_string(&self.log).unwrap_or_default());
        }
        ensure!(status.success(), "the release build failed; its messages are above");
        step.done("done");
        Ok(())
    }
}

/// What a moderator does all day, in a browser on PostgreSQL: each of these asks the database for something of its own. (Large bulk
/// actions pass there, too, at some 200 rows a second: too slow for every run.)
const ON_POSTGRES: &[&str] = &[
    "--",
    "--project=javascript",
    "day.spec",
    "log.spec",
    "review",
    "rows.spec",
    "live",
    "imports",
    "stats",
];

/// The release in a browser: everything on SQLite, a moderator's day on PostgreSQL.
fn browser(paths: &Paths, binary: &Path) -> Result<()> {
    for (name, engine, args) in
        [("end-to-end tests", "sqlite", &[][..]), ("end-to-end tests on PostgreSQL", "postgres", ON_POSTGRES)]
    {
        let step = Step::start(name);
        let mut playwright = Command::new("npm");
        playwright
            .args(["run", "--silent", "test"])
            .args(args)
            .current_dir(paths.root.join("end2end"))
            .env("GAVEL", binary)
            .env("GAVEL_TEST_ENGINE", engine);
        let status = playwright.status().context("cannot start npm; xtask/setup/browser.sh installs it")?;
        ensure!(status.success(), "{name} failed; the report is in end2end/playwright-report");
        step.done("passed");
    }
    Ok(())
}

/// Half a minute of bad days.
const SHORT_SOAK: &[&str] = &["-m", "soak", "--seed", "make test", "--seconds", "25"];

/// Real API clients against the release: the contract row by row, the examples that people copy, and whatever the OpenAPI
/// document allows or forbids; a real WordPress; and bad days, after which nothing may be lost or different.
fn clients(paths: &Paths, binary: &Path) -> Result<()> {
    let folder = paths.root.join("end2end");
    for (name, program, args) in [
        ("tests with API clients", "pytest", &[][..]),
        // Skipped where xtask/setup/wordpress.sh said that it cannot set WordPress up.
        ("tests with a real WordPress", "pytest", &["wordpress"]),
        ("requests by the OpenAPI document", "python", &["openapi/check.py"]),
        // The same days every time; `make soak` has others, and more of them: two programs that spend one budget, and a clock that
        // jumps while a submission is under way, are not free of faults yet.
        ("a short soak", "python", SHORT_SOAK),
    ] {
        let step = Step::start(name);
        let mut python = Command::new(folder.join(".venv/bin").join(program));
        python
            .args(args)
            .current_dir(&folder)
            .env("GAVEL", binary)
            // Compiled by `cargo test`, as every example is.
            .env("PROTECT_EXAMPLE", paths.target.join("debug/examples/protect"));
        let status = python.status().context("cannot start Python; xtask/setup/clients.sh installs it")?;
        ensure!(status.success(), "{name} failed");
        step.done("passed");
    }
    Ok(())
}
