//! What is packed, unpacked while it is read: gzip, zip with one file or many, and tar, which may be in gzip.

mod gunzip;
mod tar;
mod zip;

use std::{
    io::{self, BufRead, BufReader, Chain, Cursor, Read},
    sync::{Arc, Mutex, PoisonError},
};

use domain::{FileAccount, NotRead, paging::grouped};

use self::{gunzip::Gunzip, tar::TarFiles, zip::ZipFiles};
use crate::{
    Progress, ReadError,
    formats::chats,
    limits::{RATIO_FREE_BYTES, UNPACKED_MAX_BYTES, UNPACKED_MAX_RATIO},
    progress::Counted,
};

/// How a file is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// Not at all.
    None,
    /// By gzip; several of them one after the other count as one.
    Gzip,
    /// In a zip, whose files are read one after the other.
    Zip,
    /// In a tar, whose files are read one after the other.
    Tar,
    /// In a tar that is packed by gzip.
    TarGzip,
}

type Raw = BufReader<Counted<Box<dyn Read + Send>>>;

/// A file, or what gzip made of it.
enum Layer {
    Plain(Raw),
    Gzip(Box<Gunzip<Raw>>),
}

impl Read for Layer {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(raw) => raw.read(buffer),
            Self::Gzip(gzip) => gzip.read(buffer),
        }
    }
}

/// A layer of which the first bytes were looked at.
type Looked = Chain<Cursor<Vec<u8>>, Layer>;

enum Kind {
    One(Looked),
    Tar(Box<TarFiles<Looked>>),
    Zip(Box<ZipFiles<Raw>>),
}

/// One file after the other, unpacked and bounded.
pub(crate) struct Unpacked {
    kind: Kind,
    packing: Packing,
    progress: Progress,
    /// Bytes that came out.
    out: u64,
    /// Whether the last file has been.
    is_over: bool,
    /// What went wrong: it stays wrong.
    failure: Option<(io::ErrorKind, String)>,
}

impl Unpacked {
    pub(crate) fn open(read: Box<dyn Read + Send>, progress: Progress) -> Result<Self, ReadError> {
        let mut raw = BufReader::with_capacity(64 * 1024, Counted::new(read, progress.clone()));
        let cannot = |error: io::Error| ReadError::new(format!("it cannot be read: {error}"));
        let head = raw.fill_buf().map_err(cannot)?;
        if head.starts_with(b"PK\x05\x06") {
            return Err(ReadError::new("the zip has no files in it"));
        }
        if head.starts_with(b"PK\x03\x04") {
            let kind = Kind::Zip(Box::new(ZipFiles::new(raw)));
            return Ok(Self { kind, packing: Packing::Zip, progress, out: 0, is_over: false, failure: None });
        }
        let is_gzip = head.starts_with(&[0x1f, 0x8b]);
        let mut layer = if is_gzip {
            Layer::Gzip(Box::new(Gunzip::new(raw, progress.clone())))
        } else {
            Layer::Plain(raw)
        };
        let start = beginning(&mut layer);
        let is_tar = tar::begins(&start);
        let looked = Cursor::new(start).chain(layer);
        let packing = match (is_gzip, is_tar) {
            (false, false) => Packing::None,
            (true, false) => Packing::Gzip,
            (false, true) => Packing::Tar,
            (true, true) => Packing::TarGzip,
        };
        let kind = if is_tar { Kind::Tar(Box::new(TarFiles::new(looked))) } else { Kind::One(looked) };
        Ok(Self { kind, packing, progress, out: 0, is_over: false, failure: None })
    }

    pub(crate) fn packing(&self) -> Packing {
        self.packing
    }

    /// What was left out and passed over in unpacking.
    fn account(&self) -> FileAccount {
        let (layer, mut account) = match &self.kind {
            Kind::One(looked) => (Some(&looked.get_ref().1), FileAccount::default()),
            Kind::Tar(tar) => (Some(&tar.source().get_ref().1), tar.account().clone()),
            Kind::Zip(zip) => (None, zip.account().clone()),
        };
        if let Some(Layer::Gzip(gzip)) = layer
            && gzip.behind() > 0
        {
            account.pass_over(NotRead {
                from: "behind the end of what is packed".to_owned(),
                to: None,
                bytes: Some(gzip.behind()),
                why: "it is no gzip; was something else put behind the file?".to_owned(),
            });
        }
        account
    }

    /// Goes on to the next file of a zip and gives its name. What is not packed in a zip has no further files.
    pub(crate) fn next_file(&mut self) -> io::Result<Option<String>> {
        if self.is_over {
            return Ok(None);
        }
        let next = self.further_file()?;
        self.is_over = next.is_none();
        Ok(next)
    }

    fn further_file(&mut self) -> io::Result<Option<String>> {
        match &mut self.kind {
            Kind::One(_) => Ok(None),
            Kind::Tar(tar) => {
                let next = tar.next_file();
                self.note(next)
            }
            Kind::Zip(zip) => {
                let next = zip.next_file(&mut |count| {
                    self.out += count as u64;
                    bounded(self.out, self.progress.bytes())
                });
                self.note(next)
            }
        }
    }

    fn note<T>(&mut self, result: io::Result<T>) -> io::Result<T> {
        if let Err(error) = &result
            && error.kind() != io::ErrorKind::Interrupted
        {
            self.failure = Some((error.kind(), error.to_string()));
        }
        result
    }

