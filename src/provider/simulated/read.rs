//! Looking at the world: names, state, who we are, what a tag made, and probes.
//!
//! A probe with the right secret is answered by the ground truth. Never changes a thing, a last use aside.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use serde_json::json;

use super::reach;
use super::weather::{Fault, Operation};
use super::world::{World, lock};
use super::{Inner, Node};
use crate::domain::{
    Because, Branch, Call, Duration, Fact, Fields, Kind, KindId, Locator, Named, NotSeen, Probe,
    Query, Readable, Reading, Secret, Seen, Time, Why,
};
use crate::provider::{Observe, Soon};

/// How many look-ups of one batch are under way at a time.
const AT_ONCE: usize = 16;

/// The read handle.
#[derive(Clone)]
pub(super) struct Reader {
    pub(super) inner: Arc<Inner>,
    pub(super) account: Option<String>,
}

impl Reader {
    /// Sends one request and waits for its answer.
    pub(super) async fn ask(
        &self,
        operation: Operation,
        about: impl FnOnce() -> String,
    ) -> Result<Time, Why> {
        let fault = self.inner.settings.weather.draw(operation, about);
        self.wait(1, fault).await;
        self.admitted(fault)
    }

    /// Waits as long as so many requests take.
    async fn wait(&self, requests: usize, fault: Option<Fault>) {
        let (latency, deadline) = {
            let mut world = lock(&self.inner.world);
            (world.latency(), world.pace.deadline)
        };
        let turns = i32::try_from(requests.div_ceil(AT_ONCE)).unwrap_or(i32::MAX);
        let late = fault.map_or(Duration::ZERO, |fault| fault.delays(deadline));
        let whole = latency.saturating_mul(turns).saturating_add(late);
        self.inner.clock.sleep(whole).await;
    }

    /// Answers when the request was served, or why it was not.
    fn admitted(&self, fault: Option<Fault>) -> Result<Time, Why> {
        self.inner.has_answered();
        if let Some(why) = fault.and_then(Fault::why) {
            return Err(why);
        }
        let now = self.inner.clock.now();
        let mut world = lock(&self.inner.world);
        world
            .admit(now)
            .map_err(|_| Why::new(Because::Throttled, "too many requests"))?;
        self.authenticate(&world, now).map(|()| now)
    }

