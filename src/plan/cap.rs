//! The organisation's cap on what was only discovered: how much of it is cut before somebody is asked for more.
//!
//! Never about what was named. Beyond the cap nothing fails: it is asked for, and carried out in waves.

use super::Ask;
use crate::domain::{Item, Locator};
use crate::playbook::Wave;

/// The waves beyond the cap: one, then one in twenty, then the rest.
pub(super) const WAVES: [Wave; 2] = [Wave::Count(1), Wave::PerCent(5)];
/// However small an organisation is, so many are no mass.
const LEAST: u64 = 20;

/// How much of what was only discovered may be cut before somebody is asked for more: the smaller of both.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Caps {
    /// So many cuts.
    pub discovered: u32,
    /// Such a share of all users, roles and the like that there are, where the provider can tell; at least twenty.
    pub per_cent: u8,
}

impl Default for Caps {
    fn default() -> Self {
        Self {
            discovered: 100,
            per_cent: 10,
        }
    }
}

impl Caps {
    /// The cap, among so many principals.
    #[must_use]
    pub fn most(self, population: Option<u64>) -> u32 {
        let share = population.map_or(u64::MAX, |all| {
            let share = all.saturating_mul(u64::from(self.per_cent)) / 100;
            share.max(LEAST)
        });
        u32::try_from(share).map_or(self.discovered, |share| share.min(self.discovered))
    }
}

/// The cap for what these items come to; how many principals there are is asked only where that may matter.
pub(super) async fn most(ask: &Ask<'_>, discovered: &[&Item], began: usize) -> u32 {
    let count = discovered.len().saturating_add(began);
    if u64::try_from(count).is_ok_and(|count| count <= LEAST) {
        return ask.caps.most(None);
    }
    let mut providers: Vec<&str> = discovered
        .iter()
        .filter_map(|item| item.target())
        .map(Locator::provider)
        .collect();
    providers.sort_unstable();
    providers.dedup();
    let mut population: Option<u64> = None;
    for provider in providers {
        if let Some(there) = ask.observer.population(provider).await {
            population = Some(population.unwrap_or_default().saturating_add(there));
        }
    }
    ask.caps.most(population)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cap_is_the_smaller_of_a_number_and_a_share_and_never_below_a_handful() {
        let caps = Caps::default();
        for (population, most) in [
            (None, 100),
            (Some(0), 20),
            (Some(150), 20),
            (Some(500), 50),
            (Some(100_000), 100),
        ] {
            assert_eq!(caps.most(population), most, "{population:?}");
        }
        let low = Caps {
            discovered: 5,
            per_cent: 1,
        };
        assert_eq!(low.most(Some(10)), 5);
    }
}
