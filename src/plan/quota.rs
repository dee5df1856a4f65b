//! How long a vendor's published limits make a plan.
//!
//! Only reckons: nothing here waits or holds back.

use std::collections::BTreeMap;

use crate::domain::clock::spell;
use crate::domain::{ActionId, Item, Work};
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
    let late = targets.into_iter().filter_map(|(action, targets)| {
        let spec = catalogue.action(action)?;
        let quota = spec.quota?;
        let calls = targets.div_ceil(spec.batch.max(1));
        let windows = calls.saturating_sub(1).checked_div(quota.calls)?;
        let last = quota.per.checked_mul(i32::try_from(windows).ok()?)?;
        (windows > 0).then(|| {
            format!(
                "{action} on {targets} targets takes {calls} calls, and its provider takes {} in {}: the last leaves {} \
                 after the first, the most powerful first",
                quota.calls,
                spell(quota.per),
                spell(last)
            )
        })
    });
    late.collect()
}
