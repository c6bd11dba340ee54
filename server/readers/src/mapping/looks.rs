//! What the cells of a column look like.

use std::{collections::HashSet, net::IpAddr};

use super::{label::LabelWords, names::normal, time::is_time};
use crate::Record;

/// What the cells of a column look like: shares of those that are not empty.
#[derive(Clone, Debug, Default)]
pub(super) struct Looks {
    /// Cells that are not empty.
    pub(super) count: usize,
    /// Their share of all.
    pub(super) filled: f64,
    pub(super) emails: f64,
    pub(super) ips: f64,
    pub(super) times: f64,
    pub(super) links: f64,
    /// Cells that are one word of spam or ham, or a yes or no.
    pub(super) labels: f64,
    /// Cells that are "spam", "ham" or what means the same, and nothing else could.
    pub(super) verdicts: f64,
    /// Cells that are a number other than 0 and 1.
    pub(super) counts: f64,
    /// Cells that name a browser as browsers do, with a version behind a slash.
    pub(super) agents: f64,
    /// Numbers, addresses, times, a yes or no: what is no text as a whole. A link is one.
    pub(super) values: f64,
    /// Different cells, of those that are not empty.
    pub(super) distinct: f64,
    pub(super) distinct_count: usize,
    /// Mean of words a cell. Scripts without blanks count two characters as a word.
    pub(super) words: f64,
    /// Mean length in bytes.
    pub(super) length: f64,
    /// The first cell, shortened.
    pub(super) first: String,
}

impl Looks {
    pub(super) fn of(index: usize, column: &str, samples: &[Record]) -> Self {
        let all = samples.iter().filter_map(|record| record.get(index)).map(str::trim);
        let cells: Vec<_> = all.filter(|cell| !cell.is_empty()).collect();
        let count = cells.len().max(1) as f64;
        let share = |is: &dyn Fn(&str) -> bool| cells.iter().filter(|cell| is(cell)).count() as f64 / count;
        let words = LabelWords::of_column(column);
        let distinct_count = cells.iter().collect::<HashSet<_>>().len();
        Self {
            count: cells.len(),
            filled: cells.len() as f64 / samples.len().max(1) as f64,
            emails: share(&is_email),
            ips: share(&|cell| cell.parse::<IpAddr>().is_ok()),
            times: share(&is_time),
            links: share(&is_link),
            labels: share(&|cell| words.read(cell).is_some()),
            verdicts: share(&LabelWords::is_verdict),
            counts: share(&|cell| cell.parse::<f64>().is_ok_and(|number| number != 0.0 && number != 1.0)),
            agents: share(&|cell| cell.contains('/')),
            values: share(&is_value),
            distinct: distinct_count as f64 / count,
            distinct_count,
            words: cells.iter().map(|cell| words_of(cell)).sum::<f64>() / count,
            length: cells.iter().map(|cell| cell.len()).sum::<usize>() as f64 / count,
            first: cells.first().map(|cell| shortened(cell)).unwrap_or_default(),
        }
    }

    /// How much this looks like texts that people write, from 0 to 1: long, varied, many words. Links within a text do not
    /// count against it. Of few rows, little is known of how varied they are.
    pub(super) fn text(&self) -> f64 {
        let varied = if self.count < 5 { 1.0 } else { self.distinct };
        let words = (self.words / 6.0).min(1.0);
        let looks = 0.55 * words + 0.2 * (self.length / 40.0).min(1.0) + 0.25 * varied;
        let is_list = self.count >= 12 && self.distinct_count <= 3;
        looks * (1.0 - self.values) * if is_list { 0.4 } else { 1.0 }
    }

    /// Whether nearly all cells are numbers, addresses, times, a yes or no; but not links alone, as those are what spam is made of.
    pub(super) fn are_values(&self) -> bool {
        self.count > 0 && self.values - self.links > 0.9
    }
}

fn is_email(cell: &str) -> bool {
    cell.len() < 320 && cell.contains('@') && (cell.ends_with('>') || !cell.contains(char::is_whitespace))
}

fn is_link(cell: &str) -> bool {
    (cell.starts_with("http://") || cell.starts_with("https://")) && !cell.contains(char::is_whitespace)
}

/// Whether a cell is a number, an address, a time, a link, or a yes or no.
pub(crate) fn is_value(cell: &str) -> bool {
    is_link(cell)
        || cell.parse::<f64>().is_ok()
        || cell.parse::<IpAddr>().is_ok()
        || (is_email(cell) && cell.contains('.') && !cell.contains(' '))
        || is_time(cell)
        || matches!(
            normal(cell).as_str(),
            "true" | "false" | "yes" | "no" | "null" | "none" | "ja" | "nein" | "oui" | "non" | "si" | "sí"
        )
}

fn words_of(cell: &str) -> f64 {
    let dense = cell.chars().filter(
        |c| matches!(*c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}'),
    );
    cell.split_whitespace().count() as f64 + dense.count() as f64 / 2.0
}

/// Characters of a cell that are shown.
const SHOWN: usize = 60;

fn shortened(cell: &str) -> String {
    let words = cell.split_whitespace().collect::<Vec<_>>().join(" ");
    match words.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &words[..end]),
        None => words,
    }
}