    /// Refuses where our own credential is dead.
    pub(super) fn authenticate(&self, world: &World, now: Time) -> Result<(), Why> {
        match self.inner.settings.responder.first() {
            Some(ours) if world.node(ours).is_some() && !world.accepts(ours, now) => {
                let text = format!("our own credential `{ours}` is refused");
                Err(Why::new(Because::Unauthenticated, text))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Refuses what belongs to another account than the one we act in.
    pub(super) fn owns(&self, target: &Locator) -> Result<(), Why> {
        match (target.account(), self.account.as_deref()) {
            (Some(theirs), Some(ours)) if theirs != ours => Err(foreign(theirs, ours)),
            (Some(_) | None, _) => Ok(()),
        }
    }

    pub(super) fn kind<'a>(&self, world: &'a World, target: &Locator) -> Result<&'a Kind, Why> {
        world.kinds.get(target.kind()).ok_or_else(|| {
            let text = format!("`{}` is no kind of `{}`", target.kind(), self.inner.name);
            Why::new(Because::Invalid, text)
        })
    }

    fn look(&self, world: &World, target: &Locator) -> Fact {
        let kind = match self.owns(target).and_then(|()| self.kind(world, target)) {
            Ok(kind) => kind,
            Err(why) => return Fact::Unreadable(why),
        };
        let secret = world.node(target).and_then(|node| node.secret.as_deref());
        let is_held = kind.readable == Readable::BySecret && self.inner.holds(target, secret);
        if kind.readable != Readable::ById && !is_held {
            let text = format!("a {} cannot be looked up by its id", kind.title);
            return Fact::Unreadable(Why::new(Because::NotImplemented, text));
        }
        match world.node(target).filter(|node| !node.gone) {
            Some(node) => {
                let mut fields = fields(node);
                let now = self.inner.clock.now();
                if let Some(used) = world.first_use(node, now).filter(|_| kind.credential) {
                    fields.insert("last_used".into(), json!(used));
                }
                // What governs others is its own principal, as the vendors answer it.
                if !kind.credential && !kind.governs.is_empty() {
                    fields
                        .entry("principal".into())
                        .or_insert_with(|| json!(target));
                }
                Fact::Present(fields)
            }
            None if target.account() == self.account.as_deref() => Fact::Gone,
            None => {
                let text = format!("`{target}` is not found, and its account is not confirmed");
                Fact::Unreadable(Why::new(Because::Missing, text))
            }
        }
    }

    fn find(&self, world: &World, named: &Named) -> Result<Locator, Why> {
        let first = Locator::new(&named.kind, &named.id, None);
        self.kind(world, &first)?;
        let ours = self.account.as_deref();
        if let (Some(theirs), Some(ours)) = (named.account.as_deref(), ours)
            && theirs != ours
        {
            return Err(foreign(theirs, ours));
        }
        let wanted = named.account.as_deref().or(ours);
        let of_that_name = || {
            world
                .nodes
                .range(&first..)
                .take_while(|(name, _)| *name.kind() == named.kind && name.id() == named.id)
                .filter(|(_, node)| !node.gone)
                .map(|(name, _)| name)
        };
        let mut matching =
            of_that_name().filter(|name| wanted.is_none() || name.account() == wanted);
        match (matching.next(), matching.next(), of_that_name().next()) {
            (Some(name), None, _) => Ok(name.clone()),
            (Some(_), Some(_), _) => {
                let text = format!("`{first}` exists in more than one account; write @<account>");
                Err(Why::new(Because::Ambiguous, text))
            }
            (None, _, Some(other)) => Err(foreign(
                other.account().unwrap_or("no account"),
                wanted.unwrap_or("none"),
            )),
            (None, _, None) => {
                let text = format!("`{first}` does not exist");
                Err(Why::new(Because::Missing, text))
            }
        }
    }
}

fn foreign(theirs: &str, ours: &str) -> Why {
    let text = format!("it belongs to `{theirs}`, and we act in `{ours}`");
    Why::new(Because::Foreign, text)
}

/// What observing a thing answers.
pub(super) fn fields(node: &Node) -> Fields {
    let mut fields = node.fields.clone();
    if let Some(principal) = &node.held_by {
        fields
            .entry("principal".into())
            .or_insert_with(|| json!(principal));
    }
    fields
}

impl World {
    /// Tries a credential at one front end.
    fn try_out(&mut self, target: &Locator, with: &str, now: Time) -> Probe {
        let front_end = self.front_end();
        let unclear = |because, text: &str| Probe::Unclear(Why::new(because, text));
        let probe = match self.nodes.get(target).map(|node| node.secret.as_deref()) {
            None => unclear(Because::Missing, "there is no such credential"),
            Some(None) => unclear(Because::Invalid, "it has no secret to be tried with"),
            Some(Some(_))
                if self
                    .nodes
                    .get(target)
                    .is_some_and(|node| node.worn.iter().any(|worn| worn == with)) =>
            {
                Probe::Refused
            }
            Some(Some(secret)) if secret != with => {
                unclear(Because::Invalid, "the secret is not this credential's")
            }
            Some(Some(_)) if self.accepts_at(target, now, front_end) => Probe::Accepted,
            Some(Some(_)) => Probe::Refused,
        };
        let theirs = self.theirs(now);
        let tally = self.probes.entry(target.clone()).or_default();
        match &probe {
            Probe::Accepted | Probe::Forbidden => {
                tally.accepted += 1;
                if let Some(node) = self.nodes.get_mut(target) {
                    node.fields.insert("last_used".into(), json!(theirs));
                }
            }
            Probe::Refused => tally.refused += 1,
            Probe::Unclear(_) => tally.unclear += 1,
        }
        probe
    }
}

impl Observe for Reader {
    fn whoami(&self) -> Soon<'_, Result<Vec<Locator>, Why>> {
        Box::pin(async move {
            let text = || self.inner.name.clone();
            self.ask(Operation::Whoami, text).await?;
            match self.inner.settings.responder.as_slice() {
                [] => Err(Why::new(Because::Unauthenticated, "no credentials")),
                ours => Ok(ours.to_vec()),
            }
        })
    }

    fn stands_on<'a>(&'a self, of: &'a [Locator]) -> Soon<'a, Branch> {
        Box::pin(self.branch(of))
    }

    fn resolve<'a>(&'a self, named: &'a [Named]) -> Soon<'a, Vec<Result<Locator, Why>>> {
        Box::pin(async move {
            self.wait(named.len(), None).await;
            let mut answers = Vec::with_capacity(named.len());
            for named in named {
                let about = || Locator::new(&named.kind, &named.id, None).to_string();
                let fault = self.inner.settings.weather.draw(Operation::Resolve, about);
                if fault.is_some() {
                    self.wait(0, fault).await;
                }
                answers.push(
                    self.admitted(fault)
                        .and_then(|_| self.find(&lock(&self.inner.world), named)),
                );
            }
            answers
        })
    }

