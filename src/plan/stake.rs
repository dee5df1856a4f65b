//! What the estate says of a target, and how that raises the tier of what changes it.
//!
//! Only raises: whatever an estate says, no item is of a lower tier than without one.

use super::Ask;
use crate::domain::action::Rung;
use crate::domain::stake::{Raise, Stake, To};
use crate::domain::{Effect, Locator, Relation, Spec, Tier};
use crate::estate::About;

/// The mark of what a healthy identity uses too.
pub(super) const SHARED: &str = "shared";
/// Why what was named is no graver than it is.
const OF_SET: &str = "it is cut reversibly, and named or what the subject holds, made or entered: of tier 2 at most for that";

/// A tier with its reasons and marks, and what the estate adds to them.
pub(super) type Weighed = (Tier, Vec<String>, Vec<String>);

/// What is asked about: a target, and how it hangs on which subject.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) target: &'a Locator,
    pub(super) principal: Option<&'a Locator>,
    pub(super) subject: Option<&'a Locator>,
    pub(super) subject_principal: Option<&'a Locator>,
    pub(super) relation: Option<Relation>,
}

impl<'a> Asked<'a> {
    /// A target that is named itself, or belongs to what is named.
    pub(super) fn named(target: &'a Locator, principal: Option<&'a Locator>) -> Self {
        Self {
            target,
            principal,
            subject: Some(target),
            subject_principal: principal,
            relation: None,
        }
    }
}

/// What the estate says of a target; nothing where none is loaded.
pub(super) fn of(ask: &Ask<'_>, asked: Asked<'_>) -> Option<Box<Stake>> {
    let about = About {
        target: asked.target,
        principal: asked.principal,
        subject: asked.subject,
        subject_principal: asked.subject_principal,
        named: &ask.order.identities,
        is_minted: asked.relation == Some(Relation::Minted),
    };
    ask.estate.map(|estate| Box::new(estate.stake(&about)))
}

/// The same, and what it raises.
pub(super) fn weigh(
    ask: &Ask<'_>,
    spec: &Spec,
    asked: Asked<'_>,
    (mut tier, mut reasons, mut marks): Weighed,
) -> (Weighed, Option<Box<Stake>>) {
    let changes = match &spec.effect {
        Effect::Cut(_) | Effect::Open | Effect::Issue(_) | Effect::Deliver => true,
        Effect::Read(_) | Effect::Tell => false,
    };
    let stake = of(ask, asked).filter(|_| changes);
    if let Some(stake) = &stake {
        let is_known = marks.iter().any(|mark| mark == SHARED);
        let is_of_set = asked.relation.is_none_or(Relation::is_of_set);
        let (raised, why) = raise(spec, tier, stake, (is_of_set, is_known));
        tier = raised;
        reasons.extend(why);
        if !stake.shared_with.is_empty() && !is_known {
            marks.push(SHARED.to_owned());
        }
    }
    ((tier, reasons, marks), stake)
}

