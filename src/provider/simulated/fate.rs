//! Who is alive: evaluated from what each cut declares, never from what a vendor is known to do.
//!
//! A thing is alive unless it lapsed, died for good, or a cut in force on itself, on what issued it, on what holds it or on
//! what it stands on stops it. A write reaches the front ends one after the other. Never changes the world.

use serde_json::Value;

use super::adversary::{EVERY, RIGHTS};
use super::world::{Node, Version, World};
use crate::domain::{Access, Becomes, Cut, Duration, Fate, Locator, Spec, Time};

/// A write that reaches the front ends one after the other.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Change {
    /// When it was made, by our clock.
    pub(super) at: Time,
    /// How long until the last front end has it.
    pub(super) delay: Duration,
    /// What stood there before.
    pub(super) before: Option<Value>,
}

/// The writes to one field, oldest first.
pub(super) type History = Vec<Change>;

impl Change {
    /// How many of the front ends have it: from 0 to 1.
    fn spread(&self, now: Time) -> f64 {
        let gone = now.duration_since(self.at);
        if gone >= self.delay {
            1.0
        } else {
            gone.div_duration_f64(self.delay).max(0.0)
        }
    }

    fn reached(&self, now: Time, front_end: f64) -> bool {
        self.spread(now) >= front_end
    }
}

impl Node {
    /// What a front end believes that a field holds.
    fn view(&self, field: &str, now: Time, front_end: f64) -> Option<&Value> {
        let mut value = self.fields.get(field);
        for change in self.history.get(field).into_iter().flatten().rev() {
            if change.reached(now, front_end) {
                return value;
            }
            value = change.before.as_ref();
        }
        value
    }

    fn changes(&self) -> impl Iterator<Item = &Change> {
        self.history.values().flatten().chain(&self.died)
    }
}

impl World {
    /// The ground truth: tells whether any front end accepts this credential (or lets this principal act) now.
    #[must_use]
    pub fn accepts(&self, name: &Locator, now: Time) -> bool {
        let Some(node) = self.nodes.get(name) else {
            return false;
        };
        // Between two of these values every front end believes the same, so that trying each of them tries all.
        let footing = self.footing(name).into_iter();
        let footing = footing.filter_map(|name| self.nodes.get(name));
        let mut front_ends: Vec<f64> = std::iter::once(node)
            .chain(footing)
            .flat_map(|node| std::iter::once(node).chain(self.governors(node)))
            .flat_map(Node::changes)
            .map(|change| change.spread(now))
            .filter(|spread| *spread > 0.0)
            .chain([1.0])
            .collect();
        front_ends.dedup();
        front_ends
            .into_iter()
            .any(|front_end| self.accepts_at(name, now, front_end))
    }

    /// Tells whether one front end accepts it: near 0 it is the first to see a write, at 1 the last.
    #[must_use]
    pub fn accepts_at(&self, name: &Locator, now: Time, front_end: f64) -> bool {
        self.works_at(name, now, front_end) && self.is_held_up_at(name, now, front_end)
    }

    /// The same, whatever becomes of what it stands on.
    pub(super) fn works_at(&self, name: &Locator, now: Time, front_end: f64) -> bool {
        let Some(node) = self.nodes.get(name) else {
            return false;
        };
        let died = node.died.as_ref();
        let lapsed = node.expires.is_some_and(|end| end <= self.theirs(now));
        if lapsed || died.is_some_and(|death| death.reached(now, front_end)) {
            return false;
        }
        if let Some(place) = &node.reads {
            let works = self.in_use_by(node, place, now);
            return works.is_some_and(|what| self.accepts_at(&what.locator, now, front_end));
        }
        let stopped = self
            .cuts_in_force(node, now, front_end)
            .any(|(_, cut)| cut.target != Fate::Lives && cut.allows == Access::Nothing);
        let governed = self.governors(node).any(|governor| {
            self.cuts_in_force(governor, now, front_end)
                .any(|(spec, cut)| {
                    cut.allows == Access::Nothing
                        && reaches(cut, node, || cut_off(spec, governor, now, front_end))
                })
        });
        !stopped && !governed
    }

    /// Tells whether one front end lets a credential change other things: it is accepted, nothing narrows it, and its
    /// principal has every right.
    pub(super) fn may_write(&self, name: &Locator, now: Time, front_end: f64) -> bool {
        let Some(node) = self.nodes.get(name) else {
            return false;
        };
        let narrowed = self.governors(node).any(|governor| {
            self.cuts_in_force(governor, now, front_end)
                .any(|(_, cut)| narrows(&cut.allows) && reaches(cut, node, || None))
        });
        let holder = node.held_by.as_ref().and_then(|name| self.nodes.get(name));
        let rights = holder.and_then(|holder| holder.view(RIGHTS, now, front_end));
        !narrowed
            && rights.and_then(Value::as_str) == Some(EVERY)
            && self.accepts_at(name, now, front_end)
    }

