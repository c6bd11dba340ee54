//! The figures of a chart as a table: what screen readers and people without pictures read, and what is copied.

use std::fmt::Write;

use domain::paging::grouped;
use leptos::prelude::*;

use super::drawing::escaped;

/// One figure.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Cell {
    /// As it is shown.
    pub(crate) text: String,
    /// As it is drawn; `None` when there is nothing to draw.
    pub(crate) value: Option<f64>,
    /// The log with the search that finds what is counted here, and how many that are.
    pub(crate) link: Option<(String, u64)>,
}

impl Cell {
    /// Words.
    pub(crate) fn words(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// A count, and the address where what it counts is listed.
    pub(crate) fn count(count: u64, address: String) -> Self {
        let link = (count > 0).then_some((address, count));
        Self { text: grouped(count), value: Some(domain::statistics::real(count)), link }
    }

    /// A count of something that no search finds.
    pub(crate) fn bare(count: u64) -> Self {
        Self { text: grouped(count), value: Some(domain::statistics::real(count)), link: None }
    }

    /// A measure; a dash where there is none.
    pub(crate) fn measure(value: Option<f64>, words: impl Fn(f64) -> String) -> Self {
        Self { text: value.map_or_else(|| "–".to_owned(), words), value, link: None }
    }
}

/// Rows of figures. The first cell of a row names it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Table {
    /// Names of the columns.
    pub(crate) columns: Vec<&'static str>,
    /// The rows, in the order of the drawing.
    pub(crate) rows: Vec<Vec<Cell>>,
}

impl Table {
    /// What one row says.
    pub(crate) fn tip(&self, row: usize) -> String {
        let Some([name, figures @ ..]) = self.rows.get(row).map(Vec::as_slice) else { return String::new() };
        let figure =
            |(cell, column): (&Cell, &&'static str)| format!("{} {}", column.to_lowercase(), cell.text);
        let figures: Vec<String> = figures.iter().zip(self.columns.iter().skip(1)).map(figure).collect();
        format!("{}: {}", name.text, figures.join(", "))
    }
}

impl Table {
    /// The rows as they stand inside `<tbody>`: written as text by both halves, like the drawing.
    pub(super) fn markup(&self) -> String {
        let mut markup = String::new();
        for row in &self.rows {
            markup.push_str("<tr>");
            for (index, cell) in row.iter().enumerate() {
                let (open, close) =
                    if index == 0 { ("<th scope=\"row\">", "</th>") } else { ("<td>", "</td>") };
                markup.push_str(open);
                cell.write(&mut markup);
                markup.push_str(close);
            }
            markup.push_str("</tr>");
        }
        markup
    }
}

impl Cell {
    /// The figure, with its link if it has one.
    fn write(&self, markup: &mut String) {
        let text = escaped(&self.text);
        // Writing to a string does not fail.
        let _ = match &self.link {
            Some((address, count)) => {
                write!(markup, "<a href=\"{}\" data-count=\"{count}\">{text}</a>", escaped(address))
            }
            None => write!(markup, "{text}"),
        };
    }
}

/// The table itself; base.css says how it looks, so that no cell has to.
#[component]
pub(crate) fn Figures(
    /// The figures.
    table: Table,
    /// What they are, for those who do not see where the table stands.
    caption: String,
) -> impl IntoView {
    let name = caption.clone();
    let rows = table.markup();
    let heads: Vec<_> = table.columns.iter().map(|column| view! { <th scope="col">{*column}</th> }).collect();
    view! {
        <div class="overflow-x-auto max-h-80 overflow-y-auto" tabindex="0" role="group" aria-label=name>
            <table class="figures w-full text-sm tabular-nums">
                <caption class="sr-only">{caption}</caption>
                <thead><tr>{heads}</tr></thead>
                <tbody inner_html=rows></tbody>
            </table>
        </div>
    }
}
