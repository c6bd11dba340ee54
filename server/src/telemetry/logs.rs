//! Structured logs on standard error, as text or JSON.

use std::{io, panic};

use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt, util::SubscriberInitExt};

use crate::config::LogFormat;

/// Starts logging; `filter` was checked with the settings. A second start in one process changes nothing.
pub fn start(format: LogFormat, filter: &str) {
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = fmt::layer().with_writer(io::stderr);
    let started = match format {
        LogFormat::Json => {
            let lines = lines.json().flatten_event(true).with_current_span(true).with_span_list(false);
            tracing_subscriber::registry().with(filter).with(lines).try_init()
        }
        LogFormat::Text => {
            let lines = lines.with_ansi(io::IsTerminal::is_terminal(&io::stderr()));
            tracing_subscriber::registry().with(filter).with(lines).try_init()
        }
    };
    if started.is_ok() {
        log_panics();
    }
}

/// A panic's text can quote the string that was being sliced, which here is somebody's message: only the place is logged.
fn log_panics() {
    panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(%place, "a bug: the program panicked");
    }));
}
