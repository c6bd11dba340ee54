//! What moderators' labels do to verdicts on a kind of text that the model has never seen: how fast they help, and whether any
//! stream of honest labels does harm.

use std::fmt;

use super::{
    corpus::{Corpus, CorpusError, Row},
    folds,
    train::{self, FOLDS, Settings},
};
use crate::{
    features::Reading,
    hash::spread,
    judge::Evidence,
    model::Model,
    signals::Signal,
    site::{Lesson, Lessons, Sketch, Teacher, prepare},
};

/// After how many labels accuracy is measured.
const MEASURED_AFTER: [usize; 7] = [0, 10, 50, 100, 200, 500, 1_000];

/// After how many labels of a stream that is no random sample accuracy is measured.
const STREAMED: [usize; 3] = [10, 50, 115];

/// A learning curve.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// The source that was left out of training.
    pub source: String,
    /// Its messages.
    pub messages: usize,
    /// Labels given, and share of right verdicts on messages that were neither labelled nor near copies of such, 0 to 1.
    /// Where a source has fewer messages, the last points stand for all that there were.
    pub points: Vec<(usize, f64)>,
    /// What streams of labels that are no random sample did at their worst.
    pub streams: Vec<(Stream, Change)>,
}

/// Labels as moderators may give them, all honest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// In random order, so many of a hundred of them spam.
    Share(u8),
    /// First half spam, then ham.
    SpamFirst,
    /// First half ham, then spam.
    HamFirst,
    /// All of one label that are most like one message, as a search finds them and a moderator labels them in bulk.
    Bulk,
    /// Least certain first, as the Review page asks.
    LeastCertain,
    /// Spam that was missed, and nothing else.
    Missed,
    /// Ham that was called spam, and nothing else.
    Blocked,
}

impl Stream {
    /// Every kind that is measured.
    pub const ALL: [Self; 11] = [
        Self::Share(0),
        Self::Share(10),
        Self::Share(50),
        Self::Share(90),
        Self::Share(100),
        Self::SpamFirst,
        Self::HamFirst,
        Self::Bulk,
        Self::LeastCertain,
        Self::Missed,
        Self::Blocked,
    ];
}

/// What a stream changed at its worst.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Change {
    /// After so many labels.
    pub labels: usize,
    /// Percentage points of right verdicts; negative where it did harm.
    pub points: f64,
}

/// Trains a model on every other source, then teaches it `source` label by label: five times, each time measured on
/// another fifth, near-duplicates on one side.
///
/// # Errors
/// When the corpus has no messages of one of the labels beside this source's, or none of it.
pub fn measure(corpus: &Corpus, source: &str, settings: &Settings) -> Result<Curve, CorpusError> {
    let (rows, rest): (Vec<Row>, Vec<Row>) =
        corpus.rows.iter().cloned().partition(|row| row.source == source);
    if rows.is_empty() {
        return Err(CorpusError::OneSided);
    }
    let model = train::train(&Corpus { rows: rest }, settings)?;
    let class = Class::new(&model, &rows);
    let random = |shown: &[usize], _| shown.to_vec();
    let points = MEASURED_AFTER.into_iter().zip(class.right_after(&MEASURED_AFTER, random)).collect();
    let streams = Stream::ALL.into_iter().map(|stream| (stream, class.worst(stream))).collect();
    Ok(Curve { source: source.to_owned(), messages: rows.len(), points, streams })
}

/// Messages that are taught and asked, and what the model by itself says of each.
pub(crate) struct Class<'a> {
    model: &'a Model,
    rows: &'a [Row],
    own: Vec<(f64, Vec<Signal>)>,
    fold_of: Vec<u8>,
}

impl<'a> Class<'a> {
    pub(crate) fn new(model: &'a Model, rows: &'a [Row]) -> Self {
        let style = |row: &'a Row| row.form.as_ref().map_or("", |form| form.style.as_str());
        let texts = rows.iter().map(|row| (row.request.message.as_str(), style(row)));
        let fold_of = folds::assign(texts, u64::from(FOLDS));
        let mut reading = Reading::default();
        let own = rows.iter().map(|row| {
            let channel = reading.read(&row.request.message, model.bits());
            model.own(&row.request, &reading, channel)
        });
        Self { model, rows, own: own.collect(), fold_of }
    }

