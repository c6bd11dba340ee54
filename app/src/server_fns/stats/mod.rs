//! Figures and charts.

mod asked;
mod charts;
mod reasons;
mod tops;
mod what_if;

pub use asked::{Asked, NO_SITE, PRESETS};
pub use charts::{ChartsReport, get_charts};
pub use reasons::{ReasonsCounted, count_reasons};
pub use tops::{TopsReport, get_tops};
pub use what_if::{WhatIfReport, get_what_if};
