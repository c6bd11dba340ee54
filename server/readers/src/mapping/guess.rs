//! Which column is what: by name, and where names say nothing, by what is in it.

use domain::{DayOrder, FileAlternative, FileGuess, FileTrait, MappedField, Mapping};

use super::{
    kept,
    label::LabelWords,
    looks::Looks,
    names::{is_by_others, normal, rank, written},
    time::day_order,
};
use crate::{Record, own::OwnExport};

/// What the columns of a file are taken for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnGuess {
    /// Which column is what. Where it is in doubt which one is the message, none is mapped to it, and [`ColumnGuess::message`]
    /// names the candidates.
    pub mapping: Mapping,
    /// The column with the message, by which evidence, and what else it could be.
    pub message: FileGuess,
    /// The column that says whether a row is known to be spam; of the alternatives, none is taken but by choice.
    pub label: FileGuess,
    /// Which number is the day in the times, where the column tells, and where it matters.
    pub days: Option<FileGuess>,
    /// The same, to be handed to [`crate::BoundMapping::with_day_order`].
    pub day_order: Option<DayOrder>,
}

impl ColumnGuess {
    /// Of a file that Gavel wrote there is nothing to find out.
    fn of_own(self, own: &OwnExport) -> Self {
        let mapping = own.mapping();
        let known = |guess: FileGuess, field: MappedField| FileGuess {
            value: mapping.column(field).unwrap_or_default().to_owned(),
            evidence: "The columns are those of Gavel's own exports".to_owned(),
            in_doubt: false,
            ..guess
        };
        let (message, label) =
            (known(self.message, MappedField::Message), known(self.label, MappedField::Label));
        Self { message, label, days: None, day_order: None, mapping }
    }

    /// Says which number is the day, as it was chosen.
    pub(crate) fn choose_days(&mut self, order: DayOrder) {
        self.day_order = Some(order);
        let mut days = self.days.take().unwrap_or_else(|| FileGuess {
            about: FileTrait::Days,
            value: String::new(),
            evidence: String::new(),
            alternatives: Vec::new(),
            in_doubt: false,
            is_chosen: true,
        });
        (days.value, days.evidence) = (order.to_string(), "It was chosen".to_owned());
        (days.in_doubt, days.is_chosen) = (false, true);
        self.days = Some(days);
    }
}

/// Guesses which column is what. `samples` are some records of the file: of its start, middle and end if possible.
///
/// A subject that stands at the start of the message already is not mapped, or it would be read twice. In doubt about the
/// message, none is mapped: [`guess_columns`] tells the candidates.
pub fn guess(columns: &[String], samples: &[Record]) -> Mapping {
    guess_columns(columns, samples).mapping
}

/// Guesses which column is what, and says why and what else could be.
pub fn guess_columns(columns: &[String], samples: &[Record]) -> ColumnGuess {
    let seen: Vec<_> =
        columns.iter().enumerate().map(|(index, column)| Seen::new(index, column, samples)).collect();
    let mut mapping = Mapping::default();
    for &field in MappedField::ALL {
        let is_other = !matches!(field, MappedField::Message | MappedField::Label);
        let mut named: Vec<_> = seen.iter().filter(|seen| is_other && seen.suits(field)).collect();
        named.sort_by_key(|seen| seen.place());
        if let Some(best) = named.first() {
            mapping.set(field, Some(best.column.to_owned()));
        }
    }
    for field in [MappedField::Email, MappedField::Ip] {
        let is_taken = |seen: &&Seen<'_>| mapping.iter().any(|(_, column)| column == seen.column);
        if mapping.column(field).is_none()
            && let Some(found) = seen.iter().filter(|seen| !is_taken(seen)).find(|seen| seen.shows(field))
        {
            mapping.set(field, Some(found.column.to_owned()));
        }
    }
    let label = guess_label(&seen);
    if !label.value.is_empty() {
        mapping.set(MappedField::Label, Some(label.value.clone()));
    }
    let message = guess_message(&seen, &mapping);
    if !message.in_doubt {
        let taken: Vec<_> =
            mapping.iter().filter(|(_, column)| *column == message.value).map(|(field, _)| field).collect();
        taken.into_iter().for_each(|field| mapping.set(field, None));
        mapping.set(MappedField::Message, Some(message.value.clone()));
    }
    if repeats_subject(&mapping, columns, samples) {
        mapping.set(MappedField::Subject, None);
    }
    guess_kept(&mut mapping, columns);
    let (days, day_order) = guess_days(&mapping, columns, samples);
    let guess = ColumnGuess { mapping, message, label, days, day_order };
    match OwnExport::of(columns) {
        Some(own) => guess.of_own(&own),
        None => guess,
    }
}

