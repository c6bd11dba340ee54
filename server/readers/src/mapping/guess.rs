//! Which column is what: by name, and where names say nothing, by what is in it.

use std::net::IpAddr;

use domain::{MappedField, Mapping};

use super::{label::LabelWords, time::unix_seconds};
use crate::Record;

/// Names of columns, in small letters without blanks and signs; the better ones first. From exports of WordPress, Disqus,
/// phpBB, Discourse, HubSpot, Google Forms and YouTube, and from the corpora that people train filters on.
const NAMES: [(MappedField, &[&str]); 10] = [
    (
        MappedField::Message,
        &[
            "message",
            "commentcontent",
            "messagetext",
            "messagebody",
            "body",
            "text",
            "content",
            "comment",
            "comments",
            "bodytext",
            "textbody",
            "bodyplain",
            "posttext",
            "raw",
            "review",
            "reviewtext",
            "reviewbody",
            "description",
            "msg",
            "sms",
            "mail",
            "post",
            "nachricht",
            "kommentar",
            "mensaje",
            "mensagem",
            "messaggio",
            "texte",
            "yourmessage",
        ],
    ),
    (
        MappedField::Subject,
        &[
            "subject",
            "title",
            "headline",
            "betreff",
            "asunto",
            "assunto",
            "objet",
            "topic",
            "yoursubject",
            "reviewtitle",
        ],
    ),
    (
        MappedField::Email,
        &[
            "email",
            "commentauthoremail",
            "authoremail",
            "fromemail",
            "emailaddress",
            "fromaddress",
            "useremail",
            "mailaddress",
            "senderemail",
            "sender",
            "from",
            "emailfrom",
            "correo",
            "yourmail",
            "youremail",
        ],
    ),
    (
        MappedField::Name,
        &[
            "name",
            "commentauthor",
            "authorname",
            "author",
            "fromname",
            "username",
            "displayname",
            "user",
            "nickname",
            "nick",
            "fullname",
            "sendername",
            "yourname",
            "authordisplayname",
            "authorusername",
            "login",
        ],
    ),
    (
        MappedField::Ip,
        &[
            "ip",
            "commentauthorip",
            "ipaddress",
            "authorip",
            "userip",
            "clientip",
            "remoteaddr",
            "remoteip",
            "senderip",
        ],
    ),
    (
        MappedField::Timestamp,
        &[
            "timestamp",
            "createdat",
            "dategmt",
            "commentdategmt",
            "date",
            "datetime",
            "commentdate",
            "created",
            "time",
            "sentat",
            "submittedat",
            "postedat",
            "publishedat",
            "published",
            "createdutc",
            "received",
            "receivedat",
            "datum",
            "fecha",
        ],
    ),
    (MappedField::UserAgent, &["useragent", "commentagent", "agent", "browser", "ua", "httpuseragent"]),
    (
        MappedField::WebsiteUrl,
        &[
            "websiteurl",
            "postlink",
            "threadlink",
            "pageurl",
            "permalink",
            "sourceurl",
            "page",
            "referer",
            "referrer",
            "threadurl",
            "posturl",
            "link",
            "url",
        ],
    ),
    (MappedField::Domain, &["domain", "site", "host", "hostname", "website"]),
    (
        MappedField::Label,
        &[
            "label",
            "isspam",
            "spam",
            "commentapproved",
            "approved",
            "class",
            "category",
            "verdict",
            "target",
            "truth",
            "status",
            "isham",
            "xlabel",
        ],
    ),
];

