//! LINE's "Export chat history": below a day, a time, a name and a text with tabs between them.

use super::{
    logs::Said,
    whatsapp::{clock, date},
};

/// Whether a text begins as LINE's do.
pub(super) fn begins(head: &str) -> bool {
    head.trim_start_matches('\u{feff}').starts_with("[LINE] ")
}

/// What a line is.
pub(super) fn said(text: &str) -> Said {
    let bare = text.trim_start_matches('\u{feff}');
    if begins(bare) || is_saved(bare) {
        return Said::Head;
    }
    if let Some(day) = day(bare) {
        return Said::Day(day);
    }
    let mut fields = bare.splitn(3, '\t');
    let (time, name, text) = (fields.next().and_then(clock), fields.next(), fields.next());
    match (time, name, text) {
        (Some(time), Some(name), Some(text)) => {
            Said::Message { name: name.trim().to_owned(), time, text: text.to_owned() }
        }
        (Some(_), Some(_), None) => Said::Notice,
        _ => Said::More,
    }
}

/// "Saved on: 2024/05/02 10:00", "保存日時：…", "儲存日期：…".
fn is_saved(line: &str) -> bool {
    ["Saved on:", "保存日時", "儲存日期", "저장한 날짜", "บันทึกเมื่อ", "Disimpan pada"]
        .iter()
        .any(|words| line.starts_with(words))
}

/// `2024/05/01(Wed)`, `Wed, 5/1/2024`, `2024.05.01 Wednesday`.
fn day(line: &str) -> Option<String> {
    if line.contains('\t') || line.len() > 60 {
        return None;
    }
    let start = line.find(|c: char| c.is_ascii_digit())?;
    let ahead = line[..start].trim_end_matches([',', ' ']);
    let ([one, two, three], year_first, _, behind) = date(&line[start..])?;
    let is_word = |text: &str| text.chars().all(|c| c.is_alphabetic() || "()（） .".contains(c));
    if ahead.chars().count() > 12 || !is_word(ahead) || !is_word(behind) || behind.chars().count() > 20 {
        return None;
    }
    Some(if year_first { format!("{one:04}-{two:02}-{three:02}") } else { format!("{one}/{two}/{three}") })
}

/// A text of several lines stands in quotes.
pub(super) fn unquoted(text: &str) -> &str {
    let inner = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    inner.filter(|inner| inner.contains('\n')).unwrap_or(text)
}

/// "[Sticker]", "[写真]": one word in brackets stands for what is no text; a call has a telephone.
pub(super) fn is_wordless(text: &str) -> bool {
    let inner = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    inner.is_some_and(|inner| inner.chars().count() < 20 && !inner.contains(['[', ']', '\n', '.', '/']))
        || text.starts_with('☎')
}
