//! Charts: a table of figures, and a drawing of it.
//!
//! All of a chart follows from its [`Table`]: the SVG that the server sends and the browser wakes, what is read out under the
//! pointer, the table behind it, and the files to download. The drawing is text that both halves write by the same code, so
//! that waking a page walks through no thousand shapes.

mod drawing;
mod figure;
mod file;
mod picture;
mod scale;
mod table;

pub(crate) use figure::{ChartFigure, SmallChart};
#[cfg(feature = "ssr")]
pub use file::Colours;
pub(crate) use table::{Cell, Figures, Table};

/// How a column of a table is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Series {
    /// Which column, counted from 0; column 0 names the rows.
    pub(crate) column: usize,
    /// How it looks: one of the class names of the chart style.
    pub(crate) look: &'static str,
}

/// What is drawn of a table.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Plot {
    /// Columns that stand on each other as bars.
    pub(crate) bars: Vec<Series>,
    /// Columns that are drawn as lines.
    pub(crate) lines: Vec<Series>,
    /// A place between the first and the last row, 0 to 1, and its name.
    pub(crate) mark: Option<(f64, String)>,
    /// What stands behind numbers on the axis.
    pub(crate) unit: &'static str,
}

/// A figure beside those of the table.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Near {
    /// The figure.
    pub(crate) cell: Cell,
    /// What is said behind it.
    pub(crate) words: &'static str,
}

/// A chart.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Chart {
    /// What files of it are called, and its place on the page.
    pub(crate) name: &'static str,
    /// Its heading.
    pub(crate) title: &'static str,
    /// What it says, in a sentence.
    pub(crate) summary: String,
    /// One more figure of that sentence, which the table does not have.
    pub(crate) near: Option<Near>,
    /// The figures.
    pub(crate) table: Table,
    /// How they are drawn.
    pub(crate) plot: Plot,
}
