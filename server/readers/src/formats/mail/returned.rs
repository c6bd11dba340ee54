//! Letters that come back as a part of a text: qmail, Exim, Gmail and old sendmail quote the whole letter behind a line of
//! words, where others attach it.

use super::header::{self, Header};

/// Words of the line behind which the letter stands, in small letters.
const MARKS: [&str; 6] = [
    // qmail
    "below this line is a copy of the message",
    // Exim
    "this is a copy of the message, including all the headers",
    "this is a copy of your message, including all the headers",
    // Gmail
    "----- original message -----",
    // sendmail
    "unsent message follows",
    "undelivered message follows",
];

/// Fields of which a letter has two at least.
const FIELDS: [&str; 6] = ["From", "To", "Subject", "Received", "Date", "Message-ID"];

/// Whether a program that delivers mail sent a letter.
pub(super) fn is_by_daemon(header: &Header) -> bool {
    let (_, address) = header.sender();
    let local = address.split('@').next().unwrap_or_default().to_ascii_lowercase();
    matches!(local.as_str(), "mailer-daemon" | "postmaster") || header.text("Return-Path") == "<>"
}

/// The text ahead of a returned letter, and the letter.
pub(super) fn split(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut at = 0;
    for line in text.split_inclusive(|&byte| byte == b'\n') {
        at += line.len();
        let is_short = line.len() < 200;
        let lower = if is_short { String::from_utf8_lossy(line).to_ascii_lowercase() } else { String::new() };
        if MARKS.iter().any(|mark| lower.contains(mark)) {
            let letter = text[at..].trim_ascii_start();
            return is_letter(letter).then(|| (&text[..at - line.len()], letter));
        }
    }
    None
}

fn is_letter(text: &[u8]) -> bool {
    let (head, rest) = header::split(text);
    let header = Header::read(head, rest);
    FIELDS.iter().filter(|name| !header.text(name).is_empty()).count() > 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_follows_the_words() {
        let text =
            b"Hi. This is the qmail-send program.\n\n--- Below this line is a copy of the message.\n\n\
                     Return-Path: <a@b.example>\nFrom: a@b.example\nSubject: Buy\n\nBuy now\n";
        let (note, letter) = split(text).unwrap();
        assert!(note.ends_with(b"program.\n\n") && letter.starts_with(b"Return-Path"));
        assert_eq!(split(b"----- Original Message -----\nHello all\n"), None);
        assert_eq!(split(b"From: a@b\nSubject: x\n"), None);
    }
}
