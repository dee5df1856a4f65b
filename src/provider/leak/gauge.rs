//! A reader that knows where it is, and that lets nothing that is kept grow beyond measure.
//!
//! Never looks at what it hands on beyond its lines.

use std::cell::Cell;
use std::io::{self, BufRead, Read};
use std::rc::Rc;

/// Where a reader is; shared with whoever reads from it.
#[derive(Debug, Default)]
pub(super) struct Gauge {
    /// The line, from 0.
    line: Cell<usize>,
    /// The bytes of it that were read.
    column: Cell<usize>,
    /// How many bytes were read of what is kept; none while nothing is.
    kept: Cell<Option<usize>>,
    /// Whether anything but white space was read since this was last asked.
    something: Cell<bool>,
    /// Whether what is kept grew too long.
    is_full: Cell<bool>,
    /// How deep in lists and objects it is, and whether in a text there and after a backslash.
    depth: Cell<usize>,
    in_text: Cell<bool>,
    is_escaped: Cell<bool>,
}

/// How deep lists and objects may lie in each other.
const DEEPEST: usize = 100;

impl Gauge {
    /// The line and column of what was read last, both from 1.
    pub(super) fn place(&self) -> (usize, usize) {
        (self.line.get() + 1, self.column.get().max(1))
    }

    /// What is read from now on is kept, until the next word.
    pub(super) fn keep(&self) {
        self.kept.set(Some(0));
    }

    /// What is read from now on is not kept.
    pub(super) fn pass(&self) {
        self.kept.set(None);
    }

    /// Whether anything but white space was read since this was last asked.
    pub(super) fn take_something(&self) -> bool {
        self.something.replace(false)
    }

    /// Whether what was kept grew too long.
    pub(super) fn is_full(&self) -> bool {
        self.is_full.get()
    }

    /// Whether lists and objects lie too deep in each other.
    pub(super) fn is_deep(&self) -> bool {
        self.depth.get() > DEEPEST
    }

    /// Follows the structure, as far as its depth goes.
    fn follow(&self, byte: u8) -> io::Result<()> {
        if self.in_text.get() {
            let ends = byte == b'"' && !self.is_escaped.get();
            self.is_escaped.set(byte == b'\\' && !self.is_escaped.get());
            self.in_text.set(!ends);
            return Ok(());
        }
        match byte {
            b'"' => self.in_text.set(true),
            b'[' | b'{' => self.depth.set(self.depth.get() + 1),
            b']' | b'}' => self.depth.set(self.depth.get().saturating_sub(1)),
            _ => {}
        }
        if self.is_deep() {
            return Err(io::ErrorKind::InvalidData.into());
        }
        Ok(())
    }

    fn count(&self, byte: u8, most: usize) -> io::Result<()> {
        self.follow(byte)?;
        if let Some(kept) = self.kept.get() {
            if kept >= most {
                self.is_full.set(true);
                return Err(io::ErrorKind::FileTooLarge.into());
            }
            self.kept.set(Some(kept + 1));
        }
        if byte == b'\n' {
            self.line.set(self.line.get() + 1);
            self.column.set(0);
        } else {
            self.column.set(self.column.get() + 1);
        }
        if !byte.is_ascii_whitespace() {
            self.something.set(true);
        }
        Ok(())
    }
}

/// The reader.
pub(super) struct Gauged<R> {
    from: R,
    gauge: Rc<Gauge>,
    most: usize,
}

impl<R: BufRead> Gauged<R> {
    /// Keeps so many bytes at once, at most.
    pub(super) fn new(from: R, gauge: Rc<Gauge>, most: usize) -> Self {
        Self { from, gauge, most }
    }
}

impl<R: BufRead> Read for Gauged<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let there = self.from.fill_buf()?;
        let mut count = 0;
        for (to, byte) in to.iter_mut().zip(there) {
            self.gauge.count(*byte, self.most)?;
            *to = *byte;
            count += 1;
        }
        self.from.consume(count);
        Ok(count)
    }
}