/// What is only kept is found by name, among the columns that nothing else was made of.
fn guess_kept(mapping: &mut Mapping, columns: &[String]) {
    for column in columns {
        let last = column.rsplit(['.', ':', '/']).next().unwrap_or(column);
        let field = kept::known(&normal(column)).or_else(|| kept::known(&normal(last)));
        let is_taken = mapping.iter().any(|(_, taken)| taken == column);
        if let Some(field) = field.filter(|field| !is_taken && mapping.column(*field).is_none()) {
            mapping.set(field, Some(column.clone()));
        }
    }
}

/// How well a column is named like messages (0 is best), and how much it looks like texts, from 0 to 1.
pub(crate) fn message_looks(
    columns: &[String],
    samples: &[Record],
    message: Option<&str>,
) -> (Option<usize>, f64) {
    let index = message.and_then(|message| columns.iter().position(|column| column == message));
    let seen = index.map(|index| Seen::new(index, &columns[index], samples));
    seen.map_or((None, 0.0), |seen| {
        (seen.suits(MappedField::Message).then(|| seen.place()), seen.looks.text())
    })
}

/// A column, its name and its looks.
struct Seen<'a> {
    column: &'a str,
    rank: Option<(MappedField, usize)>,
    /// Whether it holds answers, what is agreed to, or notes of the staff.
    is_by_others: bool,
    looks: Looks,
}

/// Names further down a list could mean something else, so their cells have to look like it.
const WEAK: usize = 12;

impl<'a> Seen<'a> {
    fn new(index: usize, column: &'a str, samples: &[Record]) -> Self {
        let rank = rank(column).or_else(|| written(column));
        Self { column, rank, is_by_others: is_by_others(column), looks: Looks::of(index, column, samples) }
    }

    fn place(&self) -> usize {
        self.rank.map_or(usize::MAX, |(_, place)| place)
    }

    /// Whether the name stands for a field, and the cells do not belie it. A column of which no sample has anything is believed.
    fn suits(&self, field: MappedField) -> bool {
        let Some((_, place)) = self.rank.filter(|(known, _)| *known == field) else { return false };
        let looks = &self.looks;
        if looks.filled == 0.0 {
            return true;
        }
        match field {
            MappedField::Email => looks.emails > 0.3,
            MappedField::Ip => looks.ips > 0.3,
            MappedField::Timestamp => {
                looks.times > 0.3 || (place < WEAK && looks.words < 7.0 && looks.labels < 0.9)
            }
            MappedField::Name => looks.emails < 0.5 || looks.length < 40.0,
            MappedField::Message => !looks.are_values() || place == 0,
            // How often a thing was called spam is no word about it.
            MappedField::Label => looks.labels > 0.5 && looks.counts == 0.0,
            // Of a help desk, the agent is a person.
            MappedField::UserAgent => place < 2 || looks.agents > 0.3,
            _ => true,
        }
    }

    /// Whether the cells alone show what the column is.
    fn shows(&self, field: MappedField) -> bool {
        match field {
            // <a@b> is the number of a letter, and stands where addresses do only with its name.
            MappedField::Email => self.looks.emails > 0.8 && !normal(self.column).ends_with("id"),
            MappedField::Ip => self.looks.ips > 0.8,
            _ => false,
        }
    }

    fn alternative(&self) -> FileAlternative {
        FileAlternative { value: self.column.to_owned(), about: self.looks.first.clone() }
    }
}

/// How much a column has to look like texts to be taken for the message without a name that says so, and how much more than
/// the next one. Found on exports of forms, shops and forums: columns of cities, names and types stay below 0.45.
const TEXT: f64 = 0.45;
const AHEAD: f64 = 0.12;

/// How much another column has to look more like texts before a name is doubted.
const BELIED: f64 = 0.4;

