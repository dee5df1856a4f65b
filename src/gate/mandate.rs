//! Mandates: what a confirmation grants, and which live mandate covers an item.
//!
//! Never lengthens one: authority ends at its time, at its count, or when somebody ends it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use crate::domain::bug::{self, Bug};
use crate::domain::case::Case;
use crate::domain::event::Order;
use crate::domain::item::BEYOND_LIMIT;
use crate::domain::mandate::{Mandate, Scope};
use crate::domain::plan::Plan;
use crate::domain::{
    Clock, Digest, Duration, Effect, Item, ItemKey, ItemRef, Locator, Relation, Rung, Spec, Tier,
    Time,
};

use super::approval::asked;
use super::policy::Authority;

/// How long a reach mandate lasts at most.
pub const REACH_LASTS: Duration = Duration::from_hours(1);
/// How long an exact mandate lasts.
pub const EXACT_LASTS: Duration = Duration::from_mins(30);
/// How many further items a reach mandate covers.
pub const REACH_ITEMS: u32 = 200;

/// What the operator typed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Confirmation {
    /// Answered the prompt with yes.
    Prompt,
    /// Gave `--yes`.
    Yes,
    /// Typed the code of the plan.
    Code,
}

impl Confirmation {
    fn word(self) -> &'static str {
        match self {
            Self::Prompt => "prompt",
            Self::Yes => "--yes",
            Self::Code => "--confirm",
        }
    }

    /// The highest tier it reaches.
    #[must_use]
    pub fn tier(self) -> Tier {
        match self {
            Self::Prompt | Self::Yes => Tier::DISRUPTIVE,
            Self::Code => Tier::GRAVE,
        }
    }
}

/// Makes the mandates that confirming a plan gives: an exact one and, unless withheld, one for what is found next.
#[must_use]
pub fn grant(
    plan: &Plan,
    digest: Digest,
    how: Confirmation,
    (by, order): (&str, &Order),
    clock: &Clock,
) -> Vec<Mandate> {
    let mandate = |scope, tier, lasts: Duration| Mandate {
        by: by.to_owned(),
        how: how.word().to_owned(),
        scope,
        tier,
        until: clock.now().saturating_add(lasts).unwrap_or(Time::MAX),
        nonce: crate::domain::digest::hex(&clock.fresh::<16>()),
        signed: None,
    };
    let acting: BTreeSet<_> = asked(plan).map(|item| item.key.clone()).collect();
    let exact = mandate(
        Scope::Exact {
            plan: digest,
            items: acting,
        },
        how.tier(),
        EXACT_LASTS,
    );
    let cuts = plan.items.iter().any(|item| item.rung.is_some()) || !plan.pending.is_empty();
    if order.exact || !cuts {
        return vec![exact];
    }
    let relations = [Relation::Held, Relation::Minted, Relation::Entered];
    let reach = Scope::Reach {
        run: plan.run,
        relations: relations
            .into_iter()
            .chain(order.include.iter().copied())
            .collect(),
        subjects: plan.subjects.iter().cloned().collect(),
        rungs: BTreeSet::from([Rung::Narrow, Rung::EndSessions, Rung::Suspend]),
        at_most: REACH_ITEMS.max(
            u32::try_from(plan.subjects.len())
                .unwrap_or(u32::MAX)
                .saturating_mul(4),
        ),
    };
    vec![exact, mandate(reach, Tier::DISRUPTIVE, REACH_LASTS)]
}

/// What was cleared in this process and whose intent is not durable yet: it counts as spent. Items are cleared side by side,
/// and none of them sees the others in the record.
#[derive(Debug, Default)]
pub struct Pledges(Mutex<BTreeMap<String, BTreeSet<ItemRef>>>);

impl Pledges {
    /// How many others are about to spend a mandate.
    fn others(&self, mandate: &Mandate, named: &ItemRef, case: &Case) -> u32 {
        let mut pledges = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(items) = pledges.get_mut(&mandate.nonce) else {
            return 0;
        };
        let count = |items: &BTreeSet<ItemRef>| {
            let own = usize::from(items.contains(named));
            u32::try_from(items.len() - own).unwrap_or(u32::MAX)
        };
        // Going through all of them for each takes too long where they are many: what is left with the whole of them is
        // left with fewer.
        if !case.has_left(mandate, count(items)) {
            items.retain(|item| !spent_before(case, item, mandate));
        }
        count(items)
    }

