//! What one question may take, over all of its requests and pages: time, and bytes of answers.
//!
//! Never cuts anything off silently: whoever asks is told why it has to stop.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::engine::Handle;
use crate::domain::{Because, Duration, Time, Why};

/// How long a question may take, where whoever asks says nothing.
const USUAL: Duration = Duration::from_secs(60);
/// How many bytes of answers are read for one question.
const BYTES: usize = 64 * 1024 * 1024;
/// An exchange is not begun with less time than this.
const LEAST: Duration = Duration::from_millis(200);

/// What is left for a question.
pub(super) struct Budget {
    until: Time,
    left: AtomicUsize,
}

impl Budget {
    /// What a question may take where nobody says.
    pub(super) fn usual(on: &Handle) -> Self {
        Self::of(on, USUAL)
    }

    /// What a question may take that has to be answered within this time.
    pub(super) fn of(on: &Handle, within: Duration) -> Self {
        let until = on.clock().now().saturating_add(within);
        Self {
            until: until.unwrap_or(Time::MAX),
            left: AtomicUsize::new(BYTES),
        }
    }

    /// How long the next exchange may take.
    pub(super) fn within(&self, on: &Handle) -> Result<Duration, Why> {
        let left = self.until.duration_since(on.clock().now());
        if left < LEAST {
            let text = "the time for this question was up before all of it was read";
            return Err(Why::new(Because::Timeout, text));
        }
        if self.left.load(Ordering::Relaxed) == 0 {
            let text = format!("more than {BYTES} bytes were answered, which is all that is read");
            return Err(Why::new(Because::Garbled, text));
        }
        let (_, usual) = on.reach()?;
        Ok(left.min(usual))
    }

    /// Takes off what an answer had.
    pub(super) fn spend(&self, bytes: usize) {
        let left = self.left.load(Ordering::Relaxed);
        self.left
            .store(left.saturating_sub(bytes), Ordering::Relaxed);
    }
}
