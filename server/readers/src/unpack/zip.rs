//! A zip, read from front to back.
//!
//! By its local headers, because what is uploaded or piped cannot be searched for the directory at its end. (The zip crate's
//! streaming reader refuses entries whose sizes follow the data, which is how Finder, Java and `zip -` write; a deflate
//! stream knows its own end.) Format: PKWARE's APPNOTE 6.3.10, sections 4.3.7 and 4.3.9.

use std::io::{self, BufRead, Read, Take};

use flate2::{Crc, bufread::DeflateDecoder};

use domain::{FileAccount, NotRead};

use super::{invalid, is_content, shown_name};
use crate::limits::ARCHIVE_MAX_ENTRIES;

/// What the data is wrapped in while it is read.
enum Body<R> {
    /// Between two files.
    None(R),
    Stored(Take<R>),
    Deflated(Box<DeflateDecoder<R>>),
    /// While it is changed from one to another.
    Gone,
}

struct Header {
    name: String,
    crc: u32,
    packed: u64,
    unpacked: u64,
    /// Checksum and sizes follow the data.
    is_described_after: bool,
    method: u16,
    is_encrypted: bool,
}

/// The files of a zip, one after the other.
pub(super) struct ZipFiles<R> {
    body: Body<R>,
    current: Option<(Header, Crc)>,
    entries: usize,
    found: usize,
    is_office: bool,
    account: FileAccount,
}

impl<R: BufRead> ZipFiles<R> {
    pub(super) fn new(read: R) -> Self {
        Self {
            body: Body::None(read),
            current: None,
            entries: 0,
            found: 0,
            is_office: false,
            account: FileAccount::default(),
        }
    }

    pub(super) fn account(&self) -> &FileAccount {
        &self.account
    }

    /// Passes over a file that cannot be unpacked, where its length is told.
    fn refuse(&mut self, header: &Header, why: &str) -> io::Result<()> {
        let Body::None(read) = &mut self.body else { return Ok(()) };
        if header.is_described_after {
            return Err(invalid(format!("{} {why}", header.name)));
        }
        let passed = io::copy(&mut read.take(header.packed), &mut io::sink())?;
        if passed < header.packed {
            return Err(too_early(&header.name));
        }
        self.account.pass_over(NotRead {
            from: header.name.clone(),
            to: Some(header.name.clone()),
            bytes: Some(header.packed),
            why: format!("it {why}"),
        });
        Ok(())
    }

    /// Goes on to the next file that may hold messages. `passed` is told how many bytes are passed over.
    pub(super) fn next_file(
        &mut self,
        passed: &mut dyn FnMut(usize) -> io::Result<()>,
    ) -> io::Result<Option<String>> {
        loop {
            self.pass_over(passed)?;
            let Body::None(read) = &mut self.body else { return Ok(None) };
            let Some(header) = Header::read(read)? else {
                return match self.found {
                    0 => Err(invalid(match self.account.not_read.first() {
                        Some(refused) => {
                            format!("{} {}", refused.from, refused.why.trim_start_matches("it "))
                        }
                        None if self.is_office => {
                            "this is a spreadsheet or another Office document; open it and save it as CSV (UTF-8)".to_owned()
                        }
                        None => "the zip has no file in it that could hold messages".to_owned(),
                    })),
                    _ => Ok(None),
                };
            };
            self.entries += 1;
            if self.entries > ARCHIVE_MAX_ENTRIES {
                return Err(invalid("the zip has more than 10,000 files; split it"));
            }
            if let Some(words) = office_file(&header.name) {
                return Err(invalid(words));
            }
            if header.is_encrypted {
                self.refuse(&header, "is encrypted in the zip; pack it without a password")?;
                continue;
            }
            if !matches!(header.method, 0 | 8) {
                let words = format!(
                    "is packed by a method that is not read here (number {}); pack it with deflate, as zip does",
                    header.method
                );
                self.refuse(&header, &words)?;
                continue;
            }
            let name = header.name.clone();
            self.enter(header)?;
            // What kind of Office document it is, a later file tells.
            self.is_office |= name == "[Content_Types].xml";
            let is_of_office = self.is_office
                && (name.starts_with('[') || name.starts_with("_rels/") || name.starts_with("docProps/"));
            if is_content(&name) && !is_of_office {
                self.found += 1;
                return Ok(Some(name));
            }
        }
    }