    fn read_some(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = match &mut self.kind {
            Kind::One(looked) => return looked.read(buffer),
            Kind::Tar(tar) => return tar.read(buffer),
            Kind::Zip(zip) => zip.read(buffer)?,
        };
        self.out += count as u64;
        bounded(self.out, self.progress.bytes())?;
        Ok(count)
    }
}

impl Read for Unpacked {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some((kind, words)) = &self.failure {
            return Err(io::Error::new(*kind, words.clone()));
        }
        let result = self.read_some(buffer);
        self.note(result)
    }
}

/// The same unpacked file for the reader that goes on to the next one, and for the parser of this one.
#[derive(Clone)]
pub(crate) struct Shared(Arc<Mutex<Unpacked>>, Arc<Mutex<State>>);

/// What files of one archive leave for those after them.
#[derive(Default)]
struct State {
    account: FileAccount,
    chats: chats::Archive,
}

impl Shared {
    pub(crate) fn new(unpacked: Unpacked) -> Self {
        Self(Arc::new(Mutex::new(unpacked)), Arc::default())
    }

    /// Whether it has files in it.
    pub(crate) fn is_archive(&self) -> bool {
        let packing = self.0.lock().unwrap_or_else(PoisonError::into_inner).packing();
        !matches!(packing, Packing::None | Packing::Gzip)
    }

    /// What was left out and passed over around the files that are read.
    pub(crate) fn account(&self) -> FileAccount {
        let mut account = self.0.lock().unwrap_or_else(PoisonError::into_inner).account();
        account.add(self.1.lock().unwrap_or_else(PoisonError::into_inner).account.clone());
        account
    }

    /// Notes that a file of the archive was not read.
    pub(crate) fn pass_over(&self, file: &str, why: &str) {
        let stretch =
            NotRead { from: file.to_owned(), to: Some(file.to_owned()), bytes: None, why: why.to_owned() };
        self.1.lock().unwrap_or_else(PoisonError::into_inner).account.pass_over(stretch);
    }

    /// Notes that a file of the archive holds no messages.
    pub(crate) fn leave_out(&self, kind: &str, why: &str, file: &str) {
        self.1.lock().unwrap_or_else(PoisonError::into_inner).account.leave_out(kind, why, 1, file);
    }

    /// Changes what the chats of one archive share.
    pub(crate) fn with_chats<T>(&self, change: impl FnOnce(&mut chats::Archive) -> T) -> T {
        change(&mut self.1.lock().unwrap_or_else(PoisonError::into_inner).chats)
    }

    pub(crate) fn next_file(&self) -> io::Result<Option<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).next_file()
    }
}

impl Read for Shared {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).read(buffer)
    }
}

/// The first bytes, as many as tell a tar. Of a text no more than its first line is waited for: somebody may be typing it.
fn beginning(layer: &mut Layer) -> Vec<u8> {
    let mut start = vec![0; tar::BLOCK];
    // The name that a tar begins with ends with a zero.
    let is_text = |start: &[u8]| memchr::memchr2(b'\n', 0, start).is_some_and(|at| start[at] == b'\n');
    // What goes wrong here goes wrong again when it is read on.
    let (length, _) = read_ahead(layer, &mut start, is_text).unwrap_or_default();
    start.truncate(length);
    start
}

/// Reads until a buffer is full, what was read is enough, or there is no more. Tells how much that is, and whether it is all there
/// is. What fails after some bytes fails again when they are read on.
pub(crate) fn read_ahead(
    read: &mut impl Read,
    buffer: &mut [u8],
    is_enough: impl Fn(&[u8]) -> bool,
) -> io::Result<(usize, bool)> {
    let mut length = 0;
    while length < buffer.len() {
        match read.read(&mut buffer[length..]) {
            Ok(0) => return Ok((length, true)),
            Ok(count) => length += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) if length == 0 => return Err(error),
            Err(_) => break,
        }
        if is_enough(&buffer[..length]) {
            break;
        }
    }
    Ok((length, false))
}

/// Refuses what unpacks to more than a file should.
fn bounded(out: u64, read: u64) -> io::Result<()> {
    if out > UNPACKED_MAX_BYTES {
        return Err(invalid("the file unpacks to more than 8 GiB; split it"));
    }
    if out > RATIO_FREE_BYTES && out / read.max(1) > UNPACKED_MAX_RATIO {
        let words = format!(
            "the file unpacks to more than {UNPACKED_MAX_RATIO} times its size ({} bytes from {}), as no honest file does; \
             unpack it yourself if you trust it",
            grouped(out),
            grouped(read),
        );
        return Err(invalid(words));
    }
    Ok(())
}

/// A failure of the file, not of the disk.
pub(crate) fn invalid(words: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, words.into())
}

/// What packers add and no one wrote: folders, resource forks, hidden files.
fn is_content(name: &str) -> bool {
    let last = name.rsplit('/').next().unwrap_or_default();
    !last.is_empty() && !last.starts_with('.') && !name.starts_with("__MACOSX/")
}

/// A name in an archive as it can be shown: UTF-8, or what it looks like; no control characters; not endless.
fn shown_name(bytes: &[u8]) -> String {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => crate::Encoding::detect(bytes, &[]).decode_head(bytes),
    };
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).take(300).collect()
}
