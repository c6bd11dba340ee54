//! A record made a submission.

use std::{fmt, net::IpAddr};

use domain::{Content, ContentForm, DayOrder, FieldError, Label, MappedField, Mapping, content::present};

use super::{
    kept::Kept,
    label::LabelWords,
    time::{TimeProblem, excel_seconds, unix_seconds},
};
use crate::{Place, Record, own::OwnExport};

/// What is wrong with one column, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnProblem {
    /// What the column is mapped to.
    pub field: MappedField,
    /// The column's name, as in the file.
    pub column: String,
    /// A sentence.
    pub problem: String,
}

impl fmt::Display for ColumnProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "column \"{}\": {}", self.column, self.problem)
    }
}

/// Why a record cannot be judged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}, {}", .problems.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "))]
pub struct RowError {
    /// Where the record begins.
    pub place: Place,
    /// Every column that is wrong.
    pub problems: Vec<ColumnProblem>,
}

/// A record that can be judged.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Where the record begins.
    pub place: Place,
    /// What to judge.
    pub content: Content,
    /// What is known already.
    pub label: Option<Label>,
    /// Why it has its label, where the file is Gavel's own: names of reasons.
    pub reasons: Vec<String>,
    /// Columns whose value makes no sense and was left out, since the message can be judged without it: an address that is
    /// none, for instance.
    pub left_out: Vec<ColumnProblem>,
}

/// A mapping for the columns of one file.
#[derive(Clone, Debug)]
pub struct BoundMapping {
    message: (usize, String),
    others: Vec<(MappedField, usize, String)>,
    label_words: LabelWords,
    day_order: Option<DayOrder>,
    kept: Kept,
    /// Where the file is an export of Gavel's own, and is mapped as such.
    own: Option<OwnExport>,
}

/// Looks a mapping's columns up.
///
/// # Errors
/// Every mapped column that the file does not have; or that there is none for the message.
pub fn bind(mapping: &Mapping, columns: &[String]) -> Result<BoundMapping, Vec<ColumnProblem>> {
    let mut problems = Vec::new();
    let mut others = Vec::new();
    let mut message = None;
    for (field, column) in mapping.iter() {
        match columns.iter().position(|known| known == column) {
            Some(index) if field == MappedField::Message => message = Some((index, column.to_owned())),
            Some(index) => others.push((field, index, column.to_owned())),
            None => {
                let problem = format!("The file has no such column. It has: {}.", columns.join(", "));
                problems.push(ColumnProblem { field, column: column.to_owned(), problem });
            }
        }
    }
    let label_words = LabelWords::of_column(mapping.column(MappedField::Label).unwrap_or_default());
    match message {
        Some(message) if problems.is_empty() => {
            let kept = Kept::of(mapping, columns);
            let own = OwnExport::of(columns).filter(|own| own.is_mapped_by(mapping));
            Ok(BoundMapping { message, others, label_words, day_order: None, kept, own })
        }
        None if mapping.column(MappedField::Message).is_none() => {
            let problem =
                "No column is mapped to the message. Choose the one with the text to check.".to_owned();
            problems.push(ColumnProblem { field: MappedField::Message, column: String::new(), problem });
            Err(problems)
        }
        _ => Err(problems),
    }
}

impl BoundMapping {
    /// Says which number is the day in dates like 03/04/2025; without, such times are left out.
    pub fn with_day_order(self, day_order: Option<DayOrder>) -> Self {
        Self { day_order, ..self }
    }

    /// Makes a record a row.
    ///
    /// # Errors
    /// When there is no message or it is too long, or an e-mail address is too long. Other values that make no sense are
    /// left out.
    pub fn apply(&self, record: &Record) -> Result<Row, RowError> {
        let message = record.get(self.message.0).unwrap_or_default();
        let mut taken = Taken { form: ContentForm::default(), label: None, left_out: Vec::new() };
        let mut subject = "";
        for (field, index, column) in &self.others {
            let Some(text) = record.get(*index).map(str::trim).filter(|text| !text.is_empty()) else {
                continue;
            };
            if *field == MappedField::Subject {
                subject = text;
            } else {
                taken.take(*field, column, text, self);
            }
        }
        taken.form.message = joined(subject, message);
        let reasons = self.own.as_ref().filter(|_| taken.label.is_some()).map(|own| own.reasons(record));
        let own = self.own.as_ref().map(|own| own.content(record));
        if let Some(own) = &own {
            taken.form = ContentForm { message: own.message.clone(), ..ContentForm::default() };
            taken.left_out.clear();
        }
        let read = taken.form.validate().map_err(|errors| RowError {
            place: record.place().clone(),
            problems: errors.into_iter().map(|error| self.problem(error)).collect(),
        })?;
        let mut content = own.unwrap_or(read);
        content.extra.extend(self.kept.extra(record));
        Ok(Row {
            place: record.place().clone(),
            content,
            label: taken.label,
            reasons: reasons.unwrap_or_default(),
            left_out: taken.left_out,
        })
    }

