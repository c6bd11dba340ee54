//! What the log tells in figures: what charts and tables of the Stats page are drawn from.

mod days;
mod interval;
mod report;
mod scope;
mod threshold;
mod usual;

pub use days::{DAYS_MAX, Days, Slot, Step, between};
pub use interval::{Share, real};
pub use report::{
    Charts, Confusion, Example, Latency, Leaders, Named, Percentiles, Person, Spending, Tally, Top, Tops,
    Totals, WhatIf, Work,
};
pub use scope::{Scope, site_term};
pub use threshold::{LabelledScores, THRESHOLD_MAX};
pub use usual::{Compared, DaySoFar, Standing, WEEKS};

/// How wide a step of the spread of scores is, in points.
pub const SCORE_STEP: u8 = 5;

/// Steps of the spread of scores; the last one includes 100.
pub const SCORE_STEPS: usize = 20;
