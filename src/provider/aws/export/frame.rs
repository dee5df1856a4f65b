//! Cutting a stream of bytes into records, without reading what is in them.
//!
//! A record is an object in the list of an envelope (`{"Records": [..]}`, `{"Events": [..]}`), in a bare list, or by
//! itself. Never holds more than one record and a chunk, and finds the next record again after one that is broken.

use std::io::{self, Read};
use std::ops::Range;

use memchr::{memchr, memchr2, memmem};

/// How much is read at once.
const CHUNK: usize = 256 * 1024;
/// The longest record: CloudTrail's events are at most 256 KB, and an escaped copy of one may be twice as long.
const LONGEST: usize = 1024 * 1024;
/// How an event begins in every published example of a delivery.
const BEGIN: &[u8] = b"{\"eventVersion\"";
/// How an envelope begins.
const ENVELOPES: [&[u8]; 3] = [b"\"Records\"", b"\"Events\"", b"\"NextToken\""];

/// What the outermost open thing is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Outer {
    Nothing,
    Envelope,
    List,
}

/// The records of a stream.
pub(super) struct Frames<R> {
    from: R,
    buffer: Vec<u8>,
    /// How far the buffer was looked at.
    at: usize,
    ended: bool,
    by_line: bool,
    in_string: bool,
    depth: usize,
    outer: Outer,
    /// Whether the list of an envelope is open.
    listing: bool,
    /// Where the present record began, and how deep.
    begun: Option<(usize, usize)>,
    latest: Option<(Range<usize>, usize)>,
    /// How many stretches were no record.
    pub(super) broken: u64,
    /// Whether the stream ended in the middle of something.
    pub(super) cut_short: bool,
}

impl<R: Read> Frames<R> {
    /// Begins with a stream; reads its first chunk.
    pub(super) fn new(from: R) -> io::Result<Self> {
        let mut frames = Self {
            from,
            buffer: Vec::new(),
            at: 0,
            ended: false,
            by_line: false,
            in_string: false,
            depth: 0,
            outer: Outer::Nothing,
            listing: false,
            begun: None,
            latest: None,
            broken: 0,
            cut_short: false,
        };
        // The first line says how the rest is cut, and comes in as many pieces as it likes.
        while frames.buffer.len() < CHUNK && frames.more()? {}
        if frames.buffer.starts_with(b"\xef\xbb\xbf") {
            frames.at = 3;
        }
        let rest = frames.buffer.get(frames.at..).unwrap_or_default();
        let line = memchr(b'\n', rest).and_then(|end| rest.get(..end));
        let line = line.unwrap_or_default().trim_ascii();
        frames.by_line = line.starts_with(b"{") && line.ends_with(b"}") && !is_envelope(line);
        Ok(frames)
    }

    /// The next record; nothing at the end.
    pub(super) fn next(&mut self) -> io::Result<Option<&[u8]>> {
        let found = if self.by_line {
            self.line()?
        } else {
            self.object()?
        };
        Ok(found.and_then(|range| self.buffer.get(range)))
    }

    /// Says that the latest record was none: looks again inside of it for the beginning of another.
    pub(super) fn refuse(&mut self) {
        self.broken += 1;
        let Some((range, depth)) = self.latest.take().filter(|_| !self.by_line) else {
            return;
        };
        let inside = self
            .buffer
            .get(range.start + 1..range.end)
            .unwrap_or_default();
        if let Some(found) = memmem::find(inside, BEGIN) {
            self.begin_again(range.start + 1 + found, depth);
        }
    }

    fn begin_again(&mut self, at: usize, depth: usize) {
        self.at = at;
        self.depth = depth;
        self.in_string = false;
        self.begun = None;
        // Deeper inside of a record everything that opens counts as its own; here the list of records is open.
        self.listing = self.outer == Outer::Envelope;
    }

