//! Deciding, by reading only, what one round would do.
//!
//! The same reads, clock reading and seed give the same plan, byte for byte. Never holds a handle that acts.

pub mod branch;
pub mod cap;
pub mod due;
pub mod guardrail;
pub mod needs;
pub mod scope;
pub mod tier;
pub mod view;

mod instead;
pub mod issue;
mod room;

mod by_hand;
mod candidate;
mod choice;
mod item;
mod quota;
mod slot;
mod stage;
mod stake;

mod manner;

mod look;
mod made;
mod notify;
pub mod restore;
mod step;

pub mod least;

pub use candidate::recurs;
pub use item::{in_short, tag};
pub use look::{Glance, glance, query, unseen};
pub use view::View;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::domain::case::Case;
use crate::domain::event::Order;
use crate::domain::item::{Ended, ItemKey, Need};
use crate::domain::plan::{Plan, VERSION};
use crate::domain::{Digest, Duration, Item, Locator, Manner, Query, Seen, State, Time, Work};
use crate::estate::Estate;
use crate::playbook::{Playbook, Step};
use crate::provider::{Catalogue, Observer};

/// How long a plan may be applied.
pub const PLAN_LASTS: Duration = Duration::from_hours(1);

/// What a round is planned from.
pub struct Ask<'a> {
    /// What the providers declare.
    pub catalogue: &'a Catalogue,
    /// The read handles.
    pub observer: &'a Observer,
    /// What is to be done.
    pub playbook: &'a Playbook,
    /// For what, with which options.
    pub order: &'a Order,
    /// What happened so far.
    pub case: &'a Case,
    /// The run and the round.
    pub at: (u32, u32),
    /// The credential chain that contain itself acts with.
    pub own: &'a [Locator],
    /// Who asks for what is planned, where people are configured.
    pub requested_by: &'a [String],
    /// The plans that the operator was asked about in this invocation: what they hold and do once is not asked again.
    pub asked: &'a BTreeSet<Digest>,
    /// Who owns what, where that is known.
    pub estate: Option<&'a Estate>,
    /// What is known of what it stands on, and of what the protected identities stand on.
    pub known: Arc<branch::Known>,
    /// How much of what was only discovered is cut before somebody is asked for more.
    pub caps: cap::Caps,
    /// Digests of what the plan is made from.
    pub made_from: BTreeMap<String, Digest>,
    /// What was seen of each subject at a glance.
    pub glance: &'a BTreeMap<Locator, Glance>,
    /// The clock reading.
    pub now: Time,
}

impl<'a> Ask<'a> {
    /// The run, as expressions see it while a round is planned.
    #[must_use]
    pub fn view(&self) -> View<'a> {
        View {
            case: self.case,
            catalogue: self.catalogue,
            playbook: self.playbook,
            order: self.order,
            run: self.at.0,
            now: self.now,
            unplanned: None,
        }
    }
}

/// Why a round could not be planned.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An expression has no value for this data.
    #[error("step `{step}` of playbook `{playbook}`: {text}")]
    Expression {
        /// The playbook.
        playbook: String,
        /// The step.
        step: String,
        /// What is wrong.
        text: String,
    },
    /// More items than the playbook allows outside of cuts.
    #[error("the plan has {items} items that cut nothing and the playbook's limit is {limit}")]
    TooMany {
        /// How many there are.
        items: usize,
        /// How many may be.
        limit: usize,
    },
    /// More items of one step than it allows, where it does not cut.
    #[error("step `{step}` comes to {items} items and its limit is {limit}")]
    TooManyFor {
        /// The step.
        step: String,
        /// How many there are.
        items: usize,
        /// How many may be.
        limit: u32,
    },
    /// A notifier that the workspace does not have.
    #[error("step `{step}` tells a notifier that cannot be used: {why}")]
    Notifier {
        /// The step.
        step: String,
        /// Why not.
        why: String,
    },
}

/// How long a first plan waits for a provider that does not answer, where others could be cut at meanwhile.
const FIRST_LOOKS: Duration = Duration::from_secs(2);

/// Looks at targets. The first plan waits for no provider that hangs or is too busy while others could be cut at; what it
/// has not seen is planned in a later round. Whoever was late once is waited for no more.
async fn look_at(ask: &Ask<'_>, targets: &[Locator], late: &mut BTreeSet<String>) -> Vec<Seen> {
    if !hurries(ask) {
        return ask.observer.observe(targets).await;
    }
    let within = ask.observer.observe_within(targets, FIRST_LOOKS, late);
    within.await
}

/// Whether it is a first plan, with others to cut at while one provider hangs.
fn hurries(ask: &Ask<'_>) -> bool {
    let mut providers = ask.order.subjects.iter().map(Locator::provider);
    let first = providers.next();
    ask.at.1 <= 1 && !providers.all(|provider| Some(provider) == first)
}

