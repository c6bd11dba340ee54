//! One record of a file.

use crate::Place;

/// The fields of one record, in the order of the reader's columns; as many as there are columns, absent ones empty.
///
/// Kept as one text with bounds, since millions of them are made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    place: Place,
    text: String,
    ends: Vec<u32>,
}

impl Record {
    /// A record of these fields, for callers that keep records elsewhere and want them mapped again.
    pub fn new<T: AsRef<str>>(place: Place, fields: impl IntoIterator<Item = T>) -> Self {
        let mut record = Self { place, text: String::new(), ends: Vec::new() };
        for field in fields {
            record.push(field.as_ref());
        }
        record
    }

    /// From fields one after the other and where each ends; `None` when an end lies within a character or beyond.
    pub(crate) fn from_parts(place: Place, text: String, ends: &[usize]) -> Option<Self> {
        let mut kept = Vec::with_capacity(ends.len());
        let mut start = 0;
        for &end in ends {
            if end < start || !text.is_char_boundary(end) {
                return None;
            }
            kept.push(u32::try_from(end).ok()?);
            start = end;
        }
        Some(Self { place, text, ends: kept })
    }

    fn push(&mut self, field: &str) {
        self.text.push_str(field);
        self.ends.push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
    }

    /// Where it begins.
    pub fn place(&self) -> &Place {
        &self.place
    }

    pub(crate) fn moved_to(self, place: Place) -> Self {
        Self { place, ..self }
    }

    /// The field of a column, by the column's index.
    pub fn get(&self, index: usize) -> Option<&str> {
        let end = *self.ends.get(index)? as usize;
        let start = if index == 0 { 0 } else { self.ends[index - 1] as usize };
        self.text.get(start..end)
    }

    /// The fields, in the order of the columns.
    pub fn fields(&self) -> impl ExactSizeIterator<Item = &str> {
        (0..self.ends.len()).map(|index| self.get(index).unwrap_or_default())
    }

    /// How many fields there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are no fields.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Bytes of all fields together.
    pub fn text_len(&self) -> usize {
        self.text.len()
    }

    /// The same fields in another order; `None` for a field that this record does not have.
    pub(crate) fn rearranged(&self, order: &[Option<usize>]) -> Self {
        let field = |index: &Option<usize>| index.and_then(|index| self.get(index)).unwrap_or_default();
        Self::new(self.place.clone(), order.iter().map(field))
    }
}
