//! Answering questions about the world: what hangs on a subject, and what it did.
//!
//! Listings answer at once; what only the audit log shows is seen after its lag, as far back as its pages go.
//! Never tells what a real inventory could not see.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::fate::time;
use super::read::fields;
use super::world::{Edge, Happened, Node, World};
use crate::domain::{
    Because, Fields, Found, Locator, Query, ReadKind, Readable, Reading, Relation, Time, Why,
};

/// How many events a page of the audit log holds.
const PAGE: usize = 50;

/// Answers a question.
pub(super) fn answer(world: &World, query: &Query, now: Time) -> Result<Reading, Why> {
    // The audit log outlives what it tells of.
    let reads_log = matches!(query.read, ReadKind::Reach | ReadKind::Activity);
    let target = world.node(&query.target);
    let target = target.filter(|node| reads_log || !node.gone);
    let target = target.ok_or_else(|| {
        let text = format!("`{}` does not exist", query.target);
        Why::new(Because::Missing, text)
    })?;
    let view = View {
        world,
        target,
        trail: Trail::read(world, target, query, now),
        followed: followed(world, target, (query.since, world.visible_until(now))),
        since: query.since,
        now,
    };
    let found = match query.read {
        ReadKind::State => vec![view.found(target, None, "looked up".into())],
        ReadKind::Activity => view
            .trail
            .events
            .iter()
            .map(|event| activity(event))
            .collect(),
        ReadKind::Credentials => view.listed().collect(),
        ReadKind::Reach => view.reach(),
        ReadKind::Permissions => view.permissions().collect(),
        ReadKind::Grants => {
            let text = "the simulated world keeps no policies";
            return Err(Why::new(Because::NotImplemented, text));
        }
    };
    let wanted = |found: &Found| {
        query.relations.is_empty()
            || found
                .relation
                .is_none_or(|relation| query.relations.contains(&relation))
    };
    Ok(Reading {
        found: found.into_iter().filter(wanted).collect(),
        not_seen: Vec::new(),
        back_to: view.trail.cut_at.filter(|_| reads_log),
        requests: if reads_log { 1 + view.trail.pages } else { 1 },
        ..Reading::default()
    })
}

/// What the audit log shows of a subject, newest first.
struct Trail<'a> {
    events: Vec<&'a Happened>,
    until: Time,
    cut_at: Option<Time>,
    pages: u32,
}

impl<'a> Trail<'a> {
    fn read(world: &'a World, target: &Node, query: &Query, now: Time) -> Self {
        let until = world.visible_until(now);
        let held = world.held_by(&target.locator).map(|held| &held.locator);
        let mut events: Vec<&Happened> = std::iter::once(&target.locator)
            .chain(held)
            .filter_map(|who| world.events.get(who))
            .flatten()
            .filter(|event| event.at >= query.since && event.at <= until)
            .collect();
        events.sort_by_key(|event| std::cmp::Reverse(event.at));
        let each = u64::try_from(world.pace.latency.as_millis()).unwrap_or(u64::MAX);
        let in_time = query.budget_ms.checked_div(each).unwrap_or(u64::MAX).max(1);
        let most = u32::try_from(in_time).unwrap_or(u32::MAX).min(query.pages);
        let shown = PAGE.saturating_mul(usize::try_from(most).unwrap_or(usize::MAX));
        let cut_at = (events.len() > shown).then(|| {
            events
                .get(shown.saturating_sub(1))
                .map_or(until, |event| event.at)
        });
        events.truncate(shown);
        let pages = u32::try_from(events.len().div_ceil(PAGE)).unwrap_or(most);
        Self {
            events,
            until,
            cut_at,
            pages: pages.max(1),
        }
    }
}

/// What was made with what the subject made, and with that, however long the chain, as far as the log shows it.
fn followed<'a>(
    world: &'a World,
    target: &'a Node,
    (since, until): (Time, Time),
) -> BTreeMap<&'a Locator, &'a Happened> {
    let mut followed = BTreeMap::new();
    let held = world.held_by(&target.locator).map(|held| &held.locator);
    let mut open: Vec<&Locator> = std::iter::once(&target.locator).chain(held).collect();
    while let Some(who) = open.pop() {
        let events = world.events.get(who).into_iter().flatten();
        for event in events.filter(|event| event.at >= since && event.at <= until) {
            if let Some(made) = &event.made
                && followed.insert(made, event).is_none()
            {
                open.push(made);
            }
        }
    }
    followed
}

