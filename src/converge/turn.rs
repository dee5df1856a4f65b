//! Whose turn it is: conditions, the barrier between phases, what has run out; and what is done without a call.
//!
//! Checks, gates and manual tasks are decided here from the record; nothing here calls an action.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::{BoxFuture, FutureExt as _};

use super::Means;
use super::reading::{self, view};
use crate::domain::case::Case;
use crate::domain::event::{Decision, Event};
use crate::domain::item::Asked;
use crate::domain::mandate::{Mandate, Scope};
use crate::domain::{Cause, Digest, Item, ItemRef, State, Time, Work};
use crate::execute::{self, Turn, Turns, Written};
use crate::gate::Roster;
use crate::plan::view::{Judged, View};
use crate::plan::{self, needs};

/// Whose turn it is among the items of one frozen plan.
pub(super) struct Now<'a> {
    pub(super) means: &'a Means<'a>,
    pub(super) run: u32,
    /// The plan: its digest, and when it may no longer be applied.
    pub(super) plan: (Digest, Time),
    /// The steps that a later round will plan.
    pub(super) unplanned: BTreeSet<String>,
    /// Whether isolate and inventory have converged.
    pub(super) converged: bool,
    /// Whether this is the last turn for now, so that what does not start is told.
    pub(super) last: bool,
    /// Whether the playbook's wall-clock limit has passed.
    pub(super) late: bool,
}

/// How many of the items that hold something back are named.
const NAMED: usize = 3;