fn guess_message(seen: &[Seen<'_>], mapping: &Mapping) -> FileGuess {
    let mut named: Vec<_> = seen.iter().filter(|seen| seen.suits(MappedField::Message)).collect();
    // An answer is a message only where there is nothing that it answers.
    named.sort_by_key(|seen| (seen.is_by_others, seen.looks.count == 0, seen.place()));
    // A name stands for texts, unless its cells are the same few words while another named column has texts.
    let is_doubtful = |seen: &&&Seen<'_>| seen.looks.text() < 0.25;
    let best_named = named.iter().find(|seen| !is_doubtful(seen)).or(named.first()).copied();
    let is_other = |seen: &&Seen<'_>| {
        let field = mapping.iter().find(|(_, column)| *column == seen.column).map(|(field, _)| field);
        field.is_some_and(|field| field != MappedField::Subject)
    };
    let mut by_looks: Vec<_> = seen
        .iter()
        .filter(|seen| !is_other(seen) && !seen.is_by_others && !seen.looks.are_values())
        .collect();
    by_looks.sort_by(|one, other| other.looks.text().total_cmp(&one.looks.text()));
    let (value, evidence, in_doubt) = match (best_named, by_looks.first(), by_looks.get(1)) {
        (Some(named), Some(best), _)
            if best.column != named.column
                && named.looks.count > 0
                && named.looks.text() < 0.25
                && best.looks.text() > named.looks.text() + BELIED =>
        {
            let words = format!(
                "\"{}\" is named like messages, but \"{}\" has longer and more varied texts",
                named.column, best.column
            );
            (String::new(), words, true)
        }
        (Some(named), ..) => (named.column.to_owned(), "Its name says so".to_owned(), false),
        (None, ..) if seen.len() == 1 => {
            (seen[0].column.to_owned(), "It is the only column".to_owned(), false)
        }
        (None, Some(best), second)
            if best.looks.text() >= TEXT
                && second.is_none_or(|second| second.looks.text() + AHEAD < best.looks.text()) =>
        {
            (best.column.to_owned(), "It has the longest and most varied texts".to_owned(), false)
        }
        (None, Some(_), Some(_)) => (
            String::new(),
            "No column is named like messages, and none has much longer texts than the others".to_owned(),
            true,
        ),
        (None, ..) => (String::new(), "No column looks like texts that people write".to_owned(), true),
    };
    let (value, evidence, in_doubt) = match twin(seen, &value) {
        Some(Twin::Better(twin)) => {
            let words = format!("\"{value}\" has the same name in the file, and shorter or fewer texts");
            (twin.column.to_owned(), words, false)
        }
        Some(Twin::Equal(twin)) => {
            let words =
                format!("\"{value}\" and \"{}\" have one name in the file, and both hold texts", twin.column);
            (String::new(), words, true)
        }
        None => (value, evidence, in_doubt),
    };
    let others = by_looks.iter().filter(|seen| seen.column != value && (in_doubt || seen.looks.text() > 0.2));
    let mut alternatives: Vec<_> = others.map(|seen| seen.alternative()).collect();
    if let Some(named) = best_named.filter(|_| in_doubt) {
        alternatives.retain(|other| other.value != named.column);
        alternatives.insert(0, named.alternative());
    }
    if alternatives.is_empty() && in_doubt {
        alternatives = seen.iter().map(Seen::alternative).collect();
    }
    FileGuess { about: FileTrait::Message, value, evidence, alternatives, in_doubt, is_chosen: false }
}

/// A column that has the same name in the file as another.
enum Twin<'a, 'b> {
    /// It looks more like texts.
    Better(&'a Seen<'b>),
    /// It looks like texts as well, and has others.
    Equal(&'a Seen<'b>),
}

/// The best column that has the name of this one in the file: all but the first have a number in brackets here.
fn twin<'a, 'b>(seen: &'a [Seen<'b>], column: &str) -> Option<Twin<'a, 'b>> {
    let name = |column: &str| match column.strip_suffix(')').and_then(|column| column.rsplit_once(" (")) {
        Some((name, number)) if number.bytes().all(|byte| byte.is_ascii_digit()) => name.to_owned(),
        _ => column.to_owned(),
    };
    let own = seen.iter().find(|seen| seen.column == column)?;
    let others = seen
        .iter()
        .filter(|seen| seen.column != column && name(seen.column) == name(column) && seen.looks.count > 0);
    let best = others.max_by(|one, other| one.looks.text().total_cmp(&other.looks.text()))?;
    let (mine, theirs) = (own.looks.text(), best.looks.text());
    let is_same = own.looks.first == best.looks.first && own.looks.count == best.looks.count;
    if own.looks.count == 0 || theirs > mine + AHEAD {
        Some(Twin::Better(best))
    } else {
        (theirs + AHEAD >= mine && !is_same).then_some(Twin::Equal(best))
    }
}

