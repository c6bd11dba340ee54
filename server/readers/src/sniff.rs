//! Which format a file has, by its first bytes; its name only breaks ties.

use domain::FileFormat;

use crate::{
    ReadError,
    formats::{
        chats,
        dialect::{self, Sample, Told},
        drawn, mail, page_table, records,
    },
};

/// The first bytes of a file, looked at before it is read.
pub(crate) struct Head<'a> {
    /// As they are.
    pub(crate) raw: &'a [u8],
    /// As text.
    pub(crate) text: &'a str,
    /// Whether this is all of the file.
    pub(crate) is_whole: bool,
    /// The file's name.
    pub(crate) name: Option<&'a str>,
}

/// What is said of bytes that are no text.
pub(crate) const NO_TEXT: &str = "this is no text; choose a CSV, JSON, XML, mail or text file";

/// Finds the format out.
///
/// # Errors
/// When it is empty, or something that holds no messages.
pub(crate) fn format(head: &Head<'_>) -> Result<FileFormat, ReadError> {
    if head.text.trim().is_empty() {
        return Err(ReadError::new("the file is empty"));
    }
    if mail::begins_mbox(head.text.as_bytes()) {
        return Ok(FileFormat::Mbox);
    }
    let text = head.text.trim_start();
    if let Some(format) = export(text)? {
        return Ok(format);
    }
    if text.starts_with('<')
        && let Some(format) = xml(text, head.name)?
    {
        return Ok(format);
    }
    if chats::recognise(text).is_some() {
        return Ok(FileFormat::Chat);
    }
    other_text(text)?;
    if let Some(format) = json(text, head.is_whole) {
        return Ok(format);
    }
    if mail::begins_mail(head.text.as_bytes(), head.name) {
        return Ok(FileFormat::Eml);
    }
    if drawn::recognise(head.text).is_some() {
        return Ok(FileFormat::Csv);
    }
    if is_binary(head.raw) && is_binary(head.text.as_bytes()) {
        return Err(ReadError::new(NO_TEXT));
    }
    table_or_text(head)
}

/// Refuses what is known to hold no messages, or to be packed by something else, whatever it is said to be.
///
/// # Errors
/// With what it is and what to do about it.
pub(crate) fn foreign(raw: &[u8]) -> Result<(), ReadError> {
    const PICTURE: &str = "this is a picture; choose a file with text";
    const SOUND: &str = "this is a sound or a film; choose a file with text";
    const DATABASE: &str = "this is a database; export its table as CSV";
    const MARKS: [(&[u8], &str); 28] = [
        (b"%PDF-", "this is a PDF; export the messages as CSV or text"),
        (b"{\\rtf", "this is a document in RTF; open it and save it as plain text"),
        (b"7z\xbc\xaf\x27\x1c", "this is packed by 7-Zip; pack it as zip or gzip"),
        (b"\xfd7zXZ\0", "this is packed by xz; pack it as gzip or zip"),
        (b"BZh", "this is packed by bzip2; pack it as gzip or zip"),
        (b"\x28\xb5\x2f\xfd", "this is packed by zstd; pack it as gzip or zip"),
        (b"\x04\x22\x4d\x18", "this is packed by LZ4; pack it as gzip or zip"),
        (b"Rar!", "this is packed by RAR; pack it as zip or gzip"),
        (b"\x89PNG", PICTURE),
        (b"\xff\xd8\xff", PICTURE),
        (b"GIF8", PICTURE),
        (b"RIFF", "this is a picture, a sound or a film; choose a file with text"),
        (b"OggS", SOUND),
        (b"ID3", SOUND),
        (b"SQLite format 3\0", DATABASE),
        (b"\0\x01\0\0Standard ", "this is a database of Access; export its table as CSV"),
        (
            b"PGDMP",
            "this is a dump of PostgreSQL in its own format; export the table by \"COPY … TO\" as CSV",
        ),
        (b"!BDN", "this is an Outlook archive (PST); export the folder as mbox or .eml"),
        (
            b"\xcf\xad\x12\xfe",
            "this is a mailbox of Outlook Express (DBX); export the folder as mbox or .eml",
        ),
        (b"\x78\x9f\x3e\x22", "this is a winmail.dat of Outlook; choose the whole e-mail (.eml)"),
        (b"PAR1", "this is a Parquet file; export it as CSV or NDJSON"),
        (b"ARROW1", "this is an Arrow file; export it as CSV or NDJSON"),
        (b"Obj\x01", "this is an Avro file; export it as CSV or NDJSON"),
        (b"bplist00", "this is a list of settings of Apple; choose the export itself"),
        (b"\x7fELF", "this is a program; choose a file with text"),
        (b"MZ\x90", "this is a program; choose a file with text"),
        (b"BEGIN:VCARD", "this is a list of contacts; choose a file with messages"),
        (b"BEGIN:VCALENDAR", "this is a calendar; choose a file with messages"),
    ];
    // Packed twice: once more is not undone, or a bomb could hide in layers.
    if raw.starts_with(&[0x1f, 0x8b]) || raw.starts_with(b"PK\x03\x04") {
        return Err(ReadError::new("this is packed twice; unpack it once"));
    }
    if raw.starts_with(b"\xd0\xcf\x11\xe0") {
        return Err(ReadError::new(ole(raw)));
    }
    if raw.get(4..8) == Some(b"ftyp") {
        return Err(ReadError::new(SOUND));
    }
    match MARKS.iter().find(|(mark, _)| raw.starts_with(mark)) {
        // "BZh" could begin a text; bzip2 goes on with a digit and its magic number.
        Some((mark, _)) if *mark == b"BZh" && raw.get(4..7) != Some(b"1AY") => Ok(()),
        // So could these.
        Some((mark, _))
            if matches!(*mark, b"GIF8" | b"RIFF" | b"ID3" | b"PAR1" | b"OggS") && !raw.contains(&0) =>
        {
            Ok(())
        }
        Some((_, words)) => Err(ReadError::new(*words)),
        None => Ok(()),
    }
}