    /// The credential that a consumer uses now: the latest in its place that it has taken up, while its secret is good.
    pub(super) fn in_use_by(&self, consumer: &Node, place: &Locator, now: Time) -> Option<&Node> {
        let taken_up = |version: &&Version| {
            version
                .at
                .is_none_or(|at| now.duration_since(at) >= consumer.reads_after)
        };
        let holds = &self.nodes.get(place)?.holds;
        let version = holds.iter().rev().find(taken_up)?;
        let node = self.nodes.get(&version.what)?;
        // What reads a place is no credential: the chain ends here.
        (node.secret.as_ref() == Some(&version.secret) && node.reads.is_none()).then_some(node)
    }

    /// When consumers first used a credential that was delivered to them, by the world's clock.
    pub(super) fn first_use(&self, credential: &Node, now: Time) -> Option<Time> {
        let mut uses = Vec::new();
        for (place, readers) in &self.readers {
            let holds = self
                .nodes
                .get(place)
                .into_iter()
                .flat_map(|place| &place.holds);
            for version in holds.filter(|version| version.what == credential.locator) {
                let readers = readers.iter().filter_map(|name| self.nodes.get(name));
                uses.extend(readers.filter_map(|reader| {
                    let begins = version
                        .at?
                        .saturating_add(reader.reads_after.max(Duration::from_millis(1)))
                        .ok()?;
                    (begins <= now).then(|| self.theirs(begins))
                }));
            }
        }
        uses.into_iter().min()
    }

    /// Tells whether a cut in force keeps this from issuing anything, at every front end.
    pub(super) fn issue_is_stopped(&self, node: &Node, now: Time) -> bool {
        self.cuts_in_force(node, now, 1.0)
            .any(|(_, cut)| cut.stops_issue)
    }

    fn governors<'a>(&'a self, node: &'a Node) -> impl Iterator<Item = &'a Node> {
        let holder = node.held_by.as_ref();
        let issuer = node
            .issuer
            .as_ref()
            .filter(move |issuer| Some(*issuer) != holder);
        holder
            .into_iter()
            .chain(issuer)
            .filter_map(|name| self.nodes.get(name))
    }

    fn cuts_in_force<'a>(
        &'a self,
        node: &'a Node,
        now: Time,
        front_end: f64,
    ) -> impl Iterator<Item = (&'a Spec, &'a Cut)> {
        self.specs_on(node.locator.kind())
            .filter_map(|spec| Some((spec.as_ref(), spec.cut()?)))
            .filter(move |(spec, _)| in_force(spec, node, now, front_end))
    }
}

/// Tells whether a cut reaches something issued or held: `cut_off` is only asked where the cut is about the past.
pub(super) fn reaches(cut: &Cut, issued: &Node, cut_off: impl FnOnce() -> Option<Time>) -> bool {
    cut.issued != Fate::Lives
        && cut.of.contains(issued.locator.kind())
        && (!cut.before_call
            || match (issued.issued_at, cut_off()) {
                (Some(issued_at), Some(cut_off)) => issued_at < cut_off,
                (None, _) => true,
                (Some(_), None) => false,
            })
}

/// Whether some access is left, and less than there was.
fn narrows(allows: &Access) -> bool {
    match allows {
        Access::ReadOnly | Access::Param(_) => true,
        Access::Nothing | Access::AsBefore => false,
    }
}

fn in_force(spec: &Spec, node: &Node, now: Time, front_end: f64) -> bool {
    !spec.touches.is_empty()
        && spec.touches.iter().all(|touch| {
            match (&touch.becomes, node.view(&touch.field, now, front_end)) {
                (Becomes::Is(wanted), Some(present)) => wanted == present,
                (Becomes::TimeOfCall, Some(present)) => time(present).is_some(),
                (Becomes::Param(_), Some(present)) => !present.is_null(),
                (
                    Becomes::Is(_)
                    | Becomes::TimeOfCall
                    | Becomes::Param(_)
                    | Becomes::Before
                    | Becomes::Anew,
                    _,
                ) => false,
            }
        })
}

fn cut_off(spec: &Spec, node: &Node, now: Time, front_end: f64) -> Option<Time> {
    spec.touches
        .iter()
        .filter(|touch| touch.becomes == Becomes::TimeOfCall)
        .filter_map(|touch| time(node.view(&touch.field, now, front_end)?))
        .max()
}

