//! Mail as programs keep it: labels of programs, archives of lists, PGP within a text, letters that came back, and the dialects
//! of mbox. Hosts are example.*.

#![expect(clippy::unwrap_used, reason = "a test ends where its assumptions do")]

use std::io::Cursor;

use domain::{FileAccount, Label, MappedField};
use readers::{Choices, ColumnGuess, Record, RecordReader, bind};

struct Read {
    guess: ColumnGuess,
    columns: Vec<String>,
    records: Vec<Record>,
    account: FileAccount,
}

impl Read {
    fn column(&self, name: &str) -> Vec<&str> {
        let index = self.columns.iter().position(|column| column == name).unwrap();
        self.records.iter().map(|record| record.get(index).unwrap()).collect()
    }

    /// The labels of the rows, with a column chosen for them.
    fn labels(&self, column: &str) -> Vec<Option<Label>> {
        let mut mapping = self.guess.mapping.clone();
        mapping.set(MappedField::Label, Some(column.to_owned()));
        let bound = bind(&mapping, &self.columns).unwrap();
        self.records.iter().map(|record| bound.apply(record).unwrap().label).collect()
    }

    fn offered(&self) -> Vec<&str> {
        self.guess.label.alternatives.iter().map(|other| other.value.as_str()).collect()
    }
}

fn read(text: &str) -> Read {
    let file = Cursor::new(text.as_bytes().to_vec());
    let mut reader = RecordReader::open(file, None, Choices::default()).unwrap();
    let guess = reader.look(200).columns;
    let columns = reader.columns().to_vec();
    let records = reader.by_ref().map(Result::unwrap).collect();
    Read { guess, columns, records, account: reader.account() }
}

/// An mbox of letters, each with these further lines of its header and this body.
fn mbox(letters: &[(&str, &str)]) -> String {
    let letter = |(index, (header, body)): (usize, &(&str, &str))| {
        format!(
            "From ann@example.com Tue Mar  4 08:11:{index:02} 2025\nFrom: Ann <ann@example.com>\nSubject: Letter {index}\n{header}\n{body}\n\n"
        )
    };
    letters.iter().enumerate().map(letter).collect()
}

#[test]
fn what_programs_said_is_offered_and_not_taken() {
    let spam = Some(Label::Spam);
    let ham = Some(Label::Ham);
    for (column, headers, labels) in [
        ("x-spam-flag", ["X-Spam-Flag: YES\n", "X-Spam-Flag: NO\n", ""], [spam, ham, None]),
        ("x-spam-flag", ["X-Spam: Yes\n", "X-Spam: No\n", "X-Spam: Yes\n"], [spam, ham, spam]),
        (
            "x-spam-status",
            ["X-Spam-Status: Yes, score=9.1\n\trequired=5.0\n", "X-Spam-Status: No, score=-1\n", ""],
            [spam, ham, None],
        ),
        (
            "x-spam-status",
            ["X-Bogosity: Spam, tests=bogofilter\n", "X-Bogosity: Unsure, tests=bogofilter\n", ""],
            [spam, None, None],
        ),
        // All of a folder of spam: nothing but that one word, which is still nobody's.
        ("x-gmail-labels", ["X-Gmail-Labels: Spam\n"; 3], [spam; 3]),
        (
            "x-gmail-labels",
            ["X-Gmail-Labels: Spam,Unread\n", "X-Gmail-Labels: Inbox\n", "X-Gmail-Labels: Sent\n"],
            [spam, ham, None],
        ),
    ] {
        let found = read(&mbox(&headers.map(|header| (header, "Good morning to all of you"))));
        assert_eq!(found.guess.mapping.column(MappedField::Label), None, "{column}");
        assert_eq!(found.offered(), [column]);
        assert!(found.guess.label.evidence.contains(column), "{}", found.guess.label.evidence);
        assert_eq!(found.labels(column), labels, "{column}");
    }
    let corpus =
        read(&mbox(&[("X-Label: spam\nX-Spam-Flag: NO\n", "Win now"), ("X-Label: ham\n", "See you")]));
    assert_eq!(corpus.guess.mapping.column(MappedField::Label), Some("x-label"));
}

#[test]
fn archives_of_mailman_hide_their_addresses() {
    let archive = "From ann at example.com  Tue Mar  4 08:11:00 2025\nFrom: ann at example.com (Ann Lee)\n\
                   Date: Tue, 4 Mar 2025 08:11:00 +0000\nSubject: [Users] How do I install this?\nMessage-ID: <a1@example.com>\n\n\
                   How do I install this?\n\nFrom the docs I cannot tell.\n\n\
                   From bo.b at mail.example.org  Wed Mar  5 09:11:00 2025\nFrom: bo.b at mail.example.org (=?utf-8?q?B=C3=B6?=)\n\
                   Date: Wed, 5 Mar 2025 09:11:00 +0000\nSubject: [Users] Pills\n\nBuy pills\n\n";
    let found = read(archive);
    assert_eq!(found.column("email"), ["ann@example.com", "bo.b@mail.example.org"]);
    assert_eq!(found.column("name"), ["Ann Lee", "B\u{f6}"]);
    assert_eq!(found.column("message")[0], "How do I install this?\n\nFrom the docs I cannot tell.");
}

