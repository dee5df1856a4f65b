//! The only source of time and of fresh ids, so that tests and drills can stop it.
//!
//! Never reads the wall clock anywhere else; never goes back within one process.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};
use std::task::Poll;

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

/// An instant in UTC, in whole milliseconds.
pub type Time = jiff::Timestamp;

/// A length of time; on the wire ISO 8601 (`PT15M`), for people `15m`.
pub type Duration = jiff::SignedDuration;

/// A clock: the wall's, or a simulated one that moves only when everything waits for it.
#[derive(Clone, Debug)]
pub struct Clock(Arc<Source>);

#[derive(Debug)]
enum Source {
    Wall {
        latest: AtomicI64,
    },
    Simulated {
        start: Time,
        began: tokio::time::Instant,
        ids: Box<Mutex<ChaCha12Rng>>,
    },
}

impl Clock {
    /// The wall clock.
    #[must_use]
    pub fn wall() -> Self {
        Self(Arc::new(Source::Wall {
            latest: AtomicI64::new(i64::MIN),
        }))
    }

    /// A clock that starts at `start` and follows tokio's paused time; ids come from `seed`.
    #[must_use]
    pub fn simulated(start: Time, seed: u64) -> Self {
        Self(Arc::new(Source::Simulated {
            start,
            began: tokio::time::Instant::now(),
            ids: Box::new(Mutex::new(ChaCha12Rng::seed_from_u64(seed))),
        }))
    }

    /// Returns the present time; never earlier than an answer this clock gave before.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the wall clock"
    )]
    pub fn now(&self) -> Time {
        let millis = match self.0.as_ref() {
            Source::Wall { latest } => {
                let read = Time::now().as_millisecond();
                latest.fetch_max(read, Ordering::SeqCst).max(read)
            }
            Source::Simulated { start, began, .. } => {
                let gone = i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX);
                start.as_millisecond().saturating_add(gone)
            }
        };
        Time::from_millisecond(millis).unwrap_or(Time::MAX)
    }

    /// Notes that something begins now.
    #[must_use]
    pub fn begin(&self) -> Since {
        Since {
            clock: self.clone(),
            at: self.now(),
            began: tokio::time::Instant::now(),
        }
    }

    /// Keeps the wall clock from answering anything earlier than `seen`, e.g. a journal's last entry.
    pub fn not_before(&self, seen: Time) {
        if let Source::Wall { latest } = self.0.as_ref() {
            latest.fetch_max(seen.as_millisecond(), Ordering::SeqCst);
        }
    }

    /// Tells whether this clock is simulated.
    #[must_use]
    pub fn is_simulated(&self) -> bool {
        matches!(self.0.as_ref(), Source::Simulated { .. })
    }

    /// Waits for `length`; returns at once if it is not positive.
    pub async fn sleep(&self, length: Duration) {
        if length.is_positive() {
            tokio::time::sleep(length.unsigned_abs()).await;
        }
    }

    /// Waits until `at`.
    pub async fn sleep_until(&self, at: Time) {
        self.sleep(at.duration_since(self.now())).await;
    }

    /// Draws `N` fresh bytes: from the operating system, or from the seed of a simulated clock.
    #[must_use]
    pub fn fresh<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        match self.0.as_ref() {
            Source::Wall { .. } => {
                if getrandom::fill(&mut bytes).is_err() {
                    ChaCha12Rng::seed_from_u64(self.now().as_millisecond().unsigned_abs())
                        .fill_bytes(&mut bytes);
                }
            }
            Source::Simulated { ids, .. } => {
                ids.lock()
                    .unwrap_or_else(std::sync::PoisonError::into_inner)
                    .fill_bytes(&mut bytes);
            }
        }
        bytes
    }

    /// Makes a fresh id of eight hexadecimal characters.
    #[must_use]
    pub fn id(&self) -> String {
        super::digest::hex(&self.fresh::<4>())
    }
}

