//! Detections: the log, with the list on the left and one detection on the right.

mod arrivals;
mod bulk_bar;
mod detail;
mod export;
mod facets;
mod filters;
mod how_many;
mod list;
mod log;
mod look_menu;
mod notes;
mod pane;
mod parts;
mod place;
mod row_tools;
mod save_search;
mod when;
mod wishes;

pub(crate) use bulk_bar::forget_confirmation;
pub(crate) use detail::{DetectionDetail, NoteDraft, does};
pub(crate) use log::{DetectionsPage, NothingOpen};
pub(crate) use pane::DetectionPane;
pub(crate) use parts::LogPart;
