//! How long a vendor's published limits make a plan.
//!
//! Only reckons: nothing here waits or holds back.

use std::collections::BTreeMap;

use crate::domain::clock::spell;
use crate::domain::{ActionId, Item, Spec, Work};
use crate::provider::Catalogue;

/// What takes longer than it would without the limit on its action.
pub(super) fn warnings(items: &[Item], catalogue: &Catalogue) -> Vec<String> {
    let mut targets: BTreeMap<&ActionId, u32> = BTreeMap::new();
    for item in items {
        if let Work::Act(call) = &item.work {
            let count = targets.entry(&call.action).or_default();
            *count = count.saturating_add(1);
        }
    }
    let late = targets
        .into_iter()
        .filter_map(|(action, targets)| late(catalogue.action(action)?, targets));
    late.collect()
}

/// What is said of so many targets of one action, where its limit has the last of them wait.
fn late(spec: &Spec, targets: u32) -> Option<String> {
    let quota = spec.quota?;
    let calls = targets.div_ceil(spec.batch.max(1));
    let windows = calls.saturating_sub(1).checked_div(quota.calls)?;
    let last = quota.per.checked_mul(i32::try_from(windows).ok()?)?;
    (windows > 0).then(|| {
        format!(
            "{} on {targets} targets takes {calls} calls, and its provider takes {} in {}: the last leaves {} after the \
             first, the most powerful first",
            spec.id,
            quota.calls,
            spell(quota.per),
            spell(last)
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::github;

    #[test]
    fn a_plan_says_how_long_the_limit_on_its_calls_makes_it_and_nothing_where_it_makes_it_no_longer()
     {
        let specs = github::actions();
        let mut revoke = specs.iter().filter(|spec| spec.quota.is_some());
        let revoke = revoke
            .next()
            .unwrap_or_else(|| unreachable!("GitHub has a limit"));
        for (targets, wanted) in [
            (1_000, None),
            (60_000, None),
            (
                61_000,
                Some("takes 61 calls, and its provider takes 60 in 1h: the last leaves 1h after"),
            ),
            (
                180_001,
                Some("takes 181 calls, and its provider takes 60 in 1h: the last leaves 3h after"),
            ),
        ] {
            let said = late(revoke, targets);
            assert_eq!(said.is_some(), wanted.is_some(), "{targets}: {said:?}");
            let said = said.unwrap_or_default();
            assert!(
                said.contains(wanted.unwrap_or_default()),
                "{targets}: {said}"
            );
        }
    }
}