/// How long ago something began: by the clock, and by one that nobody can set, whichever says longer.
#[derive(Clone, Debug)]
pub struct Since {
    clock: Clock,
    at: Time,
    began: tokio::time::Instant,
}

impl Since {
    /// The present.
    #[must_use]
    pub fn now(&self) -> Time {
        self.clock.now()
    }

    /// How long ago it was. A process that was stopped meanwhile, or a machine that slept, counts that too.
    #[must_use]
    pub fn gone(&self) -> Duration {
        let steady = Duration::try_from(self.began.elapsed()).unwrap_or(Duration::MAX);
        self.clock.now().duration_since(self.at).max(steady)
    }

    /// Goes on with some work until so long after the beginning; from then on nothing of it is done any more, and there is
    /// no answer.
    pub async fn until<T>(&self, limit: Duration, work: impl Future<Output = T>) -> Option<T> {
        let left = limit.saturating_sub(self.gone());
        let (mut work, mut ends) = (pin!(work), pin!(self.clock.sleep(left)));
        poll_fn(|context| {
            // Asked first: whoever was stopped in the middle of it does not go on.
            if ends.as_mut().poll(context).is_ready() || self.gone() >= limit {
                return Poll::Ready(None);
            }
            work.as_mut().poll(context).map(Some)
        })
        .await
    }
}

/// Renders a length of time for people: `15m`, `1h 30m`, `2s`.
#[must_use]
pub fn spell(length: Duration) -> String {
    let rounded = if length.unsigned_abs().as_secs() >= 10 {
        Duration::from_secs(length.as_secs())
    } else {
        Duration::from_millis(i64::try_from(length.as_millis()).unwrap_or(i64::MAX))
    };
    jiff::fmt::friendly::SpanPrinter::new().duration_to_string(&rounded)
}

/// Reads a length of time as people write it (`15m`, `2h`, `1d`, `90 seconds`).
///
/// # Errors
/// Says what was wrong with the text.
pub fn read_duration(text: &str) -> Result<Duration, String> {
    let refusal =
        || format!("`{text}` is no duration; write for example `30s`, `15m`, `4h` or `2d`");
    let span: jiff::Span = text.trim().parse().map_err(|_| refusal())?;
    let length = span
        .to_duration(jiff::SpanRelativeTo::days_are_24_hours())
        .map_err(|_| refusal())?;
    if length.is_negative() {
        Err(refusal())
    } else {
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_people_write_them() {
        for (text, seconds) in [
            ("15m", 900),
            ("2h", 7200),
            ("1d", 86_400),
            ("0s", 0),
            ("90 seconds", 90),
        ] {
            assert_eq!(
                read_duration(text).map(|d| d.as_secs()),
                Ok(seconds),
                "{text}"
            );
        }
        assert!(read_duration("soon").is_err());
        assert!(read_duration("-4h").is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_was_stopped_in_the_middle_does_not_go_on() {
        let clock = Clock::simulated(Time::UNIX_EPOCH, 1);
        let since = clock.begin();
        let in_time = clock.sleep(Duration::from_secs(2));
        assert!(since.until(Duration::from_secs(5), in_time).await.is_some());
        let steps = std::sync::atomic::AtomicU32::new(0);
        let work = async {
            steps.fetch_add(1, Ordering::SeqCst);
            clock.sleep(Duration::from_secs(1)).await;
            steps.fetch_add(1, Ordering::SeqCst);
        };
        let mut work = pin!(since.until(Duration::from_secs(5), work));
        let begun = poll_fn(|context| Poll::Ready(work.as_mut().poll(context))).await;
        assert!(begun.is_pending());
        tokio::time::advance(std::time::Duration::from_secs(60)).await;
        assert_eq!((work.await, steps.load(Ordering::SeqCst)), (None, 1));
    }

    #[test]
    fn the_wall_clock_never_goes_behind_what_was_seen() {
        let clock = Clock::wall();
        let ahead = clock.now() + Duration::from_hours(5);
        clock.not_before(ahead);
        assert!(clock.now() >= ahead);
    }
}
