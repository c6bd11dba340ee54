//! A table drawn as SVG.
//!
//! Across, everything is in percent, so that the drawing fits any width and its text is not stretched; down it is in pixels. Lines
//! are paths in a drawing of their own that is stretched, while their strokes are not. The numbers of the axis stand left of all that;
//! whoever places the drawing leaves room for them. Nothing here is a link or says its figures:
//! that is the table's part, and the browser's (`figure.rs`), so that a range of many columns stays a small page.

use std::fmt::Write;

use super::{
    Chart, Series,
    scale::{short, ticks, trimmed},
    table::Cell,
};

/// Height of the whole drawing, in pixels.
pub(super) const HEIGHT: f64 = 176.0;

/// What the numbers of the axis take on the left, in pixels; `.chart` in `style/base.css` says the same.
#[cfg(feature = "ssr")]
pub(super) const ROOM_FOR_NUMBERS: u32 = 44;

/// Where the plot begins and ends, from the top, in pixels.
const TOP: f64 = 14.0;
const BOTTOM: f64 = 154.0;

/// Most names below the axis.
const NAMES: usize = 4;

/// Most points whose place is marked on a line.
const POINTS: usize = 60;

/// Width of the stretched drawing of a line, in its own units: a tenth of a percent each.
const ACROSS: f64 = 1000.0;

/// The shapes of a chart, as they stand inside `<svg>`.
pub(super) fn shapes(chart: &Chart) -> String {
    let mut drawing = Drawing { markup: String::new(), chart, most: 0.0 };
    drawing.patterns();
    drawing.axis();
    drawing.names();
    drawing.bars();
    for line in &chart.plot.lines {
        drawing.line(*line);
    }
    drawing.numbers();
    drawing.mark();
    drawing.markup
}

/// Where a row stands, across, in percent: its left edge and its width.
pub(super) fn column(row: usize, rows: usize) -> (f64, f64) {
    let width = 100.0 / rows.max(1) as f64;
    (row as f64 * width, width)
}

/// Text that cannot be taken for markup.
pub(super) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            // XML knows no other control characters.
            char if char.is_control() && !matches!(char, '\t' | '\n' | '\r') => safe.push('\u{fffd}'),
            char => safe.push(char),
        }
    }
    safe
}

struct Drawing<'a> {
    markup: String,
    chart: &'a Chart,
    /// Where the axis ends.
    most: f64,
}