    fn enter(&mut self, header: Header) -> io::Result<()> {
        let Body::None(read) = std::mem::replace(&mut self.body, Body::Gone) else { return Ok(()) };
        self.body = match header.method {
            0 if header.is_described_after => {
                return Err(invalid(format!(
                    "{} is stored in the zip without its size; pack it again",
                    header.name
                )));
            }
            0 => Body::Stored(read.take(header.packed)),
            _ => Body::Deflated(Box::new(DeflateDecoder::new(read))),
        };
        self.current = Some((header, Crc::new()));
        Ok(())
    }

    /// Reads the rest of the current file, if there is one.
    fn pass_over(&mut self, passed: &mut dyn FnMut(usize) -> io::Result<()>) -> io::Result<()> {
        let mut buffer = vec![0; 16 * 1024];
        while self.current.is_some() {
            let count = self.read(&mut buffer)?;
            passed(count)?;
        }
        Ok(())
    }

    /// After the data: checks what the header or the description after the data promised.
    fn leave(&mut self) -> io::Result<()> {
        let Some((header, crc)) = self.current.take() else { return Ok(()) };
        let (mut read, packed) = match std::mem::replace(&mut self.body, Body::Gone) {
            Body::Stored(take) if take.limit() > 0 => return Err(too_early(&header.name)),
            Body::Stored(take) => (take.into_inner(), header.packed),
            Body::Deflated(decoder) => {
                let packed = decoder.total_in();
                (decoder.into_inner(), packed)
            }
            Body::None(read) => (read, 0),
            Body::Gone => return Ok(()),
        };
        let promised =
            if header.is_described_after { described_after(&mut read, crc.amount())? } else { header.crc };
        if promised != crc.sum() || (!header.is_described_after && packed != header.packed) {
            return Err(invalid(format!(
                "{} is damaged in the zip (its checksum is wrong); copy or pack it again",
                header.name
            )));
        }
        self.body = Body::None(read);
        Ok(())
    }
}

impl<R: BufRead> Read for ZipFiles<R> {
    /// Zero at the end of the current file.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some((header, crc)) = &mut self.current else { return Ok(0) };
        let count = match &mut self.body {
            Body::Stored(take) => take.read(buffer)?,
            Body::Deflated(decoder) => {
                decoder.read(buffer).map_err(|error| of_deflate(&error, &header.name))?
            }
            Body::None(_) | Body::Gone => 0,
        };
        crc.update(&buffer[..count]);
        if count == 0 && !buffer.is_empty() {
            self.leave()?;
        }
        Ok(count)
    }
}

impl Header {
    /// The next local header; `None` where the directory begins.
    fn read(read: &mut impl Read) -> io::Result<Option<Self>> {
        match u32_of(&bytes::<4>(read)?) {
            0x0403_4b50 => {}
            0x0201_4b50 | 0x0605_4b50 | 0x0606_4b50 | 0x0806_4b50 => return Ok(None),
            _ => {
                return Err(invalid(
                    "the zip is damaged: where a file should begin is something else; pack it again",
                ));
            }
        }
        let fixed = bytes::<26>(read)?;
        let short = |at: usize| u16::from_le_bytes([fixed[at], fixed[at + 1]]);
        let long = |at: usize| u32::from_le_bytes([fixed[at], fixed[at + 1], fixed[at + 2], fixed[at + 3]]);
        let mut name = vec![0; usize::from(short(22))];
        read.read_exact(&mut name).map_err(cut)?;
        let mut extra = vec![0; usize::from(short(24))];
        read.read_exact(&mut extra).map_err(cut)?;
        let flags = short(2);
        let header = Self {
            name: shown_name(&name),
            crc: long(10),
            packed: u64::from(long(14)),
            unpacked: u64::from(long(18)),
            is_described_after: flags & 8 != 0,
            method: short(4),
            is_encrypted: flags & 1 != 0,
        };
        Ok(Some(header.with_long_sizes(&extra)))
    }