struct View<'a> {
    world: &'a World,
    target: &'a Node,
    trail: Trail<'a>,
    followed: BTreeMap<&'a Locator, &'a Happened>,
    since: Time,
    now: Time,
}

impl View<'_> {
    fn reach(&self) -> Vec<Found> {
        let mut all: BTreeMap<Locator, Found> = BTreeMap::new();
        let mut keep = |found: Found| {
            all.entry(found.what.clone()).or_insert(found);
        };
        self.listed().for_each(&mut keep);
        self.minted().for_each(&mut keep);
        let mut found: Vec<Found> = all.into_values().collect();
        for (from, edge) in self.edges() {
            let relation = edge.relation;
            let known = |known: &Found| {
                known.what == edge.to
                    && (known.relation == Some(relation)
                        || known.relation == Some(Relation::Entered)
                            && relation == Relation::CouldEnter)
            };
            if !found.iter().any(known) {
                found.push(self.reached(from, edge));
            }
        }
        found
    }

    /// What the principal may do, service by service, and whether it ever used it.
    fn permissions(&self) -> impl Iterator<Item = Found> {
        let holder = self.target.held_by.as_ref();
        let holder = holder.and_then(|holder| self.world.node(holder));
        let principal = holder
            .filter(|_| self.is_credential(self.target))
            .unwrap_or(self.target);
        principal.grants.iter().map(|grant| Found {
            what: principal.locator.clone(),
            relation: None,
            evidence: format!("policies of `{}` on {}", principal.locator, grant.service),
            at: None,
            fields: Fields::from([
                ("service".to_owned(), json!(grant.service)),
                ("granted".to_owned(), json!(grant.actions)),
                ("everywhere".to_owned(), json!(grant.everywhere)),
                ("last_accessed".to_owned(), json!(grant.used)),
                ("unused".to_owned(), json!(grant.used.is_none())),
            ]),
        })
    }

    /// What a listing of the principal answers, at once; of a principal also the sessions that the log shows.
    fn listed(&self) -> impl Iterator<Item = Found> {
        let of_credential = self.is_credential(self.target);
        let owner = match &self.target.held_by {
            Some(holder) if of_credential => holder,
            Some(_) | None => &self.target.locator,
        };
        self.world
            .held_by(owner)
            .filter(|held| !held.gone && held.locator != self.target.locator)
            .filter_map(move |held| {
                let listing = format!("listed as held by `{owner}`");
                let is_listed = self
                    .world
                    .kinds
                    .get(held.locator.kind())
                    .is_some_and(|kind| kind.readable == Readable::ById);
                let logged = self.logged(held);
                match (is_listed, of_credential) {
                    (true, false) => Some(self.found(held, Some(Relation::Held), listing)),
                    (true, true) if !self.is_credential(held) => None,
                    (true, true) => Some(match (self.is_young(held), logged) {
                        (_, Some(evidence))
                            if held.issuer.as_ref() == Some(&self.target.locator) =>
                        {
                            self.found(held, Some(Relation::Minted), evidence)
                        }
                        (Some(created), _) => {
                            let evidence =
                                format!("{listing}, created at {created}, in the window");
                            self.found(held, Some(Relation::Minted), evidence)
                        }
                        (None, _) => self.found(held, Some(Relation::Held), listing),
                    }),
                    (false, false) => Some(self.found(held, Some(Relation::Held), logged?)),
                    (false, true) => None,
                }
            })
    }

    /// What the log shows as made by the subject, or with what it holds.
    fn minted(&self) -> impl Iterator<Item = Found> {
        let held: Vec<&Node> = if self.is_credential(self.target) {
            Vec::new()
        } else {
            self.world.held_by(&self.target.locator).collect()
        };
        let followed = self.followed.keys().copied();
        let followed = followed.filter_map(|name| self.world.node(name));
        let issuers: BTreeMap<&Locator, &Node> = std::iter::once(self.target)
            .chain(held)
            .chain(followed)
            .map(|issuer| (&issuer.locator, issuer))
            .collect();
        issuers
            .into_values()
            .flat_map(|issuer| self.world.issued_by(&issuer.locator))
            .filter(|issued| !issued.gone && issued.locator != self.target.locator)
            .filter_map(|issued| {
                let evidence = self.logged(issued)?;
                Some(self.found(issued, Some(Relation::Minted), evidence))
            })
    }

    /// The declared relations that are seen: those in the log after its lag and inside the window.
    fn edges(&self) -> impl Iterator<Item = (&Locator, &Edge)> {
        let is_credential = self.is_credential(self.target);
        let holder = self.target.held_by.as_ref().filter(|_| is_credential);
        let held = self.world.held_by(&self.target.locator);
        let below: BTreeMap<&Locator, bool> = held
            .map(|held| &held.locator)
            .chain(self.followed.keys().copied())
            .map(|from| (from, true))
            .collect();
        std::iter::once((&self.target.locator, true))
            .chain(below)
            .chain(holder.map(|holder| (holder, false)))
            .flat_map(|(from, own)| {
                let edges = self.world.edges.get(from).into_iter().flatten();
                edges.map(move |edge| (from, own, edge))
            })
            // What the principal did with another credential is not this credential's doing.
            .filter(|(_, own, edge)| {
                *own || !matches!(edge.relation, Relation::Entered | Relation::Exposed)
            })
            .filter(|(_, _, edge)| edge.at.is_none_or(|at| self.shows(at)))
            .map(|(from, _, edge)| (from, edge))
    }

    fn reached(&self, from: &Locator, edge: &Edge) -> Found {
        let evidence = if edge.evidence.is_empty() {
            format!("{} from `{from}`", edge.relation.word())
        } else {
            edge.evidence.clone()
        };
        let what = self.world.node(&edge.to);
        let mut found = match what {
            Some(node) => self.found(node, Some(edge.relation), evidence),
            None => Found {
                what: edge.to.clone(),
                relation: Some(edge.relation),
                evidence,
                at: None,
                fields: Fields::new(),
            },
        };
        found.at = edge.at.or(found.at);
        if edge.relation == Relation::CouldRead {
            let holder = self.world.node(from).and_then(|node| node.held_by.as_ref());
            let reader = holder.unwrap_or(from);
            found.fields.insert("reader".into(), json!(reader));
        }
        found
    }

    fn found(&self, node: &Node, relation: Option<Relation>, evidence: String) -> Found {
        let all = fields(node);
        let mut fields: Fields = ["created", "last_used", "status"]
            .into_iter()
            .filter_map(|field| Some((field.to_owned(), all.get(field)?.clone())))
            .collect();
        fields.insert("credential".into(), self.is_credential(node).into());
        if let Some(expires) = node.expires {
            fields.insert("expires".into(), json!(expires));
        }
        let ours = |holder: &&Locator| {
            **holder == self.target.locator || self.target.held_by.as_ref() == Some(*holder)
        };
        let holder = node.held_by.as_ref().filter(|_| self.is_credential(node));
        if let Some(holder) = holder.filter(|holder| !ours(holder)) {
            fields.insert("principal".into(), json!(holder));
        }
        Found {
            what: node.locator.clone(),
            relation,
            evidence,
            at: node.issued_at.or_else(|| time(all.get("created")?)),
            fields,
        }
    }

    fn is_credential(&self, node: &Node) -> bool {
        let kind = self.world.kinds.get(node.locator.kind());
        kind.is_some_and(|kind| kind.credential)
    }

    /// When it was created, if inside the window.
    fn is_young(&self, node: &Node) -> Option<Time> {
        node.fields
            .get("created")
            .and_then(time)
            .or(node.issued_at)
            .filter(|created| *created >= self.since)
    }

    /// The evidence of its making, once the log shows it; lapsed things are no longer told.
    fn logged(&self, node: &Node) -> Option<String> {
        let lapsed = node
            .expires
            .is_some_and(|end| end <= self.world.theirs(self.now));
        let at = node.issued_at.filter(|at| !lapsed && self.shows(*at))?;
        let event = self
            .trail
            .events
            .iter()
            .copied()
            .find(|event| event.made.as_ref() == Some(&node.locator))
            .or_else(|| self.followed.get(&node.locator).copied())
            .map_or("of its issue", |event| event.event.as_str());
        Some(format!("audit event {event} at {at}"))
    }

    fn shows(&self, at: Time) -> bool {
        let from = self.trail.cut_at.unwrap_or(self.since).max(self.since);
        at >= from && at <= self.trail.until
    }
}

