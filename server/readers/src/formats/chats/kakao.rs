//! KakaoTalk's exports: on computers `[name] [오전 10:15] text` below a line with the day, on phones `2024년 5월 1일 오전 10:15,
//! name : text`; in English `[10:15 AM]`.

use super::{
    logs::Said,
    whatsapp::{clock, date},
};

/// Whether a text begins as KakaoTalk's do.
pub(super) fn begins(head: &str) -> bool {
    let first = head.trim_start_matches('\u{feff}').lines().next().unwrap_or_default().trim();
    first.len() < 300 && is_title(first) && head.lines().skip(1).take(200).any(|line| message(line).is_some())
}

fn is_title(line: &str) -> bool {
    line.ends_with("카카오톡 대화") || line.starts_with("KakaoTalk Chat") || line.ends_with("KakaoTalk Chats")
}

/// What a line is.
pub(super) fn said(text: &str) -> Said {
    let bare = text.trim_start_matches('\u{feff}');
    if is_title(bare.trim()) || bare.starts_with("저장한 날짜") || bare.starts_with("Date Saved") {
        return Said::Head;
    }
    if let Some(day) = day(bare) {
        return Said::Day(day);
    }
    if let Some(said) = message(bare) {
        return said;
    }
    if is_notice(bare) { Said::Notice } else { Said::More }
}

fn message(line: &str) -> Option<Said> {
    if let Some(rest) = line.strip_prefix('[') {
        let (name, rest) = rest.split_once("] [")?;
        let (time, text) = rest.split_once(']')?;
        let (name, text) = (name.to_owned(), text.strip_prefix(' ').unwrap_or(text).to_owned());
        return Some(Said::Message { name, time: clock(time)?, text });
    }
    let (time, rest) = stamp(line)?;
    Some(match rest.split_once(" : ") {
        Some((name, text)) => Said::Message { name: name.trim().to_owned(), time, text: text.to_owned() },
        None => Said::Notice,
    })
}

/// Date and time of a line of a phone's export, and what follows.
fn stamp(line: &str) -> Option<(String, &str)> {
    let (ahead, rest) = match line.split_once(", ") {
        // "May 1, 2024 at 10:15 AM, Ann : hi"
        Some((month, behind)) if month.starts_with(|c: char| c.is_ascii_alphabetic()) => {
            let (year_and_time, rest) = behind.split_once(", ")?;
            (format!("{month}, {year_and_time}"), rest)
        }
        Some((ahead, rest)) => (ahead.to_owned(), rest),
        None => return None,
    };
    if ahead.len() > 60 {
        return None;
    }
    if ahead.starts_with(|c: char| c.is_ascii_digit()) {
        let ([year, month, day], true, _, behind) = date(&ahead)? else { return None };
        return Some((format!("{year:04}-{month:02}-{day:02} {}", clock(behind)?), rest));
    }
    let year = ahead.split([' ', ',']).position(|word| word.len() == 4 && word.parse::<u32>().is_ok())?;
    let words: Vec<_> = ahead.split([' ', ',']).collect();
    let day = words[..=year].join(" ");
    Some((
        format!(
            "{} {}",
            day.split_whitespace().collect::<Vec<_>>().join(" "),
            clock(&words[year + 1..].join(" "))?
        ),
        rest,
    ))
}

/// `--------------- 2024년 5월 1일 수요일 ---------------`, on phones without the dashes.
fn day(line: &str) -> Option<String> {
    let is_ruled = line.starts_with("-----") && line.trim_end().ends_with("-----");
    let bare = line.trim_matches(['-', ' ', '\r']);
    if let Some(([year, month, day], true, sign, behind)) = date(bare) {
        let is_day = is_ruled || (sign == '년' && behind.trim().ends_with("요일"));
        return (is_day && !behind.contains(':')).then(|| format!("{year:04}-{month:02}-{day:02}"));
    }
    // "Wednesday, May 1, 2024"
    let (_, day) = bare.split_once(", ").filter(|_| is_ruled)?;
    day.contains(|c: char| c.is_ascii_digit()).then(|| day.to_owned())
}

/// What the app writes between messages.
fn is_notice(line: &str) -> bool {
    let line = line.trim();
    [
        "님이 들어왔습니다.",
        "님이 나갔습니다.",
        "님을 초대했습니다.",
        "님을 내보냈습니다.",
        "joined this chatroom.",
        "left this chatroom.",
        "채팅방 관리자가 메시지를 가렸습니다.",
    ]
    .iter()
    .any(|words| line.ends_with(words))
}

/// Whether a text stands for a picture or the like.
pub(super) fn is_wordless(text: &str) -> bool {
    let word = text.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, ' ' | '장'));
    matches!(
        word,
        "사진"
            | "동영상"
            | "이모티콘"
            | "음성메시지"
            | "Photo"
            | "Photos"
            | "Video"
            | "Emoticon"
            | "Emoticons"
    ) || ["파일: ", "File: "].iter().any(|ahead| text.starts_with(ahead) && !text.contains('\n'))
}

/// Whether a text says that there was one.
pub(super) fn is_deleted(text: &str) -> bool {
    matches!(text, "삭제된 메시지입니다." | "This message was deleted.")
}
