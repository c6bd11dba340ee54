//! What pages share.

mod action_notice;
mod bar_chart;
mod blur_switch;
pub(crate) mod classes;
mod copy_button;
mod error_panel;
mod field;
mod hostile_text;
mod icon;
mod quota_meter;
mod score_bar;
mod search_box;
mod shell;
mod signals;
mod theme_switch;
mod time;
mod undo_toasts;
mod verdict;

pub(crate) use action_notice::ActionNotice;
pub(crate) use bar_chart::DailyChart;
pub(crate) use blur_switch::BlurSwitch;
pub(crate) use copy_button::CopyButton;
pub(crate) use error_panel::{ErrorPanel, NotFound};
pub(crate) use field::{FieldProblem, TextField};
pub(crate) use hostile_text::{HostileText, Marked};
pub(crate) use icon::{Glyph, Icon};
pub(crate) use quota_meter::{QuotaMeter, QuotaMini};
pub(crate) use score_bar::ScoreBar;
pub(crate) use shell::{Bare, SessionResource, Shell};
pub(crate) use signals::Signals;
pub(crate) use theme_switch::ThemeSwitch;
pub(crate) use time::{TimeAgo, now};
pub(crate) use undo_toasts::UndoToasts;
pub(crate) use verdict::{FeedbackNote, LabelBadge, VerdictBadge};
