//! Which format a file has, by its first bytes; its name only breaks ties.

use domain::FileFormat;

use crate::{
    ReadError,
    formats::{
        dialect::{self, Sample, Told},
        mail, records,
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

/// Finds the format out.
///
/// # Errors
/// When it is empty, or something that holds no messages.
pub(crate) fn format(head: &Head<'_>) -> Result<FileFormat, ReadError> {
    if head.text.trim().is_empty() {
        return Err(ReadError::new("the file is empty"));
    }
    if mail::begins_mbox(head.raw) {
        return Ok(FileFormat::Mbox);
    }
    let text = head.text.trim_start();
    if text.starts_with('<')
        && let Some(format) = xml(text)?
    {
        return Ok(format);
    }
    if let Some(format) = json(text, head.is_whole) {
        return Ok(format);
    }
    if mail::begins_mail(head.raw, head.name) {
        return Ok(FileFormat::Eml);
    }
    if head.raw.contains(&0) && !head.text.contains(|c: char| c.is_alphanumeric()) {
        return Err(ReadError::new("this is no text; choose a CSV, JSON, XML, mail or text file"));
    }
    Ok(table_or_text(head))
}

/// Refuses what is known to hold no messages, or to be packed by something else, whatever it is said to be.
///
/// # Errors
/// With what to do about it.
pub(crate) fn foreign(raw: &[u8]) -> Result<(), ReadError> {
    const MARKS: [(&[u8], &str); 11] = [
        (b"%PDF-", "this is a PDF; export the messages as CSV or text"),
        (b"\xd0\xcf\x11\xe0", "this is an old Excel or Word file; open it and save it as CSV (UTF-8)"),
        (b"7z\xbc\xaf\x27\x1c", "this is packed by 7-Zip; pack it as zip or gzip"),
        (b"\xfd7zXZ\0", "this is packed by xz; pack it as gzip or zip"),
        (b"BZh", "this is packed by bzip2; pack it as gzip or zip"),
        (b"\x28\xb5\x2f\xfd", "this is packed by zstd; pack it as gzip or zip"),
        (b"Rar!", "this is packed by RAR; pack it as zip or gzip"),
        (b"\x89PNG", "this is a picture; choose a file with text"),
        (b"\xff\xd8\xff", "this is a picture; choose a file with text"),
        (b"SQLite format 3\0", "this is a database; export its table as CSV"),
        (b"!BDN", "this is an Outlook archive (PST); export the folder as mbox or .eml"),
    ];
    // Packed twice: once more is not undone, or a bomb could hide in layers.
    if raw.starts_with(&[0x1f, 0x8b]) || raw.starts_with(b"PK\x03\x04") {
        return Err(ReadError::new("this is packed twice; unpack it once"));
    }
    match MARKS.iter().find(|(mark, _)| raw.starts_with(mark)) {
        // "BZh" could begin a text; bzip2 goes on with a digit and its magic number.
        Some((mark, _)) if *mark == b"BZh" && raw.get(4..7) != Some(b"1AY") => Ok(()),
        Some((_, words)) => Err(ReadError::new(*words)),
        None => Ok(()),
    }
}

fn xml(text: &str) -> Result<Option<FileFormat>, ReadError> {
    if text.contains("<disqus") {
        return Ok(Some(FileFormat::Disqus));
    }
    if text.contains("xmlns:wp=") || text.contains("<wp:") || text.contains("wordpress.org/export/") {
        return Ok(Some(FileFormat::WordPress));
    }
    let lower = text.chars().take(64).collect::<String>().to_ascii_lowercase();
    if lower.starts_with("<!doctype html") || lower.starts_with("<html") {
        return Err(ReadError::new("this is a web page; choose the export itself"));
    }
    if lower.starts_with("<?xml") {
        let words =
            "this XML is neither an export of WordPress (WXR) nor one of Disqus; export it as CSV or JSON";
        return Err(ReadError::new(words));
    }
    Ok(None)
}

/// The text behind comments and signs that stand ahead of a JSON.
fn without_comments(text: &str) -> &str {
    let mut text = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{1e}');
    loop {
        let behind = if text.starts_with("//") {
            text.split_once('\n')
        } else if text.starts_with("/*") {
            text.split_once("*/")
        } else {
            None
        };
        match behind {
            Some((_, rest)) => text = rest.trim_start(),
            None => return text,
        }
    }
}

fn json(text: &str, is_whole: bool) -> Option<FileFormat> {
    let mut significant = without_comments(text).chars().filter(|c| !c.is_whitespace());
    let is_json = match (significant.next()?, significant.next()) {
        ('[', Some('{' | '"' | '[' | ']') | None) => true,
        ('{', Some('"' | '\'' | '}') | None) => true,
        // A broken first line is no reason to take the others for text.
        ('{', _) => records::is_lines(text, is_whole),
        _ => false,
    };
    let lines = || if records::is_lines(text, is_whole) { FileFormat::Ndjson } else { FileFormat::Json };
    is_json.then(lines)
}

fn table_or_text(head: &Head<'_>) -> FileFormat {
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
        return if is_tabs { FileFormat::Tsv } else { FileFormat::Csv };
    }
    if has_blocks(head.text) { FileFormat::Paragraphs } else { FileFormat::Lines }
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
