//! Chance: everything that a seed decides, in the order in which it is asked.

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

use crate::domain::Duration;

/// A stream of lots; equal seeds and streams give equal lots.
#[derive(Debug)]
pub struct Chance(ChaCha12Rng);

impl Chance {
    /// A stream of its own for every purpose, so that one more lot for one changes nothing for another.
    #[must_use]
    pub fn new(seed: u64, stream: u64) -> Self {
        let mut rng = ChaCha12Rng::seed_from_u64(seed);
        rng.set_stream(stream);
        Self(rng)
    }

    /// A number below `below`, which is above 0.
    pub fn below(&mut self, below: u64) -> u64 {
        self.0.next_u64() % below
    }

    /// True in so many of a hundred cases.
    pub fn is(&mut self, per_cent: u64) -> bool {
        self.below(100) < per_cent
    }

    /// A number of milliseconds from `from` up to, and without, `to`.
    pub fn millis(&mut self, from: u64, to: u64) -> u64 {
        from + self.below(to - from)
    }

    /// The same, as a length of time.
    pub fn length(&mut self, from: u64, to: u64) -> Duration {
        Duration::from_millis(i64::try_from(self.millis(from, to)).unwrap())
    }

    /// One of these.
    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        let place = self.below(u64::try_from(of.len()).unwrap());
        &of[usize::try_from(place).unwrap()]
    }
}