impl Drawing<'_> {
    fn write(&mut self, arguments: std::fmt::Arguments<'_>) {
        // Writing to a string does not fail.
        let _ = self.markup.write_fmt(arguments);
    }

    /// How far from the top a value is.
    fn y(&self, value: f64) -> f64 {
        BOTTOM - (value / self.most).clamp(0.0, 1.0) * (BOTTOM - TOP)
    }

    /// What tells verdicts apart without colours.
    fn patterns(&mut self) {
        let name = self.chart.name;
        self.write(format_args!(
            "<defs><pattern id=\"{name}-hatch\" width=\"5\" height=\"5\" patternUnits=\"userSpaceOnUse\" \
             patternTransform=\"rotate(45)\"><rect class=\"c-ham-ground\" width=\"5\" height=\"5\"/>\
             <rect class=\"c-ham\" width=\"2\" height=\"5\"/></pattern>\
             <pattern id=\"{name}-dots\" width=\"5\" height=\"5\" patternUnits=\"userSpaceOnUse\">\
             <rect class=\"c-unsure-ground\" width=\"5\" height=\"5\"/><circle class=\"c-unsure\" cx=\"2.5\" cy=\"2.5\" \
             r=\"1.6\"/></pattern></defs>"
        ));
    }

    fn axis(&mut self) {
        let ticks = ticks(most(self.chart), !self.chart.plot.bars.is_empty());
        self.most = axis_end(self.chart);
        for tick in ticks {
            let y = self.y(tick);
            let class = if tick == 0.0 { "c-axis" } else { "c-grid" };
            self.write(format_args!(
                "<line class=\"{class}\" x1=\"0\" x2=\"100%\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>"
            ));
        }
    }

    /// The numbers of the axis, left of the drawing.
    fn numbers(&mut self) {
        let unit = self.chart.plot.unit;
        for tick in ticks(self.most, !self.chart.plot.bars.is_empty()).into_iter().skip(1) {
            let (y, number) = (self.y(tick) + 4.0, short(tick));
            self.write(format_args!(
                "<text class=\"c-text\" x=\"-6\" y=\"{y:.1}\" text-anchor=\"end\">{number}{unit}</text>"
            ));
        }
    }

    /// Some names below the axis: the first, the last, and what lies evenly between.
    fn names(&mut self) {
        let rows = &self.chart.table.rows;
        let every = rows.len().div_ceil(NAMES).max(1);
        let mut names = String::new();
        for (index, row) in rows.iter().enumerate().step_by(every) {
            let (left, width) = column(index, rows.len());
            let middle = left + width / 2.0;
            // The first may reach below the numbers of the axis.
            let anchor = if index > 0 && middle > 92.0 { "end" } else { "middle" };
            let name = escaped(row.first().map_or("", |cell| shortened(&cell.text)));
            let _ = write!(
                names,
                "<text class=\"c-text\" x=\"{middle:.2}%\" y=\"{:.1}\" text-anchor=\"{anchor}\">{name}</text>",
                HEIGHT - 6.0
            );
        }
        self.markup.push_str(&names);
    }

    fn bars(&mut self) {
        let rows = &self.chart.table.rows;
        let mut below = vec![0.0; rows.len()];
        for Series { column: of, look } in &self.chart.plot.bars {
            let fill = self.fill(look);
            self.write(format_args!("<g class=\"{look}\"{fill}>"));
            for (index, below) in below.iter_mut().enumerate() {
                let value = value(rows, index, *of);
                if value <= 0.0 {
                    continue;
                }
                let (left, width) = column(index, rows.len());
                let (x, width) = (trimmed(left + width * 0.1), trimmed(width * 0.8));
                let (top, bottom) = (self.y(*below + value), self.y(*below));
                *below += value;
                let (y, height) = (trimmed(top), trimmed((bottom - top).max(0.5)));
                self.write(format_args!(
                    "<rect x=\"{x}%\" width=\"{width}%\" y=\"{y}\" height=\"{height}\"/>"
                ));
            }
            self.markup.push_str("</g>");
        }
    }

    /// Patterns are named by attribute: a style sheet knows no other document's names.
    fn fill(&self, look: &str) -> String {
        match look {
            "c-hatched" => format!(" fill=\"url(#{}-hatch)\"", self.chart.name),
            "c-dotted" => format!(" fill=\"url(#{}-dots)\"", self.chart.name),
            _ => String::new(),
        }
    }

    fn line(&mut self, Series { column: of, look }: Series) {
        let rows = &self.chart.table.rows;
        let point = |(index, row): (usize, &Vec<Cell>)| {
            let (left, width) = column(index, rows.len());
            Some((left + width / 2.0, self.y(row.get(of)?.value?)))
        };
        let points: Vec<Option<(f64, f64)>> = rows.iter().enumerate().map(point).collect();
        let (mut path, mut dots, mut begins) = (String::new(), String::new(), true);
        for (index, place) in points.iter().enumerate() {
            let Some((x, y)) = place else {
                begins = true;
                continue;
            };
            let (across, y) = (trimmed(x * ACROSS / 100.0), trimmed(*y));
            let _ = write!(path, "{}{across} {y}", if begins { 'M' } else { 'L' });
            let ends = points.get(index + 1).copied().flatten().is_none();
            // A point without neighbours would not be seen otherwise.
            if points.len() <= POINTS || (begins && ends) {
                let _ = write!(dots, "<circle cx=\"{}%\" cy=\"{y}\" r=\"2.5\"/>", trimmed(*x));
            }
            begins = false;
        }
        self.write(format_args!(
            "<svg width=\"100%\" height=\"{HEIGHT}\" viewBox=\"0 0 {ACROSS} {HEIGHT}\" preserveAspectRatio=\"none\">\
             <path class=\"{look}\" fill=\"none\" vector-effect=\"non-scaling-stroke\" d=\"{path}\"/></svg>\
             <g class=\"{look} c-point\">{dots}</g>"
        ));
    }

    fn mark(&mut self) {
        if let Some((place, name)) = &self.chart.plot.mark {
            let (x, name) = (place * 100.0, escaped(name));
            let anchor = if x > 70.0 { "end" } else { "start" };
            let shift = if x > 70.0 { -4 } else { 4 };
            self.write(format_args!(
                "<line class=\"c-mark\" x1=\"{x:.2}%\" x2=\"{x:.2}%\" y1=\"2\" y2=\"{BOTTOM}\"/>\
                 <text class=\"c-text\" x=\"{x:.2}%\" y=\"10\" dx=\"{shift}\" text-anchor=\"{anchor}\">{name}</text>"
            ));
        }
    }
}

/// A figure that is drawn; nothing where there is none.
fn value(rows: &[Vec<Cell>], row: usize, column: usize) -> f64 {
    rows.get(row).and_then(|row| row.get(column)?.value).unwrap_or_default()
}

/// The highest that anything is drawn.
fn most(chart: &Chart) -> f64 {
    let rows = &chart.table.rows;
    let bars = |row: usize| chart.plot.bars.iter().map(|bar| value(rows, row, bar.column)).sum::<f64>();
    let lines = (0..rows.len())
        .flat_map(|row| chart.plot.lines.iter().map(move |line| value(rows, row, line.column)));
    (0..rows.len()).map(bars).chain(lines).fold(0.0, f64::max)
}

