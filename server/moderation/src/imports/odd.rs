//! The rows that a preview shows: the first ones, and those further down that are unlike them.

use domain::{Content, OddRow, Oddity, PreviewRow};
use readers::{BoundMapping, Progress, Record, RecordError, RecordReader};

use super::preview::{row_words, sentence};

/// How much of a file is looked at for a preview, in bytes of the file as it is packed, and in rows.
const LOOKED_BYTES: u64 = 32 * 1024 * 1024;
const LOOKED_ROWS: u64 = 100_000;

/// Characters of a message that a preview shows.
const SHOWN_CHARS: usize = 300;

/// Rows that are kept, evenly spread over what was seen, to have one from the middle.
const SPREAD: usize = 32;

/// What has been seen of a file.
pub(super) struct Odd<'a> {
    bound: &'a BoundMapping,
    shown: usize,
    first: Vec<PreviewRow>,
    longest: Option<(u64, PreviewRow)>,
    with_ends: Option<PreviewRow>,
    failing: Option<PreviewRow>,
    /// Every so many rows one, with its number.
    spread: Vec<(u64, PreviewRow)>,
    every: u64,
    last: Option<(u64, Record)>,
    count: u64,
}

impl<'a> Odd<'a> {
    /// `shown` rows are the first ones.
    pub(super) fn new(bound: &'a BoundMapping, shown: usize) -> Self {
        Self {
            bound,
            shown,
            first: Vec::new(),
            longest: None,
            with_ends: None,
            failing: None,
            spread: Vec::new(),
            every: 1,
            last: None,
            count: 0,
        }
    }

    /// Looks at rows to the end of the file, or as far as a preview may. Returns whether it came to the end. Blocks.
    pub(super) fn look_through(&mut self, reader: &mut RecordReader) -> bool {
        let progress: Progress = reader.progress();
        while self.count < LOOKED_ROWS && progress.bytes() < LOOKED_BYTES {
            match reader.next() {
                None => return true,
                Some(Ok(record)) => self.take(record),
                Some(Err(error)) => {
                    let is_fatal = error.is_fatal;
                    self.take_error(&error);
                    if is_fatal {
                        return true;
                    }
                }
            }
        }
        false
    }

    fn take_error(&mut self, error: &RecordError) {
        self.count += 1;
        let row = PreviewRow {
            place: error.place.to_string(),
            content: Err(sentence(&error.problem)),
            label: None,
            chars: 0,
        };
        self.note(&row);
        if self.count > self.shown as u64 {
            self.failing.get_or_insert(row);
        }
    }

    fn take(&mut self, record: Record) {
        self.count += 1;
        let row = self.row(&record);
        self.note(&row);
        if self.count > self.shown as u64 {
            match &row.content {
                Err(_) if self.failing.is_none() => self.failing = Some(row.clone()),
                Ok(content) if self.with_ends.is_none() && content.message.trim().contains('\n') => {
                    self.with_ends = Some(row.clone());
                }
                _ => {}
            }
        }
        // Where one of the first is the longest, it is shown anyway.
        if row.chars > self.longest.as_ref().map_or(0, |(chars, _)| *chars) {
            self.longest = Some((row.chars, row));
        }
        self.last = Some((self.count, record));
    }

    /// Keeps a row if it is one of the first, or if it is its turn.
    fn note(&mut self, row: &PreviewRow) {
        if self.first.len() < self.shown {
            self.first.push(row.clone());
        }
        if self.count.is_multiple_of(self.every) {
            self.spread.push((self.count, row.clone()));
            if self.spread.len() > SPREAD {
                self.every *= 2;
                let every = self.every;
                self.spread.retain(|(number, _)| number.is_multiple_of(every));
            }
        }
    }

    fn row(&self, record: &Record) -> PreviewRow {
        let applied = self.bound.apply(record);
        let chars = applied.as_ref().map_or(0, |row| row.content.message.chars().count() as u64);
        PreviewRow {
            place: record.place().to_string(),
            label: applied.as_ref().ok().and_then(|row| row.label),
            content: applied.map(|row| shortened(row.content)).map_err(|error| row_words(&error)),
            chars,
        }
    }

    /// The first rows, and the others, none twice.
    pub(super) fn rows(self) -> (Vec<PreviewRow>, Vec<OddRow>) {
        let last = self.last.as_ref().map(|(number, record)| (*number, self.row(record)));
        let middle = self.spread.iter().min_by_key(|(number, _)| number.abs_diff(self.count / 2));
        let candidates = [
            (Oddity::Fails, self.failing.clone()),
            (Oddity::Longest, self.longest.clone().map(|(_, row)| row)),
            (Oddity::LineEnds, self.with_ends.clone()),
            (Oddity::Middle, middle.map(|(_, row)| row.clone())),
            (Oddity::Last, last.map(|(_, row)| row)),
        ];
        let mut odd: Vec<OddRow> = Vec::new();
        for (kind, row) in candidates {
            let Some(row) = row else { continue };
            let is_shown = self.first.iter().any(|known| known.place == row.place)
                || odd.iter().any(|known| known.row.place == row.place);
            if !is_shown {
                odd.push(OddRow { kind, row });
            }
        }
        (self.first, odd)
    }
}

fn shortened(mut content: Content) -> Content {
    if let Some((end, _)) = content.message.char_indices().nth(SHOWN_CHARS) {
        content.message.truncate(end);
        content.message.push('…');
    }
    for value in content.extra.values_mut() {
        if let Some(text) = value.as_str()
            && let Some((end, _)) = text.char_indices().nth(SHOWN_CHARS)
        {
            *value = format!("{}…", &text[..end]).into();
        }
    }
    content
}
