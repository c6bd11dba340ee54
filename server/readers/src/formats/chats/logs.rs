//! Chats that are exported as lines of text other than WhatsApp's: LINE, KakaoTalk, and logs of IRC as irssi, WeeChat, mIRC,
//! ZNC and HexChat write them. The day stands in a line of its own, or in each.

use super::{
    Entry, NOTICE, WORDLESS, Written, irc, kakao, line,
    script::{Out, Script},
};
use crate::{Place, RecordError, error::TOO_LONG, limits::RECORD_MAX_BYTES};

/// Whose lines they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Program {
    Line,
    Kakao,
    Irc,
}

/// What a line is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// Who said what, and at which time: `10:15:00`, or with its day.
    Message { name: String, time: String, text: String },
    /// The messages behind it are of this day.
    Day(String),
    /// The program wrote it.
    Notice,
    /// It says whose chat this is, or when it was saved.
    Head,
    /// It goes on with the message before it, if there is one.
    More,
}

/// Which program wrote a text that begins so.
pub(super) fn recognise(head: &str) -> Option<Program> {
    if line::begins(head) {
        Some(Program::Line)
    } else if kakao::begins(head) {
        Some(Program::Kakao)
    } else {
        irc::begins(head).then_some(Program::Irc)
    }
}

/// What these programs' lines are.
pub(super) struct Log {
    program: Program,
    day: String,
    open: Option<(Place, Written)>,
    is_too_long: bool,
}

impl Log {
    pub(super) fn new(program: Program) -> Self {
        Self { program, day: String::new(), open: None, is_too_long: false }
    }

    fn go_on(&mut self, text: &str, number: u64, out: &mut Out) -> Option<RecordError> {
        match &mut self.open {
            Some((_, open)) if self.program != Program::Irc => {
                self.is_too_long |= open.text.len() + text.len() > RECORD_MAX_BYTES;
                if !self.is_too_long {
                    open.text.push('\n');
                    open.text.push_str(text);
                }
                None
            }
            _ if text.trim().is_empty() => None,
            _ => {
                let error = self.close(out);
                let why = "Nobody is said to have written them";
                let entry = Entry::Aside("lines that are no messages", why);
                out.ready.push_back((out.next_place(number), entry));
                error
            }
        }
    }
}

impl Script for Log {
    fn take(&mut self, text: &str, number: u64, out: &mut Out) -> Option<RecordError> {
        let said = match self.program {
            Program::Line => line::said(text),
            Program::Kakao => kakao::said(text),
            Program::Irc => irc::said(text),
        };
        if said == Said::More {
            return self.go_on(text, number, out);
        }
        let error = self.close(out);
        let place = out.next_place(number);
        match said {
            Said::Message { name, time, text } => {
                out.count += 1;
                let date = if time.contains(['-', '/', ' ']) { time } else { format!("{} {time}", self.day) };
                let date = date.trim().to_owned();
                self.open = Some((place, Written { name, date, text, ..Written::default() }));
            }
            Said::Day(day) => self.day = day,
            Said::Notice => out.ready.push_back((place, NOTICE)),
            Said::Head => {
                let why = "They say whose chat it is, and when it was saved";
                out.ready.push_back((place, Entry::Aside("lines about the chat", why)));
            }
            Said::More => {}
        }
        error
    }

    fn take_too_long(&mut self, number: u64, out: &Out) {
        self.is_too_long = true;
        self.open.get_or_insert_with(|| (out.next_place(number), Written::default()));
    }

    fn close(&mut self, out: &mut Out) -> Option<RecordError> {
        let (place, mut written) = self.open.take()?;
        if std::mem::take(&mut self.is_too_long) {
            return Some(RecordError::new(place, TOO_LONG));
        }
        let text = match self.program {
            Program::Line => line::unquoted(written.text.trim_end()),
            Program::Kakao | Program::Irc => written.text.trim_end(),
        };
        let is_wordless = match self.program {
            Program::Line => line::is_wordless(text),
            Program::Kakao => kakao::is_wordless(text),
            Program::Irc => false,
        };
        let is_deleted = self.program == Program::Kakao && kakao::is_deleted(text);
        let entry = if is_deleted {
            Entry::Aside("deleted messages", "Their text is gone")
        } else if text.is_empty() || is_wordless {
            WORDLESS
        } else {
            written.text = text.to_owned();
            Entry::Written(written)
        };
        out.ready.push_back((place, entry));
        None
    }
}

#[cfg(test)]
mod tests {
    use super::{super::script::Lines, *};
    use crate::window::Window;

    fn read(text: &str) -> Vec<String> {
        let program = recognise(text).unwrap_or_else(|| panic!("{text}"));
        let mut lines = Lines::new(Window::new(text.as_bytes()), Log::new(program));
        let mut found = Vec::new();
        while let Some(Ok((_, entry))) = lines.next() {
            found.push(match entry {
                Entry::Written(written) => format!("{} {}: {}", written.date, written.name, written.text),
                Entry::Aside(kind, _) => kind.to_owned(),
            });
        }
        found
    }

    const ABOUT: &str = "lines about the chat";
    const WITHOUT: &str = "messages without a text";
    const APP: &str = "notices of the app";