    /// Notes that an item is about to spend a mandate.
    pub(super) fn pledge(&self, mandate: &Mandate, named: &ItemRef) {
        let mut pledges = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let items = pledges.entry(mandate.nonce.clone()).or_default();
        items.insert(named.clone());
    }
}

/// The live mandates that cover an item.
#[derive(Clone, PartialEq, Debug)]
pub struct Covering<'a> {
    /// What the operator confirmed.
    pub own: &'a Mandate,
    /// Whether that was given for this very plan.
    pub exact: bool,
    /// What other people signed for this very plan, one for each of them.
    pub signed: Vec<&'a Mandate>,
    /// What was authorised ahead for whoever operates.
    pub standing: Option<&'a Mandate>,
}

impl Covering<'_> {
    /// What they come to together.
    #[must_use]
    pub fn authority(&self) -> Authority {
        let signed = self.signed.iter().map(|mandate| mandate.tier);
        Authority {
            tier: signed.chain([self.own.tier]).max(),
            exact: self.exact || !self.signed.is_empty(),
            standing: self.standing.is_some(),
            ..Authority::NONE
        }
    }

    /// All of them; what was authorised ahead is spent only where `standing`.
    pub fn all(&self, standing: bool) -> impl Iterator<Item = &Mandate> {
        let signed = self.signed.iter().copied().chain([self.own]);
        signed.chain(self.standing.filter(|_| standing))
    }
}

/// Whether a mandate is for this very plan, and for this item of it.
fn is_exact(mandate: &Mandate, plan: Digest, key: &ItemKey) -> bool {
    match &mandate.scope {
        Scope::Exact {
            plan: signed,
            items,
        } => {
            let is_of_plan = *signed == plan || bug::is_planted(Bug::CoversAnyPlan);
            is_of_plan && items.contains(key)
        }
        Scope::Reach { .. } | Scope::Standing { .. } => false,
    }
}

/// The live mandates that people signed for an item of this very plan, one for each of them.
#[must_use]
pub fn agreed<'a>(
    (named, plan): (&ItemRef, Digest),
    (case, pledges): (&'a Case, &Pledges),
    now: Time,
) -> Vec<&'a Mandate> {
    let mut by_person: BTreeMap<&str, &Mandate> = BTreeMap::new();
    let signed = case
        .mandates
        .iter()
        .filter(|mandate| mandate.signed.is_some() && is_exact(mandate, plan, &named.key));
    for mandate in signed.filter(|mandate| is_usable(mandate, named, (case, pledges), now)) {
        by_person.entry(&mandate.by).or_insert(mandate);
    }
    by_person.into_values().collect()
}

fn is_usable(
    mandate: &Mandate,
    named: &ItemRef,
    (case, pledges): (&Case, &Pledges),
    now: Time,
) -> bool {
    let began = spent_before(case, named, mandate);
    case.is_live_beside(mandate, pledges.others(mandate, named, case), now)
        || (began && case.is_in_force(mandate, now))
}

