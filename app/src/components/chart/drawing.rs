//! A table drawn as SVG.
//!
//! Across, everything is in percent, so that the drawing fits any width and its text is not stretched; down it is in pixels.

use std::fmt::Write;

use super::{
    Chart, Series,
    scale::{short, ticks},
    table::Cell,
};

/// Height of the whole drawing, in pixels.
pub(super) const HEIGHT: f64 = 176.0;

/// Where the plot begins and ends, from the top, in pixels.
const TOP: f64 = 14.0;
const BOTTOM: f64 = 154.0;

/// Most names below the axis.
const NAMES: usize = 4;

/// Most points whose place is marked on a line.
const POINTS: usize = 60;

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
        let sum = |row: &Vec<Cell>| -> f64 {
            self.chart.plot.bars.iter().filter_map(|bar| row.get(bar.column)?.value).sum()
        };
        let rows = &self.chart.table.rows;
        let lines = rows
            .iter()
            .flat_map(|row| self.chart.plot.lines.iter().filter_map(|line| row.get(line.column)?.value));
        let most = rows.iter().map(sum).chain(lines).fold(0.0, f64::max);
        let ticks = ticks(most, !self.chart.plot.bars.is_empty());
        self.most = ticks.last().copied().unwrap_or(1.0);
        for tick in ticks {
            let y = self.y(tick);
            let class = if tick == 0.0 { "c-axis" } else { "c-grid" };
            self.write(format_args!(
                "<line class=\"{class}\" x1=\"0\" x2=\"100%\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>"
            ));
        }
    }

    /// The numbers of the axis, over whatever is drawn.
    fn numbers(&mut self) {
        let unit = self.chart.plot.unit;
        for tick in ticks(self.most, !self.chart.plot.bars.is_empty()).into_iter().skip(1) {
            let (y, number) = (self.y(tick) - 3.0, short(tick));
            self.write(format_args!("<text class=\"c-text\" x=\"0\" y=\"{y:.1}\">{number}{unit}</text>"));
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
            let anchor = if index == 0 {
                "start"
            } else if middle > 92.0 {
                "end"
            } else {
                "middle"
            };
            let x = if index == 0 { left } else { middle };
            let name = escaped(row.first().map_or("", |cell| shortened(&cell.text)));
            let _ = write!(
                names,
                "<text class=\"c-text\" x=\"{x:.2}%\" y=\"{:.1}\" text-anchor=\"{anchor}\">{name}</text>",
                HEIGHT - 6.0
            );
        }
        self.markup.push_str(&names);
    }

    fn bars(&mut self) {
        let rows = &self.chart.table.rows;
        for (index, row) in rows.iter().enumerate() {
            let (left, width) = column(index, rows.len());
            let (x, bar_width) = (left + width * 0.1, width * 0.8);
            let mut below = 0.0;
            for Series { column, look } in &self.chart.plot.bars {
                let Some(cell) = row.get(*column) else { continue };
                let value = cell.value.unwrap_or_default();
                if value <= 0.0 {
                    continue;
                }
                let (top, bottom) = (self.y(below + value), self.y(below));
                below += value;
                let fill = self.fill(look);
                let shape = format!(
                    "<rect class=\"{look}\"{fill} x=\"{x:.3}%\" width=\"{bar_width:.3}%\" y=\"{top:.2}\" height=\"{:.2}\"/>",
                    (bottom - top).max(0.5)
                );
                self.linked(cell, index, &shape);
            }
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

    fn linked(&mut self, cell: &Cell, row: usize, shape: &str) {
        let tip = escaped(&self.chart.table.tip(row));
        match &cell.link {
            // Out of the way of the keyboard: the table has the same links.
            Some((address, _)) => {
                let address = escaped(address);
                self.write(format_args!(
                    "<a href=\"{address}\" tabindex=\"-1\"><title>{tip}</title>{shape}</a>"
                ));
            }
            None => self.write(format_args!("<g><title>{tip}</title>{shape}</g>")),
        }
    }

    fn line(&mut self, Series { column: of, look }: Series) {
        let rows = &self.chart.table.rows;
        let point = |index: usize, row: &Vec<Cell>| {
            let (left, width) = column(index, rows.len());
            Some((left + width / 2.0, self.y(row.get(of)?.value?)))
        };
        let points: Vec<Option<(f64, f64)>> =
            rows.iter().enumerate().map(|(index, row)| point(index, row)).collect();
        for pair in points.windows(2) {
            if let [Some((x1, y1)), Some((x2, y2))] = pair {
                self.write(format_args!(
                    "<line class=\"{look}\" x1=\"{x1:.3}%\" y1=\"{y1:.2}\" x2=\"{x2:.3}%\" y2=\"{y2:.2}\"/>"
                ));
            }
        }
        for (index, place) in points.iter().enumerate() {
            let Some((x, y)) = place else { continue };
            let alone = |neighbour: Option<usize>| {
                neighbour.and_then(|at| points.get(at).copied().flatten()).is_none()
            };
            // A point without neighbours would not be seen otherwise.
            if points.len() <= POINTS || (alone(index.checked_sub(1)) && alone(Some(index + 1))) {
                let shape =
                    format!("<circle class=\"{look} c-point\" cx=\"{x:.3}%\" cy=\"{y:.2}\" r=\"2.5\"/>");
                let cell = rows[index].get(of).cloned().unwrap_or_default();
                self.linked(&cell, index, &shape);
            }
        }
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
        let svg = shapes(&chart("<script>alert(1)</script>\"'&\u{0}"));
        assert!(
            !svg.contains("<script")
                && svg.contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;\u{fffd}")
        );
        assert!(svg.contains("href=\"/detections?q=is%3Aspam&amp;x=&#39;&quot;\""), "{svg}");
    }

    #[test]
    fn bars_are_as_high_as_their_figures() {
        let svg = shapes(&chart("14 Feb 2025"));
        assert!(
            svg.contains("class=\"c-spam\" x=\"5.000%\" width=\"40.000%\" y=\"14.00\" height=\"140.00\""),
            "{svg}"
        );
        assert_eq!(svg.matches("class=\"c-spam\"").count(), 1, "nothing is drawn for nothing");
        assert!(
            svg.contains("<title>14 Feb 2025: spam 3</title>") && svg.contains(">14 Feb</text>"),
            "{svg}"
        );
        assert_eq!(svg.matches("class=\"c-line\"").count(), 1);
    }
}