/// The items of a step that issues. What a first plan would have to wait for a provider for, a later round plans. Where
/// several are asked together nobody knows which of them was late: the same together are waited for no more.
async fn expanded(
    ask: &Ask<'_>,
    wanted: issue::Wanted<'_>,
    (late, together): (&mut BTreeSet<String>, &mut BTreeSet<BTreeSet<String>>),
) -> Result<Vec<Item>, String> {
    let asked = wanted.providers();
    let expanded = issue::expand(ask, wanted);
    if !hurries(ask) {
        return expanded.await;
    }
    let within = match !late.is_disjoint(&asked) || together.contains(&asked) {
        true => Duration::ZERO,
        false => FIRST_LOOKS,
    };
    let told = ask.observer.within(within, expanded).await;
    told.unwrap_or_else(|why| {
        match asked.len() {
            1 => late.extend(asked),
            _ => drop(together.insert(asked)),
        }
        Err(why.to_string())
    })
}

/// Plans one round; answers beside the plan what earlier rounds did and what is seen to be so still.
///
/// # Errors
/// Says which step cannot be planned.
pub async fn make(ask: &Ask<'_>) -> Result<(Plan, Vec<Item>), Error> {
    let (mut late, mut together) = (BTreeSet::new(), BTreeSet::new());
    let subjects = look_at(ask, &ask.order.subjects, &mut late).await;
    let candidate::Gathered {
        mut candidates,
        items: mut others,
        mut pending,
    } = candidate::gather(ask, &subjects)?;
    for told in candidates.iter().filter(|candidate| candidate.tells()) {
        notify::known(ask, &told.key.step, &told.target).await?;
    }
    // What contain itself issued is never in the set, unless the operator names it.
    let issued = ask.case.issued();
    candidates.retain(|found| {
        !issued.contains(&found.target) || ask.order.subjects.contains(&found.target)
    });
    let mut seen: BTreeMap<Locator, Seen> = subjects
        .into_iter()
        .map(|seen| (seen.target.clone(), seen))
        .collect();
    let unknown: Vec<Locator> = candidates
        .iter()
        .map(|c| &c.target)
        .filter(|target| !seen.contains_key(target))
        .cloned()
        .collect();
    let unknown: Vec<Locator> = BTreeSet::from_iter(unknown).into_iter().collect();
    for found in look_at(ask, &unknown, &mut late).await {
        seen.insert(found.target.clone(), found);
    }
    let goals = due::Goals::of(ask.case, ask.catalogue, ask.at.0);
    let relied_on = goals.relied_on(ask.case, ask.order, &seen);
    let held = ask.order.secrets.iter().map(|secret| &secret.target);
    let held: BTreeSet<&Locator> = held.collect();
    let begun: BTreeSet<&ItemKey> = ask
        .case
        .lives_of(ask.at.0)
        .map(|(item, _)| &item.key)
        .collect();
    guardrail::beside(ask, &seen, &mut candidates);
    let mut items = Vec::with_capacity(candidates.len());
    let mut merged = BTreeMap::new();
    // Where two steps come to the same cut, the earlier phase's is the one that is made.
    candidates.sort_by_key(|candidate| candidate.key.phase);
    let (mut reached, mut lapses) = (Vec::new(), BTreeSet::new());
    for mut candidate in candidates {
        if issue::is_wanted(ask, &candidate.what) {
            if candidate.is_hidden(&seen) {
                candidate.wait(&mut pending);
                continue;
            }
            let wanted = issue::Wanted {
                key: candidate.key.clone(),
                what: &candidate.what,
                target: &candidate.target,
                principal: candidate.principal.clone(),
                with: &candidate.with,
                seen: &seen,
                verify_within: candidate
                    .step
                    .verify
                    .as_ref()
                    .and_then(|verify| verify.within),
                cut_by: room::cut_by(&items, &candidate),
            };
            let told = expanded(ask, wanted, (&mut late, &mut together)).await;
            let mut expanded = told.unwrap_or_else(|why| {
                candidate::wait(&mut pending, candidate.step, &why);
                Vec::new()
            });
            for item in &mut expanded {
                item.only_if.clone_from(&candidate.only_if);
                if let Some(raised) = candidate.step.tier.filter(|raised| *raised > item.tier) {
                    item.tier = raised;
                    item.reasons.push(item::RAISED.to_owned());
                }
            }
            // What was said, asked or looked for in an earlier round is not planned again.
            let is_new = |item: &Item| item.call().is_some() || !begun.contains(&item.key);
            items.extend(expanded.into_iter().filter(is_new));
            let Some(rung) = issue::old_is_cut_by(&candidate) else {
                continue;
            };
            candidate.cut_old(rung);
        }
        let Some(choice) = candidate.choose(ask, &seen) else {
            if candidate.is_hidden(&seen) {
                candidate.wait(&mut pending);
            } else if candidate.has_nothing_to_end() {
                lapses.extend(candidate.lapses(ask));
            } else if !begun.contains(&candidate.key) {
                // What a person was asked to do in an earlier round is asked once.
                items.push(candidate.manual(ask));
            }
            continue;
        };
        if merged
            .insert(
                (
                    choice.spec.id.clone(),
                    choice.target.clone(),
                    serde_json::to_string(&choice.spec.arguments(&candidate.with))
                        .unwrap_or_default(),
                ),
                (),
            )
            .is_none()
        {
            let before = match seen.get(&choice.target) {
                Some(seen) => Some(seen.clone()),
                None => {
                    let target = std::slice::from_ref(&choice.target);
                    look_at(ask, target, &mut late).await.into_iter().next()
                }
            };
            let known = goals.get(&choice.spec.id, &choice.target);
            let known = known.is_some_and(|life| accounts(&life.state));
            let item = item::item(ask, (&goals, &relied_on, &held), candidate, choice, before);
            // A goal that an earlier round accounts for needs no second no-op; late proof is added to its own life.
            if item.call().is_some() || !known {
                items.push(item);
            } else {
                reached.push(item);
            }
        }
    }
    // What was seen stands in the items now.
    drop((seen, merged));
    let mut asked = BTreeSet::new();
    others.retain(|item| asked.insert(item.key.clone()));
    // Steps that ask the same share one question: their expressions find its answer.
    let mut is_new = news(&others).into_iter();
    others.retain(|_| is_new.next().unwrap_or(true));
    // An item is large, and growing by doubling would hold twice as many.
    items.reserve_exact(others.len());
    items.append(&mut others);
    stage::stage(ask, &mut items, &mut pending).await?;
    link(ask, &mut items);
    manner::arrange(ask, &mut items);
    let run = ask.case.runs.get(&ask.at.0);
    let mut warnings = least::warnings(&items, ask.catalogue);
    warnings.extend(quota::warnings(&items, ask.catalogue));
    warnings.extend(lapses);
    let outside = look::outside(ask, &items);
    let plan = Plan {
        v: VERSION,
        incident: ask.case.incident.clone(),
        run: ask.at.0,
        round: ask.at.1,
        after: run.and_then(|run| run.plans.values().next_back().map(|(digest, _)| *digest)),
        made_from: ask.made_from.clone(),
        acting_as: ask.order.acting_as.clone(),
        requested_by: ask.requested_by.to_vec(),
        subjects: ask.order.subjects.clone(),
        at: ask.now,
        expires: ask.now.saturating_add(PLAN_LASTS).unwrap_or(Time::MAX),
        items,
        pending,
        outside,
        not_seen: look::not_seen(ask)
            .into_iter()
            .chain(ask.known.not_seen())
            .collect(),
        warnings,
    };
    Ok((plan, reached))
}

