//! Imports: the list, a new one, and one of them stage by stage.

mod account;
mod agreement;
mod cost;
mod list;
mod new;
mod page;
mod plan;
mod preview;
mod progress;
mod reading;
mod results;

pub(crate) use list::ImportsPage;
pub(crate) use new::NewImportPage;
pub(crate) use page::ImportPage;

use domain::ImportState;

/// A state in words.
fn state_words(state: ImportState) -> &'static str {
    match state {
        ImportState::Uploaded => "choosing columns",
        ImportState::Reading => "reading the file",
        ImportState::Ready => "ready to start",
        ImportState::Running => "checking",
        ImportState::Paused => "paused",
        ImportState::Waiting => "waiting",
        ImportState::Done => "done",
        ImportState::Cancelled => "cancelled",
    }
}

/// A size in words.
#[expect(clippy::cast_precision_loss, reason = "a size to show")]
fn size_words(bytes: u64) -> String {
    match bytes {
        0..10_000 => format!("{bytes} bytes"),
        10_000..1_000_000 => format!("{:.0} kB", bytes as f64 / 1e3),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}

/// Minutes as people say them.
fn minutes_words(minutes: u64) -> String {
    match minutes {
        0..=1 => "a minute".to_owned(),
        2..=119 => format!("{minutes} minutes"),
        120..=2_879 => format!("{} hours", minutes.div_ceil(60)),
        _ => format!("{} days", minutes.div_ceil(1_440)),
    }
}
