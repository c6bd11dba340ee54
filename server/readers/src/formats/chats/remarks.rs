//! What WhatsApp itself writes among people's messages, in the languages of phones: notices, and remarks on files, deleted and
//! edited messages.

use std::collections::{HashMap, HashSet};

/// What stands for a picture or a file that was not exported, in lower case; the whole text is within `<>`, or is such words.
const OMITTED: [&str; 34] = [
    "omitted",
    "weggelassen",
    "ausgeschlossen",
    "omitido",
    "omitida",
    "omis",
    "omise",
    "omesso",
    "omessa",
    "omessi",
    "weggelaten",
    "pomini\u{119}to",
    "pomini\u{119}to multimedia",
    "\u{43e}\u{43f}\u{443}\u{449}\u{435}\u{43d}",
    "без медиафайлов",
    "без медіафайлів",
    "mídia oculta",
    "mídia omitida",
    "arquivo de mídia oculto",
    "ficheiro não revelado",
    "medya dahil edilmedi",
    "media jätettiin pois",
    "media utelämnades",
    "mediefil udeladt",
    "mediefil utelatt",
    "média vynechána",
    "hiányzó médiafájl",
    "media tidak disertakan",
    "המדיה לא נכללה",
    "メディアは含まれていません",
    "メディアが含まれていません",
    "省略多媒体文件",
    "忽略多媒体文件",
    "تم استبعاد الوسائط",
];

/// What stands for a message that was deleted.
const DELETED: [&str; 40] = [
    "this message was deleted",
    "you deleted this message",
    "diese nachricht wurde gel\u{f6}scht",
    "du hast diese nachricht gel\u{f6}scht",
    "se elimin\u{f3} este mensaje",
    "eliminaste este mensaje",
    "ce message a \u{e9}t\u{e9} supprim\u{e9}",
    "vous avez supprimé ce message",
    "null",
    "mensagem apagada",
    "esta mensagem foi apagada",
    "você apagou esta mensagem",
    "apagou esta mensagem",
    "questo messaggio è stato eliminato",
    "hai eliminato questo messaggio",
    "данное сообщение удалено",
    "это сообщение удалено",
    "вы удалили данное сообщение",
    "вы удалили это сообщение",
    "ta wiadomość została usunięta",
    "usunięto tę wiadomość",
    "usunąłeś tę wiadomość",
    "bu mesaj silindi",
    "bu mesajı sildiniz",
    "このメッセージは削除されました",
    "メッセージを削除しました",
    "הודעה זו נמחקה",
    "מחקת הודעה זו",
    "dit bericht is verwijderd",
    "u hebt dit bericht verwijderd",
    "삭제된 메시지입니다",
    "이 메시지는 삭제되었습니다",
    "此消息已删除",
    "你已删除此消息",
    "تم حذف هذه الرسالة",
    "tämä viesti poistettiin",
    "meddelandet raderades",
    "det här meddelandet raderades",
    "це повідомлення видалено",
    "ви видалили це повідомлення",
];

/// Words in `<>` behind a text that was edited.
const EDITED: [&str; 12] = [
    "this message was edited",
    "wurde bearbeitet",
    "se editó este mensaje",
    "ce message a été modifié",
    "mensagem editada",
    "messaggio è stato modificato",
    "bericht is bewerkt",
    "сообщение изменено",
    "wiadomość edytowana",
    "mesaj düzenlendi",
    "メッセージは編集されました",
    "消息已编辑",
];

/// Words in brackets behind the name of a file.
const ATTACHED: [&str; 14] = [
    "file attached",
    "datei angehängt",
    "fichier joint",
    "archivo adjunto",
    "arquivo anexado",
    "ficheiro anexado",
    "file allegato",
    "bestand bijgevoegd",
    "plik dołączony",
    "załączono plik",
    "файл добавлен",
    "dosya ekli",
    "bifogad fil",
    "첨부파일",
];

/// How a name begins under which WhatsApp keeps a file.
const FILES: [&str; 6] = ["IMG-", "VID-", "PTT-", "AUD-", "DOC-", "STK-"];

/// What is said of somebody in a notice, which may have a colon in it.
const VERBS: [&str; 22] = [
    " changed the subject",
    " changed the group",
    " changed this group",
    " changed the group name",
    " created group",
    " added ",
    " removed ",
    " joined using",
    " pinned a message",
    " started a call",
    " hat den betreff",
    " hat den namen",
    " hat die gruppe",
    " cambió el asunto",
    " cambió el nombre",
    " creó el grupo",
    " a changé ",
    " a créé le groupe",
    " mudou o nome",
    " criou o grupo",
    " ha cambiato ",
    " ha creato il gruppo",
];