/// Microsoft's files of before 2007 begin alike. The names of what is in them tell which program wrote them.
fn ole(raw: &[u8]) -> &'static str {
    let has = |name: &str| {
        let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        memchr::memmem::find(raw, &wide).is_some()
    };
    if has("__properties_version1.0") || has("__substg1.0_") || has("__nameid_version1.0") {
        "this is an e-mail of Outlook (.msg); drag it into Thunderbird or save it in Outlook on the web as .eml, and choose that"
    } else if has("WordDocument") {
        "this is an old Word document (.doc); open it and save it as plain text"
    } else if has("PowerPoint Document") {
        "this is an old presentation (.ppt); copy its text into a text file"
    } else if has("Workbook") || has("Book") {
        "this is an old Excel file (.xls); open it and save it as CSV (UTF-8)"
    } else {
        "this is an old Excel, Word or Outlook file; open it and save it as CSV (UTF-8), an e-mail as .eml, a document as text"
    }
}

/// Refuses texts that hold messages in a way that is not read here.
fn other_text(text: &str) -> Result<(), ReadError> {
    let start: String = text.chars().take(4_096).collect();
    let lower = start.to_ascii_lowercase();
    let is_statement = |line: &str| {
        ["insert into ", "create table ", "copy ", "drop table ", "lock tables ", "set names "].iter().any(
            |word| {
                line.starts_with(word)
                    && (line.contains('(') || line.ends_with(';') || line.contains(" from stdin"))
            },
        )
    };
    let is_dump = [
        "-- mysql dump",
        "-- mariadb dump",
        "-- postgresql database dump",
        "-- phpmyadmin sql dump",
        "/*!40101 set",
        "/*m!999999",
        "pragma foreign_keys=",
    ]
    .iter()
    .any(|mark| lower.contains(mark));
    if is_dump
        || lower
            .lines()
            .map(str::trim)
            .find(|line| !line.is_empty() && !line.starts_with("--"))
            .is_some_and(is_statement)
    {
        let words = "this is a dump of a database in SQL; export the table with the messages as CSV \
                     (phpMyAdmin: Export, format CSV; MySQL: mysql --batch; PostgreSQL: \\copy … csv header)";
        return Err(ReadError::new(words));
    }
    Ok(())
}

/// Whether bytes are no text: more than one in twenty is a control character that no text has, and more than a few are.
fn is_binary(raw: &[u8]) -> bool {
    let odd = |byte: &&u8| {
        **byte < 0x20 && !matches!(**byte, b'\t' | b'\n' | b'\r' | 0x0b | 0x0c | 0x1b | 0x1e | 0x1f)
    };
    let count = raw.iter().filter(odd).count();
    count > 8 && count * 20 > raw.len()
}

/// An export in XML, though words of PHP may stand ahead of it.
fn export(text: &str) -> Result<Option<FileFormat>, ReadError> {
    let Some(at) = exports_begin(text.as_bytes()) else { return Ok(None) };
    let ahead = &text[..at];
    // What merely speaks of an export is none.
    if !ahead.trim().is_empty()
        && !ahead.contains("Warning")
        && !ahead.contains("Notice")
        && !ahead.contains("Deprecated")
        && !ahead.contains("<b")
    {
        return Ok(None);
    }
    let text = &text[at..];
    if text.contains("<disqus") {
        return Ok(Some(FileFormat::Disqus));
    }
    let is_wordpress =
        text.contains("xmlns:wp=") || text.contains("<wp:") || text.contains("wordpress.org/export/");
    Ok(is_wordpress.then_some(FileFormat::WordPress))
}

/// Where an export in XML begins in these first bytes.
pub(crate) fn exports_begin(head: &[u8]) -> Option<usize> {
    [&b"<?xml"[..], b"<rss", b"<disqus"].iter().filter_map(|mark| memchr::memmem::find(head, mark)).min()
}

