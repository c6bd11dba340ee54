//! A tar, read from front to back. Nothing is written anywhere, so a path in it is a name and no more.
//!
//! The tar crate reads headers and the extensions of PAX; its iterator borrows the archive, which a reader that goes on later
//! cannot, so the walk is here. Format: POSIX.1-2017 (pax), GNU tar 1.35.

use std::io::{self, Read};

use domain::{FileAccount, NotRead};
use tar::{EntryType, Header, PaxExtensions};

use super::{invalid, is_content, shown_name};
use crate::limits::ARCHIVE_MAX_ENTRIES;

pub(super) const BLOCK: usize = 512;

/// Longest extension (names, sizes) that is kept, in bytes.
const EXTENSION_MAX: u64 = 1024 * 1024;

/// Whether these bytes are the first block of a tar.
pub(super) fn begins(head: &[u8]) -> bool {
    head.get(..BLOCK).is_some_and(is_header)
}

fn is_header(block: &[u8]) -> bool {
    let header = Header::from_byte_slice(block);
    // The sum is of the header with blanks in place of the sum.
    let sum: u32 = block
        .iter()
        .enumerate()
        .map(|(at, &byte)| if (148..156).contains(&at) { 32 } else { u32::from(byte) })
        .sum();
    block[0] != 0 && header.cksum().is_ok_and(|told| told == sum)
}

/// The files of a tar, one after the other.
pub(super) struct TarFiles<R> {
    read: R,
    /// Bytes of the current entry that were not read, and those that fill its last block up.
    left: u64,
    padding: u64,
    name: String,
    entries: usize,
    found: usize,
    account: FileAccount,
}

/// What the entries ahead of a file say about it.
#[derive(Default)]
struct Told {
    name: Option<Vec<u8>>,
    size: Option<u64>,
    is_sparse: bool,
}

impl<R: Read> TarFiles<R> {
    pub(super) fn new(read: R) -> Self {
        Self {
            read,
            left: 0,
            padding: 0,
            name: String::new(),
            entries: 0,
            found: 0,
            account: FileAccount::default(),
        }
    }

    pub(super) fn source(&self) -> &R {
        &self.read
    }

    pub(super) fn account(&self) -> &FileAccount {
        &self.account
    }

    /// Goes on to the next file that may hold messages.
    pub(super) fn next_file(&mut self) -> io::Result<Option<String>> {
        let mut told = Told::default();
        loop {
            self.pass_over()?;
            let Some(block) = self.block()? else {
                return match self.found {
                    0 => Err(invalid("the tar has no file in it that could hold messages")),
                    _ => Ok(None),
                };
            };
            if block.iter().all(|&byte| byte == 0) {
                continue;
            }
            if !is_header(&block) {
                return Err(invalid(
                    "the tar is damaged: where a file should begin is something else; pack it again",
                ));
            }
            self.entries += 1;
            if self.entries > ARCHIVE_MAX_ENTRIES {
                return Err(invalid("the tar has more than 10,000 files; split it"));
            }
            if let Some(name) = self.enter(Header::from_byte_slice(&block), &mut told)? {
                self.found += 1;
                return Ok(Some(name));
            }
        }
    }