#[test]
fn text_is_read_without_its_armour() {
    let signed = "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\nThe minutes are attached.\n\n- -- \nAnn\n\
                  -----BEGIN PGP SIGNATURE-----\n\niQEzBAEBCAAdFiEE\n=AbCd\n-----END PGP SIGNATURE-----";
    let sealed = "-----BEGIN PGP MESSAGE-----\n\nhQEMA5vJ1Z3aAAAAAQf/abcd\n=AbCd\n-----END PGP MESSAGE-----";
    let both = format!("Ann wrote this:\n\n{sealed}\n\nCan you read it?");
    let found = read(&mbox(&[("", signed), ("", sealed), ("", &both)]));
    let expected = ["The minutes are attached.\n\n-- \nAnn", "", "Ann wrote this:\n\n\nCan you read it?"];
    assert_eq!(found.column("message"), expected);
    let mended: Vec<_> = found.account.mended.iter().map(|part| (part.kind.as_str(), part.count)).collect();
    assert_eq!(mended, [("sealed letters", 1), ("letters with a sealed part", 1)]);
}

#[test]
fn letters_that_came_back_are_the_records() {
    let daemon = "From: Mail Delivery System <MAILER-DAEMON@example.com>\nSubject: Undelivered Mail\n";
    let letter = "Received: from x.example\nFrom: prince@wealth.example\nSubject: Business\nContent-Type: text/plain; charset=utf-8\n\n\
                  I have 18 million dollars\n";
    let report = format!(
        "{daemon}Content-Type: multipart/report; report-type=delivery-status; boundary=r\n\n--r\n\nNot delivered\n--r\n\
         Content-Type: message/delivery-status\n\nReporting-MTA: dns; x\n--r\nContent-Type: message/rfc822\n\n{letter}--r--\n"
    );
    let quoted = |words: &str| format!("{daemon}\nHi. I could not deliver this.\n\n{words}\n\n{letter}");
    let forwarded = format!(
        "From: eve@example.com\nSubject: Fwd: look at this\nContent-Type: multipart/mixed; boundary=f\n\n--f\n\nIs this spam?\n--f\n\
         Content-Type: message/rfc822\n\n{report}\n--f--\n"
    );
    for text in [
        report,
        quoted("--- Below this line is a copy of the message."),
        quoted("------ This is a copy of the message, including all the headers. ------"),
        quoted("----- Original message -----"),
        quoted("   ----- Unsent message follows -----"),
        forwarded,
    ] {
        let found = read(&text);
        assert_eq!(found.column("message"), ["I have 18 million dollars"], "{text}");
        assert_eq!(found.column("email"), ["prince@wealth.example"]);
        assert!(found.column("note")[0].contains("deliver"), "{text}");
    }
    // Of a person, what is quoted below is what they write about.
    let person =
        format!("From: eve@example.com\nSubject: x\n\nSee below\n----- Original message -----\n{letter}");
    assert!(read(&person).column("message")[0].starts_with("See below"));
}

#[test]
fn what_looks_like_a_separator_within_a_letter_stays_there() {
    let separator =
        "From bo@example.com Wed Mar  5 09:00:00 2025\nFrom: bo@example.com\nSubject: as he wrote\n\nquoted";
    let body = format!("He sent me all of this:\n\n{separator}\n");
    for (ahead, line_end) in [("Status: RO\n", "\n"), ("", "\n"), ("", "\r\n")] {
        let length = body.replace('\n', line_end).len();
        let text = mbox(&[(&format!("{ahead}Content-Length: {length}\n"), &body), ("", "Second")]);
        let found = read(&text.replace('\n', line_end));
        assert_eq!(found.column("message"), [body.trim_end(), "Second"], "{ahead:?} {line_end:?}");
    }
    // A length that is wrong is not believed.
    for length in [0, 3, body.len() + 7, 100_000_000] {
        let found = read(&mbox(&[(&format!("Content-Length: {length}\n"), &body), ("", "Second")]));
        assert_eq!(found.column("message"), ["He sent me all of this:", "quoted", "Second"], "{length}");
    }
    // The last letter ends with the file.
    let last = read(&mbox(&[("", "First"), (&format!("Content-Length: {}\n", body.len()), &body)]));
    assert_eq!(last.column("message"), ["First", body.trim_end()]);
    for quoted in
        [">From here on", ">>From there", "From 10:30 to 12:00 nobody", "From Bo on Wed Mar 5 10:00:00 2025:"]
    {
        let found = read(&mbox(&[("", &format!("Hello\n\n{quoted}\n\nBye")), ("", "Second")]));
        let shown = quoted.strip_prefix('>').unwrap_or(quoted);
        assert_eq!(found.column("message"), [format!("Hello\n\n{shown}\n\nBye"), "Second".to_owned()]);
    }
    let thunderbird = "From - Tue Mar 04 08:11:00 2025\nX-Mozilla-Status: 0001\nX-Mozilla-Status2: 00000000\nFrom: a@example.com\n\
                       Subject: a\n\nFirst\nFrom - Tue Mar 04 08:12:00 2025\nX-Mozilla-Status: 0001\nFrom: b@example.com\n\nSecond\n";
    assert_eq!(read(thunderbird).column("message"), ["First", "Second"]);
}