/// Where the axis ends.
fn axis_end(chart: &Chart) -> f64 {
    ticks(most(chart), !chart.plot.bars.is_empty()).last().copied().unwrap_or(1.0)
}

/// Where a click leads that hits a row so many pixels from the top: to what the bar counts, or beside the bars to all that the row
/// counts.
pub(super) fn link_at(chart: &Chart, row: usize, y: f64) -> Option<&str> {
    let rows = &chart.table.rows;
    let cells = rows.get(row)?;
    let drawing = Drawing { markup: String::new(), chart, most: axis_end(chart) };
    let mut below = 0.0;
    for bar in &chart.plot.bars {
        let value = value(rows, row, bar.column);
        if (drawing.y(below + value)..drawing.y(below)).contains(&y) {
            let link = cells.get(bar.column).and_then(|cell| cell.link.as_ref());
            return link.map(|(address, _)| address.as_str());
        }
        below += value;
    }
    // What is drawn as a line is of other days.
    let is_line = |column: usize| chart.plot.lines.iter().any(|line| line.column == column);
    let own = cells.iter().enumerate().filter(|(column, _)| !is_line(*column));
    let all = own.filter_map(|(_, cell)| cell.link.as_ref()).max_by_key(|(_, count)| *count);
    all.map(|(address, _)| address.as_str())
}

/// Below the axis there is room for day and month only, and for where a step begins.
fn shortened(name: &str) -> &str {
    let name = name.split(" to ").next().unwrap_or(name);
    let trimmed = name.trim_end_matches(|char: char| char.is_ascii_digit());
    if name.len() - trimmed.len() == 4 { trimmed.trim_end() } else { name }
}

#[cfg(test)]
mod tests {
    use super::super::{Plot, Table};
    use super::*;

    fn chart(name: &str) -> Chart {
        let row = |name: &str, spam| {
            vec![Cell::words(name), Cell::count(spam, "/detections?q=is%3Aspam&x='\"".to_owned())]
        };
        Chart {
            name: "checks",
            title: "Checks",
            summary: String::new(),
            near: None,
            table: Table { columns: vec!["When", "Spam"], rows: vec![row(name, 3), row("15 Feb 2025", 0)] },
            plot: Plot {
                bars: vec![Series { column: 1, look: "c-spam" }],
                lines: vec![Series { column: 1, look: "c-line" }],
                mark: None,
                unit: "",
            },
        }
    }

    #[test]
    fn what_people_wrote_is_never_markup() {
        let chart = chart("<script>alert(1)</script>\"'&\u{0}");
        let svg = shapes(&chart);
        assert!(
            !svg.contains("<script")
                && svg.contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;\u{fffd}")
        );
        let table = chart.table.markup();
        assert!(!table.contains("<script") && table.contains("&lt;script&gt;alert(1)"), "{table}");
        assert!(
            table.contains("href=\"/detections?q=is%3Aspam&amp;x=&#39;&quot;\" data-count=\"3\">3</a>"),
            "{table}"
        );
    }

    #[test]
    fn bars_are_as_high_as_their_figures() {
        let svg = shapes(&chart("14 Feb 2025"));
        assert!(
            svg.contains("<g class=\"c-spam\"><rect x=\"5%\" width=\"40%\" y=\"14\" height=\"140\"/></g>"),
            "{svg}"
        );
        assert_eq!(svg.matches("<rect x=").count(), 1, "nothing is drawn for nothing");
        assert!(svg.contains(">14 Feb</text>"), "{svg}");
        assert!(svg.contains("d=\"M250 14L750 154\""), "{svg}");
    }

    #[test]
    fn a_gap_in_a_line_stays_a_gap() {
        let mut gappy = chart("14 Feb 2025");
        gappy.table.rows.insert(1, vec![Cell::words("none"), Cell::default()]);
        let svg = shapes(&gappy);
        assert!(svg.contains("d=\"M166.67 14M833.33 154\""), "{svg}");
    }

    #[test]
    fn a_click_leads_to_what_lies_there() {
        let cell = |count, address: &str| Cell::count(count, address.to_owned());
        let mut chart = chart("14 Feb 2025");
        chart.table.columns = vec!["When", "Spam", "Ham", "All", "Before"];
        chart.table.rows = vec![vec![
            Cell::words("14 Feb 2025"),
            cell(3, "/spam"),
            cell(1, "/ham"),
            cell(4, "/all"),
            cell(4, "/before"),
        ]];
        chart.plot.bars.push(Series { column: 2, look: "c-hatched" });
        chart.plot.lines = vec![Series { column: 4, look: "c-line-before" }];
        let at = |y| link_at(&chart, 0, y);
        assert_eq!((at(150.0), at(16.0), at(4.0)), (Some("/spam"), Some("/ham"), Some("/all")));
        assert_eq!(link_at(&chart, 7, 150.0), None);
    }
}
