//! One letter, made a record; several, when it reports or returns other letters.

use domain::FileAccount;

use super::{
    body::{self, Body},
    header::{self, Header},
};
use crate::{Place, Record, RecordError, error::TOO_LONG, limits::RECORD_MAX_BYTES};

/// What is taken from an e-mail. `x-label` is where corpora say what it is; the three below it are what programs think;
/// `note` is what the sender of a report wrote, with who that was.
pub(super) const COLUMNS: [&str; 14] = [
    "subject",
    "name",
    "email",
    "date",
    "message",
    "ip",
    "user_agent",
    "message_id",
    "x-label",
    "x-gmail-labels",
    "x-spam-flag",
    "x-spam-status",
    "attachments",
    "note",
];

/// How deep letters within letters are taken for what was reported.
const DEPTH_MAX: usize = 4;

/// Most letters of one report.
const LETTERS_MAX: usize = 200;

struct Letter {
    header: Header,
    body: Body,
}

/// The records of a letter: itself, or the letters that it was sent to report.
pub(super) fn records(
    place: &Place,
    bytes: &[u8],
    account: &mut FileAccount,
) -> Vec<Result<Record, RecordError>> {
    let Some(letter) = Letter::read(bytes) else {
        return vec![Err(RecordError::new(place.clone(), "is no e-mail: it has no header"))];
    };
    let mut records = Vec::new();
    letter.into_records(place, "", None, 0, &mut records, account);
    records
}

impl Letter {
    fn read(bytes: &[u8]) -> Option<Self> {
        let (head, rest) = header::split(bytes);
        let header = Header::read(head, rest);
        if header.is_empty() {
            return None;
        }
        let (_, address) = header.sender();
        let domain =
            address.rsplit('.').next().map(str::to_ascii_lowercase).filter(|domain| domain.len() < 24);
        let body = body::read(&header, rest, domain.as_deref());
        Some(Self { header, body })
    }

    /// Whether it was sent to hand on the letters in it: a report or a digest by its type, or a short note ahead of them.
    fn is_report(&self) -> bool {
        !self.body.letters.is_empty() && (self.body.is_report || is_note(&self.body.text))
    }

    fn into_records(
        self,
        place: &Place,
        note: &str,
        outer: Option<&Header>,
        depth: usize,
        records: &mut Vec<Result<Record, RecordError>>,
        account: &mut FileAccount,
    ) {
        if depth >= DEPTH_MAX || !self.is_report() {
            records.push(self.record(place, note, outer, account));
            return;
        }
        let (name, address) = self.header.sender();
        let note = format!("{}\n{name} <{address}>\n\n{}", self.header.subject(), self.body.text);
        let kind = "letters that hand on others";
        account.leave_out(kind, "The letters that are attached to them are the records; what was written about them is their note", 1, place);
        for bytes in self.body.letters.iter().take(LETTERS_MAX) {
            match Self::read(bytes) {
                Some(inner) => inner.into_records(
                    place,
                    note.trim(),
                    Some(outer.unwrap_or(&self.header)),
                    depth + 1,
                    records,
                    account,
                ),
                None => records
                    .push(Err(RecordError::new(place.clone(), "has an attached letter without a header"))),
            }
        }
        let further = self.body.letters.len().saturating_sub(LETTERS_MAX) as u64;
        account.leave_out("further attached letters", "One letter may hand on 200", further, place);
    }

    /// What its reader sees: its text, and the letters in it.
    fn text(&self, depth: usize) -> String {
        let mut text = self.body.text.clone();
        for inner in self.body.letters.iter().take(20).filter_map(|bytes| Self::read(bytes)) {
            if depth < DEPTH_MAX {
                text.push_str(&format!("\n\n{}\n\n{}", inner.header.subject(), inner.text(depth + 1)));
            }
        }
        text.trim().to_owned()
    }

    fn record(
        self,
        place: &Place,
        note: &str,
        outer: Option<&Header>,
        account: &mut FileAccount,
    ) -> Result<Record, RecordError> {
        let (name, email) = self.header.sender();
        let text = self.text(0);
        if self.body.is_sealed {
            let (kind, why) = if text.is_empty() {
                (
                    "sealed letters",
                    "They are encrypted, or signed with their text inside: only their subject is judged",
                )
            } else {
                ("letters with a sealed part", "A part is encrypted and cannot be read: the rest is judged")
            };
            account.mend(kind, why, 1, place);
        } else if text.is_empty() {
            account.mend("letters without a text", "There is only their subject to judge", 1, place);
        }
        // What programs said stands in the letter that was reported, or in the one around it.
        let said = |names: &[&str]| {
            let headers = [Some(&self.header), outer].into_iter().flatten();
            let mut texts = headers.flat_map(|header| names.iter().map(|name| header.text(name)));
            texts.find(|text| !text.is_empty()).unwrap_or_default()
        };
        let either = |one: &str, other: &str| {
            let first = self.header.text(one);
            if first.is_empty() { self.header.text(other) } else { first }
        };
        let fields = [
            self.header.subject(),
            name,
            email,
            self.header.date(),
            text,
            self.header.text("X-Originating-IP").trim_matches(['[', ']']).to_owned(),
            either("User-Agent", "X-Mailer"),
            self.header.id(),
            said(&["X-Label"]),
            said(&["X-Gmail-Labels"]),
            said(&["X-Spam-Flag", "X-Spam", "X-DSPAM-Result"]),
            said(&["X-Spam-Status", "X-Bogosity"]),
            self.body.attachments.join(", "),
            note.to_owned(),
        ];
        let fields =
            fields.map(|field| if field.contains('\0') { field.replace('\0', "\u{fffd}") } else { field });
        if fields.iter().map(String::len).sum::<usize>() > RECORD_MAX_BYTES {
            return Err(RecordError::new(place.clone(), TOO_LONG));
        }
        Ok(Record::new(place.clone(), fields))
    }
}

/// Whether a text only says why something is attached: it is short, and either has no link or says what it is about.
fn is_note(text: &str) -> bool {
    const WORDS: [&str; 12] = [
        "spam",
        "phish",
        "scam",
        "report",
        "forward",
        "suspicious",
        "attached",
        "attachment",
        "junk",
        "verd\u{e4}chtig",
        "weitergeleitet",
        "indésirable",
    ];
    let lower = text.to_lowercase();
    let has_link = lower.contains("://") || lower.contains("www.");
    text.len() < 1_000 && (!has_link || WORDS.iter().any(|word| lower.contains(word)))
}