fn activity(event: &Happened) -> Found {
    let mut fields = Fields::new();
    fields.insert("event".into(), json!(event.event));
    fields.insert("accepted".into(), json!(event.accepted));
    for (name, value) in [
        ("source_ip", &event.source_ip),
        ("user_agent", &event.user_agent),
        ("made", &event.made.as_ref().map(Locator::to_string)),
    ] {
        if let Some(value) = value {
            fields.insert(name.into(), Value::from(value.as_str()));
        }
    }
    if !event.changed.is_empty() {
        fields.insert(Found::CHANGED.into(), json!(event.changed));
    }
    Found {
        what: event.who.clone(),
        relation: None,
        evidence: format!("audit event {} at {}", event.event, event.at),
        at: Some(event.at),
        fields,
    }
}

#[cfg(test)]
mod tests {
    use super::super::toy::*;
    use super::super::{Mint, Pace, lock};
    use super::*;
    use crate::domain::Duration;
    use crate::provider::Provider as _;

    #[tokio::test(start_paused = true)]
    async fn reach_tells_listings_at_once_and_the_log_after_its_lag() {
        let pace = Pace {
            audit_lag: Duration::from_mins(5),
            ..Pace::default()
        };
        let bench = bench(pace);
        let key = Mint {
            holder: Some(name("user/other")),
            ..Mint::new(
                &name("access-key/LEAKED"),
                name("access-key/x").kind(),
                "MINTED",
            )
        };
        assert!(lock(&bench.world).mint(&key, bench.clock.now()).is_ok());
        let reader = bench.provider.reader(None);
        let told = async || -> Vec<(String, Option<Relation>)> {
            let query = query(ReadKind::Reach, "access-key/LEAKED", 120);
            let reading = reader.read(&query).await.unwrap_or_default();
            assert!(reading.found.iter().all(|found| !found.evidence.is_empty()));
            reading
                .found
                .into_iter()
                .map(|found| (found.what.id().to_owned(), found.relation))
                .collect()
        };
        let mut expected = vec![
            ("SIBLING".to_owned(), Some(Relation::Held)),
            ("OF-LEAKED".to_owned(), Some(Relation::Minted)),
            ("deploy".to_owned(), Some(Relation::Entered)),
            ("backup".to_owned(), Some(Relation::CouldEnter)),
        ];
        assert_eq!(told().await, expected);
        bench.clock.sleep(Duration::from_mins(6)).await;
        expected.insert(0, ("MINTED".to_owned(), Some(Relation::Minted)));
        let mut now = told().await;
        now.sort();
        expected.sort();
        assert_eq!(now, expected);
    }