    /// Sizes of 4 GiB and more stand in the extra field 1.
    fn with_long_sizes(mut self, mut extra: &[u8]) -> Self {
        while let [id, id2, length, length2, rest @ ..] = extra {
            let length = usize::from(u16::from_le_bytes([*length, *length2]));
            let Some((field, rest)) = rest.split_at_checked(length) else { break };
            if u16::from_le_bytes([*id, *id2]) == 1 {
                let mut numbers = field
                    .chunks_exact(8)
                    .map(|number| number.iter().rev().fold(0_u64, |sum, &byte| (sum << 8) | u64::from(byte)));
                for size in [&mut self.unpacked, &mut self.packed] {
                    if *size == u64::from(u32::MAX)
                        && let Some(number) = numbers.next()
                    {
                        *size = number;
                    }
                }
            }
            extra = rest;
        }
        self
    }
}

/// Reads the description after the data and gives the checksum. Its signature may be missing; its sizes have 4 bytes, or 8
/// where the packer thought that they might be needed.
fn described_after(read: &mut impl Read, unpacked: u32) -> io::Result<u32> {
    let mut crc = u32_of(&bytes::<4>(read)?);
    if crc == 0x0807_4b50 {
        crc = u32_of(&bytes::<4>(read)?);
    }
    let sizes = bytes::<8>(read)?;
    if u32_of(&sizes[4..]) != unpacked {
        bytes::<8>(read)?;
    }
    Ok(crc)
}

fn u32_of(bytes: &[u8]) -> u32 {
    bytes.iter().take(4).rev().fold(0, |sum, &byte| (sum << 8) | u32::from(byte))
}

fn bytes<const N: usize>(read: &mut impl Read) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    read.read_exact(&mut bytes).map_err(cut)?;
    Ok(bytes)
}

fn cut(error: io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => {
            io::Error::new(error.kind(), "the zip ends too early; was it copied as a whole?")
        }
        _ => error,
    }
}

fn too_early(name: &str) -> io::Error {
    let words = format!("the zip ends in the middle of {name}; was it copied as a whole?");
    io::Error::new(io::ErrorKind::UnexpectedEof, words)
}

fn of_deflate(error: &io::Error, name: &str) -> io::Error {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => too_early(name),
        _ => invalid(format!("{name} is damaged in the zip ({error}); copy or pack it again")),
    }
}

const APPLE: &str = "this is a document of Apple's Numbers, Pages or Keynote; open it and export it as CSV (File, Export To, CSV) or plain text";

/// Office's files are zips: what each is called, by the first file in it that tells.
fn office_file(name: &str) -> Option<&'static str> {
    let folder = name.split('/').next().unwrap_or_default();
    match (folder, name) {
        ("Index", _) if name.ends_with(".iwa") => Some(APPLE),
        (_, "Index.zip") => Some(APPLE),
        ("word", _) => {
            Some("this is a Word document (.docx); save it as plain text, or put the messages into a table")
        }
        ("ppt", _) => Some("this is a presentation (.pptx); copy its text into a text file"),
        ("xl", _) => Some("this is a spreadsheet within something else; choose it by itself"),
        (_, "mimetype") => {
            Some("this is a document of LibreOffice; open it and save it as CSV (UTF-8) or text")
        }
        (_, "META-INF/container.xml") => Some("this is an e-book; copy its text into a text file"),
        _ => None,
    }
}