    /// Share of right verdicts after so many labels each, over all folds. `order` says which of the rows that may be shown are
    /// labelled, in which order.
    fn right_after(&self, labels: &[usize], order: impl Fn(&[usize], u8) -> Vec<usize>) -> Vec<f64> {
        let mut right = vec![0_usize; labels.len()];
        for fold in 0..FOLDS {
            let (held_out, mut shown): (Vec<usize>, Vec<usize>) =
                (0..self.rows.len()).partition(|row| self.fold_of[*row] == fold);
            shown.sort_by_key(|row| spread(*row as u64));
            let shown = order(&shown, fold);
            let mut learner =
                Learner { class: self, lessons: Lessons::default(), reading: Reading::default() };
            let mut given = 0;
            for (right, labels) in right.iter_mut().zip(labels) {
                let upto = (*labels).min(shown.len());
                (given..upto).for_each(|place| learner.learn(place, shown[place]));
                given = given.max(upto);
                *right += held_out.iter().filter(|row| learner.is_right(**row)).count();
            }
        }
        right.into_iter().map(|right| right as f64 / self.rows.len() as f64).collect()
    }

    /// What a stream does at its worst, against no labels at all.
    pub(crate) fn worst(&self, stream: Stream) -> Change {
        let most = STREAMED[STREAMED.len() - 1];
        let labels = [&[0][..], &STREAMED].concat();
        let right = self.right_after(&labels, |shown, _| self.order(stream, shown, most));
        let changes = STREAMED.into_iter().zip(&right[1..]);
        changes
            .map(|(labels, now)| Change { labels, points: (now - right[0]) * 100.0 })
            .min_by(|one, other| one.points.total_cmp(&other.points))
            .unwrap_or(Change { labels: 0, points: 0.0 })
    }

    /// Rows in the order of a stream, at most so many.
    fn order(&self, stream: Stream, shown: &[usize], most: usize) -> Vec<usize> {
        let of = |is_spam: bool| shown.iter().copied().filter(move |row| self.rows[*row].is_spam == is_spam);
        let wrong = |is_spam: bool| of(is_spam).filter(move |row| (self.own[*row].0 >= 0.0) != is_spam);
        let mut rows: Vec<usize> = match stream {
            Stream::Share(spam) => {
                let spam = most * usize::from(spam) / 100;
                let mut rows: Vec<usize> = of(true).take(spam).chain(of(false).take(most - spam)).collect();
                rows.sort_by_key(|row| spread(*row as u64));
                rows
            }
            Stream::SpamFirst => of(true).take(most / 2).chain(of(false)).collect(),
            Stream::HamFirst => of(false).take(most / 2).chain(of(true)).collect(),
            Stream::Bulk => self.alike(shown),
            Stream::LeastCertain => {
                let mut rows = shown.to_vec();
                rows.sort_by(|one, other| self.own[*one].0.abs().total_cmp(&self.own[*other].0.abs()));
                rows
            }
            Stream::Missed => wrong(true).collect(),
            Stream::Blocked => wrong(false).collect(),
        };
        rows.truncate(most);
        rows
    }

    /// Messages of the first one's label, those first that share most words with it.
    fn alike(&self, shown: &[usize]) -> Vec<usize> {
        let Some(first) = shown.first().copied() else { return vec![] };
        let words = |row: usize| {
            let words = self.rows[row].request.message.split_whitespace().map(str::to_lowercase);
            words.collect::<std::collections::HashSet<String>>()
        };
        let own = words(first);
        let mut rows: Vec<usize> =
            shown.iter().copied().filter(|row| self.rows[*row].is_spam == self.rows[first].is_spam).collect();
        rows.sort_by_cached_key(|row| {
            let other = words(*row);
            let shared = own.intersection(&other).count() as f64 / own.union(&other).count().max(1) as f64;
            std::cmp::Reverse((shared * 1e6) as u64)
        });
        rows
    }
}

struct Learner<'a> {
    class: &'a Class<'a>,
    lessons: Lessons,
    reading: Reading,
}

