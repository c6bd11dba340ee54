//! gzip, member after member. What stands behind the last one is looked at: zeros are what tapes and some servers fill up
//! with, anything else is told.

use std::io::{self, BufRead, Read};

use flate2::bufread::GzDecoder;

use super::{bounded, invalid};
use crate::Progress;

pub(super) struct Gunzip<R> {
    /// `None` behind the last member.
    decoder: Option<GzDecoder<R>>,
    progress: Progress,
    out: u64,
    /// Bytes behind the last member that are no zeros.
    behind: u64,
}

impl<R: BufRead> Gunzip<R> {
    pub(super) fn new(read: R, progress: Progress) -> Self {
        Self { decoder: Some(GzDecoder::new(read)), progress, out: 0, behind: 0 }
    }

    /// Bytes that were found behind the last member and not read.
    pub(super) fn behind(&self) -> u64 {
        self.behind
    }

    /// Goes on to the next member, if there is one.
    fn next_member(&mut self, mut read: R) -> io::Result<bool> {
        loop {
            let held = read.fill_buf()?;
            if held.is_empty() {
                return Ok(false);
            }
            let zeros = held.iter().take_while(|&&byte| byte == 0).count();
            let next = held.get(zeros).copied();
            read.consume(zeros);
            match next {
                None => {}
                Some(0x1f) => {
                    self.decoder = Some(GzDecoder::new(read));
                    return Ok(true);
                }
                Some(_) => {
                    self.behind = io::copy(&mut read, &mut io::sink())?;
                    return Ok(false);
                }
            }
        }
    }
}

impl<R: BufRead> Read for Gunzip<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(decoder) = &mut self.decoder {
            let count = decoder.read(buffer).map_err(of_gzip)?;
            self.out += count as u64;
            bounded(self.out, self.progress.bytes())?;
            if count > 0 || buffer.is_empty() {
                return Ok(count);
            }
            let Some(over) = self.decoder.take() else { break };
            if !self.next_member(over.into_inner()).map_err(of_gzip)? {
                break;
            }
        }
        Ok(0)
    }
}

fn of_gzip(error: io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => {
            io::Error::new(error.kind(), "the gzip file ends too early; was it copied as a whole?")
        }
        // Said by the bound above, in words of its own.
        _ if error.to_string().starts_with("the file unpacks") => error,
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => {
            invalid(format!("the gzip file is damaged ({error}); copy or pack it again"))
        }
        _ => error,
    }
}
