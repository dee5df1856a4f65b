//! The only source of time and of fresh ids, so that tests and drills can stop it.
//!
//! Never reads the wall clock anywhere else; never goes back or leaps within one process, whoever turns the wall clock.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

/// An instant in UTC, in whole milliseconds.
pub type Time = jiff::Timestamp;

/// A length of time; on the wire ISO 8601 (`PT15M`), for people `15m`.
pub type Duration = jiff::SignedDuration;

/// A clock: the wall's, or a simulated one that moves only when everything waits for it.
///
/// It reads the wall once and counts on from there, so that what was to last a minute lasts a minute: see [`Clock::now`].
/// What may not be used for longer than it says asks [`Clock::latest`].
#[derive(Clone, Debug)]
pub struct Clock(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    source: Source,
    kept: Mutex<Kept>,
}

#[derive(Debug)]
enum Source {
    Wall,
    Simulated {
        start: i64,
        began: tokio::time::Instant,
        /// How far somebody turned it.
        turned: AtomicI64,
        ids: Box<Mutex<ChaCha12Rng>>,
    },
}

/// What was told, in milliseconds since 1970.
#[derive(Clone, Copy, Debug)]
struct Kept {
    now: Mark,
    latest: Mark,
}

/// A time, and where the count stood then that nobody turns.
#[derive(Clone, Copy, Debug)]
struct Mark {
    time: i64,
    count: i64,
}

impl Mark {
    /// The time by now, where nothing but the count goes on.
    fn on(self, count: i64) -> i64 {
        self.time.saturating_add(count.saturating_sub(self.count))
    }
}

impl Clock {
    /// The wall clock.
    #[must_use]
    pub fn wall() -> Self {
        Self::of(Source::Wall)
    }

    /// A clock that starts at `start` and follows tokio's paused time; ids come from `seed`.
    #[must_use]
    pub fn simulated(start: Time, seed: u64) -> Self {
        Self::of(Source::Simulated {
            start: start.as_millisecond(),
            began: tokio::time::Instant::now(),
            turned: AtomicI64::new(0),
            ids: Box::new(Mutex::new(ChaCha12Rng::seed_from_u64(seed))),
        })
    }

    fn of(source: Source) -> Self {
        let mark = Mark {
            time: source.reading(),
            count: source.count(),
        };
        let kept = Mutex::new(Kept {
            now: mark,
            latest: mark,
        });
        Self(Arc::new(Inner { source, kept }))
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

    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.0.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the present time: what the wall said first, and as much as went by since. Turning the wall clock moves it
    /// neither way.
    #[must_use]
    pub fn now(&self) -> Time {
        time(self.kept().now.on(self.0.source.count()))
    }

    /// Returns the latest time that anything says or ever said: the present, or the wall where that is ahead. Authority
    /// ends by this one, so that turning a clock either way extends nothing.
    #[must_use]
    pub fn latest(&self) -> Time {
        let mut kept = self.kept();
        let count = self.0.source.count();
        let on = kept.latest.on(count).max(kept.now.on(count));
        let reading = self.0.source.reading();
        if reading > on {
            kept.latest = Mark {
                time: reading,
                count,
            };
        }
        time(reading.max(on))
    }

    /// Keeps this clock from answering anything earlier than `seen`, e.g. a journal's last entry.
    pub fn not_before(&self, seen: Time) {
        let mut kept = self.kept();
        let count = self.0.source.count();
        if seen.as_millisecond() > kept.now.on(count) {
            kept.now = Mark {
                time: seen.as_millisecond(),
                count,
            };
        }
    }

    /// How far the wall lies behind `seen` right now; zero where it does not.
    #[must_use]
    pub fn behind(&self, seen: Time) -> Duration {
        let millis = seen
            .as_millisecond()
            .saturating_sub(self.0.source.reading());
        Duration::from_millis(millis.max(0))
    }

    /// Turns a simulated clock, as somebody turns the wall's; the wall's own is not ours to turn.
    pub fn turn(&self, by: Duration) {
        if let Source::Simulated { turned, .. } = &self.0.source {
            let millis = i64::try_from(by.as_millis()).unwrap_or_default();
            turned.fetch_add(millis, Ordering::SeqCst);
        }
    }

    /// Tells whether this clock is simulated.
    #[must_use]
    pub fn is_simulated(&self) -> bool {
        matches!(self.0.source, Source::Simulated { .. })
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
        match &self.0.source {
            Source::Wall => {
                if getrandom::fill(&mut bytes).is_err() {
                    ChaCha12Rng::seed_from_u64(self.now().as_millisecond().unsigned_abs())
                        .fill_bytes(&mut bytes);
                }
            }
            Source::Simulated { ids, .. } => {
                ids.lock()
                    .unwrap_or_else(PoisonError::into_inner)
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

impl Source {
    /// What the clock says that somebody may turn.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the wall clock"
    )]
    fn reading(&self) -> i64 {
        match self {
            Self::Wall => Time::now().as_millisecond(),
            Self::Simulated { start, turned, .. } => start
                .saturating_add(self.count())
                .saturating_add(turned.load(Ordering::SeqCst)),
        }
    }

    /// What nobody turns, in milliseconds from some instant; it goes on while the machine sleeps.
    fn count(&self) -> i64 {
        match self {
            Self::Wall => {
                let up = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
                up.tv_sec
                    .saturating_mul(1000)
                    .saturating_add(up.tv_nsec / 1_000_000)
            }
            Self::Simulated { began, .. } => {
                i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX)
            }
        }
    }
}

fn time(millis: i64) -> Time {
    Time::from_millisecond(millis).unwrap_or(Time::MAX)
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

/// What a vendor's clock that is ahead of ours by this means to whoever reads that it refused us; nothing where they agree.
#[must_use]
pub fn apart(ahead: Duration) -> Option<String> {
    let by = Duration::from_secs(ahead.as_secs()).abs();
    let sort = match ahead.is_negative() {
        true => "behind",
        false => "ahead of",
    };
    let text = format!("its clock is {by:#} {sort} ours: set the clock of this machine");
    (!by.is_zero()).then_some(text)
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
        assert!(clock.latest() >= ahead);
        assert!(clock.behind(ahead) > Duration::from_hours(4));
        assert_eq!(clock.behind(Time::UNIX_EPOCH), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn turning_it_moves_the_present_neither_way_and_the_latest_never_back() {
        let clock = Clock::simulated(Time::UNIX_EPOCH, 1);
        let at = |seconds| Time::from_second(seconds).unwrap_or_default();
        clock.sleep(Duration::from_secs(10)).await;
        assert_eq!((clock.now(), clock.latest()), (at(10), at(10)));
        clock.turn(Duration::from_secs(100));
        assert_eq!((clock.now(), clock.latest()), (at(10), at(110)));
        clock.turn(-Duration::from_secs(500));
        assert_eq!((clock.now(), clock.latest()), (at(10), at(110)));
        assert_eq!(clock.behind(at(10)), Duration::from_secs(400));
        clock.sleep(Duration::from_secs(7)).await;
        assert_eq!((clock.now(), clock.latest()), (at(17), at(117)));
        clock.not_before(at(300));
        clock.sleep(Duration::from_secs(1)).await;
        assert_eq!((clock.now(), clock.latest()), (at(301), at(301)));
    }
}
