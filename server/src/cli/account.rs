//! What became of every part of a file, in lines for a terminal.

use domain::{FileAccount, LeftOut, NotRead, paging::grouped};

/// Stretches, or kinds, of one list that are told.
const TOLD: usize = 10;

/// One line for everything that is no row, and was not simply read. Empty when there is nothing to say.
pub(super) fn lines(account: &FileAccount) -> Vec<String> {
    let mut lines = Vec::new();
    lines.extend(parts("Left out", &account.left_out));
    lines.extend(parts("Mended", &account.mended));
    let failures = account.failures.iter().take(TOLD);
    lines.extend(failures.map(|failure| format!("  Failed: {} {}", failure.place, failure.reason)));
    lines.extend(account.not_read.iter().take(TOLD).map(not_read));
    let further = account.not_read.len().saturating_sub(TOLD) as u64 + account.further_not_read;
    if further > 0 {
        lines.push(format!("  Not read: {} further parts", grouped(further)));
    }
    lines
}

fn parts<'a>(word: &'a str, parts: &'a [LeftOut]) -> impl Iterator<Item = String> + 'a {
    parts.iter().take(TOLD).map(move |part| {
        let why = if part.why.is_empty() { String::new() } else { format!(": {}", part.why) };
        format!("  {word}: {} {} (first: {}){why}", grouped(part.count), part.kind, part.first)
    })
}

fn not_read(stretch: &NotRead) -> String {
    let to = match &stretch.to {
        Some(to) if *to == stretch.from => String::new(),
        Some(to) => format!(" to {to}"),
        None => " to the end".to_owned(),
    };
    format!("  Not read: {}{to}: {}", stretch.from, stretch.why)
}

/// "3 failed", and that parts were not read, if so: never "0 failed" alone of a file that was not understood.
pub(super) fn failed(failed: u64, account: &FileAccount) -> String {
    let parts = account.not_read.len() as u64 + account.further_not_read;
    match parts {
        0 => format!("{} failed", grouped(failed)),
        1 => format!("{} failed, 1 part not read", grouped(failed)),
        parts => format!("{} failed, {} parts not read", grouped(failed), grouped(parts)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_read_is_never_passed_over_in_silence() {
        let mut account = FileAccount { rows: 3, ..FileAccount::default() };
        assert_eq!((failed(0, &account), lines(&account)), ("0 failed".to_owned(), Vec::new()));
        account.leave_out("repeated headers", "They name the columns again", 2, "line 9");
        let why = "no quote ends".to_owned();
        account.pass_over(NotRead { from: "line 12".to_owned(), to: None, bytes: None, why });
        assert_eq!(failed(0, &account), "0 failed, 1 part not read");
        assert_eq!(
            lines(&account),
            [
                "  Left out: 2 repeated headers (first: line 9): They name the columns again",
                "  Not read: line 12 to the end: no quote ends"
            ]
        );
    }
}