impl Now<'_> {
    fn see<T>(&self, ask: impl FnOnce(&View<'_>) -> T) -> Option<T> {
        self.means.ground.journal.with_case(|case| {
            let order = &case.runs.get(&self.run)?.order;
            let view = View {
                unplanned: Some(&self.unplanned),
                ..view(self.means, case, order, self.run)
            };
            Some(ask(&view))
        })
    }

    fn recurs(&self, item: &Item) -> bool {
        let step = self.means.playbook.step(&item.key.step);
        step.is_some_and(plan::recurs)
    }

    fn condition(&self, item: &Item) -> Turn {
        match self.see(|view| view.condition(&item.key)) {
            Some(Judged::Decided(decision)) if decision.passed => Turn::Now,
            Some(Judged::Decided(decision)) => {
                Turn::Skip(format!("its condition does not hold: {}", decision.why))
            }
            Some(Judged::Open(why)) => Turn::Later(Cause::Dependency(why)),
            None => Turn::Later(Cause::Dependency("the run is not known".to_owned())),
        }
    }

    /// Issuing and giving back wait until nothing of an earlier phase is open for the subject.
    fn barrier(&self, item: &Item) -> Turn {
        if !self.converged {
            let why = "isolate and inventory have not converged";
            return Turn::Later(Cause::Dependency(why.to_owned()));
        }
        let (incident, open) = self.means.ground.journal.with_case(|case| {
            let open = needs::open_before(case, self.run, &item.key);
            let open: Vec<String> = open.into_iter().map(ToString::to_string).collect();
            (case.incident.clone(), open)
        });
        if open.is_empty() {
            return Turn::Now;
        }
        let (named, more) = (open.iter().take(NAMED), open.len().saturating_sub(NAMED));
        let named: Vec<&str> = named.map(String::as_str).collect();
        let more = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        Turn::Later(Cause::Dependency(format!(
            "open in an earlier phase: {}{more}; whoever takes that on themselves: contain incident waive ITEM --reason TEXT --incident {incident}",
            named.join(", ")
        )))
    }

    /// What has run out, for what is planned once.
    fn run_out(&self, item: &Item) -> Turn {
        let (plan, expires) = self.plan;
        let incident = self
            .means
            .ground
            .journal
            .with_case(|case| case.incident.clone());
        if self.means.ground.clock.latest() >= expires {
            return Turn::Later(Cause::Approval(format!(
                "plan {} expired at {expires}; it is planned anew and confirmed by: contain resume --incident {incident}",
                plan.code()
            )));
        }
        if self.late && item.rung.is_none() {
            let why = "the time that the playbook gives itself (limits.deadline) has passed";
            return Turn::Later(Cause::Authority(why.to_owned()));
        }
        Turn::Now
    }

    fn state(&self, named: &ItemRef) -> Option<State> {
        let journal = self.means.ground.journal;
        journal.with_case(|case| case.lives.get(named).map(|life| life.state.clone()))
    }

    async fn decide(&self, item: &ItemRef, decision: Decision) -> Written {
        let journal = self.means.ground.journal;
        let is_news = journal.with_case(|case| {
            let known = case.decided.get(item).map(|(_, known)| known);
            known.is_none_or(|known| (known.passed, &known.why) != (decision.passed, &decision.why))
        });
        if !is_news {
            return Ok(());
        }
        let item = item.clone();
        self.means
            .ground
            .write(vec![Event::Decided { item, decision }])
            .await
    }

    async fn check(&self, named: &ItemRef) -> Written {
        match self.see(|view| view.check(&named.key)) {
            Some(Judged::Decided(decision)) => self.decide(named, decision).await,
            Some(Judged::Open(why)) if self.last => {
                let cause = Cause::Dependency(why);
                execute::block(&self.means.ground, named.clone(), cause).await
            }
            Some(Judged::Open(_)) | None => Ok(()),
        }
    }

    /// A gate is met by those who confirmed or signed the plan that shows the question: by the operator alone where it asks
    /// for one person and no people are configured, else by as many people of these roles as it asks for.
    async fn ask_people(&self, (item, named): (&Item, &ItemRef), asked: &Asked) -> Written {
        let (plan, _) = self.plan;
        let ground = &self.means.ground;
        let veto = ground.journal.with_case(|case| case.veto(named).cloned());
        if let Some(veto) = veto {
            let why = format!("{} denied it: {}", veto.by, veto.reason);
            let item = named.clone();
            return ground.write(vec![Event::Denied { item, why }]).await;
        }
        let agreed: BTreeMap<String, String> = ground
            .sifted(|case, latest| {
                let all = confirmed(case, plan, named, latest);
                // Among people, nobody answers the question that they put themselves.
                let counts = |mandate: &&Mandate| {
                    ground.around.roster.is_empty()
                        || (mandate.signed.is_some() && !ground.around.is_present(&mandate.by))
                };
                let all = all.filter(counts);
                let all = all.map(|mandate| (mandate.by.clone(), mandate.how.clone()));
                all.collect()
            })
            .await?;
        if is_met((asked, item), &agreed, &ground.around.roster) {
            let (by, how): (Vec<String>, BTreeSet<String>) = agreed.into_iter().unzip();
            let how: Vec<String> = how.into_iter().collect();
            let decision = Decision {
                passed: true,
                by: by.join(", "),
                why: format!(
                    "agreed to with the plan {} ({})",
                    plan.code(),
                    how.join(", ")
                ),
                evidence: Vec::new(),
            };
            return self.decide(named, decision).await;
        }
        let since = ground.journal.with_case(|case| {
            let life = case.lives.get(named)?;
            matches!(life.state, State::Blocked(_)).then_some(life.at)
        });
        let until = since.and_then(|since| since.saturating_add(asked.within?).ok());
        let is_over = until.is_some_and(|until| ground.clock.now() >= until);
        if let (true, true, Some(until)) = (is_over, asked.denies, until) {
            let (item, why) = (named.clone(), format!("expired: nobody agreed by {until}"));
            return ground.write(vec![Event::Denied { item, why }]).await;
        }
        let is_solo = ground.around.roster.is_empty();
        let cause = Cause::Approval(match asked.people() {
            _ if !is_solo => format!(
                "{}{} has to agree: contain approve {} --key FILE",
                asked.spell(),
                owners(asked, item),
                plan.code()
            ),
            1 => format!(
                "{} has to agree: confirm the plan {}",
                asked.spell(),
                plan.code()
            ),
            people => format!(
                "{} have to agree; no people are configured, so the operator alone cannot meet {people}",
                asked.spell()
            ),
        });
        execute::block(ground, named.clone(), cause).await
    }

    async fn hand_over(&self, named: &ItemRef, asked: &Asked) -> Written {
        let cause = Cause::Approval(format!("waits for {} to do it", asked.spell()));
        execute::block(&self.means.ground, named.clone(), cause).await
    }
}

/// The role of those who answer for what is theirs.
const OWNER: &str = "owner";

/// Who is meant, where owners are asked and the estate says who they are.
fn owners(asked: &Asked, item: &Item) -> String {
    let stake = item.stake.as_ref().filter(|_| asked.of.contains_key(OWNER));
    let owners = stake.into_iter().flat_map(|stake| &stake.owners);
    let owners: Vec<String> = owners.map(ToString::to_string).collect();
    match owners.is_empty() {
        true => String::new(),
        false => format!(" ({})", owners.join(" or ")),
    }
}

/// Whether those who agreed are as many, and of such roles, as a gate asks for.
fn is_met(
    (asked, item): (&Asked, &Item),
    agreed: &BTreeMap<String, String>,
    roster: &Roster,
) -> bool {
    if roster.is_empty() {
        return asked.people() == 1 && !agreed.is_empty();
    }
    // Where the estate says who owns the subject, no other owner answers for it.
    let is_owned = item.stake.as_ref().is_some_and(|stake| stake.is_owned());
    let is_of = |name: &str, role: &str| {
        let is_theirs = || role != OWNER || !is_owned || roster.owns(name, item);
        roster.person(name).is_some_and(|one| one.is_of(role)) && is_theirs()
    };
    let counts = |name: &&String| {
        roster.person(name).is_some()
            && (asked.of.is_empty() || asked.of.keys().any(|role| is_of(name, role)))
    };
    let people: Vec<&String> = agreed.keys().filter(counts).collect();
    let has = |count: u32, found: usize| usize::try_from(count).is_ok_and(|count| found >= count);
    has(asked.people(), people.len())
        && asked.of.iter().all(|(role, count)| {
            let of_role = people.iter().filter(|name| is_of(name, role));
            has(*count, of_role.count())
        })
}

