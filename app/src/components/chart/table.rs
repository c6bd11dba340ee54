//! The figures of a chart as a table: what screen readers and people without pictures read, and what is copied.

use domain::paging::grouped;
use leptos::prelude::*;

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

/// The table itself.
#[component]
pub(crate) fn Figures(
    /// The figures.
    table: Table,
    /// What they are, for those who do not see where the table stands.
    caption: String,
) -> impl IntoView {
    let name = caption.clone();
    let heads: Vec<_> = table
        .columns
        .iter()
        .enumerate()
        .map(|(index, column)| {
            let class = if index == 0 {
                "text-left py-1 pr-3 font-medium"
            } else {
                "text-right py-1 pl-3 font-medium"
            };
            view! { <th class=class scope="col">{*column}</th> }
        })
        .collect();
    let rows: Vec<_> = table
        .rows
        .into_iter()
        .map(|row| {
            let mut cells = row.into_iter();
            let name = cells.next().unwrap_or_default();
            let cells: Vec<_> = cells.map(|cell| view! { <td class="text-right py-1 pl-3 whitespace-nowrap"><Figure cell=cell/></td> }).collect();
            view! {
                <tr class="border-t border-line">
                    <th class="text-left font-normal py-1 pr-3 break-words" scope="row"><Figure cell=name/></th>
                    {cells}
                </tr>
            }
        })
        .collect();
    view! {
        <div class="overflow-x-auto max-h-80 overflow-y-auto" tabindex="0" role="group" aria-label=name>
            <table class="w-full text-sm tabular-nums">
                <caption class="sr-only">{caption}</caption>
                <thead><tr class="text-muted">{heads}</tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

/// One figure, with its link if it has one.
#[component]
fn Figure(cell: Cell) -> impl IntoView {
    match cell.link {
        Some((address, count)) => view! {
            <a class="underline decoration-dotted hover:text-accent" href=address data-count=count.to_string()>{cell.text}</a>
        }
        .into_any(),
        None => cell.text.into_any(),
    }
}