    #[test]
    fn line_is_read() {
        let english = "[LINE] Chat history with Ann\nSaved on: 2024/05/02 10:00\n\n2024/05/01(Wed)\n10:15\tAnn\tHello there\n\
                       10:16\tBo\t[Sticker]\n10:17\tBo\t\"Two\nlines\"\n10:18\tAnn joined the group.\n\n2024/05/02(Thu)\n9:05\tAnn\tBye \"all\"\n";
        assert_eq!(
            read(english),
            [
                ABOUT,
                ABOUT,
                "2024-05-01 10:15:00 Ann: Hello there",
                WITHOUT,
                "2024-05-01 10:17:00 Bo: Two\nlines",
                APP,
                "2024-05-02 09:05:00 Ann: Bye \"all\""
            ]
        );
        let japanese = "\u{feff}[LINE] Annとのトーク履歴\n保存日時：2024/05/02 10:00\n\n2024/05/01(水)\n午後10:15\tAnn\tこんにちは\n22:16\tBo\t[スタンプ]\n";
        assert_eq!(read(japanese), [ABOUT, ABOUT, "2024-05-01 22:15:00 Ann: こんにちは", WITHOUT]);
        let american = "[LINE] Chat history with Ann\nSaved on: 5/2/2024, 10:00 AM\n\nWed, 5/1/2024\n10:15 AM\tAnn\tHi\n";
        assert_eq!(read(american)[2], "5/1/2024 10:15:00 Ann: Hi");
    }

    #[test]
    fn kakaotalk_is_read() {
        let korean = "김철수 님과 카카오톡 대화\n저장한 날짜 : 2024-05-02 10:00:00\n\n--------------- 2024년 5월 1일 수요일 ---------------\n\
                      [김철수] [오전 10:15] 안녕하세요\n둘째 줄\n[박영희] [오후 10:16] 사진\n박영희님이 나갔습니다.\n[김철수] [오후 11:00] 삭제된 메시지입니다.\n";
        assert_eq!(
            read(korean),
            [
                ABOUT,
                ABOUT,
                "2024-05-01 10:15:00 김철수: 안녕하세요\n둘째 줄",
                WITHOUT,
                APP,
                "deleted messages"
            ]
        );
        let english = "KakaoTalk Chats with Ann\nDate Saved : 2024-05-02 10:00:00\n\n--------------- Wednesday, May 1, 2024 ---------------\n\
                       [Ann] [10:15 PM] Hello [you]\n";
        assert_eq!(read(english)[2], "May 1, 2024 22:15:00 Ann: Hello [you]");
        let phone = "단체방 12 카카오톡 대화\n저장한 날짜 : 2024년 5월 2일 오전 10:00\n\n\n2024년 5월 1일 수요일\n\
                     2024년 5월 1일 오전 10:15, 김철수 : 안녕: 하세요\n둘째\n2024년 5월 1일 오전 10:16, 박영희님이 들어왔습니다.\n";
        assert_eq!(read(phone), [ABOUT, ABOUT, "2024-05-01 10:15:00 김철수: 안녕: 하세요\n둘째", APP]);
        let apple = "Ann 님과 카카오톡 대화\n저장한 날짜 : 2024. 5. 2. 오전 10:00\n\n2024. 5. 1. 오후 1:05, Ann : hi\n";
        assert_eq!(read(apple)[2], "2024-05-01 13:05:00 Ann: hi");
    }

    #[test]
    fn logs_of_irc_are_read() {
        let irssi = "--- Log opened Wed May 01 10:00:00 2024\n10:15 <@ann> hello <there>\n10:16 < bo> buy pills\n\
                     10:16 -!- bo [~b@x] has quit [Quit]\n10:17  * ann waves\n--- Day changed Thu May 02 2024\n00:01 <+cy> hi\n";
        let expected = [
            "2024-05-01 10:15:00 ann: hello <there>",
            "2024-05-01 10:16:00 bo: buy pills",
            APP,
            "2024-05-01 10:17:00 ann: waves",
            "2024-05-02 00:01:00 cy: hi",
        ];
        assert_eq!(read(irssi), expected);
        let weechat = "2024-05-01 10:15:30\t@ann\thello there\n2024-05-01 10:16:00\t-->\tbo (~b@x) has joined #x\n\
                       2024-05-01 10:16:30\tbo\tbuy\tpills\n2024-05-01 10:17:00\t *\tann waves\n";
        assert_eq!(
            read(weechat),
            [
                "2024-05-01 10:15:30 ann: hello there",
                APP,
                "2024-05-01 10:16:30 bo: buy\tpills",
                "2024-05-01 10:17:00 ann: waves"
            ]
        );
        let mirc = "Session Start: Wed May 01 10:00:00 2024\nSession Ident: #x\n[10:15] <ann> hello\n[10:16] * bo has joined #x\n[10:17] * ann waves\n";
        let hello = "2024-05-01 10:15:00 ann: hello";
        assert_eq!(read(mirc), [ABOUT, hello, APP, "2024-05-01 10:17:00 ann: waves"]);
        let hexchat = "**** BEGIN LOGGING AT Wed May  1 10:00:00 2024\n\nMay 01 10:15:00 <ann>\thello\nMay 01 10:16:00 *\tbo has quit (x)\n";
        assert_eq!(read(hexchat), ["2024-05-01 10:15:00 ann: hello", APP]);
        let znc = "[10:15:30] *** Joins: bo (~b@x)\n[10:15:40] <ann> hello\n[10:15:50] <bo> pills\n";
        assert_eq!(read(znc), [APP, "10:15:40 ann: hello", "10:15:50 bo: pills"]);
        for text in [
            "<b>bold</b>\n<i>x</i> y\n",
            "10:15 lunch\n10:16 <none>\n",
            "Hello <ann> there\n",
            "2024-05-01 10:15:30\tann\thello\n2024-05-01 10:15:40\tbo\tho\n",
        ] {
            assert_eq!(recognise(text), None, "{text}");
        }
    }
}
