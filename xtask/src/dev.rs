//! `make dev`: serves a development build and replaces it when a source changes.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    process::{Child, Command},
    time::{Duration, Instant, SystemTime},
};

use anyhow::{Context, Result};

use crate::{
    assets,
    cargo::Cargo,
    console::say,
    mode::Mode,
    paths::{Paths, files_under},
};

/// What is watched. Looking at the times of a few hundred files costs a millisecond or two,
/// so no file-system notifications are needed.
const WATCHED: &[&str] = &["app", "frontend", "server", "style", "migrations", "Cargo.toml", "Cargo.lock"];

/// How often to look.
const EVERY: Duration = Duration::from_millis(400);

/// How long the server may finish what is under way before it is stopped for good.
const GRACE: Duration = Duration::from_secs(5);

/// Builds, serves and watches until interrupted. `serve_args` go to `gavel serve`.
pub(crate) fn run(paths: &Paths, serve_args: &[String]) -> Result<()> {
    let mut server: Option<Child> = None;
    let mut seen = BTreeMap::new();
    loop {
        let now = snapshot(paths)?;
        if now != seen {
            say_what_changed(paths, &seen, &now);
            seen = now;
            match build(paths) {
                Ok(binary) => {
                    server.take().map(stop).transpose()?;
                    server = Some(start(paths, &binary, serve_args)?);
                }
                Err(error) => {
                    say(&format!("error: {error:#}\nxtask: waiting for a change; what ran before goes on"))
                }
            }
        }
        if let Some(status) = server.as_mut().map(Child::try_wait).transpose()?.flatten() {
            say(&format!("gavel ended ({status}); waiting for a change"));
            server = None;
        }
        wait(EVERY);
    }
}

fn build(paths: &Paths) -> Result<PathBuf> {
    assets::build(paths, Mode::Dev)?;
    Cargo::new(paths).build_server(Mode::Dev)
}

fn start(paths: &Paths, binary: &PathBuf, serve_args: &[String]) -> Result<Child> {
    say(&format!("{} serve {}", paths.shown(binary), serve_args.join(" ")));
    let mut command = Command::new(binary);
    command.arg("serve").args(serve_args).current_dir(&paths.root).spawn().context("cannot start gavel")
}

/// Asks the server to finish, as a service manager would, and insists after [`GRACE`].
fn stop(mut server: Child) -> Result<()> {
    Command::new("kill").args(["-TERM", &server.id().to_string()]).status().context("cannot run kill")?;
    let asked = Instant::now();
    while server.try_wait()?.is_none() {
        if asked.elapsed() > GRACE {
            server.kill()?;
            server.wait()?;
            break;
        }
        wait(Duration::from_millis(50));
    }
    Ok(())
}

type Snapshot = BTreeMap<PathBuf, SystemTime>;

fn snapshot(paths: &Paths) -> Result<Snapshot> {
    let mut times = Snapshot::new();
    for name in WATCHED {
        let path = paths.root.join(name);
        let files = if path.is_dir() { files_under(&path)? } else { vec![path] };
        for file in files {
            // A file may vanish between listing and looking, as editors save by renaming.
            if let Ok(time) = file.metadata().and_then(|known| known.modified()) {
                times.insert(file, time);
            }
        }
    }
    Ok(times)
}

fn say_what_changed(paths: &Paths, before: &Snapshot, now: &Snapshot) {
    if before.is_empty() {
        return;
    }
    let changed = now.iter().filter(|(file, time)| before.get(*file) != Some(time)).map(|(file, _)| file);
    let removed = before.keys().filter(|file| !now.contains_key(*file));
    let names: Vec<String> = changed.chain(removed).map(|file| paths.shown(file)).collect();
    say(&format!("changed: {}", names.join(", ")));
}

#[expect(clippy::disallowed_methods, reason = "a build program has no async worker that this could block")]
fn wait(time: Duration) {
    std::thread::sleep(time);
}