/// Finds the live mandates that cover an item: the operator's own, exact ones first, and beside it what others signed. A
/// signature alone covers nothing: nobody but an operator acts.
#[must_use]
pub fn covering<'a>(
    item: &Item,
    named: &ItemRef,
    spec: &Spec,
    (plan, operator): (Digest, &str),
    (case, pledges): (&'a Case, &Pledges),
    now: Time,
) -> Option<Covering<'a>> {
    let live = |mandate: &&Mandate| {
        mandate.signed.is_none() && is_usable(mandate, named, (case, pledges), now)
    };
    let signed = agreed((named, plan), (case, pledges), now);
    let raised = signed.iter().any(|mandate| mandate.tier >= item.tier);
    let exact = |mandate: &&Mandate| {
        is_exact(mandate, plan, &item.key) && (raised || mandate.tier >= item.tier)
    };
    let reach = |mandate: &&Mandate| match &mandate.scope {
        Scope::Exact { .. } | Scope::Standing { .. } => false,
        Scope::Reach {
            run,
            relations,
            subjects,
            rungs,
            ..
        } => {
            let target = item.target();
            let related = match item.relation {
                Some(relation) => relations.contains(&relation),
                // What was not discovered is a subject or the principal of one; any other target was never confirmed.
                None => {
                    let is_principal = |subject: &Locator| case.principal_of(subject) == target;
                    target.is_some_and(|target| subjects.contains(target))
                        || item.key.subject.as_ref().is_some_and(is_principal)
                }
            };
            named.run == *run
                && related
                && !item.marks.iter().any(|mark| mark == BEYOND_LIMIT)
                && matches!(spec.effect, Effect::Cut(_))
                && spec.is_reversible()
                && item.tier <= mandate.tier
                && item.rung.is_some_and(|rung| rungs.contains(&rung))
                && item
                    .key
                    .subject
                    .as_ref()
                    .is_none_or(|subject| subjects.contains(subject))
        }
    };
    // Whoever operates stands on their own word first.
    let is_own = |mandate: &&Mandate| mandate.by == operator;
    let mandates = || {
        let (own, others): (Vec<&Mandate>, Vec<&Mandate>) =
            case.mandates.iter().filter(live).partition(is_own);
        own.into_iter().chain(others)
    };
    let found = mandates().find(exact).map(|mandate| (mandate, true));
    let found = found.or_else(|| mandates().find(reach).map(|mandate| (mandate, false)));
    found.map(|(own, exact)| Covering {
        own,
        exact,
        signed,
        standing: None,
    })
}

/// Finds what was authorised ahead for whoever operates and covers an item: a reversible cut of its kinds and rungs.
#[must_use]
pub fn standing<'a>(
    item: &Item,
    named: &ItemRef,
    (spec, operator): (&Spec, &str),
    (case, pledges): (&'a Case, &Pledges),
    now: Time,
) -> Option<&'a Mandate> {
    let covers = |mandate: &&Mandate| match &mandate.scope {
        Scope::Exact { .. } | Scope::Reach { .. } => false,
        Scope::Standing {
            of, kinds, rungs, ..
        } => {
            of.contains(operator)
                && matches!(spec.effect, Effect::Cut(_))
                && spec.is_reversible()
                && item.tier <= mandate.tier.min(Tier::DISRUPTIVE)
                && item.rung.is_some_and(|rung| rungs.contains(&rung))
                && item
                    .target()
                    .is_some_and(|target| kinds.contains(target.kind()))
        }
    };
    let mut live = case.mandates.iter().filter(covers);
    live.find(|mandate| is_usable(mandate, named, (case, pledges), now))
}

// A further attempt at an item that was begun under a mandate needs no second count of it.
fn spent_before(case: &Case, named: &ItemRef, mandate: &Mandate) -> bool {
    let life = case.lives.get(named);
    life.is_some_and(|life| life.spent.contains(&mandate.nonce))
}