    /// Begins an entry, and gives its name if it is a file to read.
    fn enter(&mut self, header: &Header, told: &mut Told) -> io::Result<Option<String>> {
        let damaged = |_| invalid("the tar is damaged: a size in it is no number; pack it again");
        let kind = header.entry_type();
        // What an extension takes is its own; what a file takes may be told ahead of it.
        let is_extension = matches!(
            kind,
            EntryType::XHeader | EntryType::XGlobalHeader | EntryType::GNULongName | EntryType::GNULongLink
        );
        let size = header.entry_size().map_err(damaged)?;
        let size = if is_extension { size } else { told.size.unwrap_or(size) };
        let has_content = !matches!(
            kind,
            EntryType::Directory
                | EntryType::Link
                | EntryType::Symlink
                | EntryType::Char
                | EntryType::Block
                | EntryType::Fifo
        );
        self.left = if has_content { size } else { 0 };
        self.padding = (BLOCK as u64 - self.left % BLOCK as u64) % BLOCK as u64;
        match kind {
            EntryType::XHeader => {
                let data = self.extension()?;
                for pair in PaxExtensions::new(&data).flatten() {
                    match pair.key_bytes() {
                        b"path" | b"GNU.sparse.name" => told.name = Some(pair.value_bytes().to_vec()),
                        b"size" => told.size = pair.value().ok().and_then(|size| size.parse().ok()),
                        key => told.is_sparse |= key.starts_with(b"GNU.sparse."),
                    }
                }
                return Ok(None);
            }
            EntryType::GNULongName => {
                let data = self.extension()?;
                told.name = Some(data.split(|&byte| byte == 0).next().unwrap_or_default().to_vec());
                return Ok(None);
            }
            EntryType::XGlobalHeader | EntryType::GNULongLink => return Ok(None),
            _ => {}
        }
        let told = std::mem::take(told);
        self.name = shown_name(&told.name.unwrap_or_else(|| header.path_bytes().into_owned()));
        let is_sparse = told.is_sparse || kind == EntryType::GNUSparse;
        match kind {
            _ if is_sparse => {
                self.account.pass_over(NotRead {
                    from: self.name.clone(),
                    to: Some(self.name.clone()),
                    bytes: Some(self.left),
                    why:
                        "it is stored with holes (sparse), which is not read; pack it again without --sparse"
                            .to_owned(),
                });
                Ok(None)
            }
            EntryType::Regular | EntryType::Continuous if is_content(&self.name) => {
                Ok(Some(self.name.clone()))
            }
            EntryType::Link | EntryType::Symlink => {
                self.account.leave_out(
                    "links in the tar",
                    "They point at other files and hold nothing",
                    1,
                    &self.name,
                );
                Ok(None)
            }
            _ => Ok(None),
        }
    }

    fn extension(&mut self) -> io::Result<Vec<u8>> {
        if self.left > EXTENSION_MAX {
            return Err(invalid("the tar is damaged: a name in it is longer than 1 MiB; pack it again"));
        }
        let mut data = vec![0; usize::try_from(self.left).unwrap_or_default()];
        self.read.read_exact(&mut data).map_err(cut)?;
        self.left = 0;
        Ok(data)
    }

    /// The next block. `None` at the end of the file.
    fn block(&mut self) -> io::Result<Option<[u8; BLOCK]>> {
        let mut block = [0; BLOCK];
        let mut length = 0;
        while length < BLOCK {
            match self.read.read(&mut block[length..]) {
                Ok(0) if length == 0 => return Ok(None),
                Ok(0) => return Err(cut(io::ErrorKind::UnexpectedEof.into())),
                Ok(count) => length += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Some(block))
    }

    /// Reads the rest of the current entry.
    fn pass_over(&mut self) -> io::Result<()> {
        let rest = self.left + self.padding;
        let passed = io::copy(&mut (&mut self.read).take(rest), &mut io::sink())?;
        // Some writers leave the last block unfilled.
        if passed < self.left {
            return Err(self.too_early());
        }
        self.left = 0;
        self.padding = 0;
        Ok(())
    }

    fn too_early(&self) -> io::Error {
        let words = format!("the tar ends in the middle of {}; was it copied as a whole?", self.name);
        io::Error::new(io::ErrorKind::UnexpectedEof, words)
    }
}

impl<R: Read> Read for TarFiles<R> {
    /// Zero at the end of the current file.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        if most == 0 {
            return Ok(0);
        }
        let count = self.read.read(&mut buffer[..most])?;
        if count == 0 {
            return Err(self.too_early());
        }
        self.left -= count as u64;
        Ok(count)
    }
}

fn cut(error: io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => {
            io::Error::new(error.kind(), "the tar ends too early; was it copied as a whole?")
        }
        _ => error,
    }
}
