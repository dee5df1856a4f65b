//! What people did by hand: listed when giving back, and never given back.
//!
//! Their word alone counts for nothing but this: whether it is so, is seen.

use super::Ask;
use super::restore::STEP;
use crate::domain::{Item, ItemKey, Locator, Phase, Time, Undo, Work};

/// Why it is kept.
pub(super) fn not_ours(at: Time) -> String {
    format!("not ours to undo: done by hand at {at}")
}

/// An item that does nothing for each cut that was made by hand and that no item is about yet.
pub(super) async fn items(ask: &Ask<'_>, known: &[Item], named: &[Locator]) -> Vec<Item> {
    let mut items = Vec::new();
    for ((action, target), at) in &ask.case.by_hand {
        let cut = ask
            .catalogue
            .action(action)
            .filter(|spec| spec.cut().is_some());
        let (Some(spec), true) = (cut, named.is_empty() || named.contains(target)) else {
            continue;
        };
        let each = Some(format!("{action} {target}"));
        if known.iter().any(|item| item.key.each == each) {
            continue;
        }
        let seen = ask.observer.observe(std::slice::from_ref(target)).await;
        let key = ItemKey {
            phase: Phase::Reissue,
            step: STEP.to_owned(),
            each,
            subject: None,
        };
        let work = Work::Nothing {
            action: match &spec.undo {
                Undo::By(inverse) => inverse.clone(),
                Undo::None(_) => action.clone(),
            },
            target: target.clone(),
            why: not_ours(*at),
        };
        items.push(Item {
            before: seen.into_iter().next(),
            undo: Some(spec.undo.clone()),
            ..Item::new(key, work)
        });
    }
    items
}