    /// Reads on; what is no longer needed is dropped. Answers whether there is more.
    fn more(&mut self) -> io::Result<bool> {
        if self.ended {
            return Ok(false);
        }
        let keep = self.begun.map_or(self.at, |(begun, _)| begun);
        self.buffer.drain(..keep);
        self.at -= keep;
        self.latest = None;
        if let Some((begun, _)) = &mut self.begun {
            *begun = 0;
        }
        let old = self.buffer.len();
        self.buffer.resize(old + CHUNK, 0);
        let read = loop {
            let room = self.buffer.get_mut(old..).unwrap_or_default();
            match self.from.read(room) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.buffer.truncate(old);
                    self.ended = true;
                    return Err(error);
                }
                Ok(read) => break read,
            }
        };
        self.buffer.truncate(old + read);
        self.ended = read == 0;
        Ok(read > 0)
    }

    fn line(&mut self) -> io::Result<Option<Range<usize>>> {
        loop {
            let begun = self.begun.map_or(self.at, |(begun, _)| begun);
            self.begun = Some((begun, 0));
            let rest = self.buffer.get(self.at..).unwrap_or_default();
            let found = memchr(b'\n', rest).map(|end| self.at + end);
            let Some(end) = found else {
                self.at = self.buffer.len();
                if self.at - begun > LONGEST {
                    // Its end still has to come: what follows up to there is dropped as well.
                    self.begun = None;
                    self.broken += 1;
                    if !self.skip_line()? {
                        return Ok(None);
                    }
                    continue;
                }
                if self.more()? {
                    continue;
                }
                let begun = self.begun.take().map_or(self.at, |(begun, _)| begun);
                let is_blank = self
                    .buffer
                    .get(begun..)
                    .unwrap_or_default()
                    .trim_ascii()
                    .is_empty();
                return Ok((!is_blank).then_some(begun..self.buffer.len()));
            };
            self.at = end + 1;
            self.begun = None;
            let line = self.buffer.get(begun..end).unwrap_or_default();
            if !line.trim_ascii().is_empty() {
                self.latest = Some((begun..end, 0));
                return Ok(Some(begun..end));
            }
        }
    }

    /// Drops everything up to the next line; answers whether there is one.
    fn skip_line(&mut self) -> io::Result<bool> {
        loop {
            let rest = self.buffer.get(self.at..).unwrap_or_default();
            if let Some(end) = memchr(b'\n', rest) {
                self.at += end + 1;
                return Ok(true);
            }
            self.at = self.buffer.len();
            if !self.more()? {
                return Ok(false);
            }
        }
    }

    fn object(&mut self) -> io::Result<Option<Range<usize>>> {
        let mut junk = false;
        loop {
            if let Some((begun, depth)) = self.begun
                && self.at - begun > LONGEST
            {
                self.broken += 1;
                if !self.find_again(begun + 1, depth)? {
                    return Ok(None);
                }
            }
            let Some(&byte) = self.buffer.get(self.at) else {
                if self.more()? {
                    continue;
                }
                let is_open = self.in_string || self.depth > 0;
                self.cut_short |= is_open;
                (self.depth, self.in_string, self.begun) = (0, false, None);
                return Ok(None);
            };
            if self.in_string {
                self.string()?;
                continue;
            }
            match byte {
                b'"' => self.in_string = true,
                b'{' | b'[' => {
                    if self.depth == 0 && self.buffer.len() - self.at < 64 && self.more()? {
                        continue;
                    }
                    self.open(byte == b'{');
                }
                b'}' | b']' if self.depth == 0 => junk = true,
                b'}' | b']' => {
                    self.depth -= 1;
                    self.listing &= self.depth > 1;
                    if let Some((begun, depth)) = self.begun
                        && self.depth == depth
                    {
                        self.begun = None;
                        self.at += 1;
                        self.broken += u64::from(junk);
                        self.latest = Some((begun..self.at, depth));
                        return Ok(Some(begun..self.at));
                    }
                }
                _ => junk |= self.depth == 0 && !byte.is_ascii_whitespace() && byte != b',',
            }
            self.at += 1;
            if junk && self.depth > 0 {
                (junk, self.broken) = (false, self.broken + 1);
            }
        }
    }

    fn open(&mut self, is_object: bool) {
        let rest = self.buffer.get(self.at..).unwrap_or_default();
        let is_record = match (self.depth, self.outer) {
            (0, _) => {
                self.outer = match is_object {
                    true if is_envelope(rest) => Outer::Envelope,
                    true => Outer::Nothing,
                    false => Outer::List,
                };
                is_object && self.outer == Outer::Nothing
            }
            (1, Outer::List) => is_object,
            (2, Outer::Envelope) => is_object && self.listing,
            (_, Outer::Nothing | Outer::List | Outer::Envelope) => false,
        };
        if self.depth == 1 && self.outer == Outer::Envelope {
            self.listing = !is_object;
        }
        if self.begun.is_none() && is_record {
            self.begun = Some((self.at, self.depth));
        }
        self.depth += 1;
    }

    /// Goes on to the end of a string, or of what there is of it.
    fn string(&mut self) -> io::Result<()> {
        let rest = self.buffer.get(self.at..).unwrap_or_default();
        match memchr2(b'"', b'\\', rest) {
            None => self.at = self.buffer.len(),
            Some(found) if rest.get(found) == Some(&b'"') => {
                self.in_string = false;
                self.at += found + 1;
            }
            Some(found) if rest.len() >= found + 2 => self.at += found + 2,
            Some(found) => {
                self.at += found;
                // A backslash at the very end of everything escapes nothing.
                if !self.more()? {
                    self.at = self.buffer.len();
                }
            }
        }
        Ok(())
    }

    /// After a record that has no end: looks for the beginning of another, however far away.
    fn find_again(&mut self, from: usize, depth: usize) -> io::Result<bool> {
        self.begun = None;
        self.at = from;
        loop {
            let rest = self.buffer.get(self.at..).unwrap_or_default();
            if let Some(found) = memmem::find(rest, BEGIN) {
                self.begin_again(self.at + found, depth);
                return Ok(true);
            }
            // A beginning may be cut in two.
            self.at = self.at.max(self.buffer.len().saturating_sub(BEGIN.len()));
            if !self.more()? {
                self.cut_short = true;
                (self.depth, self.in_string) = (0, false);
                return Ok(false);
            }
        }
    }
}

/// Whether an object holds a list of events rather than being one.
fn is_envelope(object: &[u8]) -> bool {
    let inside = object.get(1..).unwrap_or_default().trim_ascii_start();
    ENVELOPES.iter().any(|name| inside.starts_with(name))
}
