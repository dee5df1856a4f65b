//! How the items of a step are carried out, from the fields that the step has for it.
//!
//! Decides only what the step says and what its effect calls for; carrying it out is `execute`'s.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Ask, cap, issue, tag};
use crate::domain::item::{BEYOND_CAP, Ended, Need};
use crate::domain::{
    AfterFailure, Arg, Call, Effect, Fields, Item, ItemKey, Manner, Tier, Undo, Work,
};
use crate::playbook::{Step, Wave};

/// How many items of a step may be under way at once; what is grave or makes something goes one by one.
pub(super) fn parallel(step: &Step, item: &Item) -> Option<u32> {
    let for_each = step.for_each.as_ref()?;
    let careful = item.tier >= Tier::GRAVE || matches!(item.work, Work::Issue { .. });
    for_each.parallel.or(careful.then_some(1))
}

/// What a step says about how each of its items is carried out.
pub(super) fn of(step: &Step) -> Arc<Manner> {
    Arc::new(Manner {
        wave: 0,
        max_failures: step.max_failures,
        retry: step.retry.clone(),
        timeout: step.timeout,
        after_failure: step.on_failure.as_ref().map(|after| after.then),
        undoes: None,
    })
}

/// Puts the items of each step into waves, and adds what gives back what a failed step did.
pub(super) fn arrange(ask: &Ask<'_>, items: &mut Vec<Item>) {
    let steps: BTreeMap<&str, &Step> = ask
        .playbook
        .steps
        .iter()
        .map(|step| (step.id.as_str(), step))
        .collect();
    let mut of_step: BTreeMap<&str, Vec<&mut Item>> = BTreeMap::new();
    for item in items.iter_mut().filter(|item| item.call().is_some()) {
        if let Some((id, _)) = steps.get_key_value(item.key.step.as_str()) {
            of_step.entry(id).or_default().push(item);
        }
    }
    let mut undos = Vec::new();
    // Beyond the cap the waves go over all of it, whatever its steps say.
    for items in of_step.values_mut() {
        items.retain(|item| !is_beyond_cap(item));
    }
    for (id, items) in of_step {
        let Some(step) = steps.get(id) else { continue };
        let ends = ends(&step.waves, items.len());
        if step.on_failure.as_ref().map(|after| after.then) == Some(AfterFailure::UndoSelf) {
            let needs: Vec<Need> = items.iter().map(|item| ended(&item.key)).collect();
            undos.extend(items.iter().filter_map(|item| undo(ask, item, &needs)));
        }
        for (nth, item) in items.into_iter().enumerate() {
            let before = ends.iter().filter(|end| **end <= nth).count();
            if before > 0 {
                Arc::make_mut(&mut item.manner).wave = u32::try_from(before).unwrap_or(u32::MAX);
            }
        }
    }
    let depths = depths(items);
    let mut beyond: Vec<&mut Item> = items
        .iter_mut()
        .filter(|item| is_beyond_cap(item))
        .collect();
    // What others need comes in no later wave than those: a wave waits for the ones before it.
    beyond.sort_by_key(|item| depths.get(item.key.step.as_str()).copied());
    let ends = ends(&cap::WAVES, beyond.len());
    for (nth, item) in beyond.iter_mut().enumerate() {
        let before = ends.iter().filter(|end| **end <= nth).count();
        Arc::make_mut(&mut item.manner).wave = u32::try_from(before).unwrap_or(u32::MAX);
    }
    items.extend(undos);
}

/// How many steps each step waits for, one behind the other.
fn depths(items: &[Item]) -> BTreeMap<String, usize> {
    let mut needs: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for item in items {
        let of_step = needs.entry(&item.key.step).or_default();
        let named = item.needs.iter().map(|need| need.key.step.as_str());
        of_step.extend(named.filter(|step| *step != item.key.step));
    }
    let mut depths: BTreeMap<&str, usize> = needs.keys().map(|step| (*step, 0)).collect();
    for _ in 0..needs.len() {
        for (step, needed) in &needs {
            let behind = needed.iter().filter_map(|step| depths.get(step));
            let depth = behind.max().map_or(0, |depth| depth.saturating_add(1));
            depths.insert(step, depth);
        }
    }
    let owned = depths.into_iter();
    owned
        .map(|(step, depth)| (step.to_owned(), depth))
        .collect()
}

fn is_beyond_cap(item: &Item) -> bool {
    item.marks.iter().any(|mark| mark == BEYOND_CAP)
}

fn ended(key: &ItemKey) -> Need {
    Need {
        key: key.clone(),
        ended: Ended::Done,
    }
}

/// Where each wave ends, counted from the first item; the last wave takes the rest.
fn ends(waves: &[Wave], all: usize) -> Vec<usize> {
    let mut end = 0_usize;
    let end_of = |wave: &Wave| {
        let size = match wave {
            Wave::Count(count) => usize::try_from(*count).unwrap_or(usize::MAX),
            Wave::PerCent(share) => all.saturating_mul(usize::from(*share)).div_ceil(100),
        };
        end = end.saturating_add(size.max(1));
        end
    };
    waves.iter().map(end_of).collect()
}

/// What gives back what an item did, where its step fails. Invariant I6: a cut is never given back by a failure.
fn undo(ask: &Ask<'_>, item: &Item, needs: &[Need]) -> Option<Item> {
    let Work::Act(call) = &item.work else {
        return None;
    };
    let spec = ask.catalogue.action(&call.action)?;
    let Undo::By(by) = &spec.undo else {
        return None;
    };
    let inverse = ask.catalogue.action(by)?;
    if matches!(spec.effect, Effect::Cut(_)) {
        return None;
    }
    let key = issue::part(&item.key, "undo");
    let mut with = inverse.arguments(&Fields::new());
    for arg in with.values_mut() {
        if let Arg::Before(field) = arg {
            *arg = Arg::Of(Box::new(item.key.clone()), field.clone());
        }
    }
    let call = Call {
        action: inverse.id.clone(),
        target: call.target.clone(),
        with,
        secret: None,
        tag: tag(&ask.case.incident, &key),
    };
    Some(Item {
        before: None,
        tier: item.tier.max(inverse.floor),
        reasons: vec![format!(
            "it gives back what {} did, and only where its step fails",
            item.key
        )],
        undo: Some(inverse.undo.clone()),
        needs: needs.to_vec(),
        manner: Arc::new(Manner {
            undoes: Some(Box::new(item.key.clone())),
            ..Manner::default()
        }),
        ..Item::new(key, Work::Act(call))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_step_needs_lies_less_deep_than_it() {
        let item = |step: &str, needed: &[&str]| {
            let key = |step: &str| ItemKey {
                phase: crate::domain::Phase::Inventory,
                step: step.to_owned(),
                each: None,
                subject: None,
            };
            let asked = crate::domain::item::Asked::default();
            let needs = needed.iter().map(|step| ended(&key(step)));
            Item {
                needs: needs.collect(),
                ..Item::new(key(step), Work::Check(asked))
            }
        };
        let items = [item("a", &["b"]), item("b", &["c", "gone"]), item("c", &[])];
        let told: Vec<usize> = depths(&items).into_values().collect();
        assert_eq!(told, [2, 1, 0]);
    }

    #[test]
    fn waves_are_counted_or_shares_of_all_and_never_empty() {
        let waves = [Wave::Count(1), Wave::PerCent(10), Wave::PerCent(1)];
        assert_eq!(ends(&waves, 25), [1, 4, 5]);
        assert_eq!(ends(&[], 25), [0_usize; 0]);
        assert_eq!(ends(&[Wave::Count(0)], 3), [1]);
    }
}