    /// The form's word on a field, for the column that it comes from.
    fn problem(&self, error: FieldError) -> ColumnProblem {
        let field = error.field.parse().unwrap_or(MappedField::Message);
        let other = self.others.iter().find(|(known, ..)| *known == field);
        let column = other.map_or(&self.message.1, |(.., column)| column).clone();
        let problem = match field {
            MappedField::Message if error.problem.starts_with("The message is empty") => {
                "There is no message.".to_owned()
            }
            _ => error.problem,
        };
        ColumnProblem { field, column, problem }
    }
}

/// The subject ahead of the message, as a reader sees them.
fn joined(subject: &str, message: &str) -> String {
    match (subject, message.trim().is_empty()) {
        ("", _) => message.to_owned(),
        (_, true) => subject.to_owned(),
        _ => format!("{subject}\n\n{message}"),
    }
}

/// What was taken from a record so far.
struct Taken {
    form: ContentForm,
    label: Option<Label>,
    left_out: Vec<ColumnProblem>,
}

impl Taken {
    fn take(&mut self, field: MappedField, column: &str, text: &str, bound: &BoundMapping) {
        let sound = match field {
            MappedField::Message | MappedField::Subject => Ok(()),
            // Kept as they are: see `Kept`.
            MappedField::Id | MappedField::AuthorUrl | MappedField::Type | MappedField::PageTitle => Ok(()),
            MappedField::Email => put(&mut self.form.email, address(text)),
            MappedField::Name => put(&mut self.form.name, text),
            MappedField::UserAgent => put(&mut self.form.user_agent, text),
            MappedField::Domain => put(&mut self.form.domain, text),
            MappedField::Ip => match text.parse::<IpAddr>() {
                Ok(ip) => put(&mut self.form.ip, &ip.to_string()),
                Err(_) => Err("is no IP address; left out"),
            },
            MappedField::Timestamp => match (unix_seconds(text, bound.day_order), excel_seconds(text)) {
                (Ok(seconds), _) | (Err(TimeProblem::Unknown), Some(seconds)) => {
                    put(&mut self.form.timestamp, &seconds.to_string())
                }
                (Err(TimeProblem::Ambiguous), _) => Err(
                    "could be two days, as day and month may stand either way; choose their order, or write it like 2025-02-15; left out",
                ),
                (Err(TimeProblem::Unknown), None) => {
                    Err("is no time; write it like 2025-02-15 11:32; left out")
                }
            },
            MappedField::WebsiteUrl => {
                let form = ContentForm {
                    message: "x".to_owned(),
                    website_url: text.to_owned(),
                    ..Default::default()
                };
                match form.validate() {
                    Ok(_) => put(&mut self.form.website_url, text),
                    Err(_) => Err("is no web address; left out"),
                }
            }
            MappedField::Label => bound
                .label_words
                .read(text)
                .map(|label| self.label = label)
                .ok_or("says neither spam nor ham; left out"),
        };
        if let Err(problem) = sound {
            let shown: String = text.chars().take(60).collect();
            let problem = format!("\"{shown}\" {problem}.");
            self.left_out.push(ColumnProblem { field, column: column.to_owned(), problem });
        }
    }
}

fn put(slot: &mut String, text: &str) -> Result<(), &'static str> {
    text.clone_into(slot);
    Ok(())
}

/// The address of `Ann <ann@example.com>`, else the text.
fn address(text: &str) -> &str {
    let inner = text.rsplit_once('<').and_then(|(_, rest)| rest.split_once('>')).map(|(inner, _)| inner);
    inner
        .and_then(|inner| present(inner).is_some().then_some(inner.trim()))
        .filter(|inner| inner.contains('@'))
        .unwrap_or(text)
}
