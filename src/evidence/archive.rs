//! Taking a record out: a list of digests that `sha256sum -c` reads, and one archive file.
//!
//! Writes POSIX ustar, which every `tar` reads; the names of a record are short and plain. Never compresses.

use std::io::{self, Write};

use crate::domain::{Digest, Time};

/// The name of the list of digests.
pub const SUMS: &str = "SHA256SUMS";

const BLOCK: usize = 512;

/// The list of digests, as `sha256sum` writes it.
#[must_use]
pub fn sums<'a>(files: impl IntoIterator<Item = (&'a str, Digest)>) -> String {
    let mut text = String::new();
    for (name, digest) in files {
        text.extend([digest.to_string().as_str(), "  ", name, "\n"]);
    }
    text
}

/// Writes one archive; files that only their owner may read.
pub struct Archive<W> {
    to: W,
    at: Time,
}

impl<W: Write> Archive<W> {
    /// Begins an archive whose files all have this time.
    pub fn new(to: W, at: Time) -> Self {
        Self { to, at }
    }

    /// Adds a file.
    ///
    /// # Errors
    /// Refuses a name or a length that the format has no place for, and where writing fails.
    pub fn add(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        self.to.write_all(&header(name, bytes.len(), self.at)?)?;
        self.to.write_all(bytes)?;
        let over = bytes.len() % BLOCK;
        let rest = if over == 0 { 0 } else { BLOCK - over };
        self.to.write_all(&vec![0; rest])
    }

    /// Ends the archive.
    ///
    /// # Errors
    /// Where writing fails.
    pub fn finish(mut self) -> io::Result<()> {
        self.to.write_all(&[0; 2 * BLOCK])?;
        self.to.flush()
    }
}

/// The header of a file, as POSIX.1-1988 (ustar) lays it out.
fn header(name: &str, length: usize, at: Time) -> io::Result<[u8; BLOCK]> {
    let refuse = || io::Error::from(io::ErrorKind::InvalidInput);
    if name.is_empty() || name.len() > 100 || length > 0o777_7777_7777 {
        return Err(refuse());
    }
    let mut header = [0_u8; BLOCK];
    let mut put = |at: usize, bytes: &[u8]| {
        let field = header.get_mut(at..at + bytes.len());
        field
            .map(|field| field.copy_from_slice(bytes))
            .ok_or_else(refuse)
    };
    put(0, name.as_bytes())?;
    put(100, b"0000600\0")?;
    put(108, b"0000000\0")?;
    put(116, b"0000000\0")?;
    put(124, format!("{length:011o}\0").as_bytes())?;
    let seconds = at.as_second().clamp(0, 0o777_7777_7777);
    put(136, format!("{seconds:011o}\0").as_bytes())?;
    put(148, b"        ")?;
    put(156, b"0")?;
    put(257, b"ustar\x0000")?;
    let sum: u32 = header.iter().copied().map(u32::from).sum();
    let sum = format!("{sum:06o}\0 ");
    let field = header.get_mut(148..156).ok_or_else(refuse)?;
    field.copy_from_slice(sum.as_bytes());
    Ok(header)
}
