//! What the build says as it goes: each step, with its seconds.

use std::{
    io::Write,
    time::{Duration, Instant},
};

/// Writes text as it is to standard output. A closed pipe is no reason to stop a build.
pub(crate) fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// One line about the build.
pub(crate) fn say(line: &str) {
    print(&format!("xtask: {line}\n"));
}

/// A running step; [`Step::done`] says how long it took.
pub(crate) struct Step {
    name: String,
    started: Instant,
}

impl Step {
    /// Announces a step that may take a while.
    pub(crate) fn start(name: impl Into<String>) -> Self {
        let name = name.into();
        say(&format!("{name} …"));
        Self::quiet(name)
    }

    /// A step that is announced only when it is done.
    pub(crate) fn quiet(name: impl Into<String>) -> Self {
        Self { name: name.into(), started: Instant::now() }
    }

    /// Says that the step is done, and what came out.
    pub(crate) fn done(self, result: &str) {
        say(&format!("{}: {result} ({})", self.name, seconds(self.started.elapsed())));
    }
}

/// A duration as a person reads it, for instance `0.3 s`.
pub(crate) fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}

/// A size in bytes as a person reads it, for instance `182.4 KB` (1 KB = 1,000 bytes).
pub(crate) fn kilobytes(bytes: u64) -> String {
    format!("{:.1} KB", bytes as f64 / 1e3)
}
