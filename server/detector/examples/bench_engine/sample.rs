//! Which messages all three judge, and which each is trained on for that.

use std::collections::BTreeMap;

use detector::{Corpus, Row, eval::HeldOut};

/// Folds of the corpus.
pub(crate) const FOLDS: usize = 5;

/// At most `most` messages of each source, spread evenly over it, in their order.
pub(crate) fn at_most(corpus: Corpus, most: usize) -> Corpus {
    let mut kept: Vec<usize> = spread(&corpus, most);
    kept.sort_unstable();
    let mut kept = kept.into_iter().peekable();
    let rows = corpus.rows.into_iter().enumerate();
    Corpus { rows: rows.filter(|(row, _)| kept.next_if_eq(row).is_some()).map(|(_, row)| row).collect() }
}

fn spread(corpus: &Corpus, most: usize) -> Vec<usize> {
    let mut sources: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (place, row) in corpus.rows.iter().enumerate() {
        sources.entry(&row.source).or_default().push(place);
    }
    let mut rows = vec![];
    for source in sources.values() {
        let count = source.len().min(most);
        rows.extend((0..count).map(|nth| source[nth * source.len() / count]));
    }
    rows
}

/// The corpus by folds, and the messages of it that are judged.
pub(crate) struct Sample<'a> {
    pub(crate) corpus: &'a Corpus,
    /// Fold of each row of the corpus.
    folds: Vec<usize>,
    /// Rows that are judged, ascending.
    pub(crate) rows: Vec<usize>,
}

impl<'a> Sample<'a> {
    /// At most `most` messages of each source, spread evenly over it.
    pub(crate) fn of(corpus: &'a Corpus, held_out: &HeldOut, most: usize) -> Self {
        let mut rows = spread(corpus, most);
        rows.sort_unstable();
        Self { corpus, folds: (0..corpus.rows.len()).map(|row| held_out.fold(row)).collect(), rows }
    }

    /// The messages of a fold.
    pub(crate) fn of_fold(&self, fold: usize) -> impl Iterator<Item = &'a Row> {
        let corpus = self.corpus;
        (0..corpus.rows.len()).filter(move |row| self.folds[*row] == fold).map(|row| &corpus.rows[row])
    }

    /// Places in [`Self::rows`] of the messages that are judged by what was trained without `fold`.
    pub(crate) fn judged_without(&self, fold: usize) -> Vec<usize> {
        (0..self.rows.len()).filter(|place| self.folds[self.rows[*place]] == fold).collect()
    }

    /// A judged message.
    pub(crate) fn row(&self, place: usize) -> &'a Row {
        &self.corpus.rows[self.rows[place]]
    }

    /// Places in [`Self::rows`] of each source's messages.
    pub(crate) fn sources(&self) -> BTreeMap<&'a str, Vec<usize>> {
        let mut sources: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for place in 0..self.rows.len() {
            sources.entry(&self.row(place).source).or_default().push(place);
        }
        sources
    }
}