/// Says in a phrase what a confirmation grants beyond the plan itself.
#[must_use]
pub fn spell_reach(mandate: &Mandate) -> Option<String> {
    match &mandate.scope {
        Scope::Exact { .. } | Scope::Standing { .. } => None,
        Scope::Reach { rungs, at_most, .. } => {
            let rungs: Vec<_> = rungs.iter().map(|rung| rung.verb()).collect();
            Some(format!(
                "up to {at_most} further reversible cuts ({}) on what it holds or made, until {}",
                rungs.join(", "),
                mandate.until
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::{Call, Phase, Tag, Work};
    use crate::provider::aws;

    type Changed = fn(&mut Item, &mut ItemRef);

    fn at(name: &str) -> Locator {
        let name = format!("aws:{name}@123456789012");
        name.parse().unwrap_or_else(|_| unreachable!("{name}"))
    }

    fn order() -> Order {
        let order = json!({
            "verb": "isolate", "playbook": "isolate", "digest": Digest::ZERO, "subjects": [at("user/bot")], "inputs": {},
            "include": [], "cuts": true, "exact": false, "wait": false, "since": Time::UNIX_EPOCH, "secrets": [],
            "acting_as": [], "endpoints": {}, "tool": "t", "policy": Digest::ZERO,
        });
        serde_json::from_value(order).unwrap_or_else(|why| unreachable!("{why}"))
    }

    /// A minted key of a user that was named, to be switched off.
    fn item() -> Item {
        let key = ItemKey {
            phase: Phase::Inventory,
            step: "stop-reached".into(),
            each: None,
            subject: Some(at("user/bot")),
        };
        let call = Call {
            action: "aws.deactivate-access-key"
                .parse()
                .unwrap_or_else(|_| unreachable!("an action")),
            target: at("access-key/AKIAMINTED"),
            with: BTreeMap::new(),
            secret: None,
            tag: Tag("t".into()),
        };
        Item {
            relation: Some(Relation::Minted),
            rung: Some(Rung::Suspend),
            tier: Tier::DISRUPTIVE,
            ..Item::new(key, Work::Act(call))
        }
    }

    fn plan(items: Vec<Item>, pending: &[&str]) -> Plan {
        let pending = pending.iter();
        let pending = pending.map(|step| json!({"phase": "inventory", "step": step, "why": "w"}));
        let plan = json!({
            "v": 1, "incident": "i", "run": 1, "round": 1, "made_from": {}, "acting_as": [], "subjects": [at("user/bot")],
            "at": Time::UNIX_EPOCH, "expires": Time::MAX, "items": [], "pending": pending.collect::<Vec<_>>(),
        });
        let plan: Plan = serde_json::from_value(plan).unwrap_or_else(|why| unreachable!("{why}"));
        Plan { items, ..plan }
    }

    #[test]
    fn what_is_found_later_is_covered_only_where_something_is_cut_or_may_be() {
        let uncut = Item {
            rung: None,
            ..item()
        };
        for (items, pending, wanted) in [
            (vec![item()], &[][..], 2),
            (vec![uncut.clone()], &["stop-reached"], 2),
            (vec![uncut], &[], 1),
        ] {
            let plan = plan(items, pending);
            let clock = Clock::simulated(Time::UNIX_EPOCH, 1);
            let given = grant(
                &plan,
                Digest::ZERO,
                Confirmation::Yes,
                ("unattended", &order()),
                &clock,
            );
            assert_eq!(given.len(), wanted, "{pending:?}");
        }
    }

    #[test]
    fn a_reach_mandate_covers_nothing_that_differs_in_any_one_thing() {
        let clock = Clock::simulated(Time::UNIX_EPOCH, 1);
        let given = grant(
            &plan(vec![item()], &[]),
            Digest::ZERO,
            Confirmation::Yes,
            ("unattended", &order()),
            &clock,
        );
        let case = Case {
            mandates: given,
            ..Case::default()
        };
        let specs = aws::actions();
        let spec = |id: &str| {
            let spec = specs.iter().find(|spec| spec.id.to_string() == id);
            spec.unwrap_or_else(|| unreachable!("{id}"))
        };
        let covers = |spec: &Spec, item: &Item, named: &ItemRef| {
            // Another plan than the one that was confirmed: the exact mandate covers none of it.
            let other = Digest::of(b"other");
            let at = (&case, &Pledges::default());
            covering(item, named, spec, (other, "solo"), at, Time::UNIX_EPOCH).is_some()
        };
        let named = ItemRef {
            run: 1,
            round: 2,
            key: item().key,
        };
        let cuts = spec("aws.deactivate-access-key");
        assert!(covers(cuts, &item(), &named));
        let changes: [Changed; 6] = [
            |_, named| named.run = 2,
            |item, _| item.relation = Some(Relation::CouldEnter),
            |item, _| item.marks.push(BEYOND_LIMIT.to_owned()),
            |item, _| item.tier = Tier::GRAVE,
            |item, _| item.rung = Some(Rung::Delete),
            |item, _| item.key.subject = Some(at("user/other")),
        ];
        for (nth, change) in changes.into_iter().enumerate() {
            let (mut item, mut named) = (item(), named.clone());
            change(&mut item, &mut named);
            assert!(!covers(cuts, &item, &named), "change {nth}");
        }
        for id in ["aws.activate-access-key", "aws.delete-access-key"] {
            assert!(!covers(spec(id), &item(), &named), "{id}");
        }
    }
}