    fn whose<'a>(&'a self, kind: &'a KindId, secret: &'a Secret) -> Soon<'a, Result<Locator, Why>> {
        Box::pin(async move {
            self.ask(Operation::Resolve, || kind.to_string()).await?;
            let world = lock(&self.inner.world);
            let is_it = |node: &&Node| {
                node.locator.kind() == kind && node.secret.as_deref() == Some(secret.expose())
            };
            let found = world.nodes().find(is_it);
            found
                .map(|node| node.locator.clone())
                .ok_or_else(|| Why::new(Because::Missing, "nothing here has this secret"))
        })
    }

    fn observe<'a>(&'a self, targets: &'a [Locator]) -> Soon<'a, Vec<Seen>> {
        Box::pin(async move {
            self.wait(targets.len(), None).await;
            let mut answers = Vec::with_capacity(targets.len());
            for target in targets {
                let about = || target.to_string();
                let fault = self.inner.settings.weather.draw(Operation::Observe, about);
                if fault.is_some() {
                    self.wait(0, fault).await;
                }
                let fact = match self.admitted(fault) {
                    Ok(_) => self.look(&lock(&self.inner.world), target),
                    Err(why) => Fact::Unreadable(why),
                };
                let (target, at) = (target.clone(), self.inner.clock.now());
                answers.push(Seen { target, at, fact });
            }
            answers
        })
    }

    fn read<'a>(&'a self, query: &'a Query) -> Soon<'a, Result<Reading, Why>> {
        Box::pin(async move {
            let about = || format!("{:?} {}", query.read, query.target).to_lowercase();
            let fault = self.inner.settings.weather.draw(Operation::Read, about);
            self.wait(1, fault).await;
            let now = self.admitted(fault)?;
            self.owns(&query.target)?;
            let mut reading = {
                let world = lock(&self.inner.world);
                self.kind(&world, &query.target)?;
                reach::answer(&world, query, now)?
            };
            for _ in 1..reading.requests {
                self.wait(1, None).await;
            }
            if fault == Some(Fault::EndlessPages) {
                reading.found.truncate(reading.found.len() / 2);
                let why = Why::new(Because::Garbled, "the same page came again and again");
                reading.not_seen.push(NotSeen {
                    what: format!("the rest of {}", query.target),
                    why,
                    withholds: true,
                });
            }
            Ok(reading)
        })
    }

    fn made<'a>(&'a self, call: &'a Call) -> Soon<'a, Result<Vec<Locator>, Why>> {
        Box::pin(async move {
            self.ask(Operation::Made, || call.tag.0.clone()).await?;
            let world = lock(&self.inner.world);
            Ok(world
                .made(&call.tag)
                .map(|node| node.locator.clone())
                .collect())
        })
    }

    fn probe<'a>(&'a self, target: &'a Locator, with: &'a Secret) -> Soon<'a, Probe> {
        Box::pin(async move {
            let weather = &self.inner.settings.weather;
            let fault = weather.draw(Operation::Probe, || target.to_string());
            self.wait(1, fault).await;
            self.inner.has_answered();
            let now = self.inner.clock.now();
            let mut world = lock(&self.inner.world);
            let admitted = world.admit(now);
            let throttled = admitted.map_err(|_| Why::new(Because::Throttled, "too many requests"));
            if let Some(why) = fault.and_then(Fault::why).or(throttled.err()) {
                world.probes.entry(target.clone()).or_default().unclear += 1;
                return Probe::Unclear(why);
            }
            world.try_out(target, with.expose(), now)
        })
    }

    fn clock_ahead(&self) -> Option<Duration> {
        let answered = self.inner.answered.load(Ordering::Relaxed);
        answered.then(|| lock(&self.inner.world).pace.skew)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Pace;
    use super::super::toy::*;
    use super::*;
    use crate::provider::Provider as _;

    #[tokio::test(start_paused = true)]
    async fn a_wrong_secret_says_nothing_about_the_credential() {
        let bench = bench(Pace::default());
        let wrong = Secret::new("guess".into());
        let probe = bench
            .provider
            .reader(None)
            .probe(&name("access-key/LEAKED"), &wrong)
            .await;
        assert!(matches!(probe, Probe::Unclear(_)));
    }

    #[tokio::test(start_paused = true)]
    async fn names_resolve_in_our_account_only() {
        let bench = bench(Pace::default());
        let because = |answer: &Result<Locator, crate::domain::Why>| {
            answer.as_ref().err().map(|why| why.because)
        };
        let named = [
            "aws:access-key/LEAKED",
            "aws:access-key/NONE",
            "aws:access-key/LEAKED@2",
            "aws:planet/mars",
        ]
        .map(|text| text.parse::<Named>().unwrap_or_else(|_| unreachable!()));
        let answers = bench.provider.reader(None).resolve(&named).await;
        assert_eq!(answers.first(), Some(&Ok(name("access-key/LEAKED"))));
        use crate::domain::Because::{Foreign, Invalid, Missing};
        let reasons: Vec<_> = answers.iter().map(because).collect();
        assert_eq!(reasons, [None, Some(Missing), Some(Foreign), Some(Invalid)]);
    }
}