    #[tokio::test(start_paused = true)]
    async fn activity_is_newest_first_and_says_how_far_back_it_read() {
        let bench = bench(Pace::default());
        let reader = bench.provider.reader(None);
        let mut query = query(ReadKind::Activity, "access-key/LEAKED", 120);
        let whole = reader.read(&query).await.unwrap_or_default();
        assert_eq!((whole.found.len(), whole.back_to), (60, None));
        assert!(whole.found.is_sorted_by(|one, next| one.at >= next.at));
        query.pages = 1;
        let page = reader.read(&query).await.unwrap_or_default();
        assert_eq!(page.found.len(), 50);
        assert_eq!(page.back_to, page.found.last().and_then(|found| found.at));
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_made_with_what_was_made_is_followed_however_long_the_chain() {
        let bench = bench(Pace::default());
        let make = |parent: &str, kind: &str, id: &str| {
            let holder = Some(name("user/other"));
            let mint = Mint {
                holder,
                ..Mint::new(&name(parent), name(kind).kind(), id)
            };
            let made = lock(&bench.world).mint(&mint, bench.clock.now());
            assert!(made.is_ok(), "{made:?}");
        };
        make("access-key/LEAKED", "access-key/x", "FIRST");
        make("access-key/FIRST", "access-key/x", "SECOND");
        make("access-key/SECOND", "session/x", "THIRD");
        bench.clock.sleep(Duration::from_secs(1)).await;
        let query = query(ReadKind::Reach, "access-key/LEAKED", 120);
        let reading = bench.provider.reader(None).read(&query).await;
        let found = reading.unwrap_or_default().found;
        for made in ["access-key/FIRST", "access-key/SECOND", "session/THIRD"] {
            let is_minted = |found: &Found| {
                found.what == name(made) && found.relation == Some(Relation::Minted)
            };
            let found = found.iter().find(|found| is_minted(found));
            let whose = found.and_then(|found| found.fields.get("principal"));
            assert_eq!(whose, Some(&json!(name("user/other"))), "{made}: {found:?}");
        }
    }
}
