//! The line to a server that speaks no HTTP: how much it may answer to one question.
//!
//! Never reads on past that: a server that is broken, or not ours any more, fills no memory.

use std::error::Error;
use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::listed;
use crate::domain::{Because, Why};

/// How many bytes a server may answer to one question; whatever we ask is bounded in rows far below it.
const MOST: usize = 32 * 1024 * 1024;

/// How much may still be read; it is renewed with each question.
#[derive(Clone, Debug)]
pub(super) struct Allowance(Arc<AtomicUsize>);

impl Allowance {
    pub(super) fn new() -> Self {
        Self(Arc::new(AtomicUsize::new(MOST)))
    }

    /// For another question.
    pub(super) fn renew(&self) {
        if !self.is_spent() {
            self.0.store(MOST, Ordering::Relaxed);
        }
    }

    /// Whether the server answered more than it may; nothing is read of it any more then.
    pub(super) fn is_spent(&self) -> bool {
        self.0.load(Ordering::Relaxed) == 0
    }

    fn take(&self, read: usize) {
        let left = self.0.load(Ordering::Relaxed);
        self.0.store(left.saturating_sub(read), Ordering::Relaxed);
    }
}

/// Why nothing more is read.
#[derive(Debug)]
struct Spent;

impl fmt::Display for Spent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("more came than may come")
    }
}

impl Error for Spent {}

/// Whether a connection failed because too much came.
pub(super) fn is_flooded(failed: &(dyn Error + 'static)) -> bool {
    listed::causes(failed).any(|cause| cause.is::<Spent>())
}

/// What is told of a server that answered too much.
pub(super) fn flooded(what: &str) -> Why {
    let mib = MOST / (1024 * 1024);
    let text = format!("{what} answered more than {mib} MiB to one question, which is not read");
    Why::new(Because::Garbled, text)
}

/// A line that ends with its allowance.
pub(super) struct Metered<S> {
    line: S,
    allowance: Allowance,
}

impl<S> Metered<S> {
    pub(super) const fn new(line: S, allowance: Allowance) -> Self {
        Self { line, allowance }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Metered<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.allowance.is_spent() {
            return Poll::Ready(Err(io::Error::other(Spent)));
        }
        let before = into.filled().len();
        let polled = Pin::new(&mut self.line).poll_read(context, into);
        self.allowance.take(into.filled().len() - before);
        polled
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Metered<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.line).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.line).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.line).poll_shutdown(context)
    }
}
