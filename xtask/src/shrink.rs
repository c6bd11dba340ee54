//! Makes module, glue and style sheet smaller with wasm-opt and esbuild, both from npm.
//!
//! Debian's wasm-opt (binaryen 108) exits 0 and breaks the app, so only the locked version is used.
//! Without Node.js the app works as well, just larger: the build says so and goes on.

use std::{
    ffi::OsStr,
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail, ensure};

use crate::{
    console::{Step, kilobytes, say},
    mode::Mode,
    paths::Paths,
    stamp,
};

/// The glue names the loader once for each lazy route in one list of imports; the last one counts, and all are the same.
const GLUE_REPEATS: &str = "--log-override:duplicate-object-key=silent";

/// What binaryen says of names that rustc wrote and that it is about to remove.
const HARMLESS: &str = "unknown name subsection";

/// The tools of `xtask/package.json`, installed.
pub(crate) struct Shrinker {
    tools: PathBuf,
    /// The lock file's hash: other versions make other files.
    version: String,
}

impl Shrinker {
    /// The tools for this build: none in development, and none (with a word about it) without Node.js.
    pub(crate) fn for_mode(paths: &Paths, mode: Mode) -> Result<Option<Self>> {
        if mode == Mode::Dev {
            return Ok(None);
        }
        if std::env::var_os("GAVEL_WITHOUT_NODE").is_some() || !runs("node") || !runs("npm") {
            say("no Node.js with npm here: going on without wasm-opt and esbuild, the assets will be larger");
            return Ok(None);
        }
        let tools = paths.root.join("xtask");
        let lock = fs::read(tools.join("package-lock.json"))?;
        let version = stamp::hash([lock.as_slice()]);
        if let Err(error) = install(&tools, &version) {
            say(&format!("going on without wasm-opt and esbuild, the assets will be larger: {error:#}"));
            return Ok(None);
        }
        Ok(Some(Self { tools, version }))
    }

    /// Shrinks wasm modules, each from one file to another: as many side by side as there are cores, and many in one process.
    pub(crate) fn wasm(&self, modules: &[(PathBuf, PathBuf)]) -> Result<()> {
        let step = Step::quiet("wasm-opt");
        let script = self.tools.join("wasm-opt.mjs");
        let how = fs::read(&script)?;
        let mut stale = Vec::new();
        for (from, to) in modules {
            let input = fs::read(from)?;
            let key = stamp::hash([self.version.as_bytes(), &how, &input]);
            if !stamp::is_made_from(&key, to) {
                stamp::begin(to)?;
                stale.push((input.len(), format!("{}\t{}\n", from.display(), to.display()), key, to));
            }
        }
        // The largest first, dealt out in turn: each process gets about as much.
        stale.sort_by_key(|module| std::cmp::Reverse(module.0));
        let processes = std::thread::available_parallelism().map_or(1, usize::from).min(stale.len());
        let parts: Vec<String> = (0..processes)
            .map(|first| {
                stale.iter().skip(first).step_by(processes).map(|(_, line, ..)| line.as_str()).collect()
            })
            .collect();
        std::thread::scope(|scope| {
            let running: Vec<_> = parts.iter().map(|part| scope.spawn(|| optimise(&script, part))).collect();
            running.into_iter().try_for_each(|one| one.join().unwrap_or_else(|_| bail!("a thread broke")))
        })?;
        stale.iter().try_for_each(|(_, _, key, to)| stamp::finish(key, to))?;
        let bytes = |files: &mut dyn Iterator<Item = &PathBuf>| -> Result<u64> {
            files.map(|file| Ok(fs::metadata(file)?.len())).sum()
        };
        let (before, after) = (
            bytes(&mut modules.iter().map(|(from, _)| from))?,
            bytes(&mut modules.iter().map(|(_, to)| to))?,
        );
        let made = format!("{} of {} modules made anew", stale.len(), modules.len());
        step.done(&format!("{} → {}, {made}", kilobytes(before), kilobytes(after)));
        Ok(())
    }

    /// Minifies a script (an ES module) or a style sheet; the file's ending tells which.
    pub(crate) fn text(&self, from: &Path, to: &Path) -> Result<()> {
        let options =
            ["--minify", "--legal-comments=none", "--log-level=warning", "--charset=utf8", GLUE_REPEATS];
        let mut command = Command::new(self.tools.join("node_modules/.bin/esbuild"));
        command.arg(from).args(options).arg(joined("--outfile=", to));
        self.run("esbuild", command, &options, from, to)
    }

    fn run(&self, tool: &str, mut command: Command, options: &[&str], from: &Path, to: &Path) -> Result<()> {
        let input = fs::read(from)?;
        let key = stamp::hash([self.version.as_bytes(), options.concat().as_bytes(), &input]);
        let name = from.file_name().and_then(OsStr::to_str).unwrap_or_default();
        let step = Step::quiet(format!("{tool} {name}"));
        let ran = stamp::unless_made_from(&key, to, || {
            let output =
                command.stdin(Stdio::null()).output().with_context(|| format!("cannot start {tool}"))?;
            let messages = String::from_utf8_lossy(&output.stderr);
            ensure!(output.status.success(), "{tool} failed on {}:\n{messages}", from.display());
            for message in messages.lines().filter(|line| !line.trim().is_empty() && !line.contains(HARMLESS))
            {
                say(&format!("{tool} warns about {name}: {message}"));
            }
            Ok(())
        })?;
        let (before, after) = (input.len() as u64, fs::metadata(to)?.len());
        let note = if ran { "" } else { ", unchanged" };
        step.done(&format!("{} → {}{note}", kilobytes(before), kilobytes(after)));
        Ok(())
    }
}

/// Runs `wasm-opt.mjs` on lines of "from<tab>to".
fn optimise(script: &Path, lines: &str) -> Result<()> {
    let mut node = Command::new("node")
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .context("cannot start node")?;
    node.stdin.take().context("node reads nothing")?.write_all(lines.as_bytes())?;
    let output = node.wait_with_output()?;
    let messages = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "wasm-opt failed:\n{messages}");
    let telling = |line: &&str| !line.trim().is_empty() && !line.contains(HARMLESS);
    messages.lines().filter(telling).for_each(|message| say(&format!("wasm-opt warns: {message}")));
    Ok(())
}

/// Installs exactly what the lock file names, unless that has been done.
fn install(tools: &Path, version: &str) -> Result<()> {
    let installed = tools.join("node_modules/.package-lock.json");
    stamp::unless_made_from(version, &installed, || {
        let step = Step::start("npm ci (wasm-opt, esbuild)");
        let output = Command::new("npm")
            .args(["ci", "--no-audit", "--no-fund", "--loglevel=error"])
            .current_dir(tools)
            .stdin(Stdio::null())
            .output()
            .context("cannot start npm")?;
        ensure!(output.status.success(), "npm ci failed: {}", String::from_utf8_lossy(&output.stderr).trim());
        step.done("installed");
        Ok(())
    })?;
    Ok(())
}

fn runs(program: &str) -> bool {
    let mut version = Command::new(program);
    version.arg("--version").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    version.status().is_ok_and(|status| status.success())
}

fn joined(prefix: &str, path: &Path) -> std::ffi::OsString {
    let mut argument = std::ffi::OsString::from(prefix);
    argument.push(path);
    argument
}