/// Notices that stand behind a name.
const NOTICES: [&str; 8] = [
    "messages and calls are end-to-end encrypted",
    "messages to this chat and calls are now secured",
    "missed voice call",
    "missed video call",
    "missed group voice call",
    "missed group video call",
    "waiting for this message",
    "nachrichten und anrufe sind ende-zu-ende-verschlüsselt",
];

/// What the first lines of a chat tell of its authors.
#[derive(Default)]
pub(super) struct Seen {
    lines_of: HashMap<String, usize>,
    authors_of: HashMap<String, HashSet<String>>,
}

impl Seen {
    /// Notes a line that somebody seems to have written.
    pub(super) fn add(&mut self, name: &str, text: &str) {
        *self.lines_of.entry(name.to_owned()).or_default() += 1;
        if is_bracketed(text) {
            self.authors_of.entry(text.trim().to_owned()).or_default().insert(name.to_owned());
        }
    }

    /// Whether what stands ahead of the first colon is part of a notice, and nobody's name.
    pub(super) fn is_notice(&self, name: &str) -> bool {
        let lower = format!("{} ", name.to_lowercase());
        let is_odd = name.chars().filter(|char| matches!(char, '"' | '“' | '”' | '„')).count() % 2 == 1;
        let says = VERBS.iter().any(|verb| lower.contains(verb));
        (is_odd || says) && self.lines_of.get(name).is_none_or(|lines| *lines < 2)
    }

    /// Whether a text stands for a picture or a file that was not exported.
    pub(super) fn is_omitted(&self, text: &str) -> bool {
        let lower = text.trim().to_lowercase();
        let bare = lower.trim_matches(['<', '>', '‹', '›', '\u{200e}']);
        let is_of_several = || self.authors_of.get(text.trim()).is_some_and(|authors| authors.len() > 1);
        lower.chars().count() < 60
            && !lower.contains('\n')
            && (OMITTED.iter().any(|word| bare.ends_with(word))
                && (lower.starts_with(['<', '‹', '\u{200e}']) || bare.split_whitespace().count() <= 3)
                || is_bracketed(text) && (OMITTED.contains(&bare) || is_of_several()))
    }
}

fn is_bracketed(text: &str) -> bool {
    let text = text.trim().trim_matches('\u{200e}');
    !text.contains("://")
        && (text.starts_with('<') && text.ends_with('>') || text.starts_with('‹') && text.ends_with('›'))
}

/// Whether a text stands for a message that was deleted.
pub(super) fn is_deleted(text: &str) -> bool {
    let lower = text.trim().trim_matches('\u{200e}').trim_end_matches(['.', '。']).to_lowercase();
    DELETED.contains(&lower.as_str())
}

/// Whether a text is a notice of the app. Behind U+200E stand what the app wrote; polls and places are people's, and longer.
pub(super) fn is_notice(text: &str, is_marked: bool) -> bool {
    let lower = text.trim().trim_matches('\u{200e}').to_lowercase();
    let is_short = !lower.contains('\n') && !lower.contains("://");
    let is_known = NOTICES.iter().any(|notice| {
        lower
            .strip_prefix(notice)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', ',', ' ']) && rest.len() < 200)
    });
    is_short && (is_marked || is_known)
}

/// A text without the app's remarks, and whether there were some: that it was edited, and which file was with it.
pub(super) fn without_remarks(text: &str) -> (&str, bool) {
    let mut kept = text.trim_end();
    let (first, rest) = kept.split_once('\n').unwrap_or((kept, ""));
    if names_file(first) {
        kept = rest;
    }
    while let Some((before, inner)) = kept.strip_suffix('>').and_then(|text| text.rsplit_once('<'))
        && is_remark(inner)
    {
        kept = before.trim_end_matches(['\u{200e}', ' ', '\n']);
    }
    (kept, kept.len() < text.trim_end().len())
}

fn names_file(line: &str) -> bool {
    let line = line.trim().trim_matches('\u{200e}');
    let Some((file, words)) = line.strip_suffix(')').and_then(|line| line.rsplit_once(" (")) else {
        return false;
    };
    has_extension(file)
        && (FILES.iter().any(|start| file.starts_with(start))
            || ATTACHED.contains(&words.to_lowercase().as_str()))
}

fn has_extension(file: &str) -> bool {
    file.rsplit_once('.').is_some_and(|(stem, extension)| {
        !stem.is_empty()
            && (2..=5).contains(&extension.len())
            && extension.chars().all(|char| char.is_ascii_alphanumeric())
    })
}

/// `attached: 1.jpg`, in any language, or that a message was edited.
fn is_remark(inner: &str) -> bool {
    let lower = inner.to_lowercase();
    let is_file =
        inner.split_once(": ").is_some_and(|(word, file)| word.chars().count() < 25 && has_extension(file));
    inner.len() < 160
        && !inner.contains("://")
        && (is_file || EDITED.iter().any(|words| lower.contains(words)))
}