/// The mandates in force by which somebody confirmed the plan that shows a gate's question.
pub(super) fn confirmed<'a>(
    case: &'a Case,
    plan: Digest,
    gate: &'a ItemRef,
    now: Time,
) -> impl Iterator<Item = &'a Mandate> {
    let shows = move |mandate: &&Mandate| match &mandate.scope {
        Scope::Exact {
            plan: signed,
            items,
        } => *signed == plan && items.contains(&gate.key),
        Scope::Reach { .. } | Scope::Standing { .. } => false,
    };
    let shown = case.mandates.iter().filter(shows);
    shown.filter(move |mandate| case.is_in_force(mandate, now))
}

impl Turns for Now<'_> {
    fn unplanned(&self) -> &BTreeSet<String> {
        &self.unplanned
    }

    fn turn(&self, item: &Item, named: &ItemRef) -> Turn {
        // What may have left is looked at, whatever has changed since.
        if self.recurs(item) || self.state(named).is_some_and(|state| state.is_in_doubt()) {
            return Turn::Now;
        }
        let mut turn = Turn::Now;
        if item.only_if.is_some() {
            turn = self.condition(item);
        }
        let gives_back = self.see(|view| view.order.gives_back()) == Some(true);
        if turn == Turn::Now
            && !gives_back
            && needs::waits_for_phases(item, self.means.ground.catalogue)
        {
            turn = self.barrier(item);
        }
        if turn == Turn::Now && item.call().is_some() {
            turn = self.run_out(item);
        }
        turn
    }

    fn settled(&self) -> bool {
        self.converged && self.last
    }

    fn notes(&self, item: &Item) -> bool {
        self.last || self.recurs(item)
    }

    fn answer<'a>(&'a self, item: &'a Item, named: &'a ItemRef) -> BoxFuture<'a, Written> {
        async move {
            match &item.work {
                Work::Read(query) => reading::ask(self.means, named, query).await,
                Work::Check(_) => self.check(named).await,
                Work::Gate(asked) => self.ask_people((item, named), asked).await,
                Work::Manual(asked) => self.hand_over(named, asked).await,
                Work::Act(_) | Work::Issue { .. } | Work::Watch { .. } | Work::Nothing { .. } => {
                    Ok(())
                }
            }
        }
        .boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::stake::{Owner, Responsible, Stake};
    use crate::domain::{ItemKey, Phase};
    use crate::gate::people::{Person, Role};

    #[test]
    fn a_question_to_owners_is_answered_by_whoever_owns_the_subject() {
        let person = |teams: &[&str]| Person {
            roles: [Role::Owner].into(),
            teams: teams.iter().map(|&team| team.to_owned()).collect(),
            ..Person::default()
        };
        let people = [
            ("ann".to_owned(), person(&["shop"])),
            ("ben".to_owned(), person(&["mail"])),
        ];
        let roster = Roster::new(people.into(), BTreeMap::new(), BTreeMap::new());
        let Ok(roster) = roster else {
            unreachable!("nobody contradicts")
        };
        let asked = Asked {
            of: BTreeMap::from([(OWNER.to_owned(), 1)]),
            ..Asked::default()
        };
        let key = ItemKey {
            phase: Phase::Reissue,
            step: "ask".into(),
            each: None,
            subject: None,
        };
        let owned = |team: &str| Stake {
            owners: vec![Owner {
                who: Responsible::Team(team.to_owned()),
                contact: None,
            }],
            ..Stake::default()
        };
        let is_met = |stake: Option<Stake>, by: &str| {
            let item = Item {
                stake: stake.map(Box::new),
                ..Item::new(key.clone(), Work::Gate(asked.clone()))
            };
            let agreed = BTreeMap::from([(by.to_owned(), "signature".to_owned())]);
            super::is_met((&asked, &item), &agreed, &roster)
        };
        assert!(is_met(Some(owned("shop")), "ann"));
        assert!(!is_met(Some(owned("shop")), "ben"));
        // Where nobody is known to own it, whoever owns anything answers; and where no estate is loaded.
        assert!(is_met(Some(Stake::default()), "ben"));
        assert!(is_met(None, "ben"));
        assert!(!is_met(None, "eve"));
    }
}