fn xml(text: &str, name: Option<&str>) -> Result<Option<FileFormat>, ReadError> {
    let lower = text.chars().take(64).collect::<String>().to_ascii_lowercase();
    if page_table::begins(text, name) {
        return Ok(Some(FileFormat::Html));
    }
    if lower.starts_with("<!doctype html") || lower.starts_with("<html") || lower.starts_with("<head") {
        return Err(ReadError::new(page(text)));
    }
    if lower.starts_with("<?xml") {
        if let Some(words) = known_xml(text) {
            return Err(ReadError::new(words));
        }
        let words =
            "this XML is neither an export of WordPress (WXR) nor one of Disqus; export it as CSV or JSON";
        return Err(ReadError::new(words));
    }
    Ok(None)
}

/// XML that holds rows or messages in a way that is not read here, and what to do.
fn known_xml(text: &str) -> Option<&'static str> {
    if text.contains("<pma_xml_export") || text.contains("phpMyAdmin XML Dump") {
        Some(
            "this is an export of phpMyAdmin as XML; export the table again and choose the format CSV (with the names of the columns)",
        )
    } else if text.contains("<mysqldump") || text.contains("<resultset statement=") {
        Some(
            "this is a dump of MySQL as XML; export the table with the messages as CSV, or by \"mysql --batch\"",
        )
    } else if text.contains("urn:schemas-microsoft-com:office:spreadsheet") {
        Some("this is a spreadsheet as XML of Excel 2003; open it and save it as .xlsx or CSV (UTF-8)")
    } else if text.contains("<rss") || text.contains("<feed") {
        Some(
            "this XML is neither an export of WordPress (WXR) nor one of Disqus, but a feed; export it as CSV or JSON",
        )
    } else {
        None
    }
}

/// What a web page is that holds no table of messages.
fn page(text: &str) -> &'static str {
    if text.contains("Exported Data") && text.contains("page_header")
        || text.contains("class=\"message default")
    {
        "this is Telegram's export as a web page; export again and choose the format \"Machine-readable JSON\""
    } else if text.contains("DiscordChatExporter") || text.contains("chatlog__") {
        "this is a channel of Discord as a web page; export again and choose the format JSON or CSV"
    } else if text.contains("Generated by ") && text.contains("Instagram") || text.contains("_a706") {
        "this is Meta's export as web pages; ask for it again and choose the format JSON"
    } else {
        "this is a web page; choose the export itself"
    }
}

fn json(text: &str, is_whole: bool) -> Option<FileFormat> {
    let text = &text[records::assignment(text)..];
    let mut significant = records::without_comments(text).chars().filter(|c| !c.is_whitespace());
    let is_json = match (significant.next()?, significant.next()) {
        ('[', Some('{' | '"' | '\'' | '[' | ']') | None) => true,
        ('[', Some('/')) => text.contains("[/*") || text.contains("//"),
        ('{', Some('"' | '\'' | '}') | None) => true,
        // A broken first line is no reason to take the others for text.
        ('{', _) => records::is_lines(text, is_whole),
        _ => false,
    };
    let lines = || if records::is_lines(text, is_whole) { FileFormat::Ndjson } else { FileFormat::Json };
    is_json.then(lines)
}

fn table_or_text(head: &Head<'_>) -> Result<FileFormat, ReadError> {
    let extension = head.name.and_then(|name| {
        let name = name.to_ascii_lowercase();
        let name = name.strip_suffix(".gz").unwrap_or(&name);
        name.rsplit_once('.').map(|(_, extension)| extension.to_owned())
    });
    let extension = extension.as_deref();
    let sample = Sample { head: head.text, is_whole: head.is_whole, pieces: &[] };
    let guess = dialect::guess(sample, Told::default());
    let is_named_table = matches!(extension, Some("csv" | "tsv" | "tab"));
    let is_named_text = matches!(extension, Some("txt" | "text" | "md" | "log"));
    if is_named_table || guess.header.is_known || (guess.is_convincing && !is_named_text) {
        let is_tabs = guess.syntax.delimiter == b'\t' || (guess.columns < 2 && extension == Some("tsv"));
        return Ok(if is_tabs { FileFormat::Tsv } else { FileFormat::Csv });
    }
    if guess.could_be_a_table && !is_named_text {
        let words = "this could be a table or lines of text: each line has one sign that may stand between two columns; \
                     choose the format csv or lines";
        return Err(ReadError::new(words));
    }
    Ok(if has_blocks(head.text) { FileFormat::Paragraphs } else { FileFormat::Lines })
}

/// Whether blank lines separate blocks, of which at least one has several lines.
fn has_blocks(text: &str) -> bool {
    let mut blocks = 0;
    let mut longest = 0;
    let mut length = 0;
    for line in text.lines() {
        length = if line.trim().is_empty() { 0 } else { length + 1 };
        blocks += usize::from(length == 1);
        longest = longest.max(length);
    }
    blocks > 1 && longest > 1
}
