//! A message as the e-mail that mail filters expect.

use detector::Row;

/// Headers that no rule takes offence at, the subject line where the message has one, and the text.
///
/// Without sender, date and number a mail filter would count against each message what the corpora do not have.
pub(crate) fn of(row: &Row) -> String {
    let message = &row.request.message;
    let (subject, body) = match message.split_once("\n\n") {
        Some((subject, body)) if !subject.contains('\n') && !subject.is_empty() => (Some(subject), body),
        _ => (None, message.as_str()),
    };
    let from = row
        .request
        .email
        .as_deref()
        .filter(|email| email.contains('@') && !email.contains(char::is_whitespace));
    let mut mail = format!(
        "From: {}\nTo: <reader@example.com>\nDate: Sat, 15 Feb 2025 11:32:00 +0000\nMessage-ID: <20250215.{:016x}@mail.example.org>\n",
        from.unwrap_or("writer@example.org"),
        number(&row.id),
    );
    if let Some(subject) = subject {
        mail.push_str(&format!("Subject: {subject}\n"));
    }
    mail.push_str(
        "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n",
    );
    mail.push_str(body);
    mail.push('\n');
    mail
}

/// Mail one after the other, as in an mbox.
pub(crate) fn mbox<'a>(rows: impl Iterator<Item = &'a Row>) -> String {
    let mut text = String::new();
    for row in rows {
        text.push_str("From writer@example.org Sat Feb 15 11:32:00 2025\n");
        for line in of(row).lines() {
            if line.starts_with("From ") {
                text.push('>');
            }
            text.push_str(line);
            text.push('\n');
        }
        text.push('\n');
    }
    text
}

/// A number that depends on nothing but the name (FNV-1a).
fn number(name: &str) -> u64 {
    name.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