/// How a stake raises a tier, with the reasons. What was named, and what naming it means, is cut reversibly at tier 2 at most,
/// unless it is critical; what is protected is so by its marks.
pub(super) fn raise(
    spec: &Spec,
    tier: Tier,
    stake: &Stake,
    (is_of_set, is_shared): (bool, bool),
) -> (Tier, Vec<String>) {
    let (mut raised, mut reasons) = (tier, Vec::new());
    // Giving back hurts nobody who depends on it, and nobody has to be known who does.
    let hurts = !matches!(spec.effect, Effect::Open);
    for Raise {
        to,
        why,
        of_sharing,
    } in stake.raises()
    {
        match to {
            To::AtLeast(least) => raised = raised.max(least),
            To::OneMore if of_sharing && is_shared => {}
            To::OneMore if hurts => raised = raised.raised(),
            To::OneMore => continue,
        }
        reasons.push(why);
    }
    let is_gentle = |rung: Rung| rung < Rung::Revoke;
    let is_reversible = spec.is_reversible() && spec.cut().is_some_and(|cut| is_gentle(cut.rung));
    let most = tier.max(Tier::DISRUPTIVE);
    if is_of_set && is_reversible && !stake.is_critical() && raised > most {
        raised = most;
        reasons.push(OF_SET.to_owned());
    }
    (raised, reasons)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::stake::{Criticality, Dependant, Environment, Owner, Responsible};
    use crate::plan::tier;
    use crate::provider::aws;

    /// Every stake that differs in what weighs.
    fn stakes() -> Vec<Stake> {
        let owner = Owner {
            who: Responsible::Team("payments".to_owned()),
            contact: None,
        };
        let dependant = Dependant {
            name: "checkout".to_owned(),
            contact: None,
        };
        let mut all = Vec::new();
        let environments = Environment::ALL.into_iter().map(Some).chain([None]);
        for environment in environments {
            let criticalities = Criticality::ALL.into_iter().map(Some).chain([None]);
            for criticality in criticalities {
                for owners in [vec![], vec![owner.clone()]] {
                    for dependants in [None, Some(vec![]), Some(vec![dependant.clone()])] {
                        for shared_with in [vec![], vec!["other".to_owned()]] {
                            for is_new in [false, true] {
                                all.push(Stake {
                                    identities: vec!["bot".to_owned()],
                                    owners: owners.clone(),
                                    environment,
                                    criticality,
                                    dependants: dependants.clone(),
                                    shared_with: shared_with.clone(),
                                    is_new,
                                });
                            }
                        }
                    }
                }
            }
        }
        all
    }

    #[test]
    fn an_estate_lowers_no_tier_of_any_action_whatever_it_says() {
        let mut tried = 0;
        for spec in aws::actions() {
            for marks in [&[][..], &["own"], &["protected"], &["shared"]] {
                let marks: Vec<String> = marks.iter().map(|&mark| mark.to_owned()).collect();
                let (without, _) = tier::compute(&spec, &marks);
                for stake in stakes() {
                    for named in [true, false] {
                        let shared = marks.iter().any(|mark| mark == SHARED);
                        let (with, why) = raise(&spec, without, &stake, (named, shared));
                        assert!(with >= without, "{} {stake:?}", spec.id);
                        assert!(with == without || !why.is_empty(), "{} {stake:?}", spec.id);
                        tried += 1;
                    }
                }
            }
        }
        assert!(tried > 50_000, "{tried}");
    }

    #[test]
    fn the_speed_floor_holds_for_all_that_was_named_unless_it_is_critical() {
        let specs = aws::actions();
        let reversible = specs.iter().filter(|spec| {
            let cut = spec.cut();
            cut.is_some_and(|cut| cut.rung < Rung::Revoke) && spec.is_reversible()
        });
        let reversible: Vec<&Spec> = reversible
            .filter(|spec| spec.floor <= Tier::DISRUPTIVE)
            .collect();
        assert!(reversible.len() > 5);
        for spec in reversible {
            for stake in stakes() {
                let (tier, _) = raise(spec, spec.floor, &stake, (true, false));
                let is_low = tier <= Tier::DISRUPTIVE;
                assert_eq!(is_low, !stake.is_critical(), "{} {stake:?}", spec.id);
            }
        }
    }

    #[test]
    fn each_thing_that_is_said_or_not_said_raises_by_what_it_weighs() {
        let specs = aws::actions();
        let spec = specs
            .iter()
            .find(|spec| spec.id.to_string() == "aws.deactivate-access-key");
        let spec = spec.unwrap_or_else(|| unreachable!("the action ships"));
        let known = Stake {
            owners: vec![Owner {
                who: Responsible::Person("alice".to_owned()),
                contact: None,
            }],
            dependants: Some(Vec::new()),
            ..Stake::default()
        };
        let found = |stake: Stake| {
            let (tier, why) = raise(spec, spec.floor, &stake, (false, false));
            (u8::from(tier) - u8::from(spec.floor), why.join("; "))
        };
        assert_eq!(found(known.clone()), (0, String::new()));
        let of = |change: &dyn Fn(&mut Stake)| {
            let mut stake = known.clone();
            change(&mut stake);
            found(stake)
        };
        let (by, why) = of(&|stake| stake.dependants = None);
        assert!(by == 1 && why.contains("who depends on it"), "{by} {why}");
        let (by, why) = of(&|stake| stake.owners.clear());
        assert!(by == 1 && why.contains("who owns it"), "{by} {why}");
        let (by, why) = of(&|stake| stake.shared_with.push("other".to_owned()));
        assert!(by == 1 && why.contains("other"), "{by} {why}");
        let (by, why) = of(&|stake| stake.environment = Some(Environment::Production));
        assert!(by == 1 && why.contains("production"), "{by} {why}");
        let (by, why) = of(&|stake| stake.criticality = Some(Criticality::Critical));
        assert!(by == 2 && why.contains("critical"), "{by} {why}");
        let (by, _) = of(&|stake| {
            stake.owners.clear();
            stake.dependants = None;
        });
        assert_eq!(by, 2);
        let (by, _) = of(&|stake| {
            *stake = Stake {
                is_new: true,
                ..Stake::default()
            };
        });
        assert_eq!(by, 0);
    }
}