/// Only a name that speaks of spam or approval, or cells that say "spam" and "ham", make a label; a yes or no does not. What
/// programs wrote is offered.
fn guess_label(seen: &[Seen<'_>]) -> FileGuess {
    let is_by_program = |seen: &&Seen<'_>| LabelWords::is_of_program(seen.column);
    let marked =
        seen.iter().filter(is_by_program).find(|seen| seen.looks.count > 0 && seen.looks.labels > 0.6);
    let mut named: Vec<_> =
        seen.iter().filter(|seen| seen.suits(MappedField::Label) && !is_by_program(seen)).collect();
    named.sort_by_key(|seen| seen.place());
    // A column of which nothing is known does not hide what programs wrote.
    let is_sure = |seen: &&&Seen<'_>| {
        (LabelWords::is_plain(seen.column) || seen.looks.verdicts > 0.0)
            && (marked.is_none() || seen.looks.count > 0)
    };
    let is_filled =
        |seen: &&Seen<'_>| seen.looks.verdicts > 0.95 && seen.looks.filled > 0.5 && !is_by_program(seen);
    let (found, evidence) = match (named.iter().find(is_sure), seen.iter().find(is_filled), marked) {
        (Some(found), ..) => (Some(found.column), "Its name and its words say so".to_owned()),
        (None, Some(found), _) => (Some(found.column), "It says \"spam\" or \"ham\" in every row".to_owned()),
        (None, None, Some(marked)) => {
            let words = format!("\"{}\" is what a program said, and a label by choice alone", marked.column);
            (None, words)
        }
        (None, None, None) => (None, "No column says by its name that it is about spam".to_owned()),
    };
    let could =
        |seen: &&Seen<'_>| Some(seen.column) != found && seen.looks.count > 0 && seen.looks.labels > 0.6;
    FileGuess {
        about: FileTrait::Label,
        value: found.unwrap_or_default().to_owned(),
        evidence,
        alternatives: seen.iter().filter(could).map(Seen::alternative).collect(),
        in_doubt: found.is_none() && marked.is_some(),
        is_chosen: false,
    }
}

/// The word for times that are numbers of days as Excel counts them.
pub(crate) const EXCEL_DAYS: &str = "excel";

/// Which number is the day, by the whole column.
fn guess_days(
    mapping: &Mapping,
    columns: &[String],
    samples: &[Record],
) -> (Option<FileGuess>, Option<DayOrder>) {
    let column = mapping.column(MappedField::Timestamp);
    let Some(index) = column.and_then(|column| columns.iter().position(|known| known == column)) else {
        return (None, None);
    };
    let cells = || samples.iter().filter_map(|record| record.get(index)).filter(|cell| !cell.is_empty());
    let has_ambiguous = || cells().any(super::time::is_ambiguous);
    let alternative =
        |order: DayOrder, about: &str| FileAlternative { value: order.to_string(), about: about.to_owned() };
    let both = || {
        vec![
            alternative(DayOrder::DayFirst, "3/4 is 3 April"),
            alternative(DayOrder::MonthFirst, "3/4 is March 4"),
        ]
    };
    let guess = |value: String, evidence: String, alternatives, in_doubt| {
        Some(FileGuess { about: FileTrait::Days, value, evidence, alternatives, in_doubt, is_chosen: false })
    };
    match day_order(cells()) {
        Ok(Some((order, told))) => {
            let other = both().into_iter().filter(|other| other.value != order.to_string()).collect();
            (
                guess(order.to_string(), format!("\"{}\" reads one way only", told.trim()), other, false),
                Some(order),
            )
        }
        Ok(None) if has_ambiguous() => {
            let words = "All its dates read both ways: choose, or such times are left out".to_owned();
            (guess(String::new(), words, both(), true), None)
        }
        Err(()) => {
            let words = "Some of its dates have the day first, others the month: those that read both ways are left out".to_owned();
            (guess(String::new(), words, both(), true), None)
        }
        Ok(None) => (of_excel(&cells().collect::<Vec<_>>()), None),
    }
}

/// What is said of times that are numbers of days.
fn of_excel(cells: &[&str]) -> Option<FileGuess> {
    let first = cells.iter().find_map(|cell| Some((cell, super::time::excel_seconds(cell)?)));
    let (cell, seconds) = first.filter(|(cell, _)| super::time::unix_seconds(cell, None).is_err())?;
    let time = chrono::DateTime::from_timestamp(seconds, 0)?.format("%Y-%m-%d %H:%M");
    Some(FileGuess {
        about: FileTrait::Days,
        value: EXCEL_DAYS.to_owned(),
        evidence: format!("Its times are days as Excel counts them: {} is {time}", cell.trim()),
        alternatives: Vec::new(),
        in_doubt: false,
        is_chosen: false,
    })
}

/// Whether the message begins with the subject in most samples that have one.
fn repeats_subject(mapping: &Mapping, columns: &[String], samples: &[Record]) -> bool {
    let index = |field| {
        let column = mapping.column(field)?;
        columns.iter().position(|known| known == column)
    };
    let (Some(subject), Some(message)) = (index(MappedField::Subject), index(MappedField::Message)) else {
        return false;
    };
    let text = |record: &Record, index: usize| record.get(index).unwrap_or_default().trim().to_owned();
    let with_subject: Vec<_> = samples.iter().filter(|record| !text(record, subject).is_empty()).collect();
    let repeated = with_subject
        .iter()
        .filter(|record| text(record, message).starts_with(&text(record, subject)))
        .count();
    !with_subject.is_empty() && repeated * 2 > with_subject.len()
}
