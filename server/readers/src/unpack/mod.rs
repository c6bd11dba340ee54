//! What is packed, unpacked while it is read: gzip, and zip with one file or many.

mod zip;

use std::{
    io::{self, BufRead, BufReader, Read},
    sync::{Arc, Mutex, PoisonError},
};

use domain::paging::grouped;
use flate2::bufread::MultiGzDecoder;

use self::zip::ZipFiles;
use crate::{
    Progress, ReadError,
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
}

type Raw = BufReader<Counted<Box<dyn Read + Send>>>;

enum Kind {
    Plain(Raw),
    Gzip(Box<MultiGzDecoder<Raw>>),
    Zip(Box<ZipFiles<Raw>>),
}

/// One file after the other, unpacked and bounded.
pub(crate) struct Unpacked {
    kind: Kind,
    progress: Progress,
    /// Bytes that came out.
    out: u64,
    /// What went wrong: it stays wrong.
    failure: Option<(io::ErrorKind, String)>,
}

impl Unpacked {
    pub(crate) fn open(read: Box<dyn Read + Send>, progress: Progress) -> Result<Self, ReadError> {
        let mut raw = BufReader::with_capacity(64 * 1024, Counted::new(read, progress.clone()));
        let head = raw.fill_buf().map_err(|error| ReadError::new(format!("it cannot be read: {error}")))?;
        let kind = if head.starts_with(&[0x1f, 0x8b]) {
            Kind::Gzip(Box::new(MultiGzDecoder::new(raw)))
        } else if head.starts_with(b"PK\x03\x04") {
            Kind::Zip(Box::new(ZipFiles::new(raw)))
        } else if head.starts_with(b"PK\x05\x06") {
            return Err(ReadError::new("the zip has no files in it"));
        } else {
            Kind::Plain(raw)
        };
        Ok(Self { kind, progress, out: 0, failure: None })
    }

    pub(crate) fn packing(&self) -> Packing {
        match self.kind {
            Kind::Plain(_) => Packing::None,
            Kind::Gzip(_) => Packing::Gzip,
            Kind::Zip(_) => Packing::Zip,
        }
    }

    /// Goes on to the next file of a zip and gives its name. What is not packed in a zip has no further files.
    pub(crate) fn next_file(&mut self) -> io::Result<Option<String>> {
        match &mut self.kind {
            Kind::Plain(_) | Kind::Gzip(_) => Ok(None),
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
            Kind::Plain(raw) => return raw.read(buffer),
            Kind::Gzip(gzip) => gzip.read(buffer).map_err(of_gzip)?,
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
pub(crate) struct Shared(Arc<Mutex<Unpacked>>);

impl Shared {
    pub(crate) fn new(unpacked: Unpacked) -> Self {
        Self(Arc::new(Mutex::new(unpacked)))
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

fn of_gzip(error: io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => {
            io::Error::new(error.kind(), "the gzip file ends too early; was it copied as a whole?")
        }
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => {
            invalid(format!("the gzip file is damaged ({error}); copy or pack it again"))
        }
        _ => error,
    }
}