impl Learner<'_> {
    /// Learns a row; the later it comes, the higher its number.
    fn learn(&mut self, place: usize, row: usize) {
        let Row { request, is_spam, .. } = &self.class.rows[row];
        let lesson =
            Lesson { detection: place as i64, teacher: Teacher::Person(1), is_spam: *is_spam, request };
        let prepared = prepare(self.class.model, &lesson, &mut self.reading);
        self.lessons.learn(&lesson, prepared);
    }

    fn is_right(&mut self, row: usize) -> bool {
        let Class { model, rows, own, .. } = self.class;
        let Row { request, is_spam, .. } = &rows[row];
        let channel = self.reading.read(&request.message, model.bits());
        let sketch = Sketch::of(&self.reading.tokens);
        let taught = self.lessons.signal(model, request, &self.reading, &sketch);
        let evidence = Evidence { taught, familiar: self.lessons.are_of_both(), signals: vec![] };
        Model::conclude(request, &evidence, &self.reading, channel, own[row].clone()).is_spam == *is_spam
    }
}

impl fmt::Display for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Share(spam) => write!(f, "{spam} % spam"),
            Self::SpamFirst => f.write_str("spam first"),
            Self::HamFirst => f.write_str("ham first"),
            Self::Bulk => f.write_str("bulk of alike"),
            Self::LeastCertain => f.write_str("least certain"),
            Self::Missed => f.write_str("missed spam"),
            Self::Blocked => f.write_str("blocked ham"),
        }
    }
}

impl fmt::Display for Curve {
    /// A row of a Markdown table for the curve, and one for what the streams did at their worst.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "| {} | {} |", self.source, self.messages)?;
        for (labels, share) in &self.points {
            write!(f, " {labels}: {:.2} % |", share * 100.0)?;
        }
        write!(f, "\n| {} | at worst |", self.source)?;
        for (stream, Change { labels, points }) in &self.streams {
            write!(f, " {stream}: {points:+.2} after {labels} |")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::{path::Path, sync::OnceLock};

    use super::*;

    /// A model that saw a part of two writers as forms and of a third as e-mail, and half the messages of a fourth.
    fn fixture() -> &'static (Model, Vec<Row>) {
        static FIXTURE: OnceLock<(Model, Vec<Row>)> = OnceLock::new();
        FIXTURE.get_or_init(|| {
            let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
            let all = Corpus::read_dir(&data).expect("the committed data").rows.into_iter().enumerate();
            // Four writers are enough, and a test is not to grow with the data.
            let few = all.filter(|(_, row)| matches!(&*row.source, "anna" | "bruno" | "carla" | "daria"));
            let kept = few.filter(|(place, row)| {
                let one_in = if row.source == "daria" { 2 } else { 6 };
                spread(*place as u64).is_multiple_of(one_in)
            });
            let (asked, mut rest): (Vec<Row>, Vec<Row>) =
                kept.map(|(_, row)| row).partition(|row| row.source == "daria");
            rest.iter_mut().filter(|row| row.source == "anna").for_each(|row| row.form = None);
            let settings = Settings { bits: 18, ..Settings::default() };
            (train::train(&Corpus { rows: rest }, &settings).expect("a model"), asked)
        })
    }

    #[test]
    fn no_kind_of_stream_of_honest_labels_does_harm() {
        let (model, rows) = fixture();
        let class = Class::new(model, rows);
        for stream in Stream::ALL {
            let Change { labels, points } = class.worst(stream);
            assert!(points >= -1.0, "{stream}: {points:.2} points after {labels} labels");
        }
    }

    #[test]
    fn no_random_stream_of_honest_labels_does_harm() {
        let (model, rows) = fixture();
        let class = Class::new(model, rows);
        // Any order, any share of spam: drawn from nothing but the seed.
        for seed in 0..4_u64 {
            let share = spread(seed) % 101;
            let order = |shown: &[usize], _: u8| {
                let odds = |row: usize| if rows[row].is_spam { share } else { 100 - share };
                let drawn = |row: usize| spread(row as u64 ^ spread(seed + 1));
                let mut shown: Vec<usize> =
                    shown.iter().copied().filter(|row| spread(drawn(*row)) % 100 < odds(*row)).collect();
                shown.sort_by_key(|row| drawn(*row));
                shown
            };
            let labels = [0, 1, 10, 40, 120];
            let right = class.right_after(&labels, order);
            for (labels, now) in labels.into_iter().zip(&right) {
                let points = (now - right[0]) * 100.0;
                assert!(points >= -1.0, "{share} % spam, seed {seed}: {points:.2} after {labels} labels");
            }
        }
    }

    #[test]
    fn labels_of_both_kinds_help() {
        let (model, rows) = fixture();
        let right = Class::new(model, rows).right_after(&[0, 400], |shown, _| shown.to_vec());
        assert!(right[1] > right[0] + 0.01, "{right:?}");
    }
}
