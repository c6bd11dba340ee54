//! Charts as files.

#[cfg(feature = "ssr")]
use super::{Chart, Table, drawing};

/// Width of the file, in pixels.
#[cfg(feature = "ssr")]
const WIDTH: u32 = 960;

/// The light colours of the pages; a file is looked at on white, and printed.
#[cfg(feature = "ssr")]
const STYLE: &str = "text{font:12px system-ui,sans-serif;fill:#565d6b;paint-order:stroke;stroke:#fff;stroke-width:3px}\
    .title{font-size:15px;font-weight:600;fill:#1a1d23}\
    .c-grid{stroke:#dfe2e8}.c-axis{stroke:#868d9b}.c-mark{stroke:#1a1d23;stroke-dasharray:4 3}\
    .c-spam{fill:#b3202a}.c-ham{fill:#166a3d}.c-ham-ground{fill:#e3f4ea}.c-unsure{fill:#855000}\
    .c-unsure-ground{fill:#fdf1dc}.c-bar{fill:#4547c9}\
    .c-line,.c-line-2,.c-line-3,.c-line-before{fill:none;stroke:#4547c9;stroke-width:2}\
    .c-line-2{stroke:#855000;stroke-dasharray:6 3}.c-line-3{stroke:#b3202a;stroke-dasharray:2 3}\
    .c-line-before{stroke:#565d6b;stroke-width:1.5;stroke-dasharray:3 3}.c-point{fill:#fff}";

#[cfg(feature = "ssr")]
impl Chart {
    /// A picture that stands for itself.
    pub(crate) fn svg(&self) -> String {
        let height = drawing::HEIGHT + 60.0;
        let (title, summary) = (drawing::escaped(self.title), drawing::escaped(&self.summary));
        // Links lead nowhere outside of this Gavel.
        let shapes = drawing::shapes(&self.unlinked());
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" role=\"img\">\
             <title>{title}</title><desc>{summary}</desc><style>{STYLE}</style>\
             <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\
             <text class=\"title\" x=\"16\" y=\"26\">{title}</text>\
             <svg x=\"16\" y=\"44\" width=\"{}\" height=\"{}\">{shapes}</svg></svg>\n",
            WIDTH - 32,
            drawing::HEIGHT
        )
    }

    fn unlinked(&self) -> Self {
        let mut chart = self.clone();
        chart.table.rows.iter_mut().flatten().for_each(|cell| cell.link = None);
        chart
    }
}

#[cfg(feature = "ssr")]
impl Table {
    /// The names of the columns, and the figures as plain text: numbers as numbers.
    pub(crate) fn records(&self) -> Vec<Vec<String>> {
        let names = self.columns.iter().map(|name| (*name).to_owned()).collect();
        let text = |cell: &super::Cell| match (&cell.link, cell.value) {
            (_, Some(value)) => super::scale::trimmed(value),
            (..) => cell.text.clone(),
        };
        let rows = self.rows.iter().map(|row| row.iter().map(text).collect());
        std::iter::once(names).chain(rows).collect()
    }
}