/// A name in small letters without blanks and signs.
pub(crate) fn normal(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The field that a column's name stands for.
pub(crate) fn known_field(name: &str) -> Option<MappedField> {
    rank(name).map(|(field, _)| field)
}

/// The field, and how far down its list the name stands. Of `author.email` the whole is tried first.
fn rank(name: &str) -> Option<(MappedField, usize)> {
    if name.len() > 64 {
        return None;
    }
    let found = |name: &str| {
        let name = normal(name);
        NAMES.iter().find_map(|(field, names)| {
            names.iter().position(|known| *known == name).map(|place| (*field, place))
        })
    };
    found(name).or_else(|| {
        let (_, last) = name.rsplit_once(['.', ':', '/'])?;
        found(last).map(|(field, place)| (field, place + 100))
    })
}

/// Whether a cell is a number, an address, a time or a yes or no: nothing that would name a column.
pub(crate) fn looks_like_a_value(cell: &str) -> bool {
    let cell = cell.trim();
    cell.parse::<f64>().is_ok()
        || cell.parse::<IpAddr>().is_ok()
        || cell.contains("://")
        || (cell.contains('@') && cell.contains('.'))
        || unix_seconds(cell).is_ok()
        || matches!(cell.to_ascii_lowercase().as_str(), "true" | "false" | "yes" | "no" | "null")
}

/// Guesses which column is what. `samples` are some records of the file; a few dozen do.
///
/// A subject that stands at the start of the message already is not mapped, or it would be read twice.
pub fn guess(columns: &[String], samples: &[Record]) -> Mapping {
    let mut best: Vec<(MappedField, usize, usize)> = Vec::new();
    for (index, column) in columns.iter().enumerate() {
        let Some((field, place)) = rank(column) else { continue };
        let looks = Looks::of(index, samples);
        if !looks.suits(field, column) {
            continue;
        }
        match best.iter_mut().find(|(known, ..)| *known == field) {
            Some(known) if place < known.1 => *known = (field, place, index),
            Some(_) => {}
            None => best.push((field, place, index)),
        }
    }
    let mut mapping = Mapping::default();
    let mut is_taken = vec![false; columns.len()];
    for (field, _, index) in best {
        mapping.set(field, Some(columns[index].clone()));
        is_taken[index] = true;
    }
    guess_by_content(&mut mapping, columns, samples, &mut is_taken);
    if repeats_subject(&mapping, columns, samples) {
        mapping.set(MappedField::Subject, None);
    }
    mapping
}

/// For what no name stands for: the longest texts are the message, and so on.
fn guess_by_content(mapping: &mut Mapping, columns: &[String], samples: &[Record], is_taken: &mut [bool]) {
    let looks: Vec<_> = (0..columns.len()).map(|index| Looks::of(index, samples)).collect();
    for field in [MappedField::Email, MappedField::Ip, MappedField::Label] {
        let found = (0..columns.len()).find(|&index| !is_taken[index] && looks[index].shows(field));
        if let Some(index) = found
            && mapping.column(field).is_none()
        {
            mapping.set(field, Some(columns[index].clone()));
            is_taken[index] = true;
        }
    }
    if mapping.column(MappedField::Message).is_none() {
        let candidates = (0..columns.len()).filter(|&index| !is_taken[index] && looks[index].values < 0.5);
        let longest = candidates.max_by(|&one, &other| looks[one].length.total_cmp(&looks[other].length));
        if let Some(index) = longest.or_else(|| (columns.len() == 1).then_some(0)) {
            mapping.set(MappedField::Message, Some(columns[index].clone()));
        }
    }
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

/// What the cells of a column look like: shares of those that are not empty.
struct Looks {
    filled: f64,
    emails: f64,
    ips: f64,
    labels: f64,
    /// Numbers, addresses, times.
    values: f64,
    /// Mean length in bytes.
    length: f64,
}

impl Looks {
    fn of(index: usize, samples: &[Record]) -> Self {
        let cells: Vec<_> = samples
            .iter()
            .filter_map(|record| record.get(index))
            .map(str::trim)
            .filter(|cell| !cell.is_empty())
            .collect();
        let count = cells.len().max(1) as f64;
        let share = |is: &dyn Fn(&str) -> bool| cells.iter().filter(|cell| is(cell)).count() as f64 / count;
        let is_email = |cell: &str| {
            cell.len() < 320
                && cell.contains('@')
                && (cell.ends_with('>') || !cell.contains(char::is_whitespace))
        };
        Self {
            filled: cells.len() as f64 / samples.len().max(1) as f64,
            emails: share(&is_email),
            ips: share(&|cell| cell.parse::<IpAddr>().is_ok()),
            labels: share(&|cell| LabelWords::IsSpam.read(cell).is_some()),
            values: share(&looks_like_a_value),
            length: cells.iter().map(|cell| cell.len()).sum::<usize>() as f64 / count,
        }
    }

    /// Whether the cells alone show what the column is.
    fn shows(&self, field: MappedField) -> bool {
        match field {
            MappedField::Email => self.emails > 0.8,
            MappedField::Ip => self.ips > 0.8,
            MappedField::Label => self.labels > 0.95 && self.filled > 0.5,
            _ => false,
        }
    }

    /// Whether the cells do not belie the name. A column of which no sample has anything is believed.
    fn suits(&self, field: MappedField, column: &str) -> bool {
        if self.filled == 0.0 {
            return true;
        }
        match field {
            MappedField::Email => self.emails > 0.3,
            MappedField::Ip => self.ips > 0.3,
            MappedField::Label => {
                self.labels > 0.5 || LabelWords::of_column(column) == LabelWords::IsApproved
            }
            MappedField::Name => self.emails < 0.5 || self.length < 40.0,
            MappedField::Message => self.values < 0.9 || normal(column) == "message",
            _ => true,
        }
    }
}