/// Reads a time that a field holds.
pub(super) fn time(value: &Value) -> Option<Time> {
    value.as_str()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::toy::*;
    use super::super::{CutOffs, Mint, Pace, lock};
    use crate::domain::{Duration, Outcome, Probe};
    use crate::provider::Provider as _;

    #[tokio::test(start_paused = true)]
    async fn an_inactive_key_leaves_sessions_and_siblings_alive() {
        let bench = bench(Pace::default());
        bench.done(&deactivate()).await;
        assert!(!bench.accepts("access-key/LEAKED"));
        assert!(bench.accepts("session/OF-LEAKED") && bench.accepts("access-key/SIBLING"));
        assert_eq!(bench.probe("access-key/LEAKED").await, Probe::Refused);
        assert_eq!(bench.probe("session/OF-LEAKED").await, Probe::Accepted);
    }

    #[tokio::test(start_paused = true)]
    async fn a_deny_stops_all_that_the_user_holds_and_lifting_it_revives() {
        let bench = bench(Pace::default());
        let held = [
            "access-key/LEAKED",
            "access-key/SIBLING",
            "session/OF-LEAKED",
        ];
        let before = lock(&bench.world).snapshot(CutOffs::Exact);
        bench
            .done(&call(
                "aws.deny-user",
                "user/ci",
                &[("deny", json!("in-force"))],
            ))
            .await;
        assert!(!held.into_iter().any(|what| bench.accepts(what)));
        assert!(bench.accepts("session/OF-DEPLOY"));
        bench
            .done(&call(
                "aws.lift-user-deny",
                "user/ci",
                &[("deny", json!(null))],
            ))
            .await;
        assert!(held.into_iter().all(|what| bench.accepts(what)));
        assert_eq!(before, lock(&bench.world).snapshot(CutOffs::Exact));
    }

    #[tokio::test(start_paused = true)]
    async fn a_cut_off_ends_only_earlier_sessions() {
        let bench = bench(Pace::default());
        let cut_off = json!(start() + Duration::from_secs(2));
        let end = call(
            "aws.end-user-sessions",
            "user/ci",
            &[("end_sessions", cut_off)],
        );
        bench.done(&end).await;
        bench.clock.sleep(Duration::from_secs(3)).await;
        let session = Mint::new(
            &name("access-key/LEAKED"),
            name("session/x").kind(),
            "LATER",
        );
        assert!(lock(&bench.world).mint(&session, bench.clock.now()).is_ok());
        assert!(!bench.accepts("session/OF-LEAKED") && bench.accepts("session/LATER"));
        assert!(bench.accepts("access-key/LEAKED"));
        assert!(matches!(bench.send(&end).await, Outcome::AlreadySo));
    }

    #[tokio::test(start_paused = true)]
    async fn what_expired_or_was_deleted_is_dead_for_good() {
        let bench = bench(Pace::default());
        bench
            .done(&call("aws.delete-access-key", "access-key/LEAKED", &[]))
            .await;
        assert!(!bench.accepts("access-key/LEAKED") && bench.accepts("session/OF-LEAKED"));
        let seen = bench
            .provider
            .reader(None)
            .observe(&[name("access-key/LEAKED")])
            .await;
        assert!(
            seen.iter()
                .all(|seen| seen.fact == crate::domain::Fact::Gone)
        );
        lock(&bench.world).set(&name("access-key/LEAKED"), "status", json!("Active"));
        assert!(!bench.accepts("access-key/LEAKED"));
        bench.clock.sleep(Duration::from_hours(3)).await;
        assert!(!bench.accepts("session/OF-LEAKED"));
    }

    #[tokio::test(start_paused = true)]
    async fn a_cut_reaches_the_front_ends_one_after_the_other() {
        let mut pace = Pace::default();
        let delay = Duration::from_secs(10);
        pace.propagation.insert(deactivate().action, delay);
        let bench = bench(pace);
        bench.done(&deactivate()).await;
        bench.clock.sleep(Duration::from_secs(5)).await;
        for _ in 0..200 {
            bench.probe("access-key/LEAKED").await;
        }
        let tally = lock(&bench.world).tally(&name("access-key/LEAKED"));
        assert!((60..140).contains(&tally.accepted), "{tally:?}");
        assert!(bench.accepts("access-key/LEAKED"));
        bench.clock.sleep(Duration::from_secs(5)).await;
        assert!(!bench.accepts("access-key/LEAKED"));
    }
}
