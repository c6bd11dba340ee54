//! CSV and TSV in their dialects.

use crate::{Dialect, Text};

/// How fields are quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quotes {
    Needed,
    All,
    Backslash,
    Single,
    None,
    Escaped,
}

/// How a table is written.
#[derive(Clone, Copy)]
struct Style {
    delimiter: char,
    quotes: Quotes,
    end: &'static str,
    header: [&'static str; 6],
    /// What comes ahead of the header.
    ahead: &'static str,
    /// What comes behind each row.
    behind: &'static str,
    has_blanks: bool,
    repeats_header: bool,
}

const ENGLISH: [&str; 6] = ["id", "name", "email", "message", "note", "date"];

const PLAIN: Style = Style {
    delimiter: ',',
    quotes: Quotes::Needed,
    end: "\n",
    header: ENGLISH,
    ahead: "",
    behind: "",
    has_blanks: false,
    repeats_header: false,
};

/// Headers in the languages that people have them in.
const HEADERS: [(&str, [&str; 6]); 14] = [
    ("capitals", ["ID", "Name", "E-Mail", "Your Message", "Notes", "Date Submitted"]),
    (
        "wordpress",
        [
            "comment_ID",
            "comment_author",
            "comment_author_email",
            "comment_content",
            "comment_type",
            "comment_date_gmt",
        ],
    ),
    ("german", ["Nr.", "Name", "E-Mail-Adresse", "Nachricht", "Anmerkung", "Datum"]),
    ("french", ["N°", "Nom", "Adresse e-mail", "Commentaire", "Ville", "Date"]),
    ("spanish", ["N.º", "Nombre", "Correo electrónico", "Mensaje", "Ciudad", "Fecha"]),
    ("portuguese", ["Nº", "Nome", "E-mail", "Mensagem", "Cidade", "Data"]),
    ("italian", ["N.", "Nome", "Indirizzo e-mail", "Messaggio", "Città", "Data"]),
    ("dutch", ["Nr", "Naam", "E-mailadres", "Bericht", "Plaats", "Datum"]),
    ("polish", ["Lp.", "Imię", "Adres e-mail", "Wiadomość", "Miasto", "Data"]),
    ("russian", ["№", "Имя", "Почта", "Сообщение", "Город", "Дата"]),
    ("japanese", ["番号", "お名前", "メールアドレス", "お問い合わせ内容", "都市", "日時"]),
    ("chinese", ["编号", "姓名", "邮箱", "留言内容", "城市", "时间"]),
    ("unknown", ["a", "b", "c", "d", "e", "f"]),
    ("pandas", ["", "author.name", "author.email", "post.text", "post.city", "post.created_at"]),
];

fn field(text: &str, style: &Style) -> String {
    let is_needed =
        text.contains([style.delimiter, '"', '\n', '\r']) || (style.has_blanks && text.starts_with(' '));
    match style.quotes {
        Quotes::None => text.to_owned(),
        Quotes::Needed if !is_needed => text.to_owned(),
        Quotes::Needed | Quotes::All => format!("\"{}\"", text.replace('"', "\"\"")),
        Quotes::Single => format!("'{}'", text.replace('\'', "''")),
        Quotes::Backslash if text.is_empty() => "\\N".to_owned(),
        Quotes::Backslash => {
            let escaped =
                text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\\n").replace('\r', "\\\r");
            format!("\"{escaped}\"")
        }
        Quotes::Escaped if text.is_empty() => "\\N".to_owned(),
        Quotes::Escaped => {
            text.replace('\\', "\\\\").replace('\t', "\\t").replace('\n', "\\n").replace('\r', "\\r")
        }
    }
}

fn row(fields: [&str; 6], style: &Style) -> String {
    let fields: Vec<_> = fields.iter().map(|text| field(text, style)).collect();
    let between = format!("{}{}", style.delimiter, if style.has_blanks { " " } else { "" });
    format!("{}{}{}", fields.join(&between), style.behind, style.end)
}

fn table(texts: &[Text], style: &Style) -> String {
    let mut out = style.ahead.to_owned();
    // mysql names no columns as \N, and an empty name is no null.
    out.push_str(&row(style.header, style));
    for (index, text) in texts.iter().enumerate() {
        if style.repeats_header && index % 70 == 69 {
            out.push_str(&row(style.header, style));
        }
        // Cells around the message are empty here and there.
        let note = if index % 3 == 0 { "seen" } else { "" };
        let name = if index % 7 == 0 { "" } else { &text.author };
        out.push_str(&row([&index.to_string(), name, &text.email, &text.message, note, &text.date], style));
    }
    out
}

/// The texts that a style can carry.
fn carried(texts: &[Text], style: &Style) -> Vec<Text> {
    let fits = |text: &&Text| {
        style.quotes != Quotes::None || !text.message.contains([style.delimiter, '\n', '\r', '\t'])
    };
    texts.iter().filter(fits).cloned().collect()
}

fn dialect(name: String, texts: &[Text], style: &Style) -> Dialect {
    let texts = carried(texts, style);
    Dialect::new(name, "comments.csv", table(&texts, style).into_bytes(), &texts)
}

/// The texts that an encoding can carry.
fn encodable(texts: &[Text], encoding: &'static encoding_rs::Encoding) -> Vec<Text> {
    let fits = |text: &&Text| !encoding.encode(&text.message).2;
    texts.iter().filter(fits).cloned().collect()
}

pub(crate) fn utf16(text: &str, is_little: bool, has_mark: bool) -> Vec<u8> {
    let mark = has_mark.then_some(0xfeff);
    let units = mark.into_iter().chain(text.encode_utf16());
    units.flat_map(|unit| if is_little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect()
}

pub(crate) fn dialects(texts: &[Text]) -> Vec<Dialect> {
    let mut dialects = Vec::new();
    for delimiter in [',', ';', '\t', '|', '^', '\u{1f}'] {
        for quotes in [Quotes::Needed, Quotes::All, Quotes::Backslash, Quotes::Single] {
            for end in ["\n", "\r\n", "\r"] {
                let style = Style { delimiter, quotes, end, ..PLAIN };
                dialects.push(dialect(format!("{delimiter:?} {quotes:?} {end:?}"), texts, &style));
            }
        }
    }
    for end in ["\n", "\r\n"] {
        let style = Style { delimiter: '\t', end, ..PLAIN };
        for quotes in [Quotes::None, Quotes::Escaped] {
            dialects.push(dialect(format!("tab {quotes:?} {end:?}"), texts, &Style { quotes, ..style }));
        }
    }
    for (name, header) in HEADERS {
        for delimiter in [',', ';', '\t'] {
            dialects.push(dialect(
                format!("header {name} {delimiter:?}"),
                texts,
                &Style { header, delimiter, ..PLAIN },
            ));
        }
    }
    let odd = [
        ("sep line", Style { ahead: "sep=;\r\n", delimiter: ';', end: "\r\n", ..PLAIN }),
        ("title lines", Style { ahead: "Comments of the harbour\nExported 2025-03-29\n\n", ..PLAIN }),
        ("padded title", Style { ahead: "Comments,,,,,\n,,,,,\n", ..PLAIN }),
        ("trailing delimiters", Style { behind: ",", ..PLAIN }),
        ("two trailing delimiters", Style { behind: ";;", delimiter: ';', ..PLAIN }),
        ("blanks", Style { has_blanks: true, quotes: Quotes::All, ..PLAIN }),
        ("blanks where needed", Style { has_blanks: true, ..PLAIN }),
        ("repeated headers", Style { repeats_header: true, ..PLAIN }),
        (
            "repeated headers, quoted",
            Style { repeats_header: true, quotes: Quotes::All, delimiter: ';', ..PLAIN },
        ),
        ("blank lines", Style { end: "\n\n", ..PLAIN }),
    ];
    for (name, style) in odd {
        dialects.push(dialect(name.to_owned(), texts, &style));
    }
    for (name, style) in [
        ("comma", PLAIN),
        ("semicolon", Style { delimiter: ';', end: "\r\n", ..PLAIN }),
        ("tab", Style { delimiter: '\t', ..PLAIN }),
    ] {
        let text = table(texts, &style);
        for (kind, bytes) in [
            ("mark", [b"\xef\xbb\xbf".as_slice(), text.as_bytes()].concat()),
            ("UTF-16LE with mark", utf16(&text, true, true)),
            ("UTF-16BE with mark", utf16(&text, false, true)),
            ("UTF-16LE", utf16(&text, true, false)),
            ("UTF-16BE", utf16(&text, false, false)),
        ] {
            dialects.push(Dialect::new(format!("{name} {kind}"), "comments.csv", bytes, texts));
        }
        for encoding in [
            encoding_rs::WINDOWS_1252,
            encoding_rs::WINDOWS_1251,
            encoding_rs::SHIFT_JIS,
            encoding_rs::GB18030,
            encoding_rs::KOI8_R,
            encoding_rs::EUC_KR,
        ] {
            let few = legacy(texts, encoding);
            let bytes = encoding.encode(&table(&few, &style)).0.into_owned();
            dialects.push(Dialect::new(format!("{name} {}", encoding.name()), "comments.csv", bytes, &few));
        }
    }
    // Files joined by hand: each with its mark and header, and a part in another encoding.
    let parts: Vec<Vec<u8>> = texts
        .chunks(75)
        .map(|part| [b"\xef\xbb\xbf".as_slice(), table(part, &PLAIN).as_bytes()].concat())
        .collect();
    dialects.push(Dialect::new("joined with marks", "comments.csv", parts.concat(), texts));
    // One column alone.
    for quotes in [Quotes::Needed, Quotes::All] {
        let lines: String = texts
            .iter()
            .map(|text| format!("{}\n", field(&text.message, &Style { quotes, ..PLAIN })))
            .collect();
        dialects.push(Dialect::new(
            format!("one column {quotes:?}"),
            "comments.csv",
            format!("message\n{lines}").into_bytes(),
            texts,
        ));
    }
    // Cells left away at the ends of rows.
    let trimmed: String = texts
        .iter()
        .map(|text| {
            let field = |text: &str| field(text, &Style { delimiter: ';', ..PLAIN });
            format!("{};{};{}\r\n", text.date, field(&text.author), field(&text.message))
        })
        .collect();
    let trimmed = format!("date;name;message;website;note\r\n{trimmed}");
    dialects.push(Dialect::new("trimmed rows", "comments.csv", trimmed.into_bytes(), texts));
    dialects
}

/// Texts in the languages of an encoding, so that its bytes tell it: a file in EUC-KR is mostly in Korean.
pub(crate) fn legacy(texts: &[Text], encoding: &'static encoding_rs::Encoding) -> Vec<Text> {
    let is_own = |c: char| match encoding.name() {
        "windows-1252" => c < '\u{250}' || ('\u{2010}'..'\u{20b0}').contains(&c),
        "windows-1251" | "KOI8-R" => ('\u{400}'..'\u{460}').contains(&c),
        "EUC-KR" => ('\u{ac00}'..'\u{d7a4}').contains(&c),
        "Shift_JIS" => ('\u{3000}'..'\u{a000}').contains(&c) || c > '\u{ff00}',
        _ => ('\u{3000}'..'\u{3030}').contains(&c) || ('\u{4e00}'..'\u{a000}').contains(&c) || c > '\u{ff00}',
    };
    let is_kana = |c: char| ('\u{3040}'..'\u{3100}').contains(&c);
    let of_japan = encoding == encoding_rs::SHIFT_JIS;
    // Han alone is Chinese here; with kana it is Japanese.
    let is_han = |text: &str| text.chars().any(|c| ('\u{4e00}'..'\u{a000}').contains(&c));
    let fits = |text: &Text| {
        let message = &text.message;
        message.chars().all(|c| c.is_ascii() || is_own(c))
            && (!is_han(message) || of_japan == message.chars().any(is_kana))
    };
    encodable(texts, encoding).into_iter().filter(fits).collect()
}
