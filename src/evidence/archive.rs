//! Taking a record out: a list of digests that `sha256sum -c` reads, and one archive file.
//!
//! Writes POSIX ustar, which every `tar` reads; the names of a record are short and plain. Never compresses.

use std::io::{self, Read, Write};

use crate::domain::digest::Hasher;
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

/// Copies all of a file whose length is known, and answers its digest. Never holds more than a piece of it.
///
/// # Errors
/// Where reading or writing fails, or the file turns out to be shorter.
pub fn copy<R: Read>(from: io::Take<R>, to: &mut dyn Write) -> io::Result<Digest> {
    let length = from.limit();
    let mut both = Both {
        hasher: Hasher::default(),
        to,
    };
    let copied = io::copy(&mut { from }, &mut both)?;
    if copied == length {
        Ok(both.hasher.finish())
    } else {
        Err(io::ErrorKind::UnexpectedEof.into())
    }
}

/// Hashes what it passes on.
struct Both<'a> {
    hasher: Hasher,
    to: &'a mut dyn Write,
}

impl Write for Both<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.to.write_all(bytes)?;
        self.hasher.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
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

    /// Adds a file of a length that is known, and answers its digest.
    ///
    /// # Errors
    /// Refuses a name or a length that the format has no place for; fails where reading or writing does, or where the
    /// file turns out to be shorter.
    pub fn add<R: Read>(&mut self, name: &str, from: io::Take<R>) -> io::Result<Digest> {
        let length = from.limit();
        self.to.write_all(&header(name, length, self.at)?)?;
        let digest = copy(from, &mut self.to)?;
        let filled = length.next_multiple_of(BLOCK as u64) - length;
        io::copy(&mut io::repeat(0).take(filled), &mut self.to)?;
        Ok(digest)
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
fn header(name: &str, length: u64, at: Time) -> io::Result<[u8; BLOCK]> {
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
