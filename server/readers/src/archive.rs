//! The files of a zip or tar together: which of them hold messages, and which belong together.

use std::io::Read;

use domain::FileFormat;

use crate::{
    Choices, ReadError,
    encoding::Decoded,
    formats::{Parse, chats},
    sniff::Head,
    unpack::Shared,
};

/// Most of a list of people that is read, in bytes: 64 MiB.
const LIST_MAX: u64 = 64 * 1024 * 1024;

/// How a refusal begins that is about a file beside the messages, and no mistake.
const ASIDE: &str = "it holds no messages: ";

/// Refuses a file of an archive that belongs to the messages and holds none: lists of people and channels, a README.
///
/// # Errors
/// When it is one.
pub(crate) fn aside(shared: &Shared, head: &Head<'_>) -> Result<(), ReadError> {
    let Some(name) = head.name.filter(|_| shared.is_archive()) else { return Ok(()) };
    let refused = |why: &str| Err(ReadError::new(format!("{ASIDE}{why}")));
    if shared.with_chats(|chats| chats::aside(name, head.text, chats)).is_some() {
        let mut whole = head.text.to_owned();
        if !head.is_whole {
            let mut rest = Vec::new();
            let read = shared.clone().take(LIST_MAX).read_to_end(&mut rest);
            read.map_err(|error| ReadError::new(error.to_string()))?;
            whole.push_str(&String::from_utf8_lossy(&rest));
        }
        let why = shared.with_chats(|chats| chats::aside(name, &whole, chats));
        return refused(why.unwrap_or("it lists who or what there is"));
    }
    let file = name.rsplit('/').next().unwrap_or(name).to_ascii_lowercase();
    let stem = file.split('.').next().unwrap_or_default();
    if let Some(why) = of_mail_server(&file).or_else(|| of_page(&file)) {
        return refused(why);
    }
    let is_text =
        matches!(file.rsplit('.').next(), Some("txt" | "md" | "html" | "htm" | "rst")) || stem == file;
    if is_text
        && matches!(
            stem,
            "readme"
                | "license"
                | "licence"
                | "copying"
                | "changelog"
                | "archive_browser"
                | "index"
                | "start_here"
        )
    {
        return refused("it is about the archive");
    }
    Ok(())
}

/// What mail servers keep beside the mails of a Maildir.
fn of_mail_server(file: &str) -> Option<&'static str> {
    let is_servers = ["dovecot", "courier", "maildirsize", "maildirfolder", "cyrus."]
        .iter()
        .any(|start| file.starts_with(start))
        || matches!(file, "subscriptions" | "maildirsize");
    is_servers.then_some("the mail server wrote it")
}

/// What belongs to a web page.
fn of_page(file: &str) -> Option<&'static str> {
    let is_of_page = [".css", ".js", ".map", ".woff", ".woff2", ".ttf"].iter().any(|end| file.ends_with(end));
    is_of_page.then_some("it is a part of a web page")
}

/// Whether a file of an archive was refused as one that belongs to the messages and holds none.
pub(crate) fn is_aside(error: &ReadError) -> bool {
    error.problem.starts_with(ASIDE)
}

/// Notes why a file of the archive was refused: what was known to hold no messages is left out, the rest was not read.
pub(crate) fn note(shared: &Shared, file: &str, error: &ReadError) {
    match error.problem.strip_prefix(ASIDE) {
        Some(why) => shared.leave_out(&format!("file {file}"), why, file),
        None if error.problem.contains("a picture") || error.problem.contains("a sound") => {
            shared.leave_out("pictures, sounds and films", "They hold no text", file);
        }
        None => shared.pass_over(file, &error.problem),
    }
}

/// Begins a chat's file; what the archive told about people is known there.
///
/// # Errors
/// When it is no chat.
pub(crate) fn chat(
    shared: &Shared,
    read: Decoded<impl Read + Send + 'static>,
    name: Option<&str>,
) -> Result<Box<dyn Parse>, ReadError> {
    let archive = shared.with_chats(|chats| chats.clone());
    Ok(Box::new(chats::Chat::open(read, &archive, name)?))
}

/// How a further file is read: as was chosen; of texts and single letters as the first one, since nothing else tells what
/// they are.
pub(crate) fn choices(chosen: &Choices, first: FileFormat, name: &str) -> Choices {
    let is_plain = matches!(first, FileFormat::Lines | FileFormat::Paragraphs);
    let is_letter = first == FileFormat::Eml && !name.to_ascii_lowercase().ends_with(".mbox");
    let format = if is_plain || is_letter { Some(first) } else { None };
    Choices { format: chosen.format.or(format), ..chosen.clone() }
}

/// Whether a further file holds the same as the first: its format is of the same kind, or its columns are.
pub(crate) fn goes_with(
    first: FileFormat,
    columns: &[String],
    format: FileFormat,
    others: &[String],
) -> bool {
    let kind = |format: FileFormat| match format {
        FileFormat::Csv | FileFormat::Tsv => 0,
        FileFormat::Json | FileFormat::Ndjson => 1,
        FileFormat::Mbox | FileFormat::Eml => 2,
        FileFormat::Lines | FileFormat::Paragraphs => 3,
        FileFormat::Chat => 4,
        FileFormat::Html => 5,
        FileFormat::WordPress => 6,
        FileFormat::Disqus => 7,
        FileFormat::Spreadsheet => 8,
    };
    let is_table = |format: FileFormat| kind(format) < 2 || format == FileFormat::Html;
    let has_common = || columns.iter().any(|column| others.contains(column));
    (kind(first) == kind(format) && !is_table(format))
        || (is_table(first) && is_table(format) && has_common())
}
