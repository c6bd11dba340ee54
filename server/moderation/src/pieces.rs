//! A file that is written where blocking is allowed, and taken piece by piece by who sends it on.

use std::io::{self, Write};

use tokio::sync::mpsc;

/// Bytes handed over at once.
const PIECE: usize = 64 * 1024;

/// Pieces between the thread that writes and who takes them.
const AHEAD: usize = 4;

/// Collects what is written into pieces. Writing waits while nobody takes them, and fails once nobody will.
#[derive(Debug)]
pub struct Pieces {
    sender: mpsc::Sender<io::Result<Vec<u8>>>,
    buffer: Vec<u8>,
}

impl Pieces {
    /// Both ends. The last piece comes with a flush.
    pub fn new() -> (Self, mpsc::Receiver<io::Result<Vec<u8>>>) {
        let (sender, pieces) = mpsc::channel(AHEAD);
        (Self { sender, buffer: Vec::with_capacity(PIECE) }, pieces)
    }

    /// For what goes wrong: a file that is not whole must not look so.
    pub fn sender(&self) -> mpsc::Sender<io::Result<Vec<u8>>> {
        self.sender.clone()
    }
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= PIECE {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let piece = std::mem::replace(&mut self.buffer, Vec::with_capacity(PIECE));
        self.sender.blocking_send(Ok(piece)).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}