/// Of each item whether it asks what none before it asks for the same subject.
fn news(items: &[Item]) -> Vec<bool> {
    let mut questions: BTreeMap<Option<&Locator>, Vec<&Query>> = BTreeMap::new();
    let is_new = items.iter().map(|item| {
        let Work::Read(query) = &item.work else {
            return true;
        };
        let asked = questions.entry(item.key.subject.as_ref()).or_default();
        let is_new = item.key.each.is_some() || !asked.contains(&query);
        asked.extend(is_new.then_some(query));
        is_new
    });
    is_new.collect()
}

/// Whether a life says how its goal came to be so. What was planned and never begun, or did not come about, does not: where
/// the goal is met all the same, a no-op says so.
fn accounts(state: &State) -> bool {
    match state {
        State::Intended { .. }
        | State::InDoubt { .. }
        | State::Acted { .. }
        | State::Confirmed { .. }
        | State::Skipped(_)
        | State::Undone
        | State::UndoFailed(_) => true,
        State::Planned
        | State::Blocked(_)
        | State::Failed(_)
        | State::Stale(_)
        | State::Denied(_) => false,
    }
}

fn link(ask: &Ask<'_>, items: &mut [Item]) {
    let steps: BTreeMap<&str, &Step> = ask
        .playbook
        .steps
        .iter()
        .map(|step| (step.id.as_str(), step))
        .collect();
    let after_failure = step::after_failure(&ask.playbook.steps);
    // All items of the step that is needed are meant, whatever round plans them.
    let of = |needed: &Step, item: &Item, ended| Need {
        key: ItemKey {
            phase: needed.phase,
            step: needed.id.clone(),
            each: None,
            subject: item.key.subject.clone().filter(|_| needed.per_subject),
        },
        ended,
    };
    let mut manners: BTreeMap<&str, Arc<Manner>> = BTreeMap::new();
    for item in items.iter_mut() {
        let Some(step) = steps.get(item.key.step.as_str()) else {
            continue;
        };
        item.parallel = manner::parallel(step, item);
        item.manner = Arc::clone(manners.entry(&step.id).or_insert_with(|| manner::of(step)));
        for need in &step.needs {
            let Some(needed) = steps.get(need.step.as_str()) else {
                continue;
            };
            let need = of(needed, item, need.ended);
            item.needs.push(need);
        }
        if let Some(failed) = after_failure.get(step.id.as_str()) {
            let need = of(failed, item, Ended::Failed);
            // That it comes after the failed step in the file does not make it wait for its success.
            item.needs.retain(|known| known.key != need.key);
            item.needs.push(need);
        }
        if let Some(key) = step::gate_of(step, &item.key) {
            let ended = Ended::Ok;
            item.needs.push(Need { key, ended });
        }
    }
}
